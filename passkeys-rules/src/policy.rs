//! The configuration, once it is valid.

use std::time::Duration;

use crate::origin::Origin;
use crate::rp_id::RpId;
use crate::words::{
    Attestation, AuthenticatorAttachment, Hint, ResidentKey, SignCount, UserVerification,
};

/// A valid configuration. Only [`Draft::check`](crate::Draft::check) makes one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    pub(crate) rp_id: RpId,
    pub(crate) rp_name: String,
    pub(crate) origins: Vec<Origin>,
    pub(crate) related_origins: Vec<Origin>,
    pub(crate) user_verification: UserVerification,
    pub(crate) resident_key: ResidentKey,
    pub(crate) attestation: Attestation,
    pub(crate) authenticator_attachment: Option<AuthenticatorAttachment>,
    pub(crate) hints: Vec<Hint>,
    pub(crate) challenge_ttl: Duration,
    pub(crate) timeout: Duration,
    pub(crate) sign_count: SignCount,
    pub(crate) enroll_url: Option<String>,
    pub(crate) manage_url: Option<String>,
    pub(crate) android_apps: Vec<String>,
    pub(crate) apple_apps: Vec<String>,
}

impl Policy {
    /// The domain that the passkeys belong to.
    #[must_use]
    pub fn rp_id(&self) -> &RpId {
        &self.rp_id
    }

    /// The name that people read when they make a passkey.
    #[must_use]
    pub fn rp_name(&self) -> &str {
        &self.rp_name
    }

    /// Where ceremonies may come from, at least one; all of them served by the RP ID.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The other sites that ceremonies may come from, to be listed at `/.well-known/webauthn`.
    #[must_use]
    pub fn related_origins(&self) -> &[Origin] {
        &self.related_origins
    }

    /// Whether the authenticator must check who is there.
    #[must_use]
    pub fn user_verification(&self) -> UserVerification {
        self.user_verification
    }

    /// Whether the passkey must be discoverable.
    #[must_use]
    pub fn resident_key(&self) -> ResidentKey {
        self.resident_key
    }

    /// Whether registration asks for attestation.
    #[must_use]
    pub fn attestation(&self) -> Attestation {
        self.attestation
    }

    /// Which authenticators may register; `None` for any.
    #[must_use]
    pub fn authenticator_attachment(&self) -> Option<AuthenticatorAttachment> {
        self.authenticator_attachment
    }

    /// What the browser should offer first, best first.
    #[must_use]
    pub fn hints(&self) -> &[Hint] {
        &self.hints
    }

    /// How long a ceremony that was begun can be finished.
    #[must_use]
    pub fn challenge_ttl(&self) -> Duration {
        self.challenge_ttl
    }

    /// How long the browser waits for the person, never longer than the challenge lives.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// What happens when a signature counter did not grow.
    #[must_use]
    pub fn sign_count(&self) -> SignCount {
        self.sign_count
    }

    /// The page where people add a passkey, on a host that may use the RP ID.
    #[must_use]
    pub fn enroll_url(&self) -> Option<&str> {
        self.enroll_url.as_deref()
    }

    /// The page where people manage their passkeys, on a host that may use the RP ID.
    #[must_use]
    pub fn manage_url(&self) -> Option<&str> {
        self.manage_url.as_deref()
    }

    /// Package names of Android apps. If there are any, an Android origin is among the origins.
    #[must_use]
    pub fn android_apps(&self) -> &[String] {
        &self.android_apps
    }

    /// App IDs of apps on Apple's systems. If there are any, the RP ID's own origin is among the
    /// origins.
    #[must_use]
    pub fn apple_apps(&self) -> &[String] {
        &self.apple_apps
    }
}
