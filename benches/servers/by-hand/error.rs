//! Opaque errors for clients.

use axum::{
    Json,
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use webauthn_rs_core::error::WebauthnError;

pub(crate) enum Error {
    ChallengeNotFound,
    NotVerified,
    CredentialAlreadyExists,
    Internal,
}

#[derive(Serialize)]
struct Body {
    error: Details,
}

#[derive(Serialize)]
struct Details {
    code: &'static str,
    message: &'static str,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::ChallengeNotFound => (
                StatusCode::BAD_REQUEST,
                "challenge_not_found",
                "Begin again.",
            ),
            Self::NotVerified => (
                StatusCode::UNAUTHORIZED,
                "not_verified",
                "It could not be verified.",
            ),
            Self::CredentialAlreadyExists => (
                StatusCode::CONFLICT,
                "credential_already_exists",
                "This passkey is already registered.",
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal_error",
                "Something went wrong.",
            ),
        };
        let error = Details { code, message };
        (status, [(CACHE_CONTROL, "no-store")], Json(Body { error })).into_response()
    }
}

impl From<WebauthnError> for Error {
    fn from(_: WebauthnError) -> Self {
        Self::NotVerified
    }
}
