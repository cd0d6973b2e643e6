//! Parsing of request bodies and of the credentials in them, and JSON responses.

use axum::{
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{mistake, shape::Object};
use crate::Error;

/// The maximum size of a request body, and of a credential in one, in bytes. The largest that
/// browsers send, with a long attestation, is an eighth of it.
pub(crate) const MAX_BYTES: usize = 64 * 1024;

/// A request body of the contract, or a credential in one.
///
/// Implemented by [`from_json!`], so that what parses it is compiled with this crate, and not anew
/// with every application.
pub(crate) trait FromJson: Sized {
    /// Parses JSON of at most [`MAX_BYTES`].
    ///
    /// `part` is the body's member that the text is the value of, for messages; empty for the body
    /// itself.
    fn from_json(json: &str, part: &str) -> Result<Self, Error>;
}

/// Implements [`FromJson`] for types whose JSON is an object.
macro_rules! from_json {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::wire::json::FromJson for $type {
            fn from_json(json: &str, part: &str) -> Result<Self, $crate::Error> {
                $crate::wire::json::parse_object(json, part)
            }
        }
    )+};
}
pub(crate) use from_json;

/// Parses a JSON object of at most [`MAX_BYTES`].
pub(super) fn parse_object<T>(json: &str, part: &str) -> Result<T, Error>
where
    T: for<'de> Deserialize<'de>,
{
    parse(json, part).map(|Object(value)| value)
}

/// Parses JSON of at most [`MAX_BYTES`], the value of the body's member `part`.
pub(crate) fn parse<T: DeserializeOwned>(json: &str, part: &str) -> Result<T, Error> {
    if json.len() > MAX_BYTES {
        return Err(Error::PayloadTooLarge);
    }
    serde_json::from_str(json).map_err(|_| mistake::find::<T>(json, part))
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
