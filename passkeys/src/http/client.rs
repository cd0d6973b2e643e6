//! `GET /client.js`, the modules that it imports and `extensions.js`, compiled into the program.

use std::sync::LazyLock;

use axum::{
    Router,
    http::{
        HeaderMap, HeaderName, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest as _, Sha256};

use super::observe;
use crate::{Error, domain::base64url};

/// The modules by their paths: `client.js`, those that it imports where they are needed, and one that pages
/// import.
const SCRIPTS: &[(&str, &str)] = &[
    ("/client.js", include_str!("../../client/client.js")),
    (
        "/capabilities.js",
        include_str!("../../client/capabilities.js"),
    ),
    ("/fallback.js", include_str!("../../client/fallback.js")),
    ("/outcomes.js", include_str!("../../client/outcomes.js")),
    ("/extensions.js", include_str!("../../client/extensions.js")),
];

#[cfg(feature = "elements")]
use super::elements::SCRIPTS as ELEMENTS;

#[cfg(not(feature = "elements"))]
const ELEMENTS: &[(&str, &str)] = &[];

static MODULES: LazyLock<Vec<(&str, Module)>> = LazyLock::new(|| {
    let scripts = [SCRIPTS, ELEMENTS].into_iter().flatten();
    let modules = scripts.map(|&(path, script)| (path, Module::new(script)));
    modules.collect()
});

/// A JavaScript module.
struct Module {
    script: &'static str,
    /// Entity tag of the content. Weak, because a layer around the router may compress the response.
    tag: String,
}

impl Module {
    fn new(script: &'static str) -> Self {
        let digest = Sha256::digest(script);
        let tag = format!("W/\"{}\"", base64url::encode(&digest[..16]));
        Self { script, tag }
    }

    fn respond(&self, request: &HeaderMap) -> Response {
        let headers: [(HeaderName, &str); 2] = [
            // Cached, but revalidated at every use: the URL stays the same in later releases.
            (CACHE_CONTROL, "no-cache"),
            (ETAG, &self.tag),
        ];
        if is_known(request, &self.tag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        let content = [
            (CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (headers, content, self.script).into_response()
    }
}

/// Adds the routes of the modules.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    MODULES.iter().fold(router, |router, (path, module)| {
        let script = get(async |request: HeaderMap| module.respond(&request));
        let other = async || observe::no_store(Error::MethodNotAllowed.into_response());
        router.route(path, script.fallback(other))
    })
}

/// Returns whether the client has the current content
/// ([RFC 9110, §13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2)), by weak
/// comparison.
fn is_known(request: &HeaderMap, tag: &str) -> bool {
    let ours = opaque(tag);
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
