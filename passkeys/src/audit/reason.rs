use std::fmt;

use crate::verify::Refusal;

/// Why a ceremony was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// No ceremony waits under this `state`: never begun here, forgotten since it expired, or
    /// finished before where that is not known any more (see [`Replayed`](Self::Replayed)).
    UnknownState,
    /// The `state` was used before. Known of what this process has seen last (thousands of
    /// ceremonies); what was used longer ago, or at another process, is an
    /// [`UnknownState`](Self::UnknownState).
    Replayed,
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
    /// The application's `get_user` did not say who finishes the registration or step-up: the
    /// session ended in the meantime, or there was none.
    NotSignedIn,
    /// A store failed, and the ceremony is lost.
    Storage,
}

impl Reason {
    /// Returns whether the reason is about the ceremony state, and not about the credential.
    pub(crate) fn is_about_state(self) -> bool {
        matches!(
            self,
            Self::UnknownState
                | Self::Replayed
                | Self::Expired
                | Self::OtherPurpose
                | Self::OtherRelyingParty
                | Self::OtherUser
                | Self::OtherAction
        )
    }

    /// A stable name, such as `user_handle`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownState => "unknown_state",
            Self::Replayed => "replayed",
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
            Self::NotSignedIn => "not_signed_in",
            Self::Storage => "storage",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Refusal> for Reason {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Malformed => Self::Malformed,
            Refusal::CredentialId => Self::CredentialId,
            Refusal::ClientDataType => Self::ClientDataType,
            Refusal::Challenge => Self::Challenge,
            Refusal::Origin => Self::Origin,
            Refusal::CrossOrigin => Self::CrossOrigin,
            Refusal::RpIdHash => Self::RpIdHash,
            Refusal::UserNotPresent => Self::UserNotPresent,
            Refusal::UserNotVerified => Self::UserNotVerified,
            Refusal::BackupState => Self::BackupState,
            Refusal::BackupEligibility => Self::BackupEligibility,
            Refusal::Algorithm => Self::Algorithm,
            Refusal::Attestation => Self::Attestation,
            Refusal::Untrusted => Self::Untrusted,
            Refusal::Signature => Self::Signature,
        }
    }
}
