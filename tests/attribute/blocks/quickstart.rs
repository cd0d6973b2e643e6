//! A block with every hook, as in the quickstart.

use std::convert::Infallible;

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
    response::IntoResponse,
};
use passkeys::{
    AuthenticationResult, PasskeyUser, RegistrationResult, passkeys, store::MemoryRepository,
};

#[derive(Clone)]
struct App;

struct Session;

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

#[derive(serde::Deserialize)]
struct SignUp {
    name: String,
}

#[passkeys(
    rp_id = "example.com",
    rp_name = "Example",
    origins = ["https://example.com"],
)]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self, _session: Session) -> Result<PasskeyUser, StatusCode> {
        Err(StatusCode::UNAUTHORIZED)
    }

    async fn on_authenticated(
        &self,
        _session: Session,
        login: AuthenticationResult,
    ) -> impl IntoResponse {
        Json(login.user_id().to_owned())
    }

    async fn sign_up(
        &self,
        State(_app): State<Self>,
        Json(form): Json<SignUp>,
    ) -> Result<PasskeyUser, StatusCode> {
        Ok(PasskeyUser::new("1", form.name.clone(), form.name))
    }

    async fn on_registered(&self, _session: Session, _new: RegistrationResult) -> StatusCode {
        StatusCode::CREATED
    }

    fn find_user(&self, username: String) -> Option<PasskeyUser> {
        Some(PasskeyUser::new("1", username.clone(), username))
    }
}

#[test]
fn block_of_the_quickstart_with_every_hook_compiles() {
    let _ = passkeys::Passkeys::new(App, MemoryRepository::default());
}
