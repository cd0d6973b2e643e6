//! Serves the page, which is compiled into the program, with its security headers. The JavaScript
//! module that calls the passkey routes is part of the library, which serves it.

use axum::{Router, http::header, routing::get};

/// Content security policy: scripts of the same origin only. An injected script could read the token.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let files = [
        (
            "/",
            "text/html; charset=utf-8",
            include_str!("page/index.html"),
        ),
        (
            "/app.js",
            "text/javascript; charset=utf-8",
            include_str!("page/app.js"),
        ),
        (
            "/style.css",
            "text/css; charset=utf-8",
            include_str!("page/style.css"),
        ),
    ];
    files
        .into_iter()
        .fold(Router::new(), |router, (path, kind, content)| {
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_SECURITY_POLICY, POLICY),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::CACHE_CONTROL, "no-cache"),
            ];
            router.route(path, get(async move || (headers, content)))
        })
}
