//! Errors of the application, as JSON in the form that the library's errors have, so that the page
//! handles both alike.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use tower_sessions::session;

#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
    #[error("Nobody is signed in.")]
    SignedOut,
    #[error("A name has 1 to 64 visible characters.")]
    NameUnusable,
    #[error("This passkey cannot encrypt notes. Try another device, or another password manager.")]
    NoPrf,
    #[error("There is no room for this: the note is too long, or you have too many.")]
    Full,
    #[error("Something went wrong on the server.")]
    Session(#[from] session::Error),
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed_out"),
            Self::NameUnusable => (StatusCode::UNPROCESSABLE_ENTITY, "name_unusable"),
            Self::NoPrf => (StatusCode::UNPROCESSABLE_ENTITY, "no_prf"),
            Self::Full => (StatusCode::UNPROCESSABLE_ENTITY, "full"),
            Self::Session(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        };
        let error = json!({ "code": code, "message": self.to_string() });
        (status, Json(json!({ "error": error }))).into_response()
    }
}
