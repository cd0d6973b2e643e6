//! Errors of the application, as JSON in the form that the library's errors have.

use axum::{
    Json,
    http::{StatusCode, header::WWW_AUTHENTICATE},
    response::{IntoResponse, Response},
};
use serde_json::json;

#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
    #[error("The request has no bearer token.")]
    NoToken,
    #[error("The token has expired. Sign in again.")]
    TokenExpired,
    #[error("The token is not valid.")]
    TokenInvalid,
    #[error("A name has 1 to 64 visible characters.")]
    NameUnusable,
    #[error("The account of this passkey no longer exists.")]
    NoAccount,
    #[error("Something went wrong on the server.")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            Self::NoToken => (StatusCode::UNAUTHORIZED, "token_missing"),
            Self::TokenExpired => (StatusCode::UNAUTHORIZED, "token_expired"),
            Self::TokenInvalid => (StatusCode::UNAUTHORIZED, "token_invalid"),
            Self::NameUnusable => (StatusCode::UNPROCESSABLE_ENTITY, "name_unusable"),
            Self::NoAccount => (StatusCode::UNAUTHORIZED, "authentication_failed"),
            Self::Signing(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
        };
        // RFC 6750, section 3.1: no error code if the request has no token.
        let challenge = match self {
            Self::NoToken => Some("Bearer"),
            Self::TokenExpired | Self::TokenInvalid => Some("Bearer error=\"invalid_token\""),
            _ => None,
        };
        let challenge = challenge.map(|challenge| [(WWW_AUTHENTICATE, challenge)]);
        let error = json!({ "code": code, "message": self.to_string() });
        (status, challenge, Json(json!({ "error": error }))).into_response()
    }
}
