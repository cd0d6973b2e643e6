use super::{AuditKind, Mediation, Reason, span};
use crate::{CredentialId, domain::detail::Detail};

/// Writes an event to the log and its IDs to the request's span.
///
/// The user ID may come from an unauthenticated client, so it is escaped (`Debug`); so are values in the
/// explanation.
pub(crate) fn log(
    kind: AuditKind,
    rp_id: &str,
    user_id: Option<&str>,
    credential_id: Option<&CredentialId>,
    detail: Option<&Detail>,
    profile: Option<&str>,
    by_application: bool,
) {
    span::identify(user_id, credential_id);
    let ceremony = if by_application {
        Some("management")
    } else {
        kind.ceremony()
    };
    let prompts = kind.prompts();
    // `tracing` needs the level at compile time.
    macro_rules! write {
        ($level:ident) => {
            tracing::$level!(
                target: "passkeys::audit",
                event = kind.as_str(),
                ceremony,
                reason = kind.reason().map(Reason::as_str),
                detail = detail.map(Detail::as_str),
                outcome = prompts.map(|it| it.outcome.as_str()),
                mediation = prompts.and_then(|it| it.mediation).map(Mediation::as_str),
                count = prompts.map(|it| it.count),
                rp_id,
                profile,
                user_id = user_id.map(tracing::field::debug),
                credential_id = credential_id.map(tracing::field::display),
                by = by_application.then_some("application"),
            )
        };
    }
    match kind {
        _ if by_application => write!(info),
        // Unauthenticated clients can cause these without limit.
        AuditKind::RegistrationBegun
        | AuditKind::AuthenticationBegun
        | AuditKind::SecondFactorBegun
        | AuditKind::StepUpBegun => write!(debug),
        AuditKind::CloneSuspected
        | AuditKind::CredentialSuspended
        | AuditKind::BackupEligibilityChanged => write!(warn),
        AuditKind::RollbackFailed => write!(error),
        _ => write!(info),
    }
}
