use std::fmt;

use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

/// HTTP response, with its whole body. Assertions that fail panic with the status and the body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response {
    /// Status code.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

impl fmt::Debug for Response {
    /// Formats the body as text.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &self.text())
            .finish()
    }
}

impl Response {
    /// Returns the body as text. Invalid UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Deserializes the body from JSON.
    ///
    /// # Panics
    ///
    /// If the body is not JSON, or does not match the type.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text()))
    }

    /// Asserts that the request succeeded, and returns the response.
    ///
    /// # Panics
    ///
    /// If the status is not `2xx`.
    #[track_caller]
    #[allow(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "the assertion may be all that a test needs"
    )]
    pub fn assert_ok(self) -> Self {
        assert!(
            self.status.is_success(),
            "expected success, got {} {}",
            self.status,
            self.text()
        );
        self
    }

    /// Asserts that the request failed with this [error code](crate::Error::code), such as
    /// `authentication_failed`, and returns the response.
    ///
    /// # Panics
    ///
    /// If the request succeeded, or failed with another code.
    #[track_caller]
    #[allow(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "the assertion may be all that a test needs"
    )]
    pub fn assert_error(self, code: &str) -> Self {
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        assert_eq!(
            body["error"]["code"],
            code,
            "{} {}",
            self.status,
            self.text()
        );
        self
    }
}
