//! Frames: sign-in on a page that another page shows, by the key `top_origins`.

use axum::{Router, extract::RawQuery, response::Html, routing::get};
use fantoccini::Locator;
use passkeys::{Config, Passkeys, store::MemoryRepository};
use passkeys_test_support::App;
use serde_json::Value;

use crate::support::{Authenticator, Kind, SecureSite, Visit, in_browser_at};

/// One application under several host names, some of which only show the others in frames.
async fn site() -> SecureSite {
    let own = ["https://example.com", "https://app.example.com"];
    let config = Config::builder("example.com", own).top_origins(["https://portal.example.org"]);
    let config = config.build().unwrap();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let router = Router::new()
        .route("/", get(Html("<!doctype html><title>Page</title>")))
        .route("/frame", get(page_with_frame))
        .nest("/auth/passkeys", passkeys.router());
    let hosts = [
        "example.com",
        "app.example.com",
        "portal.example.org",
        "example.net",
    ];
    SecureSite::start(&hosts, router).await
}

/// Returns a page that shows the host in the query.
async fn page_with_frame(RawQuery(host): RawQuery) -> Html<String> {
    let host = host.unwrap_or_default();
    Html(format!(
        "<!doctype html><title>Frame</title>
         <iframe src='https://{host}/' allow='publickey-credentials-get https://{host}'></iframe>"
    ))
}

/// Calls the client on the current page or in the current frame; returns the result, or the error's
/// reason.
async fn client(visit: &Visit<SecureSite>, doing: &str) -> Value {
    let body = format!(
        "const {{ PasskeyClient }} = await import('/auth/passkeys/client.js');
         const asAda = (url, init) => fetch(url, {{ ...init, headers: {{ ...init.headers, 'x-user': 'ada' }} }});
         const client = new PasskeyClient({{ base: '/auth/passkeys', fetch: asAda }});
         return client.{doing}.catch((error) => error.reason);"
    );
    visit.script_async(&body).await
}

#[test]
fn passkey_signs_in_within_frames_of_own_pages_and_of_top_origins_only() {
    in_browser_at(
        async |_| site().await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to("https://example.com").await;
            assert_eq!(client(visit, "register()").await["status"], "ok");

            for (top, frame, accepted) in [
                // Same origin: to the browser not another page's frame.
                ("example.com", "example.com", true),
                ("example.com", "app.example.com", true),
                ("portal.example.org", "example.com", true),
                ("example.net", "example.com", false),
            ] {
                let browser = visit.browser.client();
                visit.go_to(&format!("https://{top}/frame?{frame}")).await;
                let element = browser.find(Locator::Css("iframe")).await.unwrap();
                element.enter_frame().await.unwrap();
                let signed_in = client(visit, "authenticate()").await;
                browser.clone().enter_parent_frame().await.unwrap();

                let is_ada = signed_in["userId"] == "ada";
                assert_eq!(is_ada, accepted, "{frame} in {top}: {signed_in}");
            }
        },
    );
}
