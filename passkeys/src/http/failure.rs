use axum::response::{IntoResponse, Response};

use crate::Error;

/// Response that ends a handler early: an [`Error`], or the rejection of a hook or an extractor.
pub(super) struct Failure(Response);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error.into_response())
    }
}

impl From<Response> for Failure {
    fn from(response: Response) -> Self {
        Self(response)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.0
    }
}
