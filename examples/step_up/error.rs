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
    #[error("Nothing was sent: it must be at least €1, and no more than you have.")]
    AmountUnusable,
    #[error("Something went wrong on the server.")]
    Session(#[from] session::Error),
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed_out"),
            Self::NameUnusable => (StatusCode::UNPROCESSABLE_ENTITY, "name_unusable"),
            Self::AmountUnusable => (StatusCode::UNPROCESSABLE_ENTITY, "amount_unusable"),
            Self::Session(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        };
        let error = json!({ "code": code, "message": self.to_string() });
        (status, Json(json!({ "error": error }))).into_response()
    }
}
