//! `authenticate({ secondFactor: true })`: a passkey after a password.

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
use serde_json::{Value, json};

use crate::support::{Authenticator, Kind, SecureSite, Visit, in_browser_at};

/// Application whose headers say, in place of a session, who is signed in (`x-user`), and whose
/// password was right (`x-password-of`).
#[derive(Clone)]
struct App;

fn user(headers: &HeaderMap, name: &str) -> Result<PasskeyUser, StatusCode> {
    let id = headers.get(name).and_then(|id| id.to_str().ok());
    let id = id.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(PasskeyUser::new(id, id, id))
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        user(&headers, "x-user")
    }

    async fn second_factor_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        user(&headers, "x-password-of")
    }

    async fn on_authenticated(&self, login: AuthenticationResult) -> Response {
        if login.is_second_factor() {
            Json(login.user_id()).into_response()
        } else {
            StatusCode::FORBIDDEN.into_response()
        }
    }
}

/// Runs a test on a page of the application, with a laptop that has passkeys of Ada's and of Bob's.
fn with_two_users(test: impl AsyncFnOnce(&mut Visit<SecureSite>)) {
    in_browser_at(
        async |_| {
            let passkeys = Passkeys::new(App, MemoryRepository::default());
            let router = Router::new()
                .route("/", get(Html("<!doctype html><title>Page</title>")))
                .nest("/auth/passkeys", passkeys.router());
            SecureSite::start(&["example.com"], router).await
        },
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to("https://example.com").await;
            let register = "await as('x-user', 'ada').register();
                            await as('x-user', 'bob').register();";
            with_clients(visit, register).await;
            test(visit).await;
        },
    );
}

/// Runs the body of an async function; `as(header, user)` creates a client.
async fn with_clients(visit: &Visit<SecureSite>, body: &str) -> Value {
    let script = format!(
        "const {{ PasskeyClient }} = await import('/auth/passkeys/client.js');
         const as = (header, user, send = fetch) => new PasskeyClient({{
           base: '/auth/passkeys',
           fetch: (url, init) => send(url, {{ ...init, headers: {{ ...init.headers, [header]: user }} }}),
         }});
         const outcome = (promise) => promise.catch((error) => [error.status, error.code]);
         const secondFactor = true;
         {body}"
    );
    visit.script_async(&script).await
}

#[test]
fn passkey_of_the_user_who_passed_the_first_factor_is_the_second() {
    with_two_users(async |visit| {
        // Bob's passkey is newer: the browser would take it if it could choose.
        for user in ["ada", "bob"] {
            let script =
                format!("return as('x-password-of', '{user}').authenticate({{ secondFactor }});");
            assert_eq!(with_clients(visit, &script).await, user);
        }
    });
}

#[test]
fn second_factor_needs_the_first() {
    with_two_users(async |visit| {
        let script = "return outcome(as('x-user', 'ada').authenticate({ secondFactor }));";
        assert_eq!(with_clients(visit, script).await, json!([401, ""]));
    });
}

#[test]
fn ordinary_sign_in_is_no_second_factor() {
    with_two_users(async |visit| {
        let outcomes = with_clients(
            visit,
            "const ordinary = (url, init) =>
               fetch(url, url.endsWith('begin') ? { ...init, body: '{}' } : init);
             return [
               await outcome(as('x-password-of', 'bob').authenticate()),
               await outcome(as('x-password-of', 'bob', ordinary).authenticate({ secondFactor })),
             ];",
        )
        .await;
        assert_eq!(outcomes, json!([[403, ""], [403, ""]]));
    });
}

#[test]
fn second_factor_of_a_user_without_a_passkey_is_reported() {
    with_two_users(async |visit| {
        let script = "return outcome(as('x-password-of', 'eve').authenticate({ secondFactor }));";
        let none = json!([404, "no_passkeys"]);
        assert_eq!(with_clients(visit, script).await, none);
    });
}
