use axum::response::{IntoResponse, Response};

use crate::Error;

/// Response that ends a handler early: an [`Error`], or the rejection of a hook or an extractor.
pub(super) struct Failure {
    pub(super) response: Response,
    /// True if a registration that ends like this has certainly not stored its passkey.
    pub(super) is_before_storing: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            // Otherwise the passkey may be stored: by the request that this one repeats, or by a store
            // whose response was lost.
            is_before_storing: !matches!(
                error,
                Error::ChallengeNotFound
                    | Error::CredentialAlreadyExists
                    | Error::StorageUnavailable(_)
            ),
            response: error.into_response(),
        }
    }
}

impl From<Response> for Failure {
    /// Rejection of a hook that is called before the ceremony is finished.
    fn from(response: Response) -> Self {
        Self {
            is_before_storing: true,
            response,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.response
    }
}
