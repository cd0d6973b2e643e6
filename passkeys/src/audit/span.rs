//! Tracing span of a request.

use std::{
    hash::{DefaultHasher, Hash, Hasher as _},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use tracing::{Span, field, span::Id};

use crate::CredentialId;

const NAME: &str = "passkeys";
const TARGET: &str = "passkeys::http";

/// Creates the span of a request. Fields that are not known yet are recorded later.
pub(crate) fn of_request(method: &str, route: &str, rp_id: Option<&str>) -> Span {
    let span = tracing::info_span!(
        target: TARGET,
        NAME,
        method,
        route,
        ceremony = ceremony(route),
        rp_id,
        user_id = field::Empty,
        credential_id = field::Empty,
        status = field::Empty,
    );
    if let Some(id) = span.id() {
        // The ID may have been another span's.
        for last in recorded(&id) {
            last.store(0, Relaxed);
        }
    }
    span
}

/// Records the RP ID in the current span, if it is one of [`of_request`] that was created without one.
pub(crate) fn record_rp_id(rp_id: &str) {
    let span = Span::current();
    if is_ours(&span) {
        span.record("rp_id", rp_id);
    }
}

fn is_ours(span: &Span) -> bool {
    let metadata = span.metadata();
    metadata.is_some_and(|it| (it.name(), it.target()) == (NAME, TARGET))
}

/// Records the user and the credential in the current span, if it is one of [`of_request`], each value
/// once: a request may have several events, and logs show every value that was recorded.
///
/// Applications with routes of their own have spans of their own.
pub(super) fn identify(user_id: Option<&str>, credential_id: Option<&CredentialId>) {
    let span = Span::current();
    let Some(id) = span.id().filter(|_| is_ours(&span)) else {
        return;
    };
    let [user, credential] = recorded(&id);
    if let Some(user_id) = user_id
        && is_new(user, &(id.into_u64(), user_id))
    {
        span.record("user_id", field::debug(user_id));
    }
    if let Some(credential_id) = credential_id
        && is_new(credential, &(id.into_u64(), credential_id.as_bytes()))
    {
        span.record("credential_id", field::display(credential_id));
    }
}

/// Hashes of the user and the credential that were recorded last, in some span. A span whose place
/// another one has taken meanwhile records its values again.
static RECORDED: [[AtomicU64; 2]; 512] = [const { [const { AtomicU64::new(0) }; 2] }; 512];

fn recorded(id: &Id) -> &'static [AtomicU64; 2] {
    let place = id.into_u64() % RECORDED.len() as u64;
    usize::try_from(place)
        .ok()
        .and_then(|place| RECORDED.get(place))
        .unwrap_or(&RECORDED[0])
}

/// Returns whether a value is another than the last one.
fn is_new(last: &AtomicU64, value: &impl Hash) -> bool {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    let hash = hasher.finish() | 1;
    last.swap(hash, Relaxed) != hash
}

/// Returns the ceremony of a route, named as by
/// [`AuditKind::ceremony`](super::AuditKind::ceremony).
fn ceremony(route: &str) -> &'static str {
    let mut segments = route.rsplit('/');
    match (segments.next(), segments.next()) {
        (Some("begin" | "finish"), Some("register")) | (Some("begin"), Some("sign-up")) => {
            "registration"
        }
        (Some("begin" | "finish"), Some("authenticate")) => "authentication",
        (Some("begin"), Some("step-up")) => "step_up",
        _ => "management",
    }
}
