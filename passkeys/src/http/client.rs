//! `GET /client.js`: the module for the browser, which is part of the program.

use std::sync::LazyLock;

use axum::{
    http::{
        HeaderMap, HeaderName, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
};
use sha2::{Digest as _, Sha256};

use crate::domain::base64url;

const SCRIPT: &str = include_str!("../../client/client.js");

/// Names the content, in whatever encoding a layer around the router sends it: hence a weak one.
static TAG: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::digest(SCRIPT);
    format!("W/\"{}\"", base64url::encode(&digest[..16]))
});

/// `GET /client.js`
pub(super) async fn script(request: HeaderMap) -> Response {
    let headers: [(HeaderName, &str); 2] = [
        // Kept, but asked for at every use: its address stays when the library is updated.
        (CACHE_CONTROL, "no-cache"),
        (ETAG, &TAG),
    ];
    if is_known(&request) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let content = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, content, SCRIPT).into_response()
}

/// Whether the browser has this content already
/// ([RFC 9110, §13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)). Weak and strong
/// tags compare alike.
fn is_known(request: &HeaderMap) -> bool {
    let ours = opaque(&TAG);
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        // None of our characters is a comma, so a tag with one in it cannot be ours.
        .flat_map(|tags| tags.split(','))
        .any(|tag| tag.trim() == "*" || opaque(tag) == ours)
}

fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag)
}
