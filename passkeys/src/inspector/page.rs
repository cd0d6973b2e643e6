//! Routes of the page, whose files are compiled into the program.

use std::sync::{Arc, LazyLock};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

use super::{guard, view::View};
use crate::{Config, recorder::Recorder};

const STYLE: &str = include_str!("page/inspector.css");
const SCRIPT: &str = include_str!("page/inspector.js");

/// The page. Style and script are parts of it, so that it works wherever the router is nested, also where
/// its path does not end in a slash.
static PAGE: LazyLock<String> = LazyLock::new(|| {
    include_str!("page/inspector.html")
        .replace("/* style */", STYLE)
        .replace("/* script */", SCRIPT)
});

/// Content security policy: this style and this script, requests to the same origin, the empty icon
/// of the page, without which some browsers ask for one, and no frames.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; connect-src 'self'; \
         img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
        hash(STYLE),
        hash(SCRIPT),
    );
    // Base64 is valid in a header.
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
});

type Shared = Arc<(Recorder, Arc<Config>)>;

pub(super) fn router<S: Clone + Send + Sync + 'static>(
    recorder: Recorder,
    config: Arc<Config>,
) -> Router<S> {
    let shared: Shared = Arc::new((recorder, config));
    Router::new()
        .route("/", get(page))
        .route("/ceremonies", get(ceremonies))
        .layer(from_fn_with_state(shared.clone(), guarded))
        .with_state(shared)
}

async fn guarded(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let response = match guard::rejection(&request, &shared.1) {
        Some(rejection) => rejection,
        None => next.run(request).await,
    };
    guard::protected(response, &POLICY)
}

async fn page() -> Response {
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8")];
    (headers, PAGE.as_str()).into_response()
}

/// Returns the entries, or nothing if there is no change since the version in the query.
///
/// The page polls: a response that stays open would delay the end of the program, which waits for the
/// responses in progress.
async fn ceremonies(State(shared): State<Shared>, request: Request) -> Response {
    let snapshot = shared.0.snapshot();
    let known = request
        .uri()
        .query()
        .and_then(|query| query.strip_prefix("since="));
    if known == Some(snapshot.version.to_string().as_str()) {
        return StatusCode::NO_CONTENT.into_response();
    }
    Json(View::new(&snapshot, &shared.1)).into_response()
}
