use std::fmt;

use crate::verify::RefusalKind;

/// Reason why a ceremony failed.
///
/// For the operator: clients get an opaque error. The variants correspond to the checks of
/// [Level 3, §7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations) and to the library's own
/// checks of ceremony state and owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The challenge store has no ceremony for this ceremony state: it was never begun, it has
    /// expired and was removed, or it was finished and that is no longer known (see
    /// [`Replayed`](Self::Replayed)). Where the store can tell more, the reason is another:
    /// [`Expired`](Self::Expired), [`OtherStore`](Self::OtherStore), [`OtherProcess`](Self::OtherProcess).
    UnknownState,
    /// The ceremony was begun with another challenge store of this process: two `Passkeys` were created, and
    /// each has its own. Known for [`MemoryChallenges`](crate::store::MemoryChallenges).
    OtherStore,
    /// The ceremony was begun by another process, with which this one does not share the challenge store, or
    /// before a restart. Known for [`MemoryChallenges`](crate::store::MemoryChallenges), and for
    /// `SealedChallenges` of another secret. A client can make such a state up.
    OtherProcess,
    /// Replay: the ceremony state was redeemed before. Detected for the last several thousand
    /// ceremonies of this process; an older replay, or one of a ceremony that another process
    /// finished, is an [`UnknownState`](Self::UnknownState).
    Replayed,
    /// The ceremony was finished after its lifetime.
    Expired,
    /// The ceremony was begun for another purpose, such as a registration.
    OtherPurpose,
    /// The ceremony was begun for another relying party.
    OtherRelyingParty,
    /// The ceremony was begun at another application ([`Passkeys::application`]) of the same relying
    /// party, with which this one shares the challenge store or the sealing secret.
    ///
    /// [`Passkeys::application`]: crate::Passkeys::application
    OtherApplication,
    /// The ceremony was begun with a profile that is not configured any more, or not in this instance.
    UnknownProfile,
    /// The ceremony was begun by another user.
    OtherUser,
    /// The step-up was begun for another [action](crate::ceremony::Action).
    OtherAction,
    /// The response or a part of it cannot be parsed.
    Malformed,
    /// The request that finishes the ceremony has results of the extension `prf`
    /// (`clientExtensionResults.prf.results`), which are secrets of the page.
    PrfResults,
    /// The client data's `type` is not the one of this ceremony.
    ClientDataType,
    /// The client data's `challenge` is not the one that was sent.
    Challenge,
    /// The client data's `origin` is not configured.
    Origin,
    /// The page was in a frame of a page that is in none of `origins`, `related_origins` and
    /// `top_origins` (the client data's `crossOrigin` and `topOrigin`).
    CrossOrigin,
    /// The authenticator data is for another RP ID.
    RpIdHash,
    /// The user-present flag is not set.
    UserNotPresent,
    /// The user-verified flag is not set, and the configuration or the profile requires it.
    UserNotVerified,
    /// The client reports another kind of authenticator (`authenticatorAttachment`) than the only one that
    /// may register.
    Attachment,
    /// The client does not report support for large blobs (`largeBlob.supported`), and the configuration
    /// requires it.
    LargeBlob,
    /// The backup-state flag is set without the backup-eligible flag.
    BackupState,
    /// The backup-eligible flag differs from the one at registration.
    BackupEligibility,
    /// The key's algorithm was not offered, or its curve or size is not one of the algorithm's.
    Algorithm,
    /// The attestation statement does not verify, or is missing where it is required.
    Attestation,
    /// The attestation leads to no trust anchor ([`trust_anchors`](crate::Passkeys::trust_anchors)), or
    /// to one that is not trusted for this authenticator model. Only with the feature `attestation`.
    Untrusted,
    /// The trust anchors were made of metadata of the FIDO Alliance that is stale: newer metadata must
    /// be fetched (`attestation::FidoMetadata`). Only with the feature `fido-mds`.
    StaleMetadata,
    /// `id`, `rawId` and the attested credential ID differ.
    CredentialId,
    /// The credential ID is registered already.
    AlreadyRegistered,
    /// A registration with the ID of a decoy credential, which no authenticator has: the client probes
    /// for accounts. It gets the same error as for [`AlreadyRegistered`](Self::AlreadyRegistered).
    DecoyCredential,
    /// The user has as many passkeys as the configuration allows (`max_credentials`).
    TooManyCredentials,
    /// The account of a sign-up has passkeys already.
    AccountExists,
    /// No credential with this ID is registered.
    UnknownCredential,
    /// The credential is registered for another RP ID: the repository holds passkeys of several
    /// sites, or the domain has changed.
    OtherRpId,
    /// The credential was registered after the ceremony was begun, so it was not on the list that
    /// the client got (`allowCredentials`).
    NotAllowed,
    /// The credential is suspended.
    Suspended,
    /// The credential does not belong to the user that the ceremony was begun for.
    NotOwner,
    /// The user handle is missing where it is required, or is not the credential's.
    UserHandle,
    /// The signature does not verify.
    Signature,
    /// The signature counter did not increase.
    SignCount,
    /// The application's `get_user` rejected the request that finishes a registration or step-up, or its
    /// `second_factor_user` that of a second factor: there is no session, or it has ended since `begin`.
    NotSignedIn,
    /// The sign-in is too old to add or delete a passkey (`fresh`), or for a handler with the policy
    /// [`Recent`](crate::policy::Recent), and the request came without consent by step-up.
    SignInTooOld,
    /// As [`SignInTooOld`](Self::SignInTooOld); the application does not say when the user signed in
    /// ([`PasskeyUser::authenticated_at`](crate::PasskeyUser::authenticated_at)).
    SignInAgeUnknown,
    /// As [`SignInTooOld`](Self::SignInTooOld); according to the application the user signed in more than
    /// a minute after now: clocks differ, or the value is not of the server's clock.
    SignInInFuture,
    /// The request to a handler that takes consent ([`Verified`](crate::Verified)) came without: a page
    /// sent it with `fetch()` and not with `stepUp()`.
    NoConsent,
    /// A step-up or a second factor of a user who has no passkey at this relying party, or only suspended
    /// ones.
    NoPasskeys,
    /// The handler's policy is [`UserVerified`](crate::policy::UserVerified), and the user-verified flag
    /// of the step-up is not set.
    PolicyUserVerified,
    /// The handler's policy is [`DeviceBound`](crate::policy::DeviceBound), and the passkey of the step-up
    /// may be synced (the backup-eligible flag).
    PolicyDeviceBound,
    /// A store failed. The ceremony cannot be finished any more.
    Storage,
}

impl Reason {
    /// Returns whether the reason concerns the ceremony state rather than the credential.
    pub(crate) fn is_about_state(self) -> bool {
        matches!(
            self,
            Self::UnknownState
                | Self::OtherStore
                | Self::OtherProcess
                | Self::Replayed
                | Self::Expired
                | Self::OtherPurpose
                | Self::OtherRelyingParty
                | Self::OtherApplication
                | Self::UnknownProfile
                | Self::OtherUser
                | Self::OtherAction
        )
    }

    /// Returns whether the reason is the age of the user's sign-in, so that signing in again helps.
    pub(crate) fn is_about_sign_in_age(self) -> bool {
        matches!(
            self,
            Self::SignInTooOld | Self::SignInAgeUnknown | Self::SignInInFuture
        )
    }
}

/// Defines the names of all reasons.
macro_rules! names {
    ($($reason:ident => $name:literal,)+) => {
        impl Reason {
            /// All reasons, for example to create a counter for each.
            pub const ALL: &[Self] = &[$(Self::$reason),+];

            /// Returns the stable name of the reason, such as `user_handle`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$reason => $name),+
                }
            }
        }
    };
}

names! {
    UnknownState => "unknown_state",
    OtherStore => "other_store",
    OtherProcess => "other_process",
    Replayed => "replayed",
    Expired => "expired",
    OtherPurpose => "other_purpose",
    OtherRelyingParty => "other_relying_party",
    OtherApplication => "other_application",
    UnknownProfile => "unknown_profile",
    OtherUser => "other_user",
    OtherAction => "other_action",
    Malformed => "malformed",
    PrfResults => "prf_results",
    ClientDataType => "client_data_type",
    Challenge => "challenge",
    Origin => "origin",
    CrossOrigin => "cross_origin",
    RpIdHash => "rp_id_hash",
    UserNotPresent => "user_not_present",
    UserNotVerified => "user_not_verified",
    Attachment => "attachment",
    LargeBlob => "large_blob",
    BackupState => "backup_state",
    BackupEligibility => "backup_eligibility",
    Algorithm => "algorithm",
    Attestation => "attestation",
    Untrusted => "untrusted",
    StaleMetadata => "stale_metadata",
    CredentialId => "credential_id",
    AlreadyRegistered => "already_registered",
    DecoyCredential => "decoy_credential",
    TooManyCredentials => "too_many_credentials",
    AccountExists => "account_exists",
    UnknownCredential => "unknown_credential",
    OtherRpId => "other_rp_id",
    NotAllowed => "not_allowed",
    Suspended => "suspended",
    NotOwner => "not_owner",
    UserHandle => "user_handle",
    Signature => "signature",
    SignCount => "sign_count",
    NotSignedIn => "not_signed_in",
    SignInTooOld => "sign_in_too_old",
    SignInAgeUnknown => "sign_in_age_unknown",
    SignInInFuture => "sign_in_in_future",
    NoConsent => "no_consent",
    NoPasskeys => "no_passkeys",
    PolicyUserVerified => "policy_user_verified",
    PolicyDeviceBound => "policy_device_bound",
    Storage => "storage",
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<RefusalKind> for Reason {
    fn from(refusal: RefusalKind) -> Self {
        match refusal {
            RefusalKind::Malformed => Self::Malformed,
            RefusalKind::CredentialId => Self::CredentialId,
            RefusalKind::ClientDataType => Self::ClientDataType,
            RefusalKind::Challenge => Self::Challenge,
            RefusalKind::Origin => Self::Origin,
            RefusalKind::CrossOrigin => Self::CrossOrigin,
            RefusalKind::RpIdHash => Self::RpIdHash,
            RefusalKind::UserNotPresent => Self::UserNotPresent,
            RefusalKind::UserNotVerified => Self::UserNotVerified,
            RefusalKind::Attachment => Self::Attachment,
            RefusalKind::LargeBlob => Self::LargeBlob,
            RefusalKind::BackupState => Self::BackupState,
            RefusalKind::BackupEligibility => Self::BackupEligibility,
            RefusalKind::Algorithm => Self::Algorithm,
            RefusalKind::Attestation => Self::Attestation,
            #[cfg(feature = "attestation")]
            RefusalKind::Untrusted => Self::Untrusted,
            #[cfg(feature = "fido-mds")]
            RefusalKind::StaleMetadata => Self::StaleMetadata,
            RefusalKind::Signature => Self::Signature,
        }
    }
}
