//! Errors of the application, as JSON in the form that the library's errors have, so that the page
//! handles both alike.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use passkeys::store::StoreError;
use serde_json::json;
use tokio::task::JoinError;
use tower_sessions::session;

#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
    #[error("Nobody is signed in.")]
    SignedOut,
    #[error("The account of this passkey no longer exists.")]
    NoAccount,
    #[error("This address has an account by now. Sign in, or ask for another link.")]
    AddressTaken,
    #[error("Please enter an e-mail address, such as ada@example.com.")]
    AddressUnusable,
    #[error("A name has 1 to 64 visible characters.")]
    NameUnusable,
    #[error("This link is used or too old. Ask for another one.")]
    LinkUnusable,
    #[error(
        "This is not a code of this account, or it is used. After 5 attempts, wait 15 minutes."
    )]
    RecoveryFailed,
    #[error("Something went wrong on the server.")]
    Session(#[from] session::Error),
    #[error("Something went wrong on the server.")]
    Hashing(#[from] JoinError),
    #[error("Something went wrong on the server.")]
    Random(#[from] getrandom::Error),
    #[error("Storage is unavailable. Try again.")]
    Database(#[from] sqlx::Error),
    #[error("Storage is unavailable. Try again.")]
    Repository(#[from] StoreError),
    #[error(transparent)]
    Passkeys(#[from] passkeys::Error),
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            // The library's own response.
            Self::Passkeys(error) => return error.into_response(),
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed_out"),
            Self::NoAccount => (StatusCode::UNAUTHORIZED, "authentication_failed"),
            Self::AddressTaken => (StatusCode::CONFLICT, "address_taken"),
            Self::AddressUnusable => (StatusCode::UNPROCESSABLE_ENTITY, "address_unusable"),
            Self::NameUnusable => (StatusCode::UNPROCESSABLE_ENTITY, "name_unusable"),
            Self::LinkUnusable => (StatusCode::FORBIDDEN, "link_unusable"),
            Self::RecoveryFailed => (StatusCode::FORBIDDEN, "recovery_failed"),
            Self::Session(_) | Self::Hashing(_) | Self::Random(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal_error")
            }
            Self::Database(_) | Self::Repository(_) => {
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
