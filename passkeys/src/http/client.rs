//! `GET /client.js`: the browser module, compiled into the program.

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

/// Entity tag of the content. Weak, because a layer around the router may compress the response.
static TAG: LazyLock<String> = LazyLock::new(|| {
    let digest = Sha256::digest(SCRIPT);
    format!("W/\"{}\"", base64url::encode(&digest[..16]))
});

/// Handler of `GET /client.js`.
pub(super) async fn script(request: HeaderMap) -> Response {
    let headers: [(HeaderName, &str); 2] = [
        // Cached, but revalidated at every use: the URL stays the same in later releases.
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

/// Returns whether the client has the current content
/// ([RFC 9110, §13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)), by weak
/// comparison.
fn is_known(request: &HeaderMap) -> bool {
    let ours = opaque(&TAG);
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        // Splits tags that contain a comma, too. Ours has none, so such a tag cannot match.
        .flat_map(|tags| tags.split(','))
        .any(|tag| tag.trim() == "*" || opaque(tag) == ours)
}

/// Returns the opaque part of an entity tag.
fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag)
}
