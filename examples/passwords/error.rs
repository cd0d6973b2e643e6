//! Errors of the application. Mistakes of users are shown in the page they made them on, by
//! [`pages`](crate::pages).

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tower_sessions::session;

use crate::users::{self, Users};

#[derive(Debug, thiserror::Error)]
pub(crate) enum AppError {
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
        // The cause goes to the log, never to the client.
        tracing::error!(error = &self as &dyn std::error::Error, "request failed");
        let words = "Something went wrong on the server. Please try again.";
        (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
    }
}
