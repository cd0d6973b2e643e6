//! Errors of the application. Mistakes of users are shown in the page they made them on, by
//! [`pages`](crate::pages); those that its script shows are JSON, in the form that the library's errors
//! have.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use tower_sessions::session;

use crate::users::{self, Users};

#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
    #[error("Nobody is signed in.")]
    SignedOut,
    #[error("The account of this passkey no longer exists.")]
    NoAccount,
    #[error("Your account asks for your password first, and for the passkey after it.")]
    PasswordFirst,
    #[error("Create a passkey before you ask for it.")]
    NoPasskey,
    #[error(transparent)]
    Passkeys(#[from] passkeys::Error),
    #[error("the session cannot be read or saved")]
    Session(#[from] session::Error),
    #[error(transparent)]
    Users(#[from] users::Error),
    #[error("the page cannot be rendered")]
    Page(#[from] askama::Error),
}

impl From<axum_login::Error<Users>> for AppError {
    fn from(error: axum_login::Error<Users>) -> Self {
        match error {
            axum_login::Error::Session(error) => Self::Session(error),
            axum_login::Error::Backend(error) => Self::Users(error),
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            // The library's own response.
            Self::Passkeys(error) => return error.into_response(),
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "signed_out"),
            Self::NoAccount => (StatusCode::UNAUTHORIZED, "authentication_failed"),
            Self::PasswordFirst => (StatusCode::FORBIDDEN, "password_first"),
            Self::NoPasskey => (StatusCode::CONFLICT, "no_passkey"),
            failure => return failure.into_failure(),
        };
        let error = json!({ "code": code, "message": self.to_string() });
        (status, Json(json!({ "error": error }))).into_response()
    }
}

impl AppError {
    fn into_failure(self) -> Response {
        // The cause goes to the log, never to the client.
        tracing::error!(error = &self as &dyn std::error::Error, "request failed");
        let words = "Something went wrong on the server. Please try again.";
        (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
    }
}
