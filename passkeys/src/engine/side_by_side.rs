//! Both engines at once, for the tests that hold one to the other. Not part of the public
//! interface.

use super::{Engine, core};
use crate::{Config, Credential, audit::Reason, ceremony::AuthenticationResponse};

/// May be asked for the verdict of either.
pub struct SideBySide(Engine);

impl SideBySide {
    /// The engines of this configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self(Engine::new(config))
    }

    /// What signs people in.
    pub fn fast(
        &self,
        response: &AuthenticationResponse,
        challenge: &[u8],
        credential: &Credential,
    ) -> Result<(), Reason> {
        self.0
            .verify_assertion(response, challenge, credential)
            .map(drop)
    }

    /// What `webauthn-rs-core` says on its own; of our checks only that of the key's curve.
    pub fn core(
        &self,
        response: &AuthenticationResponse,
        challenge: &[u8],
        credential: &Credential,
    ) -> Result<(), Reason> {
        let public_key = core::PublicKey::parse(&credential.public_key)?;
        self.0
            .core
            .verify_assertion(response, challenge, credential, public_key)
    }
}
