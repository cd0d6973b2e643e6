//! Related origins: other sites that use the same passkeys. `well_known` tests the document that
//! lists them.

use axum::Router;
use passkeys::{Config, Passkeys, store::MemoryRepository, testing::Browser};
use passkeys_test_support::App;

#[tokio::test]
async fn related_origins_register_and_sign_in_and_other_origins_are_rejected() {
    let config = Config::builder("example.com", ["https://example.com"])
        .related_origins(["https://example.org"])
        .build()
        .unwrap();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    let mut browser = Browser::new(router, "https://example.com").with_header("x-user", "ada");
    browser.register().await.assert_ok();
    let mut related = browser.with_origin("https://example.org");
    related.sign_in().await.assert_ok();
    related.register().await.assert_ok();
    related
        .with_origin("https://example.net")
        .sign_in()
        .await
        .assert_error("authentication_failed");
}
