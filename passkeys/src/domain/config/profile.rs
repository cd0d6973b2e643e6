use std::time::Duration;

use crate::{Algorithm, Attestation, AuthenticatorAttachment, Hint, ResidentKey, UserVerification};

/// Profile of a [`Config`](crate::Config): a named variant of it, of which a ceremony chooses one.
///
/// A value that the profile does not set is that of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Profile<'a>(pub(super) &'a passkeys_rules::Profile);

impl<'a> Profile<'a> {
    /// Returns the name, as `?profile=` has it.
    #[must_use]
    pub fn name(self) -> &'a str {
        &self.0.name
    }

    /// Returns the user verification requirement, of registrations and of sign-ins.
    #[must_use]
    pub fn user_verification(self) -> UserVerification {
        self.0.user_verification
    }

    /// Returns whether passkeys must be discoverable credentials (resident keys).
    #[must_use]
    pub fn resident_key(self) -> ResidentKey {
        self.0.resident_key
    }

    /// Returns the signature algorithms that new passkeys may use, in order of preference.
    #[must_use]
    pub fn algorithms(self) -> &'a [Algorithm] {
        &self.0.algorithms
    }

    /// Returns the attestation conveyance preference.
    #[must_use]
    pub fn attestation(self) -> Attestation {
        self.0.attestation
    }

    /// Returns the only kind of authenticator that may register, if it is restricted.
    #[must_use]
    pub fn authenticator_attachment(self) -> Option<AuthenticatorAttachment> {
        self.0.authenticator_attachment
    }

    /// Returns the kinds of authenticator that browsers offer first, in order of preference.
    #[must_use]
    pub fn hints(self) -> &'a [Hint] {
        &self.0.hints
    }

    /// Returns how long browsers wait for the user.
    #[must_use]
    pub fn timeout(self) -> Duration {
        self.0.timeout
    }
}
