//! Peers that are slow, and peers that go away: before they have sent all of it, while they are
//! answered, and between `begin` and `finish`.

use std::{sync::Arc, time::Duration};

use axum::http::HeaderMap;
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::{CredentialRepository as _, MemoryRepository},
    testing::{Authenticator, Browser},
};
use serde_json::{Value, json};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    memory,
    server::{Server, listen},
    wire::{Wire, ask, head, post},
};

/// Begins a ceremony and answers the body that finishes it.
async fn begun(browser: &mut Browser, ceremony: &str) -> Value {
    let route = format!("/auth/passkeys/{ceremony}/begin");
    let begun: Value = browser.post(&route, &json!({})).await.assert_ok().json();
    let device: &mut Authenticator = browser.authenticator();
    let credential = match ceremony {
        "register" => device.create(&begun),
        _ => device.get(&begun).expect("a passkey"),
    };
    json!({ "credential": credential, "state": begun["state"] })
}

/// It was not finished, so it can be.
#[tokio::test]
async fn in_the_middle_of_a_body_the_ceremony_waits_on() {
    let server = Server::start().await;
    let mut browser = server.browser().with_header("x-user", "ada");
    for ceremony in ["register", "authenticate"] {
        let body = begun(&mut browser, ceremony).await.to_string();
        let whole = post(&format!("/{ceremony}/finish"), &body);
        for sent in [
            whole.len() - body.len(),
            whole.len() - body.len() / 2,
            whole.len() - 1,
        ] {
            let mut wire = Wire::connect(server.address).await;
            wire.send(&whole[..sent]).await.unwrap();
        }
        let reply = ask(server.address, &whole).await.expect("an answer");
        assert_eq!(
            reply.status,
            200,
            "{}",
            String::from_utf8_lossy(&reply.body)
        );
    }
    server.is_well().await;
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_is_as_good_as_any() {
    let server = Server::start().await;
    let mut browser = server.browser().with_header("x-user", "ada");
    let body = begun(&mut browser, "register").await.to_string();
    let mut wire = Wire::connect(server.address).await;
    for byte in post("/register/finish", &body) {
        wire.send([byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(wire.reply().await.expect("an answer").status, 200);
}

#[tokio::test]
async fn slow_peers_keep_nobody_from_signing_in() {
    let server = Server::start().await;
    let mut slow = JoinSet::new();
    for number in 0..200 {
        let address = server.address;
        slow.spawn(async move {
            let request = post("/authenticate/finish", [b' '; 5000]);
            // Some are slow in the head, some in the body.
            let (start, rest) = request.split_at(if number % 2 == 0 { 1 } else { 200 });
            let mut wire = Wire::connect(address).await;
            wire.send(start).await.unwrap();
            for byte in rest {
                sleep(Duration::from_millis(100)).await;
                wire.send([*byte]).await.unwrap();
            }
        });
    }
    for _ in 0..20 {
        server.is_well().await;
    }
    assert_eq!(slow.len(), 200, "all of them are still there");
    assert!(slow.try_join_next().is_none(), "and none was refused");
    slow.shutdown().await;
    server.is_well().await;
}

// --- While they are answered -----------------------------------------------------------------

/// Its hooks wait for ever where the header `x-wait` names them.
#[derive(Clone)]
struct Patient {
    entered: Arc<Semaphore>,
    left: Arc<Semaphore>,
}

impl Patient {
    async fn wait_if_told(&self, headers: &HeaderMap, hook: &str) {
        /// Notices that the hook is dropped where it waits.
        struct Leaves(Arc<Semaphore>);
        impl Drop for Leaves {
            fn drop(&mut self) {
                self.0.add_permits(1);
            }
        }
        if headers.get("x-wait").is_some_and(|named| named == hook) {
            let _leaves = Leaves(self.left.clone());
            self.entered.add_permits(1);
            std::future::pending::<()>().await;
        }
    }
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Patient {
    type Repository = MemoryRepository;

    async fn get_user(&self, headers: HeaderMap) -> PasskeyUser {
        self.wait_if_told(&headers, "get_user").await;
        PasskeyUser::new("ada", "ada", "Ada")
    }

    async fn on_registered(&self, headers: HeaderMap, _: RegistrationResult) {
        self.wait_if_told(&headers, "on_registered").await;
    }

    async fn on_authenticated(&self, headers: HeaderMap, _: AuthenticationResult) {
        self.wait_if_told(&headers, "on_authenticated").await;
    }
}

/// The ceremony is over as soon as it is looked at. What was stored by then is stored; the hook that
/// waits is dropped.
#[tokio::test]
async fn while_a_hook_runs_the_request_ends_there_and_the_ceremony_is_over() {
    let _turn = memory::among_others().await;
    let repository = MemoryRepository::default();
    let app = Patient {
        entered: Arc::new(Semaphore::new(0)),
        left: Arc::new(Semaphore::new(0)),
    };
    let passkeys = Passkeys::new(app.clone(), repository.clone());
    let (address, listening) = listen(passkeys.router()).await;
    let mut browser = Browser::connect(format!("http://{address}"), "https://example.com");

    for (ceremony, hook, passkeys, uses) in [
        ("register", "get_user", 0, 0),
        ("register", "on_registered", 1, 0),
        ("authenticate", "on_authenticated", 1, 1),
    ] {
        let body = begun(&mut browser, ceremony).await.to_string();
        let route = format!("/{ceremony}/finish");
        let headers = format!("x-wait: {hook}\r\ncontent-length: {}\r\n", body.len());
        let mut wire = Wire::connect(address).await;
        wire.send(head(&route, &headers) + &body).await.unwrap();
        let patience = Duration::from_mins(1);
        let entered = timeout(patience, app.entered.acquire())
            .await
            .expect("the hook runs");
        entered.unwrap().forget();
        drop(wire);
        let left = timeout(patience, app.left.acquire())
            .await
            .expect("the hook is dropped");
        left.unwrap().forget();

        let again = ask(address, post(&route, &body)).await.expect("an answer");
        again.is_error(400, "challenge_not_found");
        let stored = repository.list("ada").await.unwrap();
        assert_eq!(stored.len(), passkeys, "{hook}");
        assert_eq!(
            stored.iter().map(|passkey| passkey.sign_count).sum::<u32>(),
            uses,
            "{hook}"
        );
    }
    // All is as it is for everybody else.
    browser.sign_in().await.assert_ok();
    listening.abort();
}

// --- Between `begin` and `finish` ------------------------------------------------------------

/// Each on a connection of its own, which ends in the middle of the finish.
pub(crate) async fn half_finished(server: &Server, ceremonies: usize) {
    let mut peers = JoinSet::new();
    for number in 0..ceremonies {
        let address = server.address;
        if peers.len() >= 64 {
            peers.join_next().await.expect("a peer").expect("no panic");
        }
        peers.spawn(async move {
            let ceremony = if number % 2 == 0 {
                "register"
            } else {
                "authenticate"
            };
            let mut wire = Wire::connect(address).await;
            wire.send(post(&format!("/{ceremony}/begin"), "{}"))
                .await
                .unwrap();
            let reply = wire.reply().await.expect("an answer");
            assert_eq!(reply.status, 200);
            let begun: Value = serde_json::from_slice(&reply.body).unwrap();
            let body = json!({ "state": begun["state"], "credential": {} }).to_string();
            let finish = post(&format!("/{ceremony}/finish"), body);
            wire.send(&finish[..finish.len() - number % 50 - 1])
                .await
                .unwrap();
        });
    }
    while let Some(peer) = peers.join_next().await {
        peer.expect("no panic");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_half_finished_ceremonies_keep_nobody_from_theirs() {
    let server = Server::start().await;
    let mut browser = server.browser().with_header("x-user", "ada");
    let before = begun(&mut browser, "register").await.to_string();
    half_finished(&server, 10_000).await;
    let reply = ask(server.address, post("/register/finish", before))
        .await
        .expect("an answer");
    assert_eq!(reply.status, 200, "it was begun before all of them");
    server.is_well().await;
}
