//! `GET /client.js`, the modules that it imports and `extensions.js`, compiled into the program, and their
//! declarations.

use std::{
    borrow::Cow,
    sync::{Arc, LazyLock, OnceLock},
};

use axum::{
    Router,
    extract::State,
    http::{
        HeaderMap, HeaderName, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest as _, Sha256};

use super::observe;
use crate::{Error, Passkeys, domain::base64url, relying_party::RelyingParty};

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
    (
        "/extensions.d.ts",
        include_str!("../../client/extensions.d.ts"),
    ),
];

/// The path of the declarations of `client.js`.
const DECLARATIONS: &str = "/client.d.ts";

#[cfg(feature = "elements")]
use super::elements::SCRIPTS as ELEMENTS;

#[cfg(not(feature = "elements"))]
const ELEMENTS: &[(&str, &str)] = &[];

static MODULES: LazyLock<Vec<(&str, Module)>> = LazyLock::new(|| {
    let scripts = [SCRIPTS, ELEMENTS].into_iter().flatten();
    let modules = scripts.map(|&(path, script)| (path, Module::new(path, script)));
    modules.collect()
});

/// A JavaScript module, or the declarations of one.
struct Module {
    text: Cow<'static, str>,
    media_type: &'static str,
    /// Entity tag of the content. Weak, because a layer around the router may compress the response.
    tag: String,
}

impl Module {
    fn new(path: &str, text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        let digest = Sha256::digest(text.as_bytes());
        let tag = format!("W/\"{}\"", base64url::encode(&digest[..16]));
        let media_type = if path.ends_with(".d.ts") {
            "text/plain; charset=utf-8"
        } else {
            "text/javascript; charset=utf-8"
        };
        Self {
            text,
            media_type,
            tag,
        }
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
            (CONTENT_TYPE, self.media_type),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (headers, content, self.text.clone()).into_response()
    }
}

/// Adds the routes of the modules and of their declarations.
pub(super) fn routes<A: RelyingParty>(
    router: Router<Arc<Passkeys<A>>>,
) -> Router<Arc<Passkeys<A>>> {
    let other = async || observe::no_store(Error::MethodNotAllowed.into_response());
    let router = MODULES.iter().fold(router, |router, (path, module)| {
        let script = get(async |request: HeaderMap| module.respond(&request));
        router.route(path, script.fallback(other))
    });
    // Made when they are asked for, since most pages never do.
    let declarations = Arc::new(OnceLock::new());
    let respond = async move |State(passkeys): State<Arc<Passkeys<A>>>, request: HeaderMap| {
        let made = || Module::new(DECLARATIONS, passkeys.served_types());
        declarations.get_or_init(made).respond(&request)
    };
    router.route(DECLARATIONS, get(respond).fallback(other))
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
