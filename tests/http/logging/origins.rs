//! Origins that are not configured, at begin and at finish.

use axum::Router;
use passkeys::{
    Config, Passkeys,
    audit::Reason,
    store::MemoryRepository,
    testing::{Browser, Fault},
};
use passkeys_test_support::{App, World};
use serde_json::json;

use super::{FORGED, line, lines, listen};

fn browser(rp_id: &str, expected: &str, origin: &str) -> Browser {
    let config = Config::new(rp_id, [expected]).unwrap();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    Browser::new(router, expected)
        .with_header("x-user", "ada")
        .with_header("origin", origin)
}

#[tokio::test]
async fn origin_that_is_not_configured_is_a_warning_at_begin_once_with_both_and_the_likely_cause() {
    listen();
    let expected = "https://port.example";
    let mut wrong = browser("port.example", expected, "https://port.example:8443");
    for _ in 0..3 {
        for path in ["register/begin", "authenticate/begin"] {
            let path = format!("/auth/passkeys/{path}");
            wrong.post(&path, &json!({})).await.assert_ok();
        }
    }
    let line = line(&["WARN passkeys", "rp_id=\"port.example\"", "cannot finish"]);
    for text in [
        "the page's origin `https://port.example:8443` is not among `origins` (`https://port.example`)",
        "it differs from `https://port.example` in the port",
        "or add `https://port.example:8443` to `origins`",
    ] {
        assert!(line.contains(text), "{text} is not in {line}");
    }
}

#[tokio::test]
async fn configured_origin_no_origin_and_other_routes_are_no_warning() {
    listen();
    let origin = "https://right.example";
    let mut right = browser("right.example", origin, origin);
    right.register().await.assert_ok();
    right.sign_in().await.assert_ok();
    let mut other = browser("right.example", origin, "https://other.example");
    other.get("/auth/passkeys/credentials").await.assert_ok();
    assert!(lines(&["WARN", "cannot finish", "right.example"]).is_empty());
}

#[tokio::test]
async fn origin_header_cannot_forge_a_line_and_is_cut() {
    listen();
    let forged = format!("https://{}`, x=\"1\"", "x".repeat(5000));
    let mut wrong = browser("forged.example", "https://forged.example", &forged);
    let begin = "/auth/passkeys/authenticate/begin";
    wrong.post(begin, &json!({})).await.assert_ok();
    let line = line(&["cannot finish", "forged.example"]);
    assert!(line.len() < 1200 && !line.contains("x=\\\"1"), "{line}");
}

/// The true origin, which the browser signs, is in the event of the finish.
#[tokio::test]
async fn origin_that_is_not_configured_is_explained_at_finish_to_the_audit_trail_only() {
    listen();
    let world = World::default();
    let origin = format!("http://example.com:8080/{FORGED}`");
    let mut phishing = world.device().with_fault(Fault::Origin(origin));
    let ada = passkeys_test_support::ada();
    let refused = world.register(&ada, &mut phishing).await;
    let told = refused.unwrap_err().to_string();
    assert!(!told.contains("origin"), "{told}");
    let event = world.audit.events().pop().unwrap();
    assert_eq!(event.kind.reason(), Some(Reason::Origin));
    let detail = event.detail.unwrap();
    assert!(
        detail.contains("`http://example.com:8080/eve\\u{202e}\\nFORGED'`")
            && detail.contains("it is `http`, and `https://example.com` is configured"),
        "{detail}"
    );
}
