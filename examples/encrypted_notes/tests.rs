use passkeys::testing::{Browser, Fault};
use serde_json::{Value, json};

use super::*;

const ORIGIN: &str = "http://localhost:3000";

fn browser() -> Browser {
    let passkeys = Passkeys::new(App::default(), MemoryRepository::default());
    Browser::new(router(passkeys), ORIGIN)
}

async fn ada() -> Browser {
    let mut browser = browser();
    browser.sign_up(&json!({ "name": "Ada" })).await.assert_ok();
    browser
}

async fn vault(browser: &mut Browser) -> Value {
    browser.get("/vault").await.assert_ok().json()
}

#[tokio::test]
async fn server_returns_the_keys_and_notes_that_it_cannot_read() {
    let mut ada = ada().await;
    let key = json!("d3JhcHBlZA==");
    let put = ada.request(axum::http::Method::PUT, "/vault/keys/3q2-7w", Some(&key));
    put.await.assert_ok();
    ada.post("/vault/notes", &json!("Y2lwaGVy"))
        .await
        .assert_ok();
    let expected = json!({ "name": "Ada", "keys": { "3q2-7w": key }, "notes": ["Y2lwaGVy"] });
    assert_eq!(vault(&mut ada).await, expected);
    // Signing in returns them, so that the page can open them at once.
    let signed_in: Value = ada.sign_in().await.assert_ok().json();
    assert_eq!(signed_in, expected);
}

#[tokio::test]
async fn passkey_without_prf_signs_nobody_up() {
    let mut plain = browser().with_fault(Fault::NoExtensions);
    let answer = plain.sign_up(&json!({ "name": "Ada" })).await;
    answer.assert_error("no_prf");
    plain.get("/vault").await.assert_error("signed_out");
    plain.sign_in().await.assert_error("authentication_failed");
}

#[tokio::test]
async fn secret_of_the_page_is_rejected() {
    let ada = ada().await;
    let mut leaking = ada.with_fault(Fault::PrfResults);
    leaking.sign_in().await.assert_error("invalid_request");
}

#[tokio::test]
async fn notes_are_bounded() {
    let mut ada = ada().await;
    let long = json!("x".repeat(20_001));
    ada.post("/vault/notes", &long).await.assert_error("full");
    for _ in 0..100 {
        ada.post("/vault/notes", &json!("eA==")).await.assert_ok();
    }
    let one_more = ada.post("/vault/notes", &json!("eA==")).await;
    one_more.assert_error("full");
}

#[tokio::test]
async fn vault_of_nobody_is_unauthorized() {
    browser().get("/vault").await.assert_error("signed_out");
}
