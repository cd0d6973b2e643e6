use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;

use crate::{Config, audit::span};

/// Runs a request in a [span](crate::audit) that says what an operator searches for.
pub(super) async fn observe(
    State(config): State<Arc<Config>>,
    request: Request,
    next: Next,
) -> Response {
    // The pattern: what the peer wrote in its place is nothing to search for.
    let route = request.extensions().get().map_or("", MatchedPath::as_str);
    let span = span::of_request(request.method().as_str(), route, config.rp_id());
    let response = next.run(request).instrument(span.clone()).await;
    span.record("status", response.status().as_u16());
    response
}
