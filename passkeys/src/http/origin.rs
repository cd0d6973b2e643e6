//! The `Origin` header of requests that begin a ceremony: the finish will be rejected if it is not
//! configured.

use axum::http::{HeaderMap, header::ORIGIN};

use crate::{Config, ceremony::Notices};

/// Logs an origin that is not configured, once. The response does not depend on it: programs that are no
/// browsers send no such header, or any.
pub(super) fn check(config: &Config, notices: &Notices, route: &str, headers: &HeaderMap) {
    let Some(origin) = headers.get(ORIGIN) else {
        return;
    };
    let is_expected = || config.accepted_origins().any(|it| it.as_bytes() == origin);
    if route.ends_with("/begin") && !is_expected() {
        notices.unexpected_origin(config, &String::from_utf8_lossy(origin.as_bytes()));
    }
}
