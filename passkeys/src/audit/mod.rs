//! Audit trail: every ceremony and management event, with the true reason of each failure.
//!
//! Clients get an opaque error for every failed sign-in; the audit trail has the [`Reason`]. Every
//! event is written to [`tracing`](https://docs.rs/tracing) and passed to the [`AuditSink`] set with
//! [`Passkeys::audit`](crate::Passkeys::audit). No event contains a challenge, a ceremony state, a
//! signature or a key, and values that clients send are escaped before they are logged.
//!
//! # Log events
//!
//! Events have the target `passkeys::audit` and the fields below. Their names are stable. A field
//! that does not apply is left out.
//!
//! | field | value |
//! | --- | --- |
//! | `event` | kind of the event: [`AuditKind::as_str`] |
//! | `ceremony` | `registration`, `authentication`, `step_up` or `management`: [`AuditKind::ceremony`] |
//! | `reason` | reason of a failure: [`Reason::as_str`] |
//! | `detail` | explanation of a failure, for the developer: [`AuditEvent::detail`] |
//! | `outcome`, `mediation`, `count` | of events about prompts: [`PromptFailures`] |
//! | `rp_id` | RP ID of the relying party: [`AuditEvent::rp_id`] |
//! | `profile` | [`AuditEvent::profile`] |
//! | `user_id` | [`AuditEvent::user_id`], quoted and escaped |
//! | `credential_id` | [`AuditEvent::credential_id`], in base64url |
//! | `by` | `application` if it was the application, with [`Passkeys::management`](crate::Passkeys::management); the event's `ceremony` is `management` then: [`AuditEvent::by_application`] |
//! | `lost` | with `events_lost`: number of events that did not reach the sink |
//!
//! | level | events |
//! | --- | --- |
//! | `DEBUG` | `registration_begun`, `authentication_begun`, `second_factor_begun`, `step_up_begun`: clients can cause these without limit |
//! | `WARN` | `clone_suspected`, `credential_suspended` by clone detection, `backup_eligibility_changed` |
//! | `ERROR` | `rollback_failed`, `events_lost` |
//! | `INFO` | all others |
//!
//! # Prompts
//!
//! With the key `prompt_outcomes`, browsers report prompts that have ended without a passkey: people who
//! cancel, whose time is up, who have none at hand ([`PromptOutcome`]). The reports have no identifiers, and
//! any client can send them. So that they cannot flood the log or a sink, the first report of a ceremony,
//! mediation and outcome is an event, and further ones within ten seconds become one event with their
//! number ([`PromptFailures::count`]); more than a thousand reports a second are not counted.
//!
//! # Request spans
//!
//! Each request to the library's routes runs in a span `passkeys` (target `passkeys::http`, level
//! `INFO`), so events logged by hooks carry its fields, too: `method`, `route` (the matched
//! pattern, including the prefix it is nested under), `ceremony`, `rp_id`, and once they are known
//! `user_id`, `credential_id` and `status`.
//!
//! # Delivery to a sink
//!
//! A sink runs on a thread of its own. A sink that is slow, blocks or panics does not affect
//! requests. Instead, events are queued in memory, and a sink that stays too slow loses some: the
//! queue holds at most [`MAX_WAITING`] events (typically 2 MB, at most 11 MB), shared as follows:
//!
//! - Half of it is for events that clients can cause without limit (`begin` requests and failures),
//!   half for all others, so that a flood of the former cannot displace the events of accounts.
//! - In a half that is full, the user and kind of event with the most events waiting loses the newest
//!   of them. So a user who renames a passkey in a loop cannot displace events of other users, and not
//!   the user's own registration either. All sign-ups together count as one user: a client needs no
//!   account for them.
//!
//! Lost events are counted and reported: to the log at once, and to the sink as
//! [`AuditKind::EventsLost`], at the first loss, then once a second while the losses go on, and when
//! the sink has caught up. The log has each of the lost events.
//!
//! [`Passkeys::shutdown`](crate::Passkeys::shutdown) waits until the queue is delivered, and
//! [`Passkeys::flush_audit`](crate::Passkeys::flush_audit) does in tests.

mod counted;
mod failed;
mod log;
mod prompt;
mod queue;
mod reason;
pub(crate) mod span;
mod trail;

use time::OffsetDateTime;

pub(crate) use counted::count;
pub(crate) use failed::Failed;
pub(crate) use log::log;
pub use prompt::PromptFailures;
pub use reason::Reason;
pub(crate) use trail::Trail;

use crate::CredentialId;
pub use crate::domain::prompt::{Mediation, PromptOutcome};

/// Maximum number of events queued for a sink, [half of it for each class](self#delivery-to-a-sink).
/// Events beyond it are lost, and [counted](AuditKind::EventsLost).
pub const MAX_WAITING: usize = 4096;

/// Receiver of audit events, for example a database table or a SIEM.
///
/// Events arrive one at a time, in order, on a [thread of its own](self#delivery-to-a-sink), so a
/// sink may block. An asynchronous sink blocks on the runtime it was created in:
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot receive the audit trail",
    label = "this is not an `AuditSink`",
    note = "implement `passkeys::audit::AuditSink` for a type of your own; not a closure: `impl AuditSink for Table {{ fn record(&self, event: &AuditEvent) {{ .. }} }}`"
)]
pub trait AuditSink: Send + Sync + 'static {
    /// Records an event.
    fn record(&self, event: &AuditEvent);
}

/// Event of the audit trail: time, kind, relying party, user and credential.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditEvent {
    /// Time of the event, in UTC.
    pub at: OffsetDateTime,
    /// Kind of the event, with its outcome.
    pub kind: AuditKind,
    /// RP ID of the relying party.
    pub rp_id: String,
    /// User ID of the ceremony or of the passkey's owner, if known.
    ///
    /// In a failed sign-in this is the user who was claimed: it proves nothing.
    pub user_id: Option<String>,
    /// Credential ID of the passkey, if known.
    pub credential_id: Option<CredentialId>,
    /// Explanation of a failure, for the developer: the value that came, the rule, and the fix. At most
    /// 512 bytes.
    ///
    /// Values that clients sent are in backticks, escaped and cut. For people to read: the text may change
    /// between releases, [`Reason`] does not. Never send it to a client.
    pub detail: Option<String>,
    /// Name of the ceremony's [profile](crate::Profile), if it has one.
    pub profile: Option<String>,
    /// True if the application caused the event, with [`Passkeys::management`], and false if a client's
    /// request did.
    ///
    /// [`Passkeys::management`]: crate::Passkeys::management
    pub by_application: bool,
    /// True for events of a sign-up, for which a client needs no account.
    pub(crate) sign_up: bool,
}

#[cfg(feature = "testing")]
impl AuditEvent {
    /// Creates an event of no user and no credential, to test an [`AuditSink`] with.
    ///
    /// ```
    /// use std::sync::Mutex;
    ///
    /// use passkeys::{
    ///     audit::{AuditEvent, AuditKind, AuditSink, Reason},
    ///     time::OffsetDateTime,
    /// };
    ///
    /// /// Keeps the failed sign-ins.
    /// #[derive(Default)]
    /// struct Failures(Mutex<Vec<String>>);
    ///
    /// impl AuditSink for Failures {
    ///     fn record(&self, event: &AuditEvent) {
    ///         if let AuditKind::AuthenticationFailed(reason) = event.kind {
    ///             let user = event.user_id.as_deref().unwrap_or("unknown");
    ///             self.0.lock().unwrap().push(format!("{user}: {reason}"));
    ///         }
    ///     }
    /// }
    ///
    /// let failures = Failures::default();
    /// let now = OffsetDateTime::UNIX_EPOCH;
    /// let kind = AuditKind::AuthenticationFailed(Reason::Signature);
    /// let mut event = AuditEvent::new(kind, "example.com", now);
    /// event.user_id = Some("user-1".into());
    /// failures.record(&event);
    /// failures.record(&AuditEvent::new(AuditKind::AuthenticationBegun, "example.com", now));
    /// assert_eq!(*failures.0.lock().unwrap(), ["user-1: signature"]);
    /// ```
    #[must_use]
    pub fn new(kind: AuditKind, rp_id: impl Into<String>, at: OffsetDateTime) -> Self {
        Self {
            at,
            kind,
            rp_id: rp_id.into(),
            user_id: None,
            credential_id: None,
            detail: None,
            profile: None,
            by_application: false,
            sign_up: false,
        }
    }
}

/// Kind of an [`AuditEvent`], with its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuditKind {
    /// A registration was begun: the client has the creation options.
    RegistrationBegun,
    /// A registration was verified, and its passkey stored.
    RegistrationSucceeded,
    /// A registration failed.
    RegistrationFailed(Reason),
    /// The passkey of a registration was deleted again, because what follows it failed: the
    /// `on_registered` of a sign-up, or what called
    /// [`Registration::roll_back`](crate::ceremony::Registration::roll_back).
    RegistrationRolledBack,
    /// A registration should have been rolled back, and the repository failed: its passkey may still
    /// be stored, perhaps of no account.
    RollbackFailed,
    /// A sign-in was begun: the client has the request options.
    AuthenticationBegun,
    /// A sign-in was verified.
    AuthenticationSucceeded,
    /// A sign-in failed.
    AuthenticationFailed(Reason),
    /// A second factor was begun: the client has the request options.
    SecondFactorBegun,
    /// A second factor was verified: the user who has passed the first one is signed in.
    SecondFactorSucceeded,
    /// A second factor failed, of a user who has passed the first one: somebody else may know their
    /// password.
    SecondFactorFailed(Reason),
    /// A step-up was begun: the client has the request options.
    StepUpBegun,
    /// A step-up was verified: the user consented to the action.
    StepUpSucceeded,
    /// A step-up failed.
    StepUpFailed(Reason),
    /// Clone detection: the signature counter did not increase. The consequence depends on the
    /// configured [`SignCount`](crate::SignCount) policy.
    CloneSuspected,
    /// A passkey signed in with another backup eligibility flag than before, which an authenticator
    /// never changes. Accepted, and stored, because the configuration says
    /// [`BackupEligibility::Report`](crate::BackupEligibility::Report).
    BackupEligibilityChanged,
    /// A passkey was suspended, after clone detection
    /// ([`SignCount::Suspend`](crate::SignCount::Suspend)) or
    /// [by the application](AuditEvent::by_application).
    CredentialSuspended,
    /// A suspended passkey was resumed [by the application](AuditEvent::by_application).
    CredentialResumed,
    /// A passkey was renamed, by its owner or [by the application](AuditEvent::by_application).
    CredentialRenamed,
    /// A passkey was deleted, by its owner or [by the application](AuditEvent::by_application).
    CredentialDeleted,
    /// The deletion of a passkey was rejected, because the owner's sign-in is not recent (`fresh`). Other
    /// requests that delete nothing, such as for an unknown ID, are not recorded.
    CredentialDeletionFailed(Reason),
    /// Browsers reported prompts of registrations that have ended without a passkey
    /// ([`Config::prompt_outcomes`](crate::Config::prompt_outcomes)).
    RegistrationPromptFailed(PromptFailures),
    /// Browsers reported prompts of sign-ins that have ended without a passkey.
    AuthenticationPromptFailed(PromptFailures),
    /// Browsers reported prompts of second factors that have ended without a passkey.
    SecondFactorPromptFailed(PromptFailures),
    /// Browsers reported prompts of step-ups that have ended without a passkey.
    StepUpPromptFailed(PromptFailures),
    /// This many events did not reach the sink since the last notice, because it was too slow. Sent to
    /// the sink only, at most once a second while events are queued: the log has each of the lost
    /// events.
    EventsLost(u64),
}

impl AuditKind {
    /// Returns the stable name of the kind, such as `authentication_failed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RegistrationBegun => "registration_begun",
            Self::RegistrationSucceeded => "registration_succeeded",
            Self::RegistrationFailed(_) => "registration_failed",
            Self::RegistrationRolledBack => "registration_rolled_back",
            Self::RollbackFailed => "rollback_failed",
            Self::AuthenticationBegun => "authentication_begun",
            Self::AuthenticationSucceeded => "authentication_succeeded",
            Self::AuthenticationFailed(_) => "authentication_failed",
            Self::SecondFactorBegun => "second_factor_begun",
            Self::SecondFactorSucceeded => "second_factor_succeeded",
            Self::SecondFactorFailed(_) => "second_factor_failed",
            Self::StepUpBegun => "step_up_begun",
            Self::StepUpSucceeded => "step_up_succeeded",
            Self::StepUpFailed(_) => "step_up_failed",
            Self::CloneSuspected => "clone_suspected",
            Self::BackupEligibilityChanged => "backup_eligibility_changed",
            Self::CredentialSuspended => "credential_suspended",
            Self::CredentialResumed => "credential_resumed",
            Self::CredentialRenamed => "credential_renamed",
            Self::CredentialDeleted => "credential_deleted",
            Self::CredentialDeletionFailed(_) => "credential_deletion_failed",
            Self::RegistrationPromptFailed(_) => "registration_prompt_failed",
            Self::AuthenticationPromptFailed(_) => "authentication_prompt_failed",
            Self::SecondFactorPromptFailed(_) => "second_factor_prompt_failed",
            Self::StepUpPromptFailed(_) => "step_up_prompt_failed",
            Self::EventsLost(_) => "events_lost",
        }
    }

    /// Returns the ceremony that the event belongs to: `registration`, `authentication`, `step_up`
    /// or `management`.
    ///
    /// Clone detection and a changed backup eligibility belong to `authentication`, also if they
    /// happen in a step-up, and so does a suspension, unless it was the application's: the log then has
    /// `management`.
    /// [`EventsLost`](Self::EventsLost) belongs to none.
    #[must_use]
    pub fn ceremony(self) -> Option<&'static str> {
        match self {
            Self::RegistrationBegun
            | Self::RegistrationSucceeded
            | Self::RegistrationFailed(_)
            | Self::RegistrationRolledBack
            | Self::RollbackFailed
            | Self::RegistrationPromptFailed(_) => Some("registration"),
            Self::AuthenticationBegun
            | Self::AuthenticationSucceeded
            | Self::AuthenticationFailed(_)
            | Self::SecondFactorBegun
            | Self::SecondFactorSucceeded
            | Self::SecondFactorFailed(_)
            | Self::AuthenticationPromptFailed(_)
            | Self::SecondFactorPromptFailed(_)
            | Self::CloneSuspected
            | Self::BackupEligibilityChanged
            | Self::CredentialSuspended => Some("authentication"),
            Self::StepUpBegun
            | Self::StepUpSucceeded
            | Self::StepUpFailed(_)
            | Self::StepUpPromptFailed(_) => Some("step_up"),
            Self::CredentialResumed
            | Self::CredentialRenamed
            | Self::CredentialDeleted
            | Self::CredentialDeletionFailed(_) => Some("management"),
            Self::EventsLost(_) => None,
        }
    }

    /// Returns the reason of a failure, and `None` for every other kind.
    #[must_use]
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::RegistrationFailed(reason)
            | Self::AuthenticationFailed(reason)
            | Self::SecondFactorFailed(reason)
            | Self::StepUpFailed(reason)
            | Self::CredentialDeletionFailed(reason) => Some(reason),
            _ => None,
        }
    }

    /// Returns the prompts that an event is about, and `None` for every other kind.
    #[must_use]
    pub fn prompts(self) -> Option<PromptFailures> {
        match self {
            Self::RegistrationPromptFailed(prompts)
            | Self::AuthenticationPromptFailed(prompts)
            | Self::SecondFactorPromptFailed(prompts)
            | Self::StepUpPromptFailed(prompts) => Some(prompts),
            _ => None,
        }
    }

    /// Returns whether clients can cause the event without limit, mostly without a passkey or a
    /// session.
    fn is_cheap(self) -> bool {
        matches!(
            self,
            Self::RegistrationBegun
                | Self::AuthenticationBegun
                | Self::SecondFactorBegun
                | Self::StepUpBegun
        ) || self.reason().is_some()
            || self.prompts().is_some()
    }
}
