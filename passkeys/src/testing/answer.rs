use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

/// A server's answer, read to its end. The assertions panic with all of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// If it is none, or of another shape.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text()))
    }

    /// Asserts that the request succeeded, and returns the answer.
    ///
    /// # Panics
    ///
    /// If the status is not `2xx`.
    #[track_caller]
    #[allow(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "an assertion may be all one wants"
    )]
    pub fn assert_ok(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        self
    }

    /// Asserts that the request failed with this error of the library's, such as
    /// `authentication_failed`, and returns the answer.
    ///
    /// # Panics
    ///
    /// If it succeeded, or failed otherwise.
    #[track_caller]
    #[allow(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "an assertion may be all one wants"
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
