//! Slow clients, and clients that disconnect: while they send a request, while a hook handles it,
//! and between begin and finish.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::Request,
    http::HeaderMap,
    middleware::{Next, from_fn},
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::{CredentialRepository as _, MemoryRepository, Owner},
    testing::{Authenticator, Browser},
};
use serde_json::{Value, json};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    allocations,
    raw_connection::{RawConnection, ask, head, post},
    server::{Server, listen},
};

/// Begins a ceremony and returns the body that finishes it.
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

/// An incomplete request does not reach the handler, so the ceremony can still be finished.
#[tokio::test]
async fn client_that_disconnects_while_sending_the_body_does_not_consume_the_ceremony() {
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
            let mut connection = RawConnection::connect(server.address).await;
            connection.send(&whole[..sent]).await.unwrap();
        }
        let reply = ask(server.address, &whole).await.expect("a response");
        assert_eq!(
            reply.status,
            200,
            "{}",
            String::from_utf8_lossy(&reply.body)
        );
    }
    server.assert_healthy().await;
}

#[tokio::test]
async fn body_sent_byte_by_byte_is_accepted() {
    let server = Server::start().await;
    let mut browser = server.browser().with_header("x-user", "ada");
    let body = begun(&mut browser, "register").await.to_string();
    let mut connection = RawConnection::connect(server.address).await;
    for byte in post("/register/finish", &body) {
        connection.send([byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(connection.reply().await.expect("a response").status, 200);
}

#[tokio::test]
async fn slow_clients_do_not_keep_other_users_from_signing_in() {
    let server = Server::start().await;
    let mut slow = JoinSet::new();
    for number in 0..200 {
        let address = server.address;
        slow.spawn(async move {
            let request = post("/authenticate/finish", [b' '; 5000]);
            // Some are slow in the head, some in the body.
            let (start, rest) = request.split_at(if number % 2 == 0 { 1 } else { 200 });
            let mut connection = RawConnection::connect(address).await;
            connection.send(start).await.unwrap();
            for byte in rest {
                sleep(Duration::from_millis(100)).await;
                connection.send([*byte]).await.unwrap();
            }
        });
    }
    for _ in 0..20 {
        server.assert_healthy().await;
    }
    assert_eq!(slow.len(), 200, "a slow connection was closed");
    assert!(
        slow.try_join_next().is_none(),
        "a slow request was rejected"
    );
    slow.shutdown().await;
    server.assert_healthy().await;
}

// --- While a hook runs -----------------------------------------------------------------------

/// Application whose hooks wait until they may go on, if the header `x-wait` names them.
#[derive(Clone)]
struct Patient {
    entered: Arc<Semaphore>,
    may_go: Arc<Semaphore>,
    left: Arc<Semaphore>,
}

impl Patient {
    async fn wait_if_told(&self, headers: &HeaderMap, hook: &str) {
        if headers.get("x-wait").is_some_and(|named| named == hook) {
            self.entered.add_permits(1);
            self.may_go.acquire().await.unwrap().forget();
            self.left.add_permits(1);
        }
    }
}

/// Adds a permit when it is dropped.
struct Dropped(Arc<Semaphore>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

/// Waits for a permit.
async fn wait_for(what: &str, semaphore: &Semaphore) {
    let permit = timeout(Duration::from_mins(1), semaphore.acquire()).await;
    permit.expect(what).unwrap().forget();
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

/// The server drops the request, and the ceremony runs to its end.
#[tokio::test]
async fn ceremony_is_finished_although_its_client_disconnects_while_a_hook_runs() {
    let _turn = allocations::shared_turn().await;
    let repository = MemoryRepository::default();
    let app = Patient {
        entered: Arc::new(Semaphore::new(0)),
        may_go: Arc::new(Semaphore::new(0)),
        left: Arc::new(Semaphore::new(0)),
    };
    let passkeys = Passkeys::new(app.clone(), repository.clone());
    let dropped = Arc::new(Semaphore::new(0));
    let signal = dropped.clone();
    let watch = from_fn(move |request: Request, next: Next| {
        let waits = request.headers().contains_key("x-wait");
        let dropped = waits.then(|| Dropped(signal.clone()));
        async move {
            let _dropped = dropped;
            next.run(request).await
        }
    });
    let (address, listening) = listen(passkeys.router().layer(watch)).await;
    let mut browser = Browser::connect(format!("http://{address}"), "https://example.com");

    for (ceremony, hook, number, uses) in [
        ("register", "get_user", 1, 0),
        ("register", "on_registered", 2, 0),
        ("authenticate", "on_authenticated", 2, 1),
    ] {
        let body = begun(&mut browser, ceremony).await.to_string();
        let route = format!("/{ceremony}/finish");
        let headers = format!("x-wait: {hook}\r\ncontent-length: {}\r\n", body.len());
        let mut connection = RawConnection::connect(address).await;
        connection
            .send(head(&route, &headers) + &body)
            .await
            .unwrap();
        wait_for("the hook runs", &app.entered).await;
        drop(connection);
        wait_for("the server drops the request", &dropped).await;
        app.may_go.add_permits(1);
        wait_for("the hook runs on", &app.left).await;
        assert!(passkeys.shutdown(Duration::from_mins(1)).await);

        let again = ask(address, post(&route, &body)).await.expect("a response");
        again.assert_error(400, "challenge_not_found");
        let stored = repository.list(Owner::everywhere("ada")).await.unwrap();
        assert_eq!(stored.len(), number, "{hook}");
        assert_eq!(
            stored.iter().map(|passkey| passkey.sign_count).sum::<u32>(),
            uses,
            "{hook}"
        );
    }
    // Later requests are not affected.
    browser.sign_in().await.assert_ok();
    listening.abort();
}

// --- Between `begin` and `finish` ------------------------------------------------------------

/// Begins this many ceremonies as Ada, each on its own connection, which is closed in the middle of
/// the finish.
pub(crate) async fn half_finished(server: &Server, ceremonies: usize) {
    let mut clients = JoinSet::new();
    for number in 0..ceremonies {
        let address = server.address;
        if clients.len() >= 64 {
            clients
                .join_next()
                .await
                .expect("a client")
                .expect("no panic");
        }
        clients.spawn(async move {
            let ceremony = if number % 2 == 0 {
                "register"
            } else {
                "authenticate"
            };
            let mut connection = RawConnection::connect(address).await;
            connection
                .send(post(&format!("/{ceremony}/begin"), "{}"))
                .await
                .unwrap();
            let reply = connection.reply().await.expect("a response");
            assert_eq!(reply.status, 200);
            let begun: Value = serde_json::from_slice(&reply.body).unwrap();
            let body = json!({ "state": begun["state"], "credential": {} }).to_string();
            let finish = post(&format!("/{ceremony}/finish"), body);
            connection
                .send(&finish[..finish.len() - number % 50 - 1])
                .await
                .unwrap();
        });
    }
    while let Some(client) = clients.join_next().await {
        client.expect("no panic");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_half_finished_ceremonies_do_not_block_an_earlier_one() {
    let server = Server::start().await;
    let mut browser = server.browser().with_header("x-user", "bob");
    let before = begun(&mut browser, "register").await;
    half_finished(&server, 10_000).await;
    let finish = "/auth/passkeys/register/finish";
    browser.post(finish, &before).await.assert_ok();
    server.assert_healthy().await;
}
