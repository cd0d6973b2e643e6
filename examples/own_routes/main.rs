//! Passkey routes of the application's own, which call the ceremony services instead of mounting
//! [`Passkeys::router`], with the same guarantees.
//!
//! ```sh
//! cargo run --example own_routes     # http://localhost:3000/passkeys/..
//! cargo test --example own_routes
//! ```

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use passkeys::{
    AuthenticationResult, Error, PasskeyUser, Passkeys,
    ceremony::{Begun, CreationOptions, FinishAuthentication, FinishRegistration, RequestOptions},
    passkeys,
    store::MemoryRepository,
};
use tokio::net::TcpListener;

/// Who is asking stands in a header, as a proxy that has checked it would set it.
#[derive(Clone)]
struct App;

#[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        let name = headers.get("x-user").and_then(|name| name.to_str().ok());
        let name = name.ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(PasskeyUser::new(name, name, name))
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> String {
        format!("hello, {}", login.user_id())
    }
}

/// The ceremonies are services, and the application's hooks are ordinary methods: a handler joins
/// them as it likes.
async fn begin_registration(
    State(passkeys): State<Passkeys<App>>,
    user: PasskeyUser,
) -> Result<Json<Begun<CreationOptions>>, Error> {
    passkeys.registration().begin(&user).await.map(Json)
}

/// Who is signed in is a future: it is asked after the ceremony has ended, so that no request, not
/// even one without a session, leaves its `state` to be tried again.
async fn finish_registration(
    State(passkeys): State<Passkeys<App>>,
    headers: HeaderMap,
    Json(request): Json<FinishRegistration>,
) -> Result<StatusCode, Response> {
    let who = async { App.get_user(headers).map_err(IntoResponse::into_response) };
    passkeys.registration().finish(&request, who).await?;
    Ok(StatusCode::CREATED)
}

async fn begin_sign_in(
    State(passkeys): State<Passkeys<App>>,
) -> Result<Json<Begun<RequestOptions>>, Error> {
    passkeys.authentication().begin().await.map(Json)
}

async fn finish_sign_in(
    State(passkeys): State<Passkeys<App>>,
    Json(request): Json<FinishAuthentication>,
) -> Result<String, Error> {
    let login = passkeys.authentication().finish(&request).await?;
    Ok(App.on_authenticated(login))
}

fn app() -> Router {
    Router::new()
        .route("/passkeys/register/begin", post(begin_registration))
        .route("/passkeys/register/finish", post(finish_registration))
        .route("/passkeys/authenticate/begin", post(begin_sign_in))
        .route("/passkeys/authenticate/finish", post(finish_sign_in))
        .with_state(Passkeys::new(App, MemoryRepository::default()))
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    axum::serve(TcpListener::bind("127.0.0.1:3000").await?, app()).await
}

#[cfg(test)]
mod tests {
    use passkeys::testing::{Browser, Fault};
    use serde_json::{Value, json};

    use super::*;

    fn adas_browser() -> Browser {
        Browser::new(app(), "http://localhost:3000")
            .mounted_at("/passkeys")
            .with_header("x-user", "ada")
    }

    #[tokio::test]
    async fn who_registered_signs_in() {
        let mut browser = adas_browser();
        assert_eq!(browser.register().await.status, StatusCode::CREATED);
        assert_eq!(browser.sign_in().await.assert_ok().text(), "hello, ada");
    }

    #[tokio::test]
    async fn rejects_an_assertion_made_for_another_origin() {
        let mut browser = adas_browser();
        browser.register().await.assert_ok();
        let mut phished = browser.with_fault(Fault::Origin("http://localhost:4000".into()));
        phished
            .sign_in()
            .await
            .assert_error("authentication_failed");
    }

    #[tokio::test]
    async fn malformed_credential_ends_its_ceremony() {
        let mut browser = adas_browser();
        let begun: Value = browser
            .post("/passkeys/register/begin", &json!({}))
            .await
            .json();
        let malformed = json!({ "credential": {}, "state": begun["state"] });
        let credential = browser.authenticator().create(&begun);
        let good = json!({ "credential": credential, "state": begun["state"] });
        let finish = "/passkeys/register/finish";
        let answer = browser.post(finish, &malformed).await;
        answer.assert_error("invalid_request");
        let answer = browser.post(finish, &good).await;
        answer.assert_error("challenge_not_found");
    }
}
