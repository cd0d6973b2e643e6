//! Errors of the application, as JSON in the form that the library's errors have, so that the page
//! handles both alike.

use std::collections::BTreeMap;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use passkeys::store::StoreError;
use serde::Serialize;
use tower_sessions::session;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{self, RefOr},
};

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

/// The body of an error.
#[derive(Serialize, IntoResponses, ToSchema)]
#[response(status = "4XX", description = "An error of the application.")]
struct Body {
    #[schema(inline)]
    error: Details,
}

#[derive(Serialize, ToSchema)]
struct Details {
    #[schema(inline)]
    code: Code,
    message: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Code {
    SignedOut,
    NameTaken,
    NameUnusable,
    AuthenticationFailed,
    InternalError,
    StorageUnavailable,
}

impl IntoResponses for AppError {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        Body::responses()
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            Self::SignedOut => (StatusCode::UNAUTHORIZED, Code::SignedOut),
            Self::NameTaken => (StatusCode::CONFLICT, Code::NameTaken),
            Self::NameUnusable => (StatusCode::UNPROCESSABLE_ENTITY, Code::NameUnusable),
            Self::NoAccount => (StatusCode::UNAUTHORIZED, Code::AuthenticationFailed),
            Self::Session(_) => (StatusCode::INTERNAL_SERVER_ERROR, Code::InternalError),
            Self::Accounts(_) | Self::Passkeys(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, Code::StorageUnavailable)
            }
        };
        if status.is_server_error() {
            // The cause goes to the log, never to the client.
            tracing::error!(error = &self as &dyn std::error::Error, "request failed");
        }
        let message = self.to_string();
        let error = Details { code, message };
        (status, Json(Body { error })).into_response()
    }
}
