//! Hostile input: arbitrary request bodies cause neither a panic nor a server error, and altered
//! assertions do not sign in. Input is bounded and typed (rule 10 of the ceremonies).

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    routing::post,
};
use passkeys::{Passkeys, Verified, policy::Recent, store::MemoryRepository};
use passkeys_test_support::{App, World, ada, raw};
use proptest::{
    collection::vec,
    prelude::{Strategy, any, prop},
    test_runner::{Config, TestRunner},
};
use serde_json::Value;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// Generates arbitrary JSON, a few levels deep, with members of the contract among others.
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

fn status_of(runtime: &Runtime, router: &Router, path: &str, body: Vec<u8>) -> u16 {
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

/// Of the first two, bodies that are consent are told from others before anybody is signed in.
const ROUTES: [&str; 8] = [
    "/register/begin",
    "/email",
    "/register/finish",
    "/authenticate/begin",
    "/authenticate/finish",
    "/step-up/begin",
    "/outcomes",
    "/transfer",
];

/// Returns the library's routes, and two of the application: one that requires a step-up, and one that
/// requires it unless the sign-in is recent.
fn router() -> Router {
    let config = passkeys::Config::builder("example.com", ["https://example.com"]);
    let config = config.fresh(Duration::from_mins(10)).prompt_outcomes(true);
    let config = config.build().unwrap();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let email = post(async |_: Verified<App, Value, Recent<300>>| ());
    Router::new()
        .route("/transfer", post(async |_: Verified<App, Value>| ()))
        .route("/email", email)
        .merge(passkeys.router())
        .with_state(passkeys)
}

#[test]
fn arbitrary_request_bodies_never_cause_a_server_error() {
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
                assert!(status_of(&runtime, &router, route, body.clone()) < 500);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn deeply_nested_json_is_rejected_with_a_client_error() {
    let runtime = Runtime::new().unwrap();
    let router = router();
    for deep in [
        "[".repeat(60_000),
        format!("{{\"credential\":{}", "{\"a\":".repeat(10_000)),
    ] {
        for route in &ROUTES[2..] {
            let status = status_of(&runtime, &router, route, deep.clone().into_bytes());
            assert!(matches!(status, 400 | 403 | 422), "{status}");
        }
    }
    // Consent is told from other bodies without recursion, and is parsed like the others.
    let nested = format!("{}1{}", "{\"a\":".repeat(9_000), "}".repeat(9_000));
    let consent = format!(r#"{{"credential":{nested},"state":"x"}}"#).into_bytes();
    for (route, expected) in [(ROUTES[0], 422), (ROUTES[1], 403)] {
        assert_eq!(status_of(&runtime, &router, route, consent.clone()), 400);
        let other = vec![b'['; 60_000];
        assert_eq!(status_of(&runtime, &router, route, other), expected);
    }
}

#[test]
fn assertion_with_any_byte_changed_does_not_sign_in() {
    let runtime = Runtime::new().unwrap();
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    // No timing floor: hundreds of sign-ins fail here.
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

#[tokio::test]
async fn services_reject_a_credential_larger_than_a_request_body_may_be() {
    let world = World::of(Passkeys::new(App, MemoryRepository::default()));
    let authentication = world.passkeys.authentication();
    let begun = authentication.begin().await.unwrap();
    let credential = raw(&"a".repeat(64 * 1024));
    let request = passkeys::ceremony::FinishAuthentication::new(credential, begun.state);
    let rejected = authentication.finish(&request).await.unwrap_err();
    assert_eq!(rejected.code(), "payload_too_large");
}
