use axum::{
    Json,
    http::{HeaderMap, StatusCode},
};
use passkeys::{AuthenticationResult, PasskeyUser, store::MemoryRepository};
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

impl App {
    async fn get_user(
        &self,
        headers: HeaderMap,
    ) -> Result<PasskeyUser, (StatusCode, &'static str)> {
        let id = headers.get("x-user").and_then(|id| id.to_str().ok());
        let id = id.ok_or((StatusCode::UNAUTHORIZED, "who are you?"))?;
        Ok(PasskeyUser::new(id, format!("{id}@example.com"), id))
    }
}
impl passkeys::__private::RelyingParty for App {
    type Repository = MemoryRepository;
    fn config() -> passkeys::Config {
        passkeys::Config::new("example.com", ["https://example.com"]).unwrap()
    }
    async fn get_user(
        &self,
        parts: &mut axum::http::request::Parts,
    ) -> Result<PasskeyUser, axum::response::Response> {
        use axum::response::IntoResponse;
        App::get_user(self, parts.headers.clone())
            .await
            .map_err(|e| e.into_response())
    }
    async fn on_authenticated(
        &self,
        _: &mut axum::http::request::Parts,
        login: AuthenticationResult,
    ) -> axum::response::Response {
        use axum::response::IntoResponse;
        Json(SignedIn {
            user_id: login.user_id().to_owned(),
            user_verified: login.user_verified(),
        })
        .into_response()
    }
}
