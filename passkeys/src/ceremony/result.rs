use std::str::FromStr;

#[cfg(feature = "attestation")]
use crate::attestation::VerifiedAttestation;
use crate::{Credential, PasskeyUser};

/// Result of a verified sign-in, as `on_authenticated` receives it, or of a step-up, in
/// [`Verified`](crate::Verified).
///
/// With the feature `testing` tests can construct one:
/// `AuthenticationResult::new`.
#[derive(Clone, Debug)]
pub struct AuthenticationResult {
    pub(crate) credential: Credential,
    pub(crate) user_verified: bool,
    pub(crate) clone_suspected: bool,
    pub(crate) profile: Option<String>,
    pub(crate) second_factor: bool,
}

impl AuthenticationResult {
    /// Returns the ID of the user who signed in or consented: [`PasskeyUser::id`] of the passkey's
    /// owner.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.credential.user_id
    }

    /// Parses the ID of the user, for example as `Uuid` or `i64`.
    ///
    /// # Errors
    ///
    /// The error of `T` if the ID is of another form.
    pub fn user_id_as<T: FromStr>(&self) -> Result<T, T::Err> {
        self.user_id().parse()
    }

    /// Returns the passkey that was used, as it is stored now.
    #[must_use]
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Returns whether the authenticator verified the user (PIN, fingerprint, face), and not only
    /// their presence. Always `true` if the configuration, or the [profile](Self::profile), requires
    /// user verification.
    #[must_use]
    pub fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// Returns whether the signature counter did not advance, a sign of a cloned authenticator.
    ///
    /// Always `false` unless the configuration says `sign_count = "report"`: the other policies
    /// reject such a sign-in.
    #[must_use]
    pub fn clone_suspected(&self) -> bool {
        self.clone_suspected
    }

    /// Returns the name of the [profile](crate::Profile) that the ceremony was begun with, if one was
    /// chosen. What it requires of a sign-in, user verification, has been enforced.
    ///
    /// The client chooses it. It does not tell which passkey was used, nor with which profile that was
    /// registered.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// Returns whether this was the second factor of a user who had passed the first one: who
    /// `second_factor_user` returned, at begin and again now, is the passkey's owner.
    ///
    /// `false` for every other sign-in, also by the same user, and for a step-up. An application that
    /// demands two factors must check it: an ordinary sign-in with a passkey has passed no password.
    #[must_use]
    pub fn is_second_factor(&self) -> bool {
        self.second_factor
    }
}

/// Result of a verified registration, as `on_registered` receives it. The passkey is stored.
///
/// With the feature `testing` tests can construct one: `RegistrationResult::new`.
#[derive(Clone, Debug)]
pub struct RegistrationResult {
    pub(crate) user: PasskeyUser,
    pub(crate) credential: Credential,
    #[cfg(feature = "attestation")]
    pub(crate) attestation: Option<VerifiedAttestation>,
    pub(crate) signed_up: bool,
    pub(crate) profile: Option<String>,
    pub(crate) prf_enabled: Option<bool>,
    pub(crate) large_blob_supported: Option<bool>,
}

impl RegistrationResult {
    /// Returns the user as `get_user` or `sign_up` returned them when the ceremony was begun,
    /// without what belongs to the session ([`PasskeyUser::signed_in_with`],
    /// [`PasskeyUser::keeps_last_passkey`], [`PasskeyUser::authenticated_at`]), and without a [handle](PasskeyUser::handle): the one
    /// that the passkey carries is in [`credential`](Self::credential).
    #[must_use]
    pub fn user(&self) -> &PasskeyUser {
        &self.user
    }

    /// Returns the ID of the user: [`PasskeyUser::id`] of the passkey's owner.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.credential.user_id
    }

    /// Parses the ID of the user, for example as `Uuid` or `i64`.
    ///
    /// # Errors
    ///
    /// The error of `T` if the ID is of another form.
    pub fn user_id_as<T: FromStr>(&self) -> Result<T, T::Err> {
        self.user_id().parse()
    }

    /// Returns the new passkey, as it is stored.
    #[must_use]
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Returns the verified attestation: what the authenticator proved about itself.
    ///
    /// `None` under `attestation = "none"`, whatever the authenticator sent, and under
    /// `attestation = "indirect"` if the client left the statement out:
    /// [`Credential::attestation_format`] names the format of a statement, verified or not.
    #[cfg(feature = "attestation")]
    #[must_use]
    pub fn attestation(&self) -> Option<&VerifiedAttestation> {
        self.attestation.as_ref()
    }

    /// Returns whether this was a sign-up: the account is new, and this is its first passkey.
    #[must_use]
    pub fn signed_up(&self) -> bool {
        self.signed_up
    }

    /// Returns the name of the [profile](crate::Profile) that the ceremony was begun with, if one was
    /// chosen. What it requires has been enforced.
    ///
    /// The client chooses it.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }
}

/// Client extension results, which are hints: the client reports them unsigned.
impl RegistrationResult {
    /// Returns whether the page can derive keys from the passkey (`prf.enabled`), if the client says so:
    /// with `extensions(prf)` in the configuration. `None` if it says nothing.
    #[must_use]
    pub fn prf_enabled(&self) -> Option<bool> {
        self.prf_enabled
    }

    /// Returns whether the page can store a large blob with the passkey (`largeBlob.supported`), if the
    /// client says so: with `extensions(large_blob = "..")` in the configuration. Always `Some(true)`
    /// where they are [`Required`](crate::LargeBlob::Required).
    #[must_use]
    pub fn large_blob_supported(&self) -> Option<bool> {
        self.large_blob_supported
    }
}

/// A passkey that was deleted, as `on_removed` receives it.
///
/// With the feature `testing` tests can construct one: `CredentialRemoval::new`.
#[derive(Clone, Debug)]
pub struct CredentialRemoval {
    pub(crate) credential: Credential,
    pub(crate) user: Option<PasskeyUser>,
    pub(crate) remaining: Option<usize>,
}

impl CredentialRemoval {
    /// Returns the passkey as it was stored before the deletion.
    #[must_use]
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Returns the ID of the user: [`PasskeyUser::id`] of the passkey's owner.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.credential.user_id
    }

    /// Parses the ID of the user, for example as `Uuid` or `i64`.
    ///
    /// # Errors
    ///
    /// The error of `T` if the ID is of another form.
    pub fn user_id_as<T: FromStr>(&self) -> Result<T, T::Err> {
        self.user_id().parse()
    }

    /// Returns the user who deleted the passkey, as `get_user` returned them. `None` if the application
    /// deleted it, of which the library knows the user ID only.
    #[must_use]
    pub fn user(&self) -> Option<&PasskeyUser> {
        self.user.as_ref()
    }

    /// Returns how many passkeys of this RP ID the user had left right after the deletion, suspended
    /// ones included. `None` if the repository failed to say, which the log has the cause of.
    #[must_use]
    pub fn remaining(&self) -> Option<usize> {
        self.remaining
    }

    /// Returns whether a user has deleted a passkey that could sign in, and that may have been the last one.
    pub(crate) fn may_lock_out(&self) -> bool {
        let by_user = self.user.as_ref();
        let may_be_last = by_user.is_some_and(|user| !user.must_keep_last_passkey());
        may_be_last && self.credential.suspended_at.is_none()
    }
}
