//! Device names, which users choose and pages display.

use axum::http::Method;
use passkeys::testing::Browser;
use serde_json::{Value, json};

use crate::{
    raw_connection::{ask, post},
    server::Server,
};

/// Returns every control character, line separator and direction override.
fn disturbing() -> impl Iterator<Item = char> {
    let controls = ('\0'..='\u{1f}').chain('\u{7f}'..='\u{9f}');
    let separators = ['\u{2028}', '\u{2029}', '\u{feff}'];
    let directions = ['\u{61c}', '\u{200e}', '\u{200f}'];
    let directions = directions
        .into_iter()
        .chain('\u{202a}'..='\u{202e}')
        .chain('\u{2066}'..='\u{2069}');
    controls.chain(separators).chain(directions)
}

async fn listed(browser: &mut Browser) -> Vec<Value> {
    browser
        .get("/auth/passkeys/credentials")
        .await
        .assert_ok()
        .json()
}

#[tokio::test]
async fn device_names_are_stored_without_control_characters_and_direction_overrides() {
    let server = Server::start().await;
    let mut browser = server.browser().with_header("x-user", "ada");
    let everything: String = disturbing().collect();
    let name = format!("{everything}Ada’s{everything} 📱{everything}");

    // At registration.
    let route = "/auth/passkeys/register";
    let begun: Value = browser
        .post(&format!("{route}/begin"), &json!({}))
        .await
        .assert_ok()
        .json();
    let credential = browser.authenticator().create(&begun);
    let body = json!({ "credential": credential, "state": begun["state"], "deviceName": name });
    browser
        .post(&format!("{route}/finish"), &body)
        .await
        .assert_ok();
    assert_eq!(listed(&mut browser).await[0]["deviceName"], "Ada’s 📱");

    // By renaming, with each character alone.
    let id = credential["id"].as_str().unwrap();
    let path = format!("/auth/passkeys/credentials/{id}");
    for char in disturbing() {
        let body = json!({ "deviceName": format!("a{char}b") });
        browser
            .request(Method::PATCH, &path, Some(&body))
            .await
            .assert_ok();
        assert_eq!(
            listed(&mut browser).await[0]["deviceName"],
            "ab",
            "{char:?}"
        );
    }
}

#[tokio::test]
async fn device_names_of_more_than_255_characters_are_rejected() {
    let server = Server::start().await;
    let mut browser = server.browser().with_header("x-user", "ada");
    browser.register().await.assert_ok();
    let id = listed(&mut browser).await[0]["id"].clone();
    let path = format!("/auth/passkeys/credentials/{}", id.as_str().unwrap());
    for (name, fits) in [
        ("\u{10ffff}".repeat(255), true),
        ("\u{10ffff}".repeat(256), false),
        ("a".repeat(60_000), false),
        // Empty once the direction overrides are removed.
        ("\u{202e}".repeat(15_000), true),
        (String::new(), true),
    ] {
        let body = json!({ "deviceName": name });
        let answer = browser.request(Method::PATCH, &path, Some(&body)).await;
        if fits {
            answer.assert_ok();
        } else {
            answer.assert_error("invalid_request");
        }
    }
}

/// Lone surrogates, which JSON escapes can express, are removed; what is no JSON is rejected.
#[tokio::test]
async fn device_names_that_are_not_valid_unicode_are_cleaned_or_rejected() {
    let server = Server::start().await;
    for (name, code) in [
        (r"\ud800", "challenge_not_found"),
        (r"\udfff", "challenge_not_found"),
        (r"\ud83d\ud83d", "challenge_not_found"),
        ("\u{fffd}\\u", "invalid_request"),
        (r"\x41", "invalid_request"),
    ] {
        let body = format!(r#"{{"state":"A","credential":{{}},"deviceName":"{name}"}}"#);
        let reply = ask(server.address, post("/register/finish", body))
            .await
            .unwrap();
        reply.assert_error(400, code);
    }
    let body = b"{\"state\":\"A\",\"credential\":{},\"deviceName\":\"\xff\"}";
    let reply = ask(server.address, post("/register/finish", body))
        .await
        .unwrap();
    reply.assert_error(400, "invalid_request");
    server.assert_healthy().await;
}
