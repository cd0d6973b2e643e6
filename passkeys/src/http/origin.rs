//! The `Origin` header of requests that begin a ceremony: the finish will be rejected if it is not
//! configured.

use std::borrow::Cow;

use axum::{
    extract::MatchedPath,
    http::{HeaderMap, header::ORIGIN, request::Parts},
};

use crate::{Config, ceremony::Ceremonies};

/// Returns the origin of a page that begins a ceremony, if it is not configured. For the log only: the
/// response does not depend on it, since programs that are no browsers send no such header, or any.
pub(super) fn unexpected<'a>(
    config: &Config,
    route: &str,
    headers: &'a HeaderMap,
) -> Option<Cow<'a, str>> {
    let origin = headers.get(ORIGIN)?;
    let is_expected = || config.accepted_origins().any(|it| it.as_bytes() == origin);
    (route.ends_with("/begin") && !is_expected())
        .then(|| String::from_utf8_lossy(origin.as_bytes()))
}

/// Logs the origin of a page that begins a ceremony, if the relying party of the request does not have it.
pub(super) fn notice<R>(ceremonies: &Ceremonies<R>, parts: &Parts) {
    let route = parts.extensions.get().map_or("", MatchedPath::as_str);
    let config = &ceremonies.config;
    if let Some(origin) = unexpected(config, route, &parts.headers) {
        ceremonies.notices.unexpected_origin(config, &origin);
    }
}
