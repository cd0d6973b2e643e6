//! Counts events in the metrics.

use super::{AuditKind, Mediation, Reason};
use crate::measure;

/// Counts an event.
pub(crate) fn count(kind: AuditKind, profile: Option<&str>) {
    let ceremony = ceremony(kind);
    match kind {
        AuditKind::RegistrationBegun
        | AuditKind::AuthenticationBegun
        | AuditKind::SecondFactorBegun
        | AuditKind::StepUpBegun => measure::begun(ceremony, profile),
        AuditKind::RegistrationSucceeded
        | AuditKind::AuthenticationSucceeded
        | AuditKind::SecondFactorSucceeded
        | AuditKind::StepUpSucceeded => measure::finished(ceremony, profile),
        // Counted when they are lost.
        AuditKind::EventsLost(_) => {}
        _ => match (kind.reason().map(Reason::as_str), kind.prompts()) {
            (Some(reason), _) => measure::refused(ceremony, profile, reason),
            (None, Some(prompts)) => {
                let mediation = prompts.mediation.map_or("modal", Mediation::as_str);
                measure::prompts(ceremony, mediation, prompts.outcome.as_str(), prompts.count);
            }
            (None, None) => measure::changed(kind.as_str()),
        },
    }
}

/// Returns the ceremony of an event, where a second factor is one of its own.
fn ceremony(kind: AuditKind) -> &'static str {
    match kind {
        AuditKind::SecondFactorBegun
        | AuditKind::SecondFactorSucceeded
        | AuditKind::SecondFactorFailed(_)
        | AuditKind::SecondFactorPromptFailed(_) => "second_factor",
        other => other.ceremony().unwrap_or_default(),
    }
}
