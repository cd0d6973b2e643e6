//! The page: its files, two of them the quickstart's, and what browsers may do with them.

use axum::{Router, http::header, routing::get};

/// The page loads its own files and talks to its own server; nothing else, and in no frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const FILES: [(&str, &str, &str); 5] = [
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
    ("/bank.css", "text/css", include_str!("page/bank.css")),
    (
        "/style.css",
        "text/css",
        include_str!("../quickstart/page/style.css"),
    ),
    (
        "/icon.svg",
        "image/svg+xml",
        include_str!("../quickstart/page/icon.svg"),
    ),
];

pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let serve = |router: Router<S>, (path, content_type, content)| {
        let headers = [
            (header::CONTENT_TYPE, content_type),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CACHE_CONTROL, "no-cache"),
        ];
        router.route(path, get(async move || (headers, content)))
    };
    FILES.into_iter().fold(Router::new(), serve)
}
