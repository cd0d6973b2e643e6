use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, Uri},
};
use passkeys::testing::Browser;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;

const ORIGIN: &str = "http://localhost:3000";

fn bank(behind_proxy: bool) -> Router {
    let config = Config::new("localhost", [ORIGIN]).unwrap();
    let passkeys = Passkeys::with_config(App::default(), MemoryRepository::default(), config);
    router(passkeys, behind_proxy)
}

/// The proxy of [`proxy`]'s documentation, in front of the bank.
fn proxy() -> Router {
    let bank = bank(true);
    Router::new().fallback(async move |mut request: Request| {
        let original = request.uri().to_string();
        let upstream = original.strip_prefix("/bank").expect("below `/bank`");
        *request.uri_mut() = upstream.parse::<Uri>().unwrap();
        let original = HeaderValue::try_from(format!("{ORIGIN}{original}")).unwrap();
        let headers = request.headers_mut();
        headers.insert("x-original-url", original);
        headers.insert("host", HeaderValue::from_static("127.0.0.1:3000"));
        bank.clone().oneshot(request).await
    })
}

/// Ada's browser, with an account at the bank.
async fn ada(router: Router, mount: &str) -> Browser {
    let browser = Browser::new(router, ORIGIN);
    let mut browser = browser.mounted_at(&format!("{mount}/auth/passkeys"));
    browser.sign_up(&json!({ "name": "Ada" })).await.assert_ok();
    browser
}

fn five_to_bob() -> Value {
    json!({ "to": "Bob", "amount": 5 })
}

#[tokio::test]
async fn transfer_needs_a_step_up() {
    let mut ada = ada(bank(false), "").await;
    let answer = ada.post("/transfer", &five_to_bob()).await;
    answer.assert_error("step_up_required");
    let (method, five) = (Method::POST, five_to_bob());
    let answer = ada.step_up(method, "/transfer", Some(&five)).await;
    let account: Value = answer.assert_ok().json();
    assert_eq!(account["balance"], 995);
}

#[tokio::test]
async fn step_up_works_behind_a_proxy_that_changes_host_and_path() {
    let mut ada = ada(proxy(), "/bank").await;
    let (method, five) = (Method::POST, five_to_bob());
    let answer = ada.step_up(method, "/bank/transfer", Some(&five)).await;
    let account: Value = answer.assert_ok().json();
    assert_eq!(account["balance"], 995);
}

#[tokio::test]
async fn original_url_of_a_client_is_overwritten_by_the_proxy() {
    let mut ada = ada(proxy(), "/bank").await;
    let path = "/bank/transfer?note=rent";
    let asked = json!({ "method": "POST", "path": path, "body": five_to_bob() });
    let begun = ada.post("/bank/auth/passkeys/step-up/begin", &asked).await;
    let begun: Value = begun.assert_ok().json();
    let credential = ada.authenticator().get(&begun).unwrap();
    let request = json!({
        "credential": credential, "state": begun["state"], "body": five_to_bob(),
    });
    // The client claims that this is the request that Ada has consented to.
    let mut claiming = ada.with_header("x-original-url", &format!("{ORIGIN}{path}"));
    let answer = claiming.post("/bank/transfer?note=ransom", &request).await;
    answer.assert_error("challenge_not_found");
}

#[tokio::test]
async fn request_that_has_not_come_through_the_proxy_is_rejected() {
    let headers = [
        &[][..],
        &["/bank/account"],
        &["http://localhost/bank/account", "http://localhost/account"],
    ];
    for headers in headers {
        let mut request = Request::get("/account");
        for header in headers {
            request = request.header("x-original-url", *header);
        }
        let request = request.body(Body::empty()).unwrap();
        let answer = bank(true).oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{headers:?}");
    }
}
