//! `POST /sign-up/begin`, and `POST /register/begin` where there is the hook `sign_up`.

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use passkeys::{
    AuthenticationResult, Config, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::{CredentialRepository as _, MemoryRepository, Owner},
    testing::Browser,
};
use serde_json::{Value, json};

use crate::site::{Answer, Site};

/// Application whose `sign_up` accepts every body, as one whose form has optional members only.
#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        let id = headers.get("x-user").and_then(|id| id.to_str().ok());
        let id = id.ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(PasskeyUser::new(id, id, id))
    }

    fn sign_up(&self, form: Bytes) -> PasskeyUser {
        let form = String::from_utf8_lossy(&form);
        PasskeyUser::new("new", format!("new: {form}"), "New")
    }

    fn on_registered(&self, registered: RegistrationResult) -> String {
        let user_id = registered.user_id();
        format!("{user_id} {}", registered.signed_up())
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn passkeys() -> Passkeys<App> {
    let config = Config::builder("example.com", ["https://example.com"]).conditional_create(true);
    let config = config.build().unwrap();
    Passkeys::with_config(App, MemoryRepository::default(), config)
}

fn site() -> Site {
    Site(Router::new().nest("/auth/passkeys", passkeys().router()))
}

/// Sends a text as the body, as Ada.
async fn post(path: &str, body: &str) -> Answer {
    let request = Request::post(format!("/auth/passkeys{path}"))
        .header("x-user", "ada")
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()));
    site().send(request.unwrap()).await
}

/// Returns the name of the user that the options are for.
fn named(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK);
    let name = answer.json()["publicKey"]["user"]["name"].take();
    name.as_str().unwrap().to_owned()
}

const EMPTY: [&str; 7] = ["", " \r\n", "null", "{}", "[]", " { }\n", "[\t]"];

#[tokio::test]
async fn register_begin_adds_a_passkey_to_the_signed_in_user_where_the_body_is_empty_in_json() {
    for body in EMPTY {
        for path in ["/register/begin", "/register/begin?mediation=conditional"] {
            assert_eq!(named(&post(path, body).await), "ada", "{body:?}");
        }
    }
}

/// Browser code of `fastapi-passkeys` begins a sign-up so.
#[tokio::test]
async fn register_begin_with_any_other_body_begins_a_sign_up() {
    for body in [
        r#"{"name":null}"#,
        "[null]",
        "\"\"",
        "0",
        "false",
        "nothing",
    ] {
        let answer = post("/register/begin", body).await;
        assert_eq!(named(&answer), format!("new: {body}"));
    }
}

#[tokio::test]
async fn sign_up_begin_passes_every_body_to_the_hook_also_an_empty_one() {
    for body in EMPTY.into_iter().chain([r#"{"name":"Ada"}"#]) {
        let answer = post("/sign-up/begin", body).await;
        assert_eq!(named(&answer), format!("new: {body}"));
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn registration_and_sign_up_are_finished_by_one_route() {
    let passkeys = passkeys();
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    let mut browser = Browser::new(router, "https://example.com");
    let signed_up = browser.sign_up(&json!({})).await.assert_ok();
    assert_eq!(signed_up.text(), "new true");
    let mut browser = browser.with_header("x-user", "new");
    assert_eq!(browser.register().await.assert_ok().text(), "new false");
    assert_eq!(
        passkeys
            .repository()
            .list(Owner::everywhere("new"))
            .await
            .unwrap()
            .len(),
        2
    );
}

/// Otherwise a page would sign somebody up without their presence.
#[tokio::test]
async fn sign_up_is_not_begun_by_conditional_creation_at_either_route() {
    for path in ["/register/begin", "/sign-up/begin"] {
        let answer = post(&format!("{path}?mediation=conditional"), "1").await;
        answer.is_error(422, "invalid_request");
        let message = answer.json()["error"]["message"].to_string();
        assert!(message.contains("`register/begin`"), "{message}");
    }
    let other = post("/sign-up/begin?mediation=required", "1").await;
    other.is_error(422, "invalid_request");
}

#[tokio::test]
async fn sign_up_begin_is_bounded_and_takes_no_other_method() {
    let site = site();
    let body = format!("\"{}\"", "a".repeat(64 * 1024));
    let answer = post("/sign-up/begin", &body).await;
    answer.is_error(413, "payload_too_large");
    let answer = site.ask(Method::GET, "/sign-up/begin", Some("ada"), None);
    let answer = answer.await;
    answer.is_error(405, "method_not_allowed");
    assert_eq!(answer.headers["allow"], "POST");
}

#[tokio::test]
async fn sign_up_begin_is_no_route_of_an_application_without_the_hook() {
    let site = Site::default();
    let answer = site.post("/sign-up/begin", Some("ada"), None).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let passkeys = Passkeys::new(passkeys_test_support::App, MemoryRepository::default());
    let document = serde_json::to_value(passkeys.openapi()).unwrap();
    assert_eq!(document["paths"].get("/sign-up/begin"), None);
    let register = &document["paths"]["/register/begin"]["post"];
    assert_eq!(register.get("requestBody"), None);
}

#[test]
fn openapi_document_has_both_routes_that_begin_a_sign_up() {
    let document = serde_json::to_value(passkeys().openapi()).unwrap();
    let required = |path: &str| {
        let operation: &Value = &document["paths"][path]["post"];
        operation["requestBody"]["required"].clone()
    };
    assert_eq!(required("/register/begin"), json!(false));
    assert_eq!(required("/sign-up/begin"), json!(true));
}
