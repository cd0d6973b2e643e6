//! The ceremonies behind routes of your own, in place of the router of the library. Challenges are
//! single-use and failed sign-ins return one generic error, as with that router.
//!
//! ```sh
//! cargo run -p own_routes     # http://localhost:3000/passkeys/..
//! cargo test -p own_routes
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

/// An application behind a proxy that authenticates users and names them in a header.
#[derive(Clone)]
struct App;

#[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, AppError> {
        let name = headers.get("x-user").and_then(|name| name.to_str().ok());
        let name = name.ok_or(AppError::SignedOut)?;
        Ok(PasskeyUser::new(name, name, name))
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> String {
        format!("hello, {}", login.user_id())
    }
}

enum AppError {
    SignedOut,
    Passkeys(Error),
}

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        Self::Passkeys(error)
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED.into_response(),
            Self::Passkeys(error) => error.into_response(),
        }
    }
}

/// Calls the hook as an ordinary method, and the ceremony with its result.
async fn begin_registration(
    State(passkeys): State<Passkeys<App>>,
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Json<Begun<CreationOptions>>, AppError> {
    let user = app.get_user(headers)?;
    Ok(Json(passkeys.registration().begin(&user).await?))
}

/// The future that identifies the user runs after the challenge has been taken from its store, so
/// that a failed request uses the challenge up. The finish runs to its end also if the browser
/// disconnects.
async fn finish_registration(
    State(passkeys): State<Passkeys<App>>,
    State(app): State<App>,
    headers: HeaderMap,
    Json(request): Json<FinishRegistration>,
) -> Result<StatusCode, AppError> {
    let worker = passkeys.clone();
    let work = async move {
        let user = async { app.get_user(headers) };
        worker.registration().finish(&request, user).await?;
        Ok(StatusCode::CREATED)
    };
    passkeys.run_to_completion(work).await
}

async fn begin_sign_in(
    State(passkeys): State<Passkeys<App>>,
) -> Result<Json<Begun<RequestOptions>>, Error> {
    passkeys.authentication().begin().await.map(Json)
}

async fn finish_sign_in(
    State(passkeys): State<Passkeys<App>>,
    State(app): State<App>,
    Json(request): Json<FinishAuthentication>,
) -> Result<String, Error> {
    let worker = passkeys.clone();
    let work = async move {
        let login = worker.authentication().finish(&request).await?;
        Ok(app.on_authenticated(login))
    };
    passkeys.run_to_completion(work).await
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

    fn browser(app: Router) -> Browser {
        Browser::new(app, "http://localhost:3000").mounted_at("/passkeys")
    }

    fn adas_browser(app: Router) -> Browser {
        browser(app).with_header("x-user", "ada")
    }

    #[tokio::test]
    async fn registered_passkey_signs_in() {
        let mut browser = adas_browser(app());
        assert_eq!(browser.register().await.status, StatusCode::CREATED);
        assert_eq!(browser.sign_in().await.assert_ok().text(), "hello, ada");
    }

    #[tokio::test]
    async fn sign_in_from_a_phishing_origin_is_rejected() {
        let mut browser = adas_browser(app());
        browser.register().await.assert_ok();
        let mut phished = browser.with_fault(Fault::Origin("http://localhost:4000".into()));
        phished
            .sign_in()
            .await
            .assert_error("authentication_failed");
    }

    #[tokio::test]
    async fn failed_registration_uses_up_its_challenge() {
        let app = app();
        let mut ada = adas_browser(app.clone());
        let begun = ada.post("/passkeys/register/begin", &json!({})).await;
        let state = begun.assert_ok().json::<Value>()["state"].clone();
        let body = json!({ "credential": {}, "state": state });

        let finish = "/passkeys/register/finish";
        let signed_out = browser(app).post(finish, &body).await;
        assert_eq!(signed_out.status, StatusCode::UNAUTHORIZED);
        let again = ada.post(finish, &body).await;
        again.assert_error("challenge_not_found");
    }
}
