//! Rejections of the extractors in hooks, in the form of the library's errors.

use axum::{
    body::{Body, HttpBody as _, to_bytes},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::Response,
};
use serde_json::json;

use crate::{explain, wire::mistake};

/// Maximum length of a rejection that is read, in bytes. Of a longer one, only the status counts.
const MAX_BYTES: usize = 8 * 1024;

/// Converts a rejection that is plain text or empty, as those of axum's extractors are, to
/// `{"error": {"code", "message"}}`. One of any other media type has a form of its own, and stays as it is.
///
/// The text of a server error is for the developer: it names types and layers of the application.
pub(crate) async fn in_form(rejection: Response) -> Response {
    let status = rejection.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || !is_text(&rejection) {
        return rejection;
    }
    let (mut parts, body) = rejection.into_parts();
    let text = to_bytes(body, MAX_BYTES).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let message = if status.is_server_error() {
        tracing::error!(
            // Escaped (`Debug`): it may be of any content.
            rejection = ?text,
            status = status.as_u16(),
            "an extractor of a hook failed"
        );
        explain::note(|| format!("an extractor of a hook failed: {text}"));
        "Something went wrong on the server.".to_owned()
    } else {
        mistake::of_extractor(&text).unwrap_or_else(|| {
            let reason = status.canonical_reason().unwrap_or("Rejected");
            format!("The application rejects the request: {reason}.")
        })
    };
    let body = json!({ "error": { "code": code(status), "message": message } });
    parts.headers.remove(CONTENT_LENGTH);
    let json = HeaderValue::from_static("application/json");
    parts.headers.insert(CONTENT_TYPE, json);
    Response::from_parts(parts, Body::from(body.to_string()))
}

fn is_text(rejection: &Response) -> bool {
    const PLAIN: &[u8] = b"text/plain";
    match rejection.headers().get(CONTENT_TYPE) {
        Some(media_type) => media_type
            .as_bytes()
            .get(..PLAIN.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(PLAIN)),
        None => rejection.body().is_end_stream(),
    }
}

/// Returns the library's code for a status; `rejected` where it has none.
fn code(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 | 422 => "invalid_request",
        405 => "method_not_allowed",
        413 => "payload_too_large",
        415 => "unsupported_media_type",
        500.. => "internal_error",
        _ => "rejected",
    }
}
