use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, domain::base64url, domain::error::StoreError};

/// Challenge of a ceremony: random bytes that the authenticator signs, against replay
/// ([Level 3, §13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Challenge(#[serde(with = "base64url")] Vec<u8>);

impl Challenge {
    /// Creates a challenge of 32 bytes from the operating system's random source. The specification
    /// requires at least 16.
    pub(crate) fn random() -> Result<Self, Error> {
        let mut bytes = vec![0; 32];
        getrandom::fill(&mut bytes).map_err(StoreError::new)?;
        Ok(Self(bytes))
    }

    /// Creates a challenge with these bytes, for tests.
    #[cfg(feature = "testing")]
    pub(crate) fn known(bytes: [u8; 32]) -> Self {
        Self(bytes.into())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Challenge {
    /// Omits the challenge, which must not end up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Challenge(..)")
    }
}
