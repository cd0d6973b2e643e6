//! Other sites that use the same passkeys.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use passkeys::{Config, Passkeys, store::MemoryRepository, testing::Browser};
use passkeys_tests::support::App;
use serde_json::{Value, json};
use tower::ServiceExt as _;

fn passkeys(related: &[&str]) -> Passkeys<App> {
    let mut config = Config::builder("example.com", ["https://example.com"]);
    if !related.is_empty() {
        config = config.related_origins(related.iter().copied());
    }
    Passkeys::with_config(App, MemoryRepository::default(), config.build().unwrap())
}

async fn document(passkeys: &Passkeys<App>) -> (StatusCode, String, Value) {
    let router: Router = Router::new().merge(passkeys.well_known());
    let request = Request::get("/.well-known/webauthn")
        .body(Body::empty())
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    let kind = response
        .headers()
        .get("content-type")
        .map(|kind| kind.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (
        status,
        kind.unwrap_or_default(),
        serde_json::from_slice(&body).unwrap_or_default(),
    )
}

#[tokio::test]
async fn are_listed_where_browsers_look_for_them() {
    let passkeys = passkeys(&["https://example.org", "https://example.co.uk"]);
    let origins = json!({ "origins": ["https://example.org", "https://example.co.uk"] });
    let expected = (StatusCode::OK, "application/json".to_owned(), origins);
    assert_eq!(document(&passkeys).await, expected);
}

#[tokio::test]
async fn are_no_document_where_there_are_none() {
    assert_eq!(document(&passkeys(&[])).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn sign_in_as_the_site_itself_does_and_others_do_not() {
    let passkeys = passkeys(&["https://example.org"]);
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    let mut browser = Browser::new(router, "https://example.org").with_header("x-user", "ada");
    browser.register().await.assert_ok();
    browser.sign_in().await.assert_ok();
    let elsewhere = passkeys::testing::Fault::Origin("https://example.net".into());
    browser
        .with_fault(elsewhere)
        .sign_in()
        .await
        .assert_error("authentication_failed");
}
