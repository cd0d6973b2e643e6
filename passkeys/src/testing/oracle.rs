//! Verification behind the public interface, for differential tests. Not part of the public interface.

use serde_json::Value;

use crate::{
    Config, Credential,
    audit::Reason,
    verify::{Asked, Verifier, verify_with_all},
    wire::responses::{AuthenticationResponse, RegistrationResponse},
};

/// Verifier of responses.
pub struct Oracle(Verifier);

impl Oracle {
    /// Creates a verifier for this configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self(Verifier::new(config))
    }

    /// Verifies a registration response and returns its `COSE_Key`. `None` if the library rejects its
    /// JSON.
    #[must_use]
    pub fn registration(
        &self,
        response: Value,
        challenge: &[u8],
    ) -> Option<Result<Vec<u8>, Reason>> {
        let response: RegistrationResponse = serde_json::from_value(response).ok()?;
        let asked = Asked {
            challenge,
            conditional: false,
            terms: self.0.terms(),
            #[cfg(feature = "attestation")]
            now: time::OffsetDateTime::UNIX_EPOCH,
        };
        let verified = self.0.verify_registration(&response, asked);
        Some(
            verified
                .map(|it| it.public_key)
                .map_err(|it| it.kind.into()),
        )
    }

    /// Verifies an assertion response as sign-ins do. `None` if the library rejects its JSON.
    pub fn assertion(
        &self,
        response: Value,
        challenge: &[u8],
        credential: &Credential,
    ) -> Option<Result<(), Reason>> {
        let response: AuthenticationResponse = serde_json::from_value(response).ok()?;
        let verified = self
            .0
            .verify_assertion(&response, challenge, self.0.terms(), credential);
        Some(verified.map(drop).map_err(|it| it.kind.into()))
    }
}

/// Returns the verdict of every cryptography provider on a stored key and a signature.
#[must_use]
pub fn verify_by_all(cose: &[u8], signed: &[u8], signature: &[u8]) -> Vec<(&'static str, bool)> {
    verify_with_all(cose, signed, signature)
}
