//! A day of abuse in minutes: everything at once, hour after hour, while people go on signing in.

use std::time::Duration;

use axum::http::Method;
use passkeys::{
    store::MemoryChallenges,
    testing::{Browser, Fault},
};
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    bodies, headers, memory, nesting, paths,
    server::Server,
    vanishing::half_finished,
    wire::{Wire, ask, head, post, request},
};

/// How many ceremonies wait at most, so that the store is as full before the day as it is after it.
const CAPACITY: usize = 2_000;

const ROUTES: [&str; 4] = [
    "/register/begin",
    "/register/finish",
    "/authenticate/begin",
    "/authenticate/finish",
];

#[tokio::test(flavor = "multi_thread")]
async fn of_abuse_leaves_a_server_that_answers_with_its_memory_where_it_was() {
    let count = memory::alone().await;
    let server = Server::start_alone(MemoryChallenges::with_capacity(CAPACITY)).await;
    let mut ada = server.browser().with_header("x-user", "ada");
    ada.register().await.assert_ok();
    // One hour before the count, so that what is allocated once and for all is.
    hour(&server, &mut ada).await;
    quiet(&server).await;
    let before = count.settled().await;

    for _ in 0..24 {
        server.clock.advance(Duration::from_hours(1));
        hour(&server, &mut ada).await;
    }
    quiet(&server).await;
    server.is_well().await;
    let listed: Vec<Value> = ada
        .get("/auth/passkeys/credentials")
        .await
        .assert_ok()
        .json();
    assert_eq!(listed.len(), 1, "Ada has what she had");

    let grown = count.settled().await - before;
    println!("{before} bytes before, {grown} more after");
    assert!(grown < 256 * 1024, "{grown} bytes stay behind");
}

/// As many begin as can wait, one after the other, as on any day.
async fn quiet(server: &Server) {
    server.clock.advance(Duration::from_hours(1));
    let mut browser = server.browser();
    for _ in 0..CAPACITY {
        browser
            .post("/auth/passkeys/authenticate/begin", &json!({}))
            .await
            .assert_ok();
    }
}

async fn hour(server: &Server, ada: &mut Browser) {
    tokio::join!(
        nonsense(server),
        half_finished(server, 200),
        forgeries(server, ada.clone()),
        strangers(server),
        loiterers(server),
        async {
            for _ in 0..5 {
                server.is_well().await;
            }
        }
    );
    ada.sign_in().await.assert_ok();
    replays(ada).await;
}

/// What is no request of the contract's.
async fn nonsense(server: &Server) {
    let mut requests = bodies::lies();
    for route in ROUTES {
        for length in [64 * 1024, 64 * 1024 + 1, 300_000] {
            requests.push(post(route, vec![b'{'; length]));
        }
        for flood in headers::floods() {
            requests.push(head(route, &flood).into_bytes());
        }
        for body in nesting::bodies() {
            requests.push(post(route, body));
        }
    }
    for id in paths::ids() {
        requests.push(request("DELETE", &format!("/auth/passkeys/credentials/{id}")).into_bytes());
        requests.push(request("GET", &format!("/auth/passkeys/{id}")).into_bytes());
    }
    for request in requests {
        // Nobody sends the rest, so nothing waits for it.
        let mut wire = Wire::connect(server.address).await;
        let _ = wire.send(request).await;
        wire.end().await;
        if let Some(reply) = wire.reply().await {
            assert!(reply.status < 500, "{}", reply.status);
        }
    }
}

/// Ada's passkey, in every wrong way, at every finish.
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

/// Begins for users that there are not, whose ids are as long as they can be.
async fn strangers(server: &Server) {
    for number in 0..100 {
        let id = format!("{number}{}", "x".repeat(number * 600));
        let body = json!({ "userId": id }).to_string();
        let reply = ask(server.address, post("/authenticate/begin", body))
            .await
            .unwrap();
        assert_eq!(reply.status, 200);
    }
}

/// Connections on which nothing more comes, for a while.
async fn loiterers(server: &Server) {
    let mut loiterers = JoinSet::new();
    for number in 0..100 {
        let address = server.address;
        loiterers.spawn(async move {
            let request = post("/authenticate/finish", vec![b'['; 60_000]);
            let mut wire = Wire::connect(address).await;
            wire.send(&request[..request.len() * number / 100])
                .await
                .unwrap();
            sleep(Duration::from_millis(300)).await;
        });
    }
    loiterers.join_all().await;
}

/// One sign-in of Ada's, sent again and again.
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
