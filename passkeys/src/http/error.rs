use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{Error, domain::error::causes, explain, recorder};

impl IntoResponse for Error {
    /// Returns `{"error": {"code", "message"}}` with the error's [`status`](Error::status).
    ///
    /// The cause of a store's failure, and the problem of a hook's user, are logged and not sent to
    /// the client.
    fn into_response(self) -> Response {
        log(&self);
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::BAD_REQUEST);
        let body = json!({ "error": { "code": self.code(), "message": self.to_string() } });
        let mut response = (status, Json(body)).into_response();
        recorder::mark(&mut response, &self);
        response
    }
}

/// Logs what the operator has to know and the client must not.
pub(super) fn log(error: &Error) {
    match error {
        Error::StorageUnavailable(cause) => {
            // Escaped (`Debug`): a database may quote values that the client sent.
            tracing::error!(error = ?causes(cause), "a store failed");
            explain::note(|| format!("a store failed: {}", causes(cause)));
        }
        Error::InvalidUser(problem) => {
            tracing::error!(problem, "a hook returned a user that cannot have passkeys");
            explain::note(|| {
                format!("a hook returned a user that cannot have passkeys: {problem}")
            });
        }
        _ => {}
    }
}

impl From<Error> for Response {
    /// Converts the error, so that handlers and `who` futures whose error is [`Response`] can use
    /// `?`.
    fn from(error: Error) -> Self {
        error.into_response()
    }
}
