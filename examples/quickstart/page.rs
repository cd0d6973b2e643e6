//! The page: five files that are part of the program, and what browsers may do with them. The
//! module that talks to the passkeys' routes is the library's, and served by it.

use axum::{Router, http::header, routing::get};

/// The page loads its own files and talks to its own server; nothing else, and in no frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let html = "text/html; charset=utf-8";
    let script = "text/javascript; charset=utf-8";
    Router::new()
        .merge(file("/", html, include_str!("page/index.html")))
        .merge(file(
            "/style.css",
            "text/css",
            include_str!("page/style.css"),
        ))
        .merge(file(
            "/icon.svg",
            "image/svg+xml",
            include_str!("page/icon.svg"),
        ))
        .merge(file("/app.js", script, include_str!("page/app.js")))
        .merge(file("/words.js", script, include_str!("page/words.js")))
}

fn file<S>(path: &str, content_type: &'static str, content: &'static str) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Router::new().route(path, get(move || async move { (headers, content) }))
}
