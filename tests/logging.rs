//! The log: what operators need, and nothing secret.

use std::{
    io::{self, Write},
    sync::{Mutex, Once},
};

use axum::{
    Router,
    http::{Request, StatusCode},
    routing::post,
};
use passkeys::{
    Verified,
    ceremony::{Action, FinishAuthentication, FinishStepUp},
};
use passkeys_tests::support::{App, World, ada};
use serde_json::json;
use tower::ServiceExt as _;
use tracing_subscriber::filter::LevelFilter;

/// Everything that was logged at any level, by all tests of this program.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(|| Log);
        subscriber.init();
    });
}

#[test]
fn neither_challenge_nor_state_nor_key_is_ever_logged() {
    listen();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();

    let world = World::default();
    let mut device = world.device();
    let mut secrets = Vec::new();
    runtime.block_on(async {
        let begun = world.passkeys.registration().begin(&ada()).await.unwrap();
        secrets.push(serde_json::to_value(&begun).unwrap()["publicKey"]["challenge"].clone());
        secrets.push(json!(begun.state));
        let request = world.answer(begun, &mut device);
        let registered = world
            .passkeys
            .registration()
            .finish(&ada(), &request)
            .await
            .unwrap();
        let key = &registered.credential().public_key;
        secrets.push(json!(
            format!("{:?}", &key[10..20]).trim_matches(['[', ']'])
        ));

        let begun = world.passkeys.authentication().begin(None).await.unwrap();
        let begun_json = serde_json::to_value(&begun).unwrap();
        secrets.push(begun_json["publicKey"]["challenge"].clone());
        secrets.push(json!(begun.state));
        let credential = device.get(&begun_json).unwrap();
        secrets.push(credential["response"]["signature"].clone());
        let request = FinishAuthentication {
            credential: serde_json::from_value(credential).unwrap(),
            state: begun.state.clone(),
        };
        world
            .passkeys
            .authentication()
            .finish(&request)
            .await
            .unwrap();
        tracing::trace!(?begun, ?request, ?registered, "what an application may log");

        let action = Action::new("POST", "/transfer", b"to my secret account");
        let begun = world
            .passkeys
            .step_up()
            .begin(&ada(), &action)
            .await
            .unwrap();
        let begun_json = serde_json::to_value(&begun).unwrap();
        secrets.push(begun_json["publicKey"]["challenge"].clone());
        secrets.push(json!(begun.state));
        secrets.push(serde_json::to_value(&action).unwrap());
        let credential = device.get(&begun_json).unwrap();
        secrets.push(credential["response"]["signature"].clone());
        let request = FinishStepUp {
            credential: serde_json::from_value(credential).unwrap(),
            state: begun.state.clone(),
            body: "to my secret account",
        };
        secrets.push(json!(request.body));
        let step_up = world.passkeys.step_up();
        step_up.finish(&ada(), &action, &request).await.unwrap();
        tracing::trace!(?begun, ?request, ?action, "what an application may log");
    });

    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("authentication_succeeded")
            && log.contains("step_up_succeeded")
            && log.contains("what an application may log")
    );
    for secret in &secrets {
        assert!(
            !log.contains(secret.as_str().unwrap()),
            "{secret} in\n{log}"
        );
    }
}

#[test]
fn whoever_forgets_the_layer_of_a_step_up_is_told_what_to_add() {
    listen();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let router = Router::new().route("/", post(async |_: Verified<App>| ()));
    let request = Request::post("/").body(String::new()).unwrap();
    let answer = runtime.block_on(router.oneshot(request)).unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    let told = "ERROR passkeys::http::error: a handler takes \
                `Verified<passkeys_tests::support::app::App, _>` and is not given the passkeys: \
                add `.layer(axum::Extension(passkeys.clone()))` after its `.route(..)`";
    assert!(log.lines().any(|line| line.ends_with(told)), "{log}");
}

#[test]
fn what_a_peer_names_is_escaped_in_the_log() {
    listen();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let forged = "mallory\n2026-01-01T00:00:00Z INFO all is well";
    runtime
        .block_on(
            World::default()
                .passkeys
                .authentication()
                .begin(Some(forged)),
        )
        .unwrap();
    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    let line = log.lines().find(|line| line.contains("mallory")).unwrap();
    assert!(
        line.ends_with(r#"user_id="mallory\n2026-01-01T00:00:00Z INFO all is well""#),
        "{line}"
    );
}
