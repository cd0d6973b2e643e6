use axum::{
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

/// What `axum::Json` answers, in half the instructions: that one writes through a buffer which looks
/// for room at every few bytes.
pub(crate) fn json(answer: &impl Serialize) -> Response {
    // More than most take.
    let mut json = Vec::with_capacity(1024);
    match serde_json::to_writer(&mut json, answer) {
        Ok(()) => {
            let mut response = Response::new(json.into());
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
        // Only a map whose keys are no strings cannot be written, and there is none.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
