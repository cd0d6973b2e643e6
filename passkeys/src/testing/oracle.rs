//! Verification by this library and by `webauthn-rs-core`, for differential tests. Not part of the
//! public interface.

use serde_json::Value;

use crate::{
    Config, Credential, audit::Reason, verify::Verifier, wire::responses::AuthenticationResponse,
};

/// Verifier of assertions by this library and, as the oracle, by `webauthn-rs-core`.
pub struct Oracle(Verifier);

/// Parsed response of `navigator.credentials.get()`.
pub struct Response(AuthenticationResponse);

impl Response {
    /// Parses a response. Returns `None` if the library rejects its form.
    #[must_use]
    pub fn parse(json: Value) -> Option<Self> {
        serde_json::from_value(json).ok().map(Self)
    }
}

impl Oracle {
    /// Creates an oracle for this configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self(Verifier::new(config))
    }

    /// Verifies an assertion as sign-ins do.
    pub fn ours(
        &self,
        response: &Response,
        challenge: &[u8],
        credential: &Credential,
    ) -> Result<(), Reason> {
        let verified = self.0.verify_assertion(&response.0, challenge, credential);
        verified.map(drop).map_err(Into::into)
    }

    /// Verifies an assertion by `webauthn-rs-core`, plus this library's check of the key's curve.
    pub fn core(
        &self,
        response: &Response,
        challenge: &[u8],
        credential: &Credential,
    ) -> Result<(), Reason> {
        let verified = self
            .0
            .verify_assertion_by_core(&response.0, challenge, credential);
        verified.map_err(Into::into)
    }
}
