//! Request bodies: JSON, and never more than 64 KiB.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, header::CONTENT_TYPE},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::Error;

/// The most bytes of a body that are read. The largest finish that browsers send, with a long
/// attestation, is an eighth of it.
const MAX_BYTES: usize = 64 * 1024;

pub(super) async fn read(body: Body) -> Result<Bytes, Error> {
    match Limited::new(body, MAX_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Error::PayloadTooLarge),
        // The peer went away or broke the protocol; it will hardly read this.
        Err(_) => Err(Error::MalformedRequest(
            "The request body could not be read.".into(),
        )),
    }
}

/// Reads a body that must be there.
///
/// Requires a JSON content type, which browsers do not send across sites without asking first.
pub(super) fn json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Error> {
    if !is_json(headers) {
        return Err(Error::UnsupportedMediaType);
    }
    // Once for all, where the reader would look at every string.
    let json = str::from_utf8(body)
        .map_err(|_| Error::MalformedRequest("The request body is not UTF-8.".into()))?;
    parse(json)
}

pub(super) fn parse<T: DeserializeOwned>(json: &str) -> Result<T, Error> {
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

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json") || {
        let essence = essence.to_ascii_lowercase();
        essence.starts_with("application/") && essence.ends_with("+json")
    }
}
