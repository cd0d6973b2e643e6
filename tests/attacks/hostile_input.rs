//! What a peer sends is bounded and typed: nothing panics and nothing is a server error.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    routing::post,
};
use passkeys::{Passkeys, Verified, store::MemoryRepository};
use passkeys_test_support::{App, World, ada, raw};
use proptest::{
    collection::vec,
    prelude::{Strategy, any, prop},
    test_runner::{Config, TestRunner},
};
use serde_json::Value;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// Any JSON, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop::strategy::Union::new([
        prop::strategy::Just(Value::Null).boxed(),
        any::<bool>().prop_map(Value::from).boxed(),
        any::<i64>().prop_map(Value::from).boxed(),
        ".{0,20}".prop_map(Value::from).boxed(),
        "[A-Za-z0-9_-]{0,60}".prop_map(Value::from).boxed(),
    ]);
    leaf.prop_recursive(4, 32, 6, |inner| {
        let members =
            "(credential|state|id|rawId|type|response|clientDataJSON|method|path|body|.{0,3})";
        prop::strategy::Union::new([
            vec(inner.clone(), 0..6).prop_map(Value::from).boxed(),
            vec((members, inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect()))
                .boxed(),
        ])
    })
}

fn answer(runtime: &Runtime, router: &Router, path: &str, body: Vec<u8>) -> u16 {
    let request = Request::post(path)
        .header("x-user", "ada")
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap();
    runtime.block_on(async {
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        to_bytes(response.into_body(), usize::MAX).await.unwrap();
        status
    })
}

const ROUTES: [&str; 6] = [
    "/register/begin",
    "/register/finish",
    "/authenticate/begin",
    "/authenticate/finish",
    "/step-up/begin",
    "/transfer",
];

/// The library's routes, and one of an application's that wants consent.
fn router() -> Router {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    Router::new()
        .route("/transfer", post(async |_: Verified<App, Value>| ()))
        .merge(passkeys.router())
        .with_state(passkeys)
}

#[test]
fn no_body_is_a_server_error() {
    let runtime = Runtime::new().unwrap();
    let router = router();
    let body = prop::strategy::Union::new([
        vec(any::<u8>(), 0..400).boxed(),
        any_json()
            .prop_map(|json| json.to_string().into_bytes())
            .boxed(),
    ]);
    TestRunner::new(Config::with_cases(2000))
        .run(&body, |body| {
            for route in ROUTES {
                assert!(answer(&runtime, &router, route, body.clone()) < 500);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn json_of_any_depth_is_answered() {
    let runtime = Runtime::new().unwrap();
    let router = router();
    for deep in [
        "[".repeat(60_000),
        format!("{{\"credential\":{}", "{\"a\":".repeat(10_000)),
    ] {
        for route in &ROUTES[1..] {
            let status = answer(&runtime, &router, route, deep.clone().into_bytes());
            assert!(matches!(status, 400 | 422), "{status}");
        }
    }
}

#[test]
fn a_response_with_any_byte_changed_does_not_sign_in() {
    let runtime = Runtime::new().unwrap();
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    // Hundreds of sign-ins fail here, and how long that takes is not looked at.
    let world = World::of(passkeys.timing_floor(Duration::ZERO));
    let mut device = world.device();
    runtime
        .block_on(world.register(&ada(), &mut device))
        .unwrap();

    let members = ["clientDataJSON", "authenticatorData", "signature"];
    let change = (
        prop::sample::select(members.to_vec()),
        any::<prop::sample::Index>(),
        1..=255_u8,
    );
    TestRunner::new(Config::with_cases(500))
        .run(&change, |(member, at, flip)| {
            let begun = runtime
                .block_on(world.passkeys.authentication().begin())
                .unwrap();
            let begun_json = serde_json::to_value(&begun).unwrap();
            let mut credential = device.clone().get(&begun_json).unwrap();
            let value = &mut credential["response"][member];
            let id: passkeys::CredentialId = value.as_str().unwrap().parse().unwrap();
            let mut bytes = id.as_bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            *value = passkeys_test_support::base64url(bytes).into();

            let request =
                passkeys::ceremony::FinishAuthentication::new(raw(&credential), begun.state);
            let answer = runtime.block_on(world.passkeys.authentication().finish(&request));
            assert_eq!(answer.unwrap_err().code(), "authentication_failed");
            Ok(())
        })
        .unwrap();
}
