//! Constructors for what hooks and handlers receive, so that tests can call them directly.

use serde::de::DeserializeOwned;

#[cfg(feature = "attestation")]
use crate::{
    Aaguid,
    attestation::{AttestationType, KeyStorage, VerifiedAttestation},
};
use crate::{
    AuthenticationResult, Credential, CredentialRemoval, PasskeyUser, RegistrationResult, Verified,
    policy::Policy, relying_party::Application,
};

impl AuthenticationResult {
    /// Creates the result of a sign-in with this passkey, for tests (feature `testing`): the user
    /// was verified, and no clone is suspected.
    ///
    /// ```
    /// use passkeys::{AuthenticationResult, Credential, CredentialId, time::OffsetDateTime};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let id: CredentialId = "3q2-7w".parse()?;
    /// let passkey = Credential::new(id, "42", Vec::new(), OffsetDateTime::now_utc());
    /// let login = AuthenticationResult::new(passkey).with_user_verified(false);
    /// assert_eq!(login.user_id_as::<u32>()?, 42);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn new(credential: Credential) -> Self {
        Self {
            credential,
            user_verified: true,
            clone_suspected: false,
            profile: None,
            second_factor: false,
        }
    }

    /// Sets the profile that the ceremony was begun with, for tests (feature `testing`).
    #[must_use]
    pub fn with_profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Sets whether the user was verified, for tests (feature `testing`).
    #[must_use]
    pub fn with_user_verified(mut self, verified: bool) -> Self {
        self.user_verified = verified;
        self
    }

    /// Sets whether a clone is suspected, for tests (feature `testing`).
    #[must_use]
    pub fn with_clone_suspected(mut self, suspected: bool) -> Self {
        self.clone_suspected = suspected;
        self
    }

    /// Sets whether it was a second factor, for tests (feature `testing`).
    #[must_use]
    pub fn with_second_factor(mut self, second_factor: bool) -> Self {
        self.second_factor = second_factor;
        self
    }
}

impl RegistrationResult {
    /// Creates the result of a registration, for tests (feature `testing`): a further passkey,
    /// without attestation.
    #[must_use]
    pub fn new(user: PasskeyUser, credential: Credential) -> Self {
        Self {
            user,
            credential,
            #[cfg(feature = "attestation")]
            attestation: None,
            signed_up: false,
            profile: None,
            prf_enabled: None,
            large_blob_supported: None,
        }
    }

    /// Sets the profile that the ceremony was begun with, for tests (feature `testing`).
    #[must_use]
    pub fn with_profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Sets whether it was a sign-up, for tests (feature `testing`).
    #[must_use]
    pub fn with_signed_up(mut self, signed_up: bool) -> Self {
        self.signed_up = signed_up;
        self
    }

    /// Sets whether the page can derive keys from the passkey, for tests (feature `testing`).
    #[must_use]
    pub fn with_prf_enabled(mut self, enabled: impl Into<Option<bool>>) -> Self {
        self.prf_enabled = enabled.into();
        self
    }

    /// Sets whether the page can store a large blob with the passkey, for tests (feature `testing`).
    #[must_use]
    pub fn with_large_blob_supported(mut self, supported: impl Into<Option<bool>>) -> Self {
        self.large_blob_supported = supported.into();
        self
    }

    /// Sets the attestation, for tests (feature `testing`).
    #[cfg(feature = "attestation")]
    #[must_use]
    pub fn with_attestation(mut self, attestation: VerifiedAttestation) -> Self {
        self.attestation = Some(attestation);
        self
    }
}

impl CredentialRemoval {
    /// Creates the removal of a user's last passkey, for tests (feature `testing`): deleted by the
    /// application, without a [user](Self::user).
    #[must_use]
    pub fn new(credential: Credential) -> Self {
        Self {
            credential,
            user: None,
            remaining: Some(0),
        }
    }

    /// Sets the user who deleted the passkey, for tests (feature `testing`).
    #[must_use]
    pub fn with_user(mut self, user: PasskeyUser) -> Self {
        self.user = Some(user);
        self
    }

    /// Sets how many passkeys the user has left, for tests (feature `testing`).
    #[must_use]
    pub fn with_remaining(mut self, remaining: impl Into<Option<usize>>) -> Self {
        self.remaining = remaining.into();
        self
    }
}

#[cfg(feature = "attestation")]
impl VerifiedAttestation {
    /// Creates a verified attestation without certificates, for tests (feature `testing`).
    ///
    /// ```
    /// use passkeys::attestation::{AttestationType, KeyStorage, VerifiedAttestation};
    ///
    /// let attestation = VerifiedAttestation::new("packed", AttestationType::Basic)
    ///     .with_trust_path([b"certificate".to_vec()])
    ///     .with_authority(b"root".to_vec());
    /// assert!(attestation.authority().is_some());
    /// ```
    #[must_use]
    pub fn new(format: impl Into<String>, attestation_type: AttestationType) -> Self {
        Self {
            format: format.into(),
            attestation_type,
            aaguid: None,
            trust_path: Vec::new(),
            authority: None,
            key_storage: None,
            components: Vec::new(),
        }
    }

    /// Sets where the private key is kept, for tests (feature `testing`).
    #[must_use]
    pub fn with_key_storage(mut self, key_storage: KeyStorage) -> Self {
        self.key_storage = Some(key_storage);
        self
    }

    /// Sets the statements of a `compound` attestation, for tests (feature `testing`).
    #[must_use]
    pub fn with_components(mut self, components: impl IntoIterator<Item = Self>) -> Self {
        self.components = components.into_iter().collect();
        self
    }

    /// Sets the AAGUID that the attestation proves, for tests (feature `testing`).
    #[must_use]
    pub fn with_aaguid(mut self, aaguid: Aaguid) -> Self {
        self.aaguid = Some(aaguid);
        self
    }

    /// Sets the certificates of the statement in DER, the signing certificate first, for tests
    /// (feature `testing`).
    #[must_use]
    pub fn with_trust_path(mut self, certificates: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.trust_path = certificates.into_iter().collect();
        self
    }

    /// Sets the certificate in DER of the authority that the trust path leads to, for tests (feature
    /// `testing`).
    #[must_use]
    pub fn with_authority(mut self, certificate: impl Into<Vec<u8>>) -> Self {
        self.authority = Some(certificate.into());
        self
    }
}

impl<A: Application, T: DeserializeOwned, P: Policy> Verified<A, T, P> {
    /// Creates a request that a user has consented to, for tests of handlers (feature `testing`). With
    /// the policy [`Recent`](crate::policy::Recent), `None` for the result makes it a request without
    /// consent.
    #[must_use]
    pub fn new(user: PasskeyUser, result: P::Result, body: T) -> Self {
        Self::of(user, result, body)
    }
}
