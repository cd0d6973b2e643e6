use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::{Router, http::Method};
use passkeys::{
    Passkeys,
    store::{MemoryChallenges, MemoryRepository},
    testing::{Browser, ManualClock},
};
use passkeys_test_support::App;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::allocations::{self, Turn};

/// Relying party that listens on a loopback port until it is dropped, with a manual clock.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) clock: ManualClock,
    listening: JoinHandle<()>,
    /// Held until the end of the test.
    turn: Option<Turn>,
}

impl Server {
    /// Starts a server for a test that may run concurrently with others.
    pub(crate) async fn start() -> Self {
        let turn = allocations::shared_turn().await;
        let mut server = Self::start_alone(MemoryChallenges::default()).await;
        server.turn = Some(turn);
        server
    }

    /// Starts a server with this challenge store, for a test that counts allocations.
    pub(crate) async fn start_alone(challenges: MemoryChallenges) -> Self {
        let clock = ManualClock::default();
        let passkeys = Passkeys::new(App, MemoryRepository::default())
            .challenges(challenges)
            .clock(clock.clone());
        let (address, listening) = listen(passkeys.router()).await;
        Self {
            address,
            clock,
            listening,
            turn: None,
        }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::connect(format!("http://{}", self.address), "https://example.com")
    }

    /// Asserts that a new user can register, sign in, list and delete a passkey.
    pub(crate) async fn assert_healthy(&self) {
        static USERS: AtomicU32 = AtomicU32::new(0);
        let who = format!("user {}", USERS.fetch_add(1, Ordering::Relaxed));
        let mut browser = self.browser().with_header("x-user", &who);
        browser.register().await.assert_ok();
        let signed_in: serde_json::Value = browser.sign_in().await.assert_ok().json();
        assert_eq!(signed_in["userId"], who.as_str());
        let listed = browser.get("/auth/passkeys/credentials").await.assert_ok();
        let listed: Vec<serde_json::Value> = listed.json();
        assert_eq!(listed.len(), 1);
        let path = format!(
            "/auth/passkeys/credentials/{}",
            listed[0]["id"].as_str().unwrap()
        );
        browser
            .request(Method::DELETE, &path, None)
            .await
            .assert_ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.listening.abort();
        self.turn.take();
    }
}

/// Serves the library's routes on a free loopback port.
pub(crate) async fn listen(routes: Router) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let site = Router::new().nest("/auth/passkeys", routes);
    let serve = async move { axum::serve(listener, site).await.unwrap() };
    (address, tokio::spawn(serve))
}
