//! Routes of your own around the ceremonies: no router of the library's, and the same promises.
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

/// The hooks are ordinary methods, the ceremonies are values: a handler joins them as it likes, and
/// the library's errors are responses.
async fn begin_registration(
    State(passkeys): State<Passkeys<App>>,
    headers: HeaderMap,
) -> Result<Json<Begun<CreationOptions>>, Response> {
    let user = App.get_user(headers).map_err(IntoResponse::into_response)?;
    let begun = passkeys.registration().begin(&user).await;
    begun.map(Json).map_err(IntoResponse::into_response)
}

async fn finish_registration(
    State(passkeys): State<Passkeys<App>>,
    headers: HeaderMap,
    Json(request): Json<FinishRegistration>,
) -> Result<StatusCode, Response> {
    let user = App.get_user(headers).map_err(IntoResponse::into_response)?;
    let registered = passkeys.registration().finish(&user, &request).await;
    registered.map_err(IntoResponse::into_response)?;
    Ok(StatusCode::CREATED)
}

async fn begin_sign_in(
    State(passkeys): State<Passkeys<App>>,
) -> Result<Json<Begun<RequestOptions>>, Error> {
    passkeys.authentication().begin(None).await.map(Json)
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
    async fn the_promises_are_the_same() {
        let mut browser = adas_browser();
        browser.register().await.assert_ok();
        let mut phished = browser.with_fault(Fault::Origin("http://localhost:4000".into()));
        phished
            .sign_in()
            .await
            .assert_error("authentication_failed");
    }
}
