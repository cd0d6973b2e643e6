use std::fmt;

use axum::http::{HeaderMap, Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// HTTP response, with its whole body.
///
/// Assertions that fail panic in the test, with the request, the status and the body; and where the
/// router is in the same process, with what the log has about the request, such as the reason of a failed
/// sign-in.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response {
    /// Status code.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
    pub(super) sent: Sent,
}

/// The request of a response.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) method: Method,
    /// URL, or the path where the router is in this process.
    pub(super) url: String,
    /// Path of the library's routes, if it is one of them.
    pub(super) mounted_at: Option<String>,
    pub(super) origin: String,
    /// Names of the cookies.
    pub(super) cookies: Vec<String>,
    /// Names of the headers that the test has added.
    pub(super) headers: Vec<String>,
    /// Lines of the log about it.
    pub(super) notes: Vec<String>,
}

impl fmt::Debug for Response {
    /// Formats the body as text.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let request = format!("{} {}", self.sent.method, self.sent.url);
        formatter
            .debug_struct("Response")
            .field("request", &request)
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &self.text())
            .finish()
    }
}

/// Status that a response is expected to have: a [`StatusCode`], or its number.
pub trait IntoStatus {
    /// Returns the status.
    fn into_status(self) -> u16;
}

impl IntoStatus for StatusCode {
    fn into_status(self) -> u16 {
        self.as_u16()
    }
}

impl IntoStatus for u16 {
    fn into_status(self) -> u16 {
        self
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
        match serde_json::from_slice(&self.body) {
            Ok(json) => json,
            Err(error) => panic!(
                "expected a body that is the JSON of `{}`: {error}\n{}",
                std::any::type_name::<T>(),
                self.described()
            ),
        }
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
            "expected success\n{}",
            self.described()
        );
        self
    }

    /// Asserts that the response has this status, a [`StatusCode`] or a number such as `403`, and returns
    /// the response.
    ///
    /// # Panics
    ///
    /// If it has another status.
    #[track_caller]
    #[allow(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "the assertion may be all that a test needs"
    )]
    pub fn assert_status(self, expected: impl IntoStatus) -> Self {
        let expected = expected.into_status();
        assert!(
            self.status.as_u16() == expected,
            "expected the status {expected}\n{}",
            self.described()
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
        let found = self.code();
        assert!(
            found.as_deref() == Some(code),
            "expected an error with the code `{code}`\n{}",
            self.described()
        );
        self
    }

    /// Returns the code of an error of the form `{"error": {"code", "message"}}`.
    fn code(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        Some(body["error"]["code"].as_str()?.to_owned())
    }

    /// Describes the request and the response, for a failed assertion.
    pub(super) fn described(&self) -> String {
        let Sent { method, url, .. } = &self.sent;
        let mut lines = vec![format!("{method} {url} responded with {}", self.status)];
        lines.push(match &*self.text() {
            "" => "with an empty body".to_owned(),
            text => format!("with the body: {}", excerpt(text)),
        });
        let notes = self.sent.notes.iter();
        lines.extend(notes.map(|note| format!("the log says: {note}")));
        lines.extend(self.hint());
        lines.join("\n")
    }

    /// Returns what a mistake of the test may be.
    fn hint(&self) -> Option<String> {
        let Sent {
            mounted_at,
            cookies,
            headers,
            origin,
            notes,
            ..
        } = &self.sent;
        let mounted_at = mounted_at.as_ref()?;
        let is_elsewhere = self.code().is_none()
            && [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED].contains(&self.status);
        let is_sign_up = self.sent.url.contains("/sign-up/begin");
        if is_elsewhere && is_sign_up {
            return Some(format!(
                "hint: there is no sign-up at `{mounted_at}`. Either the block has no hook `sign_up`, or the \
                 library's routes are elsewhere: nest `Passkeys::router()` there, or name the path with \
                 `Browser::mounted_at`"
            ));
        }
        if is_elsewhere {
            return Some(format!(
                "hint: the router has none of the library's routes there. They are expected at \
                 `{mounted_at}`: nest `Passkeys::router()` there, or name the path with \
                 `Browser::mounted_at`"
            ));
        }
        if self.status.is_success() && !self.is_json() {
            return Some(format!(
                "hint: this is no response of the library's routes, which are expected at \
                 `{mounted_at}` (`Browser::mounted_at`): another route or a fallback takes the request"
            ));
        }
        if self.status == StatusCode::UNAUTHORIZED
            && self.code().as_deref() != Some("authentication_failed")
        {
            let listed = |names: &[String]| match names {
                [] => "none".to_owned(),
                names => names.join(", "),
            };
            return Some(format!(
                "hint: a hook finds nobody signed in. The request has the cookies: {}; and of \
                 `with_header`: {}",
                listed(cookies),
                listed(headers),
            ));
        }
        let is_origin = notes.iter().any(|note| note.contains("reason `origin`"));
        is_origin.then(|| {
            format!(
                "hint: the page of this browser has the origin `{origin}`, as passed to `Browser::new`; write \
                 one of the configured `origins`"
            )
        })
    }

    pub(super) fn is_json(&self) -> bool {
        serde_json::from_slice::<serde::de::IgnoredAny>(&self.body).is_ok()
    }
}

/// Returns the beginning of a text that may be a page.
fn excerpt(text: &str) -> String {
    const MOST: usize = 2000;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
