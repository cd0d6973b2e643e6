//! Step-up: handlers of the application that run only with the user's consent.

use axum::{
    Json, Router,
    body::Body,
    extract::{FromRef, OriginalUri, State},
    http::{Method, Request, StatusCode},
    middleware::map_request,
    routing::{delete, post},
};
use passkeys::{
    Passkeys, Verified,
    audit::{AuditKind, Reason},
    store::MemoryRepository,
};
use passkeys_test_support::{App, Trail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    device::Device,
    site::{Answer, Site},
};

#[derive(Debug, Deserialize, Serialize)]
struct Transfer {
    to: String,
    amount: u32,
}

/// Returns who sent what.
async fn transfer(
    State(bank): State<&'static str>,
    Verified {
        result, user, body, ..
    }: Verified<App, Transfer>,
) -> Json<Value> {
    let by = (user.id(), result.user_id(), bank);
    Json(json!({ "by": by, "sent": body }))
}

async fn close(verified: Verified<App>) -> String {
    format!("{} is closed", verified.user.id())
}

/// State of the bank's router: its name, and the passkeys that [`Verified`] needs.
#[derive(Clone)]
struct Bank {
    name: &'static str,
    passkeys: Passkeys<App>,
}

impl FromRef<Bank> for &'static str {
    fn from_ref(bank: &Bank) -> Self {
        bank.name
    }
}

impl FromRef<Bank> for Passkeys<App> {
    fn from_ref(bank: &Bank) -> Self {
        bank.passkeys.clone()
    }
}

/// A bank below `/bank`.
fn bank(passkeys: &Passkeys<App>) -> Site {
    let accounts = Router::new()
        .route("/transfer", post(transfer).put(transfer))
        .route("/account", delete(close))
        .with_state(Bank {
            name: "the bank",
            passkeys: passkeys.clone(),
        });
    let router = Router::new()
        .nest("/bank", accounts)
        .nest("/auth/passkeys", passkeys.router());
    Site(router)
}

async fn ada_at_the_bank() -> (Site, Device, Trail) {
    let (passkeys, audit) = Trail::of(Passkeys::new(App, MemoryRepository::default()));
    let (site, mut phone) = (bank(&passkeys), Device::new());
    site.register("ada", &mut phone).await;
    (site, phone, audit)
}

/// Request to the bank, with its JSON byte for byte.
#[derive(Clone)]
struct Order {
    method: Method,
    host: &'static str,
    path: &'static str,
    body: &'static str,
}

/// Transfer of 5 to Bob, in JSON that no serializer would write.
const FIVE_TO_BOB: Order = Order {
    method: Method::POST,
    host: "example.com",
    path: "/bank/transfer?from=savings&note=%F0%9F%8E%82",
    body: "{\"amount\" : 5,\n\"to\": \"b\\u006fb\"}",
};

/// Asks Ada for her consent to an order; returns her credential and the ceremony state.
async fn agree(site: &Site, order: &Order, phone: &mut Device) -> (Value, Value) {
    let Order {
        method, path, body, ..
    } = order;
    let asked = format!(r#"{{ "method": "{method}", "path": "{path}", "body": {body} }}"#);
    agree_to(site, order.host, asked, phone).await
}

/// Asks Ada for her consent with this body of `step-up/begin`, sent to this host.
async fn agree_to(site: &Site, host: &str, asked: String, phone: &mut Device) -> (Value, Value) {
    let begun = Request::post("/auth/passkeys/step-up/begin")
        .header("host", host)
        .header("x-user", "ada")
        .header("content-type", "application/json");
    let begun = site.send(begun.body(asked.into()).unwrap()).await;
    assert_eq!(begun.status, StatusCode::OK);
    assert_eq!(begun.headers["cache-control"], "no-store");
    let begun = begun.json();
    (phone.get(&begun).await, begun["state"].clone())
}

/// Sends an order with the given consent.
async fn send(
    site: &Site,
    order: &Order,
    (credential, state): &(Value, Value),
    user: Option<&str>,
) -> Answer {
    let Order {
        method,
        host,
        path,
        body,
    } = order;
    let mut request = Request::builder().method(method).uri(*path);
    request = request.header("host", *host);
    if let Some(user) = user {
        request = request.header("x-user", user);
    }
    let body =
        format!(r#"{{ "state": {state}, "credential": {credential}, "body":{body}, "more": 1 }}"#);
    let request = request.header("content-type", "application/json");
    site.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn step_up_gives_the_handler_the_signed_body_and_rejects_a_replay() {
    let (site, mut phone, _) = ada_at_the_bank().await;
    let agreed = agree(&site, &FIVE_TO_BOB, &mut phone).await;
    let answer = send(&site, &FIVE_TO_BOB, &agreed, Some("ada")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.json(),
        json!({ "by": ["ada", "ada", "the bank"], "sent": { "to": "bob", "amount": 5 } })
    );
    let again = send(&site, &FIVE_TO_BOB, &agreed, Some("ada")).await;
    again.is_error(400, "challenge_not_found");
}

#[tokio::test]
async fn step_up_consent_is_bound_to_method_host_path_query_and_body() {
    let (site, mut phone, audit) = ada_at_the_bank().await;
    let other = |change: fn(&mut Order)| {
        let mut order = FIVE_TO_BOB;
        change(&mut order);
        order
    };
    for instead in [
        other(|order| order.method = Method::PUT),
        other(|order| order.host = "staging.example.com"),
        other(|order| order.host = "example.com:8443"),
        other(|order| order.path = "/bank/transfer?from=current&note=%F0%9F%8E%82"),
        other(|order| order.path = "/bank/transfer"),
        other(|order| order.path = "/bank/transfer?"),
        other(|order| order.body = "{\"amount\" : 50,\n\"to\": \"b\\u006fb\"}"),
        // Equal to the handler, but not byte for byte what was signed.
        other(|order| order.body = r#"{"amount":5,"to":"bob"}"#),
        other(|order| order.path = "/bank/transfer?from=savings&note=%f0%9f%8e%82"),
    ] {
        let agreed = agree(&site, &FIVE_TO_BOB, &mut phone).await;
        let answer = send(&site, &instead, &agreed, Some("ada")).await;
        answer.is_error(400, "challenge_not_found");
        assert_eq!(audit.last_reason(), Some(Reason::OtherAction));
    }
}

#[tokio::test]
async fn step_up_for_a_request_to_another_host_names_it() {
    let (site, mut phone, audit) = ada_at_the_bank().await;
    let api = Order {
        host: "api.example.com",
        ..FIVE_TO_BOB
    };
    let Order { path, body, .. } = api;
    let asked = |host: &str| {
        format!(r#"{{ "method": "POST", "host": {host}, "path": "{path}", "body": {body} }}"#)
    };
    let agreed = agree_to(
        &site,
        "example.com",
        asked(r#""API.example.com""#),
        &mut phone,
    )
    .await;
    let answer = send(&site, &api, &agreed, Some("ada")).await;
    assert_eq!(answer.status, StatusCode::OK);

    let agreed = agree_to(
        &site,
        "example.com",
        asked(r#""api.example.com""#),
        &mut phone,
    )
    .await;
    let answer = send(&site, &FIVE_TO_BOB, &agreed, Some("ada")).await;
    answer.is_error(400, "challenge_not_found");
    assert_eq!(audit.last_reason(), Some(Reason::OtherAction));

    // `null` is the same as no host: that of the request.
    let agreed = agree_to(&site, "example.com", asked("null"), &mut phone).await;
    let answer = send(&site, &FIVE_TO_BOB, &agreed, Some("ada")).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn step_up_host_is_the_authority_where_the_request_has_one() {
    let (site, mut phone, _) = ada_at_the_bank().await;
    let Order { path, body, .. } = FIVE_TO_BOB;
    for (authority, is_same) in [("example.com", true), ("example.org", false)] {
        let (credential, state) = agree(&site, &FIVE_TO_BOB, &mut phone).await;
        // As HTTP/2 has it: no `Host`, but `:authority`.
        let request = Request::post(format!("https://{authority}{path}"))
            .header("x-user", "ada")
            .header("content-type", "application/json");
        let body = format!(r#"{{ "state": {state}, "credential": {credential}, "body":{body} }}"#);
        let answer = site.send(request.body(body.into()).unwrap()).await;
        assert_eq!(answer.status == StatusCode::OK, is_same, "{authority}");
    }
}

#[tokio::test]
async fn step_up_rejects_a_request_that_names_two_hosts() {
    let (site, mut phone, _) = ada_at_the_bank().await;
    let (credential, state) = agree(&site, &FIVE_TO_BOB, &mut phone).await;
    let Order { path, body, .. } = FIVE_TO_BOB;
    let sent = format!(r#"{{ "state": {state}, "credential": {credential}, "body":{body} }}"#);
    let begin = format!(r#"{{ "method": "POST", "path": "{path}", "body":{body} }}"#);
    for (path, body) in [(path, sent), ("/auth/passkeys/step-up/begin", begin)] {
        let request = Request::post(path)
            .header("host", "example.com")
            .header("host", "example.org")
            .header("x-user", "ada")
            .header("content-type", "application/json");
        let answer = site.send(request.body(body.into()).unwrap()).await;
        answer.is_error(400, "invalid_request");
    }
}

/// `fetch()` sends `post` as `POST`, and `patch` as it is.
#[tokio::test]
async fn step_up_accepts_the_method_as_a_page_passes_it_to_fetch() {
    let (site, mut phone, _) = ada_at_the_bank().await;
    let Order { path, body, .. } = FIVE_TO_BOB;
    for (written, sent) in [("post", Method::POST), ("Put", Method::PUT)] {
        let asked = format!(r#"{{ "method": "{written}", "path": "{path}", "body": {body} }}"#);
        let agreed = agree_to(&site, "example.com", asked, &mut phone).await;
        let order = Order {
            method: sent,
            ..FIVE_TO_BOB
        };
        let answer = send(&site, &order, &agreed, Some("ada")).await;
        assert_eq!(answer.status, StatusCode::OK, "{written}");
    }
}

#[tokio::test]
async fn step_up_without_a_body_is_bound_to_the_path() {
    let (site, mut phone, _) = ada_at_the_bank().await;
    let close = |body| Order {
        method: Method::DELETE,
        host: "example.com",
        path: "/bank/account",
        body,
    };
    let (credential, state) = agree(&site, &close("null"), &mut phone).await;
    // A missing body is equal to `null`.
    let request = Request::delete("/bank/account")
        .header("host", "example.com")
        .header("x-user", "ada")
        .header("content-type", "application/json");
    let body = json!({ "credential": credential, "state": state }).to_string();
    let answer = site.send(request.body(body.into()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, b"ada is closed");

    // A body that the handler would ignore is rejected, because consent to it has no effect.
    let unread = close(r#"{"unless":"I change my mind"}"#);
    let agreed = agree(&site, &unread, &mut phone).await;
    send(&site, &unread, &agreed, Some("ada"))
        .await
        .is_error(422, "invalid_request");
}

#[tokio::test]
async fn step_up_with_a_body_of_another_type_is_rejected_and_ends_the_ceremony() {
    let (site, mut phone, audit) = ada_at_the_bank().await;
    for body in [
        "null",
        "[]",
        r#"{"to":"bob"}"#,
        r#"{"to":"bob","amount":-5}"#,
    ] {
        let order = Order {
            body,
            ..FIVE_TO_BOB
        };
        let agreed = agree(&site, &order, &mut phone).await;
        let answer = send(&site, &order, &agreed, Some("ada")).await;
        answer.is_error(422, "invalid_request");
        let again = send(&site, &order, &agreed, Some("ada")).await;
        again.is_error(400, "challenge_not_found");
    }
    assert!(!audit.kinds().contains(&AuditKind::StepUpSucceeded));
}

#[tokio::test]
async fn step_up_requires_the_same_signed_in_user_at_begin_and_finish() {
    let (site, mut phone, audit) = ada_at_the_bank().await;
    let agreed = agree(&site, &FIVE_TO_BOB, &mut phone).await;
    let answer = send(&site, &FIVE_TO_BOB, &agreed, Some("bob")).await;
    answer.is_error(400, "challenge_not_found");
    assert_eq!(audit.last_reason(), Some(Reason::OtherUser));

    let body = json!({ "method": "POST", "path": "/" });
    let to_nobody = site.post("/step-up/begin", None, Some(body.clone())).await;
    let agreed = agree(&site, &FIVE_TO_BOB, &mut phone).await;
    let by_nobody = send(&site, &FIVE_TO_BOB, &agreed, None).await;
    for answer in [to_nobody, by_nobody] {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.body, b"who are you?", "as `get_user` made it");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    // Bob has no passkey.
    let answer = site.post("/step-up/begin", Some("bob"), Some(body)).await;
    answer.is_error(404, "no_passkeys");
}

#[tokio::test]
async fn step_up_failures_return_one_opaque_error() {
    let (site, mut phone, _) = ada_at_the_bank().await;
    let mut bobs = Device::new();
    site.register("bob", &mut bobs).await;
    let mut answers = Vec::new();
    for change in [
        (|credential: &mut Value| {
            let other = credential["response"]["authenticatorData"].clone();
            credential["response"]["signature"] = other;
        }) as fn(&mut Value),
        |credential| credential["response"]["userHandle"] = "Ym9i".into(),
        |credential| {
            credential["id"] = "AAAA".into();
            credential["rawId"] = "AAAA".into();
        },
    ] {
        let mut agreed = agree(&site, &FIVE_TO_BOB, &mut phone).await;
        change(&mut agreed.0);
        answers.push(send(&site, &FIVE_TO_BOB, &agreed, Some("ada")).await);
    }
    let (_, state) = agree(&site, &FIVE_TO_BOB, &mut phone).await;
    let bobs = site.assert(None, &mut bobs).await["credential"].take();
    answers.push(send(&site, &FIVE_TO_BOB, &(bobs, state), Some("ada")).await);
    for answer in &answers {
        answer.is_error(401, "authentication_failed");
        assert_eq!(answer.body, answers[0].body);
        assert_eq!(answer.headers, answers[0].headers);
    }
}

#[tokio::test]
async fn sign_in_and_step_up_ceremonies_cannot_be_exchanged() {
    let (site, mut phone, audit) = ada_at_the_bank().await;
    let mut sign_in = site.assert(None, &mut phone).await;
    let agreed = (sign_in["credential"].take(), sign_in["state"].take());
    let answer = send(&site, &FIVE_TO_BOB, &agreed, Some("ada")).await;
    answer.is_error(400, "challenge_not_found");
    assert_eq!(audit.last_reason(), Some(Reason::OtherPurpose));

    let (credential, state) = agree(&site, &FIVE_TO_BOB, &mut phone).await;
    let body = json!({ "credential": credential, "state": state });
    let answer = site.post("/authenticate/finish", None, Some(body)).await;
    answer.is_error(400, "challenge_not_found");
}

#[tokio::test]
async fn step_up_rejects_malformed_requests_like_the_routes() {
    let (site, ..) = ada_at_the_bank().await;
    let json = "application/json";
    for (content_type, body, status, code) in [
        (json, "{".into(), 400, "invalid_request"),
        (
            json,
            r#"{"credential":{},"state":7}"#.into(),
            422,
            "invalid_request",
        ),
        (
            json,
            r#"{"credential":{},"state":"x","body":1,"body":2}"#.into(),
            422,
            "invalid_request",
        ),
        (
            "text/plain",
            r#"{"credential":{},"state":"x"}"#.into(),
            415,
            "unsupported_media_type",
        ),
        (json, " ".repeat(65_537), 413, "payload_too_large"),
        (
            json,
            r#"{"credential":{},"state":"x","body":{}}"#.into(),
            400,
            "challenge_not_found",
        ),
    ] {
        let request = Request::post("/bank/transfer")
            .header("x-user", "ada")
            .header("content-type", content_type);
        let answer = site.send(request.body(Body::from(body)).unwrap()).await;
        answer.is_error(status, code);
    }
}

/// Sends a body to the bank's transfers.
async fn plain(
    site: &Site,
    user: Option<&str>,
    content_type: Option<&str>,
    body: &'static str,
) -> Answer {
    let mut request = Request::post("/bank/transfer");
    if let Some(user) = user {
        request = request.header("x-user", user);
    }
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    site.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn request_without_consent_is_step_up_required() {
    let (site, _, audit) = ada_at_the_bank().await;
    let (json, form) = ("application/json", "application/x-www-form-urlencoded");
    for (content_type, body) in [
        (None, ""),
        (Some(json), ""),
        (Some(json), "null"),
        (Some(json), "{}"),
        (Some(json), "[]"),
        (Some(json), r#"{"to":"bob","amount":5}"#),
        // A member of the application's own with the name of one of the consent.
        (Some(json), r#"{"street":"Main","state":"CA"}"#),
        (Some(form), "to=bob&amount=5"),
        (Some("text/plain"), "credential and state"),
        (None, r#"{"to":"bob","amount":5}"#),
    ] {
        let answer = plain(&site, Some("ada"), content_type, body).await;
        answer.is_error(403, "step_up_required");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(audit.last_reason(), Some(Reason::NoConsent));
    }
}

/// The front end signs the user in first: consent would be refused without a session.
#[tokio::test]
async fn request_without_consent_of_nobody_is_rejected_by_get_user() {
    let (site, _, audit) = ada_at_the_bank().await;
    let before = audit.kinds();
    let answer = plain(&site, None, Some("application/json"), "{}").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.body, b"who are you?");
    assert_eq!(audit.kinds(), before);
}

#[tokio::test]
async fn step_up_for_a_path_that_no_client_sends_is_unprocessable_and_names_the_member() {
    let (site, _, audit) = ada_at_the_bank().await;
    let before = audit.kinds();
    for (member, body) in [
        ("path", json!({ "method": "POST", "path": "bank/transfer" })),
        ("path", json!({ "method": "POST", "path": "" })),
        (
            "path",
            json!({ "method": "POST", "path": "https://example.com/bank/transfer" }),
        ),
        (
            "path",
            json!({ "method": "POST", "host": "example.com", "path": "//example.com/bank/transfer" }),
        ),
        (
            "path",
            json!({ "method": "POST", "path": "/bank/transfer#form" }),
        ),
        ("path", json!({ "method": "POST", "path": "/my transfer" })),
        (
            "host",
            json!({ "method": "POST", "host": "https://example.com", "path": "/" }),
        ),
        ("method", json!({ "method": "POST /", "path": "/" })),
        ("method", json!({ "method": "", "path": "/" })),
    ] {
        // Also of a user without a passkey: the mistake is the client's.
        for user in ["ada", "bob"] {
            let answer = site
                .post("/step-up/begin", Some(user), Some(body.clone()))
                .await;
            answer.is_error(422, "invalid_request");
            let message = answer.json()["error"]["message"].to_string();
            assert!(message.contains(&format!("`{member}` must")), "{message}");
        }
    }
    assert_eq!(audit.kinds(), before);
}

#[tokio::test]
async fn step_up_of_a_user_without_passkeys_is_no_passkeys_in_the_audit_trail() {
    let (site, _, audit) = ada_at_the_bank().await;
    let body = json!({ "method": "POST", "path": "/" });
    let answer = site.post("/step-up/begin", Some("bob"), Some(body)).await;
    answer.is_error(404, "no_passkeys");
    assert_eq!(audit.last_reason(), Some(Reason::NoPasskeys));
}

#[tokio::test]
async fn step_up_with_a_malformed_credential_ends_the_ceremony() {
    let (site, mut phone, _) = ada_at_the_bank().await;
    let (credential, state) = agree(&site, &FIVE_TO_BOB, &mut phone).await;
    let broken = (json!({ "id": 7 }), state.clone());
    let answer = send(&site, &FIVE_TO_BOB, &broken, Some("ada")).await;
    answer.is_error(422, "invalid_request");
    let answer = send(&site, &FIVE_TO_BOB, &(credential, state), Some("ada")).await;
    answer.is_error(400, "challenge_not_found");
}

#[tokio::test]
async fn step_up_works_in_a_router_whose_state_is_passkeys() {
    async fn transfer(State(App): State<App>, verified: Verified<App, u8>) -> Json<u8> {
        Json(verified.body)
    }
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let router = Router::new()
        .route("/transfer", post(transfer))
        .nest("/auth/passkeys", passkeys.router())
        .with_state(passkeys);
    let (site, mut phone) = (Site(router), Device::new());
    site.register("ada", &mut phone).await;
    let order = Order {
        method: Method::POST,
        host: "example.com",
        path: "/transfer",
        body: "5",
    };
    let agreed = agree(&site, &order, &mut phone).await;
    let answer = send(&site, &order, &agreed, Some("ada")).await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!(5)));
}

/// A proxy serves `/bank` as `https://example.com/app/bank`, and names the upstream host.
#[tokio::test]
async fn step_up_behind_a_proxy_that_changes_path_and_host_uses_the_original_uri() {
    async fn as_in_the_browser(mut request: Request<Body>) -> Request<Body> {
        let path = format!("https://example.com/app{}", request.uri());
        let original = OriginalUri(path.parse().unwrap());
        request.extensions_mut().insert(original);
        request
    }
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let site = bank(&passkeys);
    let behind_a_proxy = site.0.clone().layer(map_request(as_in_the_browser));
    let behind_a_proxy = Site(behind_a_proxy);
    let mut phone = Device::new();
    site.register("ada", &mut phone).await;
    let asked = Order {
        path: "/app/bank/transfer",
        ..FIVE_TO_BOB
    };
    let sent = Order {
        host: "upstream:3000",
        path: "/bank/transfer",
        ..FIVE_TO_BOB
    };
    let agreed = agree(&site, &asked, &mut phone).await;
    let answer = send(&behind_a_proxy, &sent, &agreed, Some("ada")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let agreed = agree(&site, &asked, &mut phone).await;
    let answer = send(&site, &sent, &agreed, Some("ada")).await;
    answer.is_error(400, "challenge_not_found");
}
