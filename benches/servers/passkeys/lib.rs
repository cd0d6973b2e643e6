//! Server with this library and stores in memory, compared with the hand-written one in `by-hand`.

use axum::{
    Json, Router,
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
use serde::Serialize;

/// The application.
#[derive(Clone)]
pub struct App;

#[passkeys(rp_id = "localhost", rp_name = "Benchmark", origins = ["http://localhost:3000"])]
impl App {
    type Repository = MemoryRepository;

    /// Returns the user of the session.
    async fn get_user(&self, Session(id): Session) -> PasskeyUser {
        let name = format!("{id}@example.com");
        PasskeyUser::new(id, name.as_str(), name.as_str())
    }

    /// Responds to a verified sign-in with the user ID.
    async fn on_authenticated(&self, login: AuthenticationResult) -> Json<SignedIn> {
        let user_id = login.user_id().to_owned();
        Json(SignedIn { user_id })
    }
}

/// Response to a sign-in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    user_id: String,
}

/// Stand-in for a session, so that none is measured: a header with the user ID.
struct Session(String);

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let id = parts.headers.get("x-user").and_then(|id| id.to_str().ok());
        let id = id.ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(Self(id.to_owned()))
    }
}

/// Returns the routes, nested under `/auth/passkeys`, for at most a million passkeys.
pub fn router() -> Router {
    router_on(MemoryRepository::with_capacity(1_000_000))
}

/// Returns the routes with the passkeys of a repository.
pub fn router_on(repository: MemoryRepository) -> Router {
    let passkeys = Passkeys::new(App, repository);
    Router::new().nest("/auth/passkeys", passkeys.router())
}
