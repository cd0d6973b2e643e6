use axum::Json;
use axum::{extract::FromRequestParts, http::request::Parts};
use passkeys::{
    AuthenticationResult, PasskeyUser, RegistrationResult, passkeys, store::MemoryRepository,
};
use std::convert::Infallible;

struct Session;

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}

    async fn sign_up(&self, Json(_): Json<String>, _: Session) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    async fn on_registered(&self, _: RegistrationResult) {}
}

fn main() {}
