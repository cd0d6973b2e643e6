//! Related origins: the browser reads at the RP ID which other sites may use its passkeys.

use axum::{Router, response::Html, routing::get};
use passkeys::{Config, Passkeys, store::MemoryRepository};
use passkeys_test_support::App;
use serde_json::{Value, json};

use crate::support::{Authenticator, Kind, SecureSite, Visit, in_browser_at};

/// One application under three host names, of which `example.com` is the RP ID.
async fn three_hosts() -> SecureSite {
    let config = Config::builder("example.com", ["https://example.com"])
        .related_origins(["https://example.org"])
        .build()
        .unwrap();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let router = Router::new()
        .route("/", get(Html("<!doctype html><title>Page</title>")))
        .nest("/auth/passkeys", passkeys.router())
        .merge(passkeys.well_known());
    SecureSite::start(&["example.com", "example.org", "example.net"], router).await
}

/// Opens a page of this host and calls the client there; returns the result, or the error's reason.
async fn on(host: &str, visit: &Visit<SecureSite>, doing: &str) -> Value {
    visit.go_to(&format!("https://{host}")).await;
    let body = format!(
        "const {{ PasskeyClient }} = await import('/auth/passkeys/client.js');
         const asAda = (url, init) => fetch(url, {{ ...init, headers: {{ ...init.headers, 'x-user': 'ada' }} }});
         const client = new PasskeyClient({{ base: '/auth/passkeys', fetch: asAda }});
         return client.{doing}.catch((error) => error.reason);"
    );
    visit.script_async(&body).await
}

#[test]
fn passkey_signs_in_at_a_related_origin_and_not_at_others() {
    in_browser_at(
        async |_| three_hosts().await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            let registered = on("example.com", visit, "register()").await;
            assert_eq!(registered["status"], "ok");

            let ada = json!({ "userId": "ada", "userVerified": true });
            assert_eq!(on("example.com", visit, "authenticate()").await, ada);
            assert_eq!(on("example.org", visit, "authenticate()").await, ada);
            assert_eq!(
                on("example.net", visit, "authenticate()").await,
                "wrong-origin"
            );
        },
    );
}

#[test]
fn passkey_registered_at_a_related_origin_signs_in_at_the_rp_id() {
    in_browser_at(
        async |_| three_hosts().await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            let registered = on("example.org", visit, "register()").await;
            assert_eq!(registered["status"], "ok");
            let passkeys = laptop.passkeys(&visit.browser).await;
            assert_eq!(passkeys[0]["rpId"], "example.com");
            let signed_in = on("example.com", visit, "authenticate()").await;
            assert_eq!(signed_in["userId"], "ada");
        },
    );
}
