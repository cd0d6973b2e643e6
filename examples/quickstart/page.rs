//! Serves the page, which is compiled into the program, with its security headers. The JavaScript
//! module that calls the passkey routes is part of the library, which serves it.

use axum::{Router, body::Bytes, http::header, routing::get};

/// Path of the inspector, which only debug builds have.
pub(crate) const INSPECTOR: &str = "/inspector";

/// Content security policy: scripts, styles, images and requests of the same origin; no frames, and no
/// HTML made of text by a script (Trusted Types).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let html = "text/html; charset=utf-8";
    let script = "text/javascript; charset=utf-8";
    Router::new()
        .merge(file("/", html, index()))
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
}

/// Returns the page, in debug builds with a link to the inspector.
fn index() -> String {
    let link = format!(r#"<footer class="bar"><a href="{INSPECTOR}">Inspector</a></footer>"#);
    let link = if cfg!(debug_assertions) { &link } else { "" };
    include_str!("page/index.html").replace("<!-- inspector -->", link)
}

fn file<S>(path: &str, content_type: &'static str, content: impl Into<Bytes>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    let content = content.into();
    Router::new().route(path, get(move || async move { (headers, content) }))
}
