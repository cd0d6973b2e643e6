//! What happened, for those who have to find out later.
//!
//! Peers are told as little as possible; the audit trail knows the true reason. Every event goes
//! to `tracing` and to the [`AuditSink`] that the application passes to
//! [`Passkeys::audit`](crate::Passkeys::audit). No event carries a challenge, a `state`, a
//! signature or a key, and what a peer has named is escaped before it is logged.
//!
//! # In the log
//!
//! Events have the target `passkeys::audit` and these fields, which releases do not rename. One
//! that does not apply is left out.
//!
//! | field | |
//! | --- | --- |
//! | `event` | what happened: [`AuditKind::as_str`] |
//! | `ceremony` | `registration`, `authentication`, `step_up` or `management`: [`AuditKind::ceremony`] |
//! | `reason` | why it was refused: [`Reason::as_str`] |
//! | `rp_id` | whose it was |
//! | `user_id` | [`AuditEvent::user_id`], in quotation marks and escaped |
//! | `credential_id` | [`AuditEvent::credential_id`], in base64url |
//! | `lost` | how many events did not reach the sink, with `events_lost` |
//!
//! What was only begun, as anybody may as often as they like, has the level `DEBUG`; a passkey that
//! may have been copied (`clone_suspected`, `credential_suspended`) has `WARN`, lost events have
//! `ERROR`, all others `INFO`.
//!
//! Requests run in a span `passkeys` (target `passkeys::http`, level `INFO`), so what the hooks
//! log carries these as well: `method`, `route` (the pattern, where it is mounted), `ceremony`,
//! `rp_id`, and as soon as they are known `user_id`, `credential_id` and `status`.
//!
//! # To a sink
//!
//! A sink works on a thread of its own, and nothing that it does reaches a request: not that it
//! takes its time, blocks for ever or panics. The price is that events wait for it, and that a
//! sink which is too slow for too long loses some. At most [`MAX_WAITING`] wait (typically 1 MB,
//! never more than 8 MB); half of that for what anybody can cause, so that no flood of `begin`s or
//! failures pushes out what happened to accounts. What is lost is counted, and said: in the log at
//! once, and to the sink with [`AuditKind::EventsLost`] when it has caught up.
//!
//! Events wait in memory. [`Passkeys::flush_audit`](crate::Passkeys::flush_audit) waits for the
//! sink, at the end of a program and in tests.

mod log;
mod reason;
pub(crate) mod span;
mod trail;

use time::OffsetDateTime;

pub(crate) use log::log;
pub use reason::Reason;
pub(crate) use trail::Trail;

use crate::CredentialId;

/// How many events wait for a sink at most.
pub const MAX_WAITING: usize = 4096;

/// Receives every event, one after the other, in the order in which they happened.
///
/// Called on a [thread of its own](self#to-a-sink), so it may take its time. One that has to
/// `await` does so on the runtime that it was made in:
///
/// ```
/// use passkeys::audit::{AuditEvent, AuditSink};
/// use tokio::runtime::Handle;
///
/// struct Table(Handle);
///
/// impl AuditSink for Table {
///     fn record(&self, event: &AuditEvent) {
///         let row = (event.at, event.kind.as_str(), event.user_id.as_deref());
///         self.0.block_on(async {
///             // INSERT INTO audit ...
///             # let _ = row;
///         });
///     }
/// }
/// ```
pub trait AuditSink: Send + Sync + 'static {
    /// Takes note of an event.
    fn record(&self, event: &AuditEvent);
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditEvent {
    /// When.
    pub at: OffsetDateTime,
    /// What.
    pub kind: AuditKind,
    /// At which relying party.
    pub rp_id: String,
    /// Whose ceremony or passkey it was, as far as known. In a sign-in that failed this is who
    /// was claimed, not who it was.
    pub user_id: Option<String>,
    /// Which passkey, as far as known.
    pub credential_id: Option<CredentialId>,
}

/// The kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuditKind {
    /// Options for a registration were handed out.
    RegistrationBegun,
    /// A passkey was added to an account.
    RegistrationSucceeded,
    /// A registration was refused.
    RegistrationFailed(Reason),
    /// Options for a sign-in were handed out.
    AuthenticationBegun,
    /// Somebody signed in.
    AuthenticationSucceeded,
    /// A sign-in was refused.
    AuthenticationFailed(Reason),
    /// Options for a step-up were handed out.
    StepUpBegun,
    /// A user agreed to an action with a passkey of theirs.
    StepUpSucceeded,
    /// A step-up was refused.
    StepUpFailed(Reason),
    /// A counter did not advance; what followed depends on the configured policy.
    CloneSuspected,
    /// A passkey was suspended.
    CredentialSuspended,
    /// A passkey was renamed by its owner.
    CredentialRenamed,
    /// A passkey was deleted by its owner.
    CredentialDeleted,
    /// So many events did not reach the sink, because it was too slow. Of no user, and only
    /// for the sink: each of them is in the log.
    EventsLost(u64),
}

impl AuditKind {
    /// A stable name, such as `authentication_failed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RegistrationBegun => "registration_begun",
            Self::RegistrationSucceeded => "registration_succeeded",
            Self::RegistrationFailed(_) => "registration_failed",
            Self::AuthenticationBegun => "authentication_begun",
            Self::AuthenticationSucceeded => "authentication_succeeded",
            Self::AuthenticationFailed(_) => "authentication_failed",
            Self::StepUpBegun => "step_up_begun",
            Self::StepUpSucceeded => "step_up_succeeded",
            Self::StepUpFailed(_) => "step_up_failed",
            Self::CloneSuspected => "clone_suspected",
            Self::CredentialSuspended => "credential_suspended",
            Self::CredentialRenamed => "credential_renamed",
            Self::CredentialDeleted => "credential_deleted",
            Self::EventsLost(_) => "events_lost",
        }
    }

    /// What it was a part of: `registration`, `authentication`, `step_up` or `management`. A clone
    /// that is suspected counts with sign-ins, also where a step-up shows it.
    #[must_use]
    pub fn ceremony(self) -> Option<&'static str> {
        match self {
            Self::RegistrationBegun | Self::RegistrationSucceeded | Self::RegistrationFailed(_) => {
                Some("registration")
            }
            Self::AuthenticationBegun
            | Self::AuthenticationSucceeded
            | Self::AuthenticationFailed(_)
            | Self::CloneSuspected
            | Self::CredentialSuspended => Some("authentication"),
            Self::StepUpBegun | Self::StepUpSucceeded | Self::StepUpFailed(_) => Some("step_up"),
            Self::CredentialRenamed | Self::CredentialDeleted => Some("management"),
            Self::EventsLost(_) => None,
        }
    }

    /// Why, where something was refused.
    #[must_use]
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::RegistrationFailed(reason)
            | Self::AuthenticationFailed(reason)
            | Self::StepUpFailed(reason) => Some(reason),
            _ => None,
        }
    }

    /// Whether it is easily caused, mostly without a passkey or a session.
    fn is_anybodys(self) -> bool {
        matches!(
            self,
            Self::RegistrationBegun | Self::AuthenticationBegun | Self::StepUpBegun
        ) || self.reason().is_some()
    }
}
