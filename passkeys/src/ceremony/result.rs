use crate::{Credential, PasskeyUser, attestation::VerifiedAttestation};

/// A verified sign-in, what `on_authenticated` receives; or a step-up, in
/// [`Verified`](crate::Verified).
#[derive(Clone, Debug)]
pub struct AuthenticationResult {
    pub(crate) credential: Credential,
    pub(crate) user_verified: bool,
    pub(crate) clone_suspected: bool,
}

impl AuthenticationResult {
    /// The user who signed in or agreed: [`PasskeyUser::id`] of the passkey's owner.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.credential.user_id
    }

    /// The passkey that it was done with, as stored by this.
    #[must_use]
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Whether the person was verified (PIN, fingerprint, face), not only present. Always
    /// `true` where the configuration requires user verification.
    #[must_use]
    pub fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// Whether the signature counter did not advance: a sign that the authenticator was
    /// copied. Only ever `true` where the configuration says `sign_count = "report"`; the other
    /// policies refuse such a sign-in.
    #[must_use]
    pub fn clone_suspected(&self) -> bool {
        self.clone_suspected
    }
}

/// A registered passkey and whose it is: what `on_registered` receives.
#[derive(Clone, Debug)]
pub struct RegistrationResult {
    pub(crate) user: PasskeyUser,
    pub(crate) credential: Credential,
    pub(crate) attestation: VerifiedAttestation,
    pub(crate) signed_up: bool,
}

impl RegistrationResult {
    /// The user as `get_user` or `sign_up` named them when the ceremony was begun: who it is, and
    /// nothing of the session.
    #[must_use]
    pub fn user(&self) -> &PasskeyUser {
        &self.user
    }

    /// The owner's [`PasskeyUser::id`].
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.credential.user_id
    }

    /// The new passkey, as stored.
    #[must_use]
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// What the authenticator proved about itself.
    #[must_use]
    pub fn attestation(&self) -> &VerifiedAttestation {
        &self.attestation
    }

    /// Whether the ceremony was begun by `sign_up`: the account is new and this is its first
    /// passkey.
    #[must_use]
    pub fn signed_up(&self) -> bool {
        self.signed_up
    }
}
