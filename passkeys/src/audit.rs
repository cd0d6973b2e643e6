//! What happened, for those who have to find out later.
//!
//! Peers are told as little as possible; the audit trail knows the true reason. Every event goes
//! to `tracing` (target `passkeys::audit`) and to the [`AuditSink`] that the application passes
//! to [`Passkeys::audit`](crate::Passkeys::audit). No event carries a challenge, a `state` or a
//! key.

use std::fmt;

use time::OffsetDateTime;

use crate::CredentialId;

/// Receives every event, in the order in which they happen to one ceremony.
///
/// Called on the request's own task: hand over and return, do not wait.
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
    /// A passkey was stored.
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
}

/// Why a ceremony was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// No ceremony waits under this `state`: never begun here, finished before, or forgotten.
    UnknownState,
    /// The ceremony was begun too long ago.
    Expired,
    /// The ceremony was begun for another purpose.
    OtherPurpose,
    /// The ceremony was begun for another relying party.
    OtherRelyingParty,
    /// The ceremony was begun by another user.
    OtherUser,
    /// The step-up was begun for another action.
    OtherAction,
    /// The response or a part of it cannot be read.
    Malformed,
    /// The client data's `type` is not that of this ceremony.
    ClientDataType,
    /// The client data's `challenge` is not the one that was sent.
    Challenge,
    /// The client data's `origin` is not configured.
    Origin,
    /// The response was made in a cross-origin frame.
    CrossOrigin,
    /// The authenticator data is for another RP ID.
    RpIdHash,
    /// Nobody was present.
    UserNotPresent,
    /// The person was not verified, and the configuration requires it.
    UserNotVerified,
    /// Backed up, and not eligible for it.
    BackupState,
    /// Backup eligibility is not what it was at registration.
    BackupEligibility,
    /// The key's algorithm was not offered, or its curve or size is not one of the algorithm's.
    Algorithm,
    /// The attestation statement does not verify, or is missing where it is required.
    Attestation,
    /// The attestation leads to no authority that is trusted, or not for this model.
    Untrusted,
    /// `id`, `rawId` and the attested credential id are not the same.
    CredentialId,
    /// The credential is registered already.
    AlreadyRegistered,
    /// The account that was to sign up has passkeys already.
    AccountExists,
    /// No credential has this id.
    UnknownCredential,
    /// The credential is suspended.
    Suspended,
    /// The credential is not one of the user that the ceremony was begun for.
    NotOwner,
    /// The user handle is missing or is another user's.
    UserHandle,
    /// The signature does not verify.
    Signature,
    /// The counter did not advance.
    SignCount,
}

impl Reason {
    /// A stable name, such as `user_handle`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownState => "unknown_state",
            Self::Expired => "expired",
            Self::OtherPurpose => "other_purpose",
            Self::OtherRelyingParty => "other_relying_party",
            Self::OtherUser => "other_user",
            Self::OtherAction => "other_action",
            Self::Malformed => "malformed",
            Self::ClientDataType => "client_data_type",
            Self::Challenge => "challenge",
            Self::Origin => "origin",
            Self::CrossOrigin => "cross_origin",
            Self::RpIdHash => "rp_id_hash",
            Self::UserNotPresent => "user_not_present",
            Self::UserNotVerified => "user_not_verified",
            Self::BackupState => "backup_state",
            Self::BackupEligibility => "backup_eligibility",
            Self::Algorithm => "algorithm",
            Self::Attestation => "attestation",
            Self::Untrusted => "untrusted",
            Self::CredentialId => "credential_id",
            Self::AlreadyRegistered => "already_registered",
            Self::AccountExists => "account_exists",
            Self::UnknownCredential => "unknown_credential",
            Self::Suspended => "suspended",
            Self::NotOwner => "not_owner",
            Self::UserHandle => "user_handle",
            Self::Signature => "signature",
            Self::SignCount => "sign_count",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Writes an event to the log. A user id may come from a peer and is escaped.
pub(crate) fn trace(event: &AuditEvent) {
    // The level is part of what `tracing` knows at compile time.
    macro_rules! write {
        ($level:ident) => {
            tracing::$level!(
                target: "passkeys::audit",
                event = event.kind.as_str(),
                reason = event.kind.reason().map(Reason::as_str),
                user_id = event.user_id.as_deref().map(tracing::field::debug),
                credential_id = event.credential_id.as_ref().map(tracing::field::display),
            )
        };
    }
    match event.kind {
        // Anybody can begin, as often as they like.
        AuditKind::RegistrationBegun | AuditKind::AuthenticationBegun | AuditKind::StepUpBegun => {
            write!(debug);
        }
        _ => write!(info),
    }
}
