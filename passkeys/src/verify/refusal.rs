use std::fmt;

use crate::domain::detail::Detail;

/// Result of a failed verification: the check that does not hold, and an explanation for the developer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) kind: RefusalKind,
    /// Explanation: the value that came, the rule and the fix, where the kind does not say it all.
    pub(crate) detail: Option<Detail>,
}

/// Check of [Level 3, §7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations) that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusalKind {
    /// The response or a part of it cannot be parsed.
    Malformed,
    /// `id`, `rawId` and the attested credential ID differ.
    CredentialId,
    /// The client data's `type` is not the one of this ceremony.
    ClientDataType,
    /// The client data's `challenge` is not the one that was sent.
    Challenge,
    /// The client data's `origin` is not configured.
    Origin,
    /// The page was in a frame of a page that is not configured (`crossOrigin`, `topOrigin`).
    CrossOrigin,
    /// The authenticator data is for another RP ID.
    RpIdHash,
    /// The user-present flag is not set.
    UserNotPresent,
    /// The user-verified flag is not set, and the configuration requires it.
    UserNotVerified,
    /// The client reports another kind of authenticator than the only one that may register.
    Attachment,
    /// The client does not report support for large blobs, and the configuration requires it.
    LargeBlob,
    /// The backup-state flag is set without the backup-eligible flag.
    BackupState,
    /// The backup-eligible flag differs from the one at registration.
    BackupEligibility,
    /// The key's algorithm was not offered, or its curve or size is not one of the algorithm's.
    Algorithm,
    /// The attestation statement does not verify, or is missing where it is required.
    Attestation,
    /// The attestation leads to no trust anchor, or to one that is not trusted for this model.
    #[cfg(feature = "attestation")]
    Untrusted,
    /// The trust anchors were made of FIDO metadata that is stale.
    #[cfg(feature = "fido-mds")]
    StaleMetadata,
    /// The signature does not verify.
    Signature,
}

impl RefusalKind {
    /// Adds an explanation.
    #[cold]
    pub(in crate::verify) fn because(self, text: fmt::Arguments<'_>) -> Refusal {
        Refusal {
            kind: self,
            detail: Some(Detail::new(text)),
        }
    }
}

impl From<RefusalKind> for Refusal {
    fn from(kind: RefusalKind) -> Self {
        Self { kind, detail: None }
    }
}

/// Returns `Ok` if a check holds, and the refusal otherwise. Only a check that does not hold has its
/// explanation formatted.
pub(in crate::verify) fn ensure(
    holds: bool,
    otherwise: impl FnOnce() -> Refusal,
) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// Returns the refusal of a response, or a part of it, that cannot be parsed.
#[cold]
pub(in crate::verify) fn malformed(what: &str) -> Refusal {
    RefusalKind::Malformed.because(format_args!("{what}"))
}
