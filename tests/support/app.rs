//! The application that most tests use.

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
};
use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
use serde::{Deserialize, Serialize};

/// Application whose signed-in user is named by the header `x-user`, in place of a session.
#[derive(Clone, Debug)]
pub struct App;

/// Response of the application to a sign-in.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// ID of the user who signed in.
    pub user_id: String,
    /// Whether the authenticator verified the user, by PIN, fingerprint or face.
    pub user_verified: bool,
}

#[passkeys(rp_id = "example.com", rp_name = "Example", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    /// Returns the user of the header `x-user`.
    async fn get_user(
        &self,
        headers: HeaderMap,
    ) -> Result<PasskeyUser, (StatusCode, &'static str)> {
        let id = headers.get("x-user").and_then(|id| id.to_str().ok());
        let id = id.ok_or((StatusCode::UNAUTHORIZED, "who are you?"))?;
        Ok(PasskeyUser::new(id, format!("{id}@example.com"), id))
    }

    /// Returns the user ID, and whether the user was verified.
    async fn on_authenticated(&self, login: AuthenticationResult) -> Json<SignedIn> {
        Json(SignedIn {
            user_id: login.user_id().to_owned(),
            user_verified: login.user_verified(),
        })
    }
}
