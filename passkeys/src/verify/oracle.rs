//! Verification by this library and by `webauthn-rs-core`, for differential tests. Not part of the
//! public interface.

use super::{attestation::PublicKey, verifier::Verifier};
use crate::{Config, Credential, audit::Reason, ceremony::AuthenticationResponse};

/// Verifier of assertions by this library and, as the oracle, by `webauthn-rs-core`.
pub struct Oracle(Verifier);

impl Oracle {
    /// Creates an oracle for this configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self(Verifier::new(config))
    }

    /// Verifies an assertion as sign-ins do.
    pub fn ours(
        &self,
        response: &AuthenticationResponse,
        challenge: &[u8],
        credential: &Credential,
    ) -> Result<(), Reason> {
        self.0
            .verify_assertion(response, challenge, credential)
            .map(drop)
            .map_err(Into::into)
    }

    /// Verifies an assertion by `webauthn-rs-core`, plus this library's check of the key's curve.
    pub fn core(
        &self,
        response: &AuthenticationResponse,
        challenge: &[u8],
        credential: &Credential,
    ) -> Result<(), Reason> {
        let public_key = PublicKey::parse(&credential.public_key)?;
        self.0
            .core
            .verify_assertion(response, challenge, credential, public_key)
            .map_err(Into::into)
    }
}
