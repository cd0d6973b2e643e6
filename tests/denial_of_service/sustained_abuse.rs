//! Sustained abuse: 24 simulated hours of all attacks concurrently, while users sign in.

use std::time::Duration;

use axum::http::Method;
use passkeys::{
    store::MemoryChallenges,
    testing::{Browser, Fault},
};
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    allocations, nesting,
    raw_connection::{RawConnection, ask, head, post, request},
    request_bodies, request_headers, request_paths,
    server::Server,
    slow_and_disconnecting_clients::half_finished,
};

/// Capacity of the challenge store. It is full at both measurements, so that they are comparable.
const CAPACITY: usize = 2_000;

const ROUTES: [&str; 4] = [
    "/register/begin",
    "/register/finish",
    "/authenticate/begin",
    "/authenticate/finish",
];

#[tokio::test(flavor = "multi_thread")]
async fn memory_does_not_grow_over_a_simulated_day_of_mixed_abuse() {
    let count = allocations::count_alone().await;
    let server = Server::start_alone(MemoryChallenges::with_capacity(CAPACITY)).await;
    let mut ada = server.browser().with_header("x-user", "ada");
    ada.register().await.assert_ok();
    // One hour before the measurement, so that one-time allocations are made.
    hour(&server, &mut ada).await;
    fill_challenge_store(&server).await;
    let before = count.settled().await;

    for _ in 0..24 {
        server.clock.advance(Duration::from_hours(1));
        hour(&server, &mut ada).await;
    }
    fill_challenge_store(&server).await;
    server.assert_healthy().await;
    let listed: Vec<Value> = ada
        .get("/auth/passkeys/credentials")
        .await
        .assert_ok()
        .json();
    assert_eq!(listed.len(), 1, "Ada's passkeys have changed");

    let grown = count.settled().await - before;
    println!("{before} bytes before, {grown} more after");
    assert!(grown < 256 * 1024, "memory has grown by {grown} bytes");
}

/// Begins as many sign-ins as the challenge store holds.
async fn fill_challenge_store(server: &Server) {
    server.clock.advance(Duration::from_hours(1));
    let mut browser = server.browser();
    for _ in 0..CAPACITY {
        browser
            .post("/auth/passkeys/authenticate/begin", &json!({}))
            .await
            .assert_ok();
    }
}

/// Runs all attacks of an hour.
async fn hour(server: &Server, ada: &mut Browser) {
    tokio::join!(
        malformed_requests(server),
        half_finished(server, 200),
        forgeries(server, ada.clone()),
        begins_for_unknown_users(server),
        stalled_connections(server),
        async {
            for _ in 0..5 {
                server.assert_healthy().await;
            }
        }
    );
    ada.sign_in().await.assert_ok();
    replays(ada).await;
}

/// Malformed and oversized requests.
async fn malformed_requests(server: &Server) {
    let mut requests = request_bodies::invalid_lengths();
    for route in ROUTES {
        for length in [64 * 1024, 64 * 1024 + 1, 300_000] {
            requests.push(post(route, vec![b'{'; length]));
        }
        for flood in request_headers::floods() {
            requests.push(head(route, &flood).into_bytes());
        }
        for body in nesting::bodies() {
            requests.push(post(route, body));
        }
    }
    for id in request_paths::malformed_ids() {
        requests.push(request("DELETE", &format!("/auth/passkeys/credentials/{id}")).into_bytes());
        requests.push(request("GET", &format!("/auth/passkeys/{id}")).into_bytes());
    }
    for request in requests {
        // The write side is closed, so that the server does not wait for the rest of a body.
        let mut connection = RawConnection::connect(server.address).await;
        let _ = connection.send(request).await;
        connection.end().await;
        if let Some(reply) = connection.reply().await {
            assert!(reply.status < 500, "{}", reply.status);
        }
    }
}

/// Sign-ins with every fault of Ada's authenticator, and attacks on her passkey by another user.
async fn forgeries(server: &Server, ada: Browser) {
    let faults = [
        Fault::WrongType,
        Fault::WrongChallenge,
        Fault::Origin("https://example.com.evil.net".into()),
        Fault::CrossOrigin,
        Fault::RpId("evil.net".into()),
        Fault::UserNotVerified,
        Fault::TrailingByte,
        Fault::OtherId,
        Fault::UserHandle(Some(b"mallory".to_vec())),
        Fault::UserHandle(None),
        Fault::BrokenSignature,
    ];
    for fault in faults {
        let mut forger = ada.with_fault(fault.clone());
        forger.sign_in().await.assert_error("authentication_failed");
    }
    let mut mallory = server.browser().with_header("x-user", "mallory");
    let id = ada
        .clone()
        .get("/auth/passkeys/credentials")
        .await
        .json::<Value>()[0]["id"]
        .clone();
    let id = id.as_str().unwrap();
    let bytes = id
        .parse::<passkeys::CredentialId>()
        .unwrap()
        .as_bytes()
        .to_vec();
    let mut thief = mallory.with_fault(Fault::CredentialId(bytes));
    thief
        .register()
        .await
        .assert_error("credential_already_exists");
    let path = format!("/auth/passkeys/credentials/{id}");
    let name = json!({ "deviceName": "Mallory’s" });
    for (method, body) in [(Method::PATCH, Some(&name)), (Method::DELETE, None)] {
        let answer = mallory.request(method, &path, body).await;
        answer.assert_error("credential_not_found");
    }
}

/// Begins for unknown users, with IDs of up to nearly the maximum body size.
async fn begins_for_unknown_users(server: &Server) {
    for number in 0..100 {
        let id = format!("{number}{}", "x".repeat(number * 600));
        let body = json!({ "userId": id }).to_string();
        let reply = ask(server.address, post("/authenticate/begin", body))
            .await
            .unwrap();
        assert_eq!(reply.status, 200);
    }
}

/// Connections that stop in the middle of a request and stay open for a while.
async fn stalled_connections(server: &Server) {
    let mut connections = JoinSet::new();
    for number in 0..100 {
        let address = server.address;
        connections.spawn(async move {
            let request = post("/authenticate/finish", vec![b'['; 60_000]);
            let mut connection = RawConnection::connect(address).await;
            connection
                .send(&request[..request.len() * number / 100])
                .await
                .unwrap();
            sleep(Duration::from_millis(300)).await;
        });
    }
    connections.join_all().await;
}

/// Concurrent replays of one sign-in by Ada, of which exactly one succeeds.
async fn replays(ada: &mut Browser) {
    let begun = ada
        .post("/auth/passkeys/authenticate/begin", &json!({}))
        .await
        .assert_ok();
    let begun: Value = begun.json();
    let credential = ada.authenticator().get(&begun).expect("a passkey");
    let body = json!({ "credential": credential, "state": begun["state"] });
    let mut senders = JoinSet::new();
    for _ in 0..10 {
        let (mut sender, body) = (ada.clone(), body.clone());
        senders.spawn(async move {
            sender
                .post("/auth/passkeys/authenticate/finish", &body)
                .await
        });
    }
    let answers = senders.join_all().await;
    let succeeded = answers.iter().filter(|answer| answer.status.is_success());
    assert_eq!(succeeded.count(), 1);
}
