//! Parsing of request bodies and of the credentials in them, and JSON responses.

use axum::{
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::error::Category;

use crate::Error;

/// The maximum size of a request body, and of a credential in one, in bytes. The largest that
/// browsers send, with a long attestation, is an eighth of it.
pub(crate) const MAX_BYTES: usize = 64 * 1024;

/// Parses JSON of at most [`MAX_BYTES`].
pub(crate) fn parse<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
    if json.len() > MAX_BYTES {
        return Err(Error::PayloadTooLarge);
    }
    serde_json::from_str(json).map_err(|error| {
        let message = format!("The request body is not as expected: {error}.");
        match error.classify() {
            Category::Data => Error::InvalidRequest(message.into()),
            Category::Syntax | Category::Eof | Category::Io => {
                Error::MalformedRequest(message.into())
            }
        }
    })
}

/// Returns a JSON response, in half the instructions of `axum::Json`, which writes through a buffer
/// that checks its capacity every few bytes.
pub(crate) fn response(body: &impl Serialize) -> Response {
    // Larger than most responses.
    let mut json = Vec::with_capacity(1024);
    match serde_json::to_writer(&mut json, body) {
        Ok(()) => {
            let mut response = Response::new(json.into());
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(CONTENT_TYPE, json);
            response
        }
        // Only a map whose keys are not strings cannot be serialised, and there is none.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
