//! The application.

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
};
use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
use serde::{Deserialize, Serialize};

/// The application. Who is signed in stands in the header `x-user`: the simplest session.
#[derive(Clone, Debug)]
pub struct App;

/// What the application answers to a sign-in.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// Who.
    pub user_id: String,
    /// By PIN, fingerprint or face.
    pub user_verified: bool,
}

#[passkeys(rp_id = "example.com", rp_name = "Example", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    /// Who is adding or managing passkeys?
    async fn get_user(
        &self,
        headers: HeaderMap,
    ) -> Result<PasskeyUser, (StatusCode, &'static str)> {
        let id = headers.get("x-user").and_then(|id| id.to_str().ok());
        let id = id.ok_or((StatusCode::UNAUTHORIZED, "who are you?"))?;
        Ok(PasskeyUser::new(id, format!("{id}@example.com"), id))
    }

    /// The passkey is verified.
    async fn on_authenticated(&self, login: AuthenticationResult) -> Json<SignedIn> {
        Json(SignedIn {
            user_id: login.user_id().to_owned(),
            user_verified: login.user_verified(),
        })
    }
}
