//! Errors of the application, as JSON in the form that the library's errors have, so that the page
//! handles both alike.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use passkeys::store::StoreError;
use serde_json::json;
use tower_sessions::session;

#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
    #[error("Nobody is signed in.")]
    SignedOut,
    #[error("This name is taken. If it is yours, sign in; otherwise choose another.")]
    NameTaken,
    #[error("A name has 1 to 64 visible characters.")]
    NameUnusable,
    #[error("The account of this passkey no longer exists.")]
    NoAccount,
    #[error("Something went wrong on the server.")]
    Session(#[from] session::Error),
    #[error("Storage is unavailable. Try again.")]
    Accounts(#[from] sqlx::Error),
    #[error("Storage is unavailable. Try again.")]
    Passkeys(#[from] StoreError),
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed_out"),
            Self::NameTaken => (StatusCode::CONFLICT, "name_taken"),
            Self::NameUnusable => (StatusCode::UNPROCESSABLE_ENTITY, "name_unusable"),
            Self::NoAccount => (StatusCode::UNAUTHORIZED, "authentication_failed"),
            Self::Session(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
            Self::Accounts(_) | Self::Passkeys(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "storage_unavailable")
            }
        };
        if status.is_server_error() {
            // The cause goes to the log, never to the client.
            tracing::error!(error = &self as &dyn std::error::Error, "request failed");
        }
        let error = json!({ "code": code, "message": self.to_string() });
        (status, Json(json!({ "error": error }))).into_response()
    }
}
