//! Tracing span of a request.

use tracing::{Span, field};

use crate::CredentialId;

const NAME: &str = "passkeys";
const TARGET: &str = "passkeys::http";

/// Creates the span of a request. Fields that are not known yet are recorded later.
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

/// Records the user and the credential in the current span, if it is one of [`of_request`].
/// Applications with routes of their own have spans of their own.
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
