//! The span in which a request runs.

use tracing::{Span, field};

use crate::CredentialId;

const NAME: &str = "passkeys";
const TARGET: &str = "passkeys::http";

/// Says of a request what is known before it is answered.
pub(crate) fn of_request(method: &str, route: &str, rp_id: &str) -> Span {
    tracing::info_span!(
        target: TARGET,
        NAME,
        method,
        route,
        ceremony = ceremony(route),
        rp_id,
        user_id = field::Empty,
        credential_id = field::Empty,
        status = field::Empty,
    )
}

/// Says whom the request is about, where it runs in such a span: an application that drives the
/// ceremonies itself has spans of its own.
pub(super) fn identify(user_id: Option<&str>, credential_id: Option<&CredentialId>) {
    let span = Span::current();
    let ours = span
        .metadata()
        .is_some_and(|it| (it.name(), it.target()) == (NAME, TARGET));
    if !ours {
        return;
    }
    if let Some(user_id) = user_id {
        span.record("user_id", field::debug(user_id));
    }
    if let Some(credential_id) = credential_id {
        span.record("credential_id", field::display(credential_id));
    }
}

/// What the route is a part of, in the words of [`AuditKind::ceremony`](super::AuditKind).
fn ceremony(route: &str) -> &'static str {
    let mut segments = route.rsplit('/');
    match (segments.next(), segments.next()) {
        (Some("begin" | "finish"), Some("register")) => "registration",
        (Some("begin" | "finish"), Some("authenticate")) => "authentication",
        (Some("begin"), Some("step-up")) => "step_up",
        _ => "management",
    }
}
