//! Request bodies: JSON of at most 64 KiB.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, header::CONTENT_TYPE},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::{
    Error,
    wire::json::{FromJson, MAX_BYTES},
};

/// Reads a body of at most [`MAX_BYTES`].
pub(super) async fn read(body: Body) -> Result<Bytes, Error> {
    match Limited::new(body, MAX_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if is_too_long(&*error) => Err(Error::PayloadTooLarge),
        // The client disconnected or broke the protocol.
        Err(_) => Err(Error::MalformedRequest(
            "The request body could not be read.".into(),
        )),
    }
}

/// Returns whether a body is longer than this limit, or than that of a layer of the application.
fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.any(<dyn std::error::Error>::is::<LengthLimitError>)
}

/// Returns whether a body is none: it is empty, or one of `null`, `{}` and `[]`, which clients send for no
/// body.
pub(super) fn is_nothing(body: &[u8]) -> bool {
    match trimmed(body) {
        b"" | b"null" => true,
        [b'{', inside @ .., b'}'] | [b'[', inside @ .., b']'] => trimmed(inside).is_empty(),
        _ => false,
    }
}

/// Returns the text without the white space around it: that of JSON, which has no form feed.
fn trimmed(mut text: &[u8]) -> &[u8] {
    const WHITE_SPACE: &[u8] = b" \t\n\r";
    while let [first, rest @ ..] = text
        && WHITE_SPACE.contains(first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && WHITE_SPACE.contains(last)
    {
        text = rest;
    }
    text
}

/// Parses a JSON body of the contract.
pub(super) fn json<T: FromJson>(headers: &HeaderMap, body: &[u8]) -> Result<T, Error> {
    T::from_json(text(headers, body)?, "")
}

/// Returns the text of a JSON body. Requires a JSON content type, against cross-site request forgery: browsers
/// send it to another origin only after a CORS preflight.
pub(super) fn text<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<&'a str, Error> {
    if !is_json(headers) {
        return Err(Error::UnsupportedMediaType);
    }
    // Checked once here; parsing from bytes would check each string.
    str::from_utf8(body)
        .map_err(|_| Error::MalformedRequest("The request body is not UTF-8.".into()))
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

#[cfg(test)]
mod tests {
    use super::is_nothing;

    #[test]
    fn empty_body_null_and_empty_object_or_array_are_no_body() {
        for body in [
            "", " ", "\r\n\t ", "null", " null\n", "{}", "[]", "{ }", "[\n]", " {\t} ", "\n[ ]\n",
        ] {
            assert!(is_nothing(body.as_bytes()), "{body:?}");
        }
    }

    #[test]
    fn every_other_body_is_a_body() {
        for body in [
            "n",
            "nul",
            "nulll",
            "n ull",
            "NULL",
            "null null",
            "null,",
            "{",
            "}",
            "[",
            "]",
            "{]",
            "[}",
            "{{}}",
            "[[]]",
            "[null]",
            "{}{}",
            "[],",
            "\"\"",
            "0",
            "false",
            r#"{"":null}"#,
            "\u{c}",
            "{\u{c}}",
            "\u{a0}",
            "\u{feff}{}",
            "\0",
            "a=b",
        ] {
            assert!(!is_nothing(body.as_bytes()), "{body:?}");
        }
    }
}
