//! The test kit, as applications use it.

use axum::{
    Json, Router,
    http::{HeaderMap, Method, StatusCode},
    response::Redirect,
    routing::{post, put},
};
use passkeys::{
    Passkeys, Verified,
    store::MemoryRepository,
    testing::{Browser, Fault},
};
use passkeys_test_support::App;
use serde_json::{Value, json};

fn app() -> Router {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    Router::new().nest("/auth/passkeys", passkeys.router())
}

fn adas_browser() -> Browser {
    Browser::new(app(), "https://example.com").with_header("x-user", "ada")
}

#[tokio::test]
async fn test_browser_registers_and_signs_in_against_a_router() {
    let mut browser = adas_browser();
    browser.register().await.assert_ok();
    let signed_in: Value = browser.sign_in().await.assert_ok().json();
    assert_eq!(signed_in["userId"], "ada");
}

#[tokio::test]
async fn test_browser_registers_and_signs_in_against_a_url() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app()).await });

    let mut browser = Browser::connect(url, "https://example.com").with_header("x-user", "ada");
    browser.register().await.assert_ok();
    let signed_in: Value = browser.sign_in().await.assert_ok().json();
    assert_eq!(signed_in["userId"], "ada");
}

#[tokio::test]
async fn test_browser_finds_the_routes_where_they_are_mounted() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let router = Router::new().nest("/api/keys", passkeys.router());
    let browser = Browser::new(router, "https://example.com").with_header("x-user", "ada");
    browser
        .mounted_at("/api/keys/")
        .register()
        .await
        .assert_ok();
}

#[tokio::test]
async fn test_browser_submits_forms_with_its_cookies_and_does_not_follow_redirects() {
    let set_cookie = async || {
        (
            [("set-cookie", "session=1; HttpOnly")],
            Redirect::to("/next"),
        )
    };
    let echo = async |headers: HeaderMap, body: String| {
        let header = |name| headers[name].to_str().unwrap().to_owned();
        [header("content-type"), header("cookie"), body].join(" ")
    };
    let router = Router::new()
        .route("/sign-in", post(set_cookie))
        .route("/echo", post(echo));
    let mut browser = Browser::new(router, "https://example.com");
    let response = browser.submit("/sign-in", &[]).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    let fields = [("e-mail", "ada+1@example.com"), ("words", "à b&c=d")];
    let response = browser.submit("/echo", &fields).await.assert_ok();
    let form = "e-mail=ada%2B1%40example.com&words=%C3%A0+b%26c%3Dd";
    assert_eq!(
        response.text(),
        format!("application/x-www-form-urlencoded session=1 {form}")
    );
}

#[tokio::test]
async fn test_browser_with_any_fault_fails_to_sign_in() {
    let mut browser = adas_browser();
    browser.register().await.assert_ok();
    browser.sign_in().await.assert_ok();
    let faults = [
        Fault::WrongType,
        Fault::WrongChallenge,
        Fault::Origin("https://evil.com".into()),
        Fault::CrossOrigin,
        Fault::RpId("evil.com".into()),
        Fault::UserNotPresent,
        Fault::UserNotVerified,
        Fault::BackedUpIneligible,
        Fault::BackupEligibilityChanged,
        Fault::SignCount(0),
        Fault::UserHandle(None),
        Fault::BrokenSignature,
        Fault::TrailingByte,
        Fault::OtherId,
    ];
    for fault in faults {
        browser
            .with_fault(fault)
            .sign_in()
            .await
            .assert_error("authentication_failed");
    }
    browser
        .with_fault(Fault::SignCount(9))
        .sign_in()
        .await
        .assert_ok();
}

#[tokio::test]
async fn test_browser_returns_the_first_response_that_failed() {
    let mut nobody = Browser::new(app(), "https://example.com");
    assert_eq!(nobody.register().await.text(), "who are you?");
    let answer = nobody.step_up(Method::POST, "/transfer", None).await;
    assert_eq!(answer.text(), "who are you?");
}

#[tokio::test]
#[should_panic(
    expected = "POST /auth/passkeys/register/begin responded with 401 Unauthorized\nwith the body: who are you?"
)]
async fn assert_ok_panics_with_the_response() {
    Browser::new(app(), "https://example.com")
        .register()
        .await
        .assert_ok();
}

#[tokio::test]
#[should_panic(expected = "challenge_not_found")]
async fn assert_error_panics_with_the_code_of_the_response() {
    let finish = json!({ "credential": {}, "state": "" });
    let answer = adas_browser()
        .post("/auth/passkeys/authenticate/finish", &finish)
        .await;
    answer.assert_error("authentication_failed");
}

#[tokio::test]
async fn test_browser_steps_up_for_a_route_of_the_application() {
    async fn transfer(Verified { user, body, .. }: Verified<App, Value>) -> Json<Value> {
        Json(json!([user.id(), body]))
    }
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let router = Router::new()
        .route("/transfer", put(transfer))
        .nest("/auth/passkeys", passkeys.router())
        .with_state(passkeys);
    let mut browser = Browser::new(router, "https://example.com").with_header("x-user", "ada");
    browser.register().await.assert_ok();

    let body = json!({ "amount": 5 });
    let answer = browser.step_up(Method::PUT, "/transfer?now", Some(&body));
    let answer: Value = answer.await.assert_ok().json();
    assert_eq!(answer, json!(["ada", body]));
    let answer: Value = browser.step_up(Method::PUT, "/transfer", None).await.json();
    assert_eq!(answer, json!(["ada", null]));

    let mut phished = browser.with_fault(Fault::Origin("https://evil.com".into()));
    let answer = phished.step_up(Method::PUT, "/transfer", Some(&body)).await;
    answer.assert_error("authentication_failed");
}
