//! Takes the place of the metrics without the feature `metrics`.

use axum::http::{Method, StatusCode};

pub(crate) fn begun(_ceremony: &'static str, _profile: Option<&str>) {}

pub(crate) fn finished(_ceremony: &'static str, _profile: Option<&str>) {}

pub(crate) fn refused(_ceremony: &'static str, _profile: Option<&str>, _reason: &'static str) {}

pub(crate) fn prompts(
    _ceremony: &'static str,
    _mediation: &'static str,
    _outcome: &'static str,
    _count: u64,
) {
}

pub(crate) fn changed(_event: &'static str) {}

pub(crate) fn event_lost() {}

/// Start of a request.
pub(crate) struct Started;

impl Started {
    pub(crate) fn now(_method: &Method, _route: &str) -> Self {
        Self
    }

    pub(crate) fn responded(&mut self, _status: StatusCode) {}
}
