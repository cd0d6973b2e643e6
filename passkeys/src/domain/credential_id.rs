use std::{borrow::Cow, fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, Unexpected},
};

use super::base64url;

/// Credential ID: the identifier that an authenticator chose for a passkey, 1 to 1023 bytes
/// ([Level 3, §4](https://www.w3.org/TR/webauthn-3/#credential-id)).
///
/// Parses from, displays as and serializes to base64url without padding, as in WebAuthn's JSON. A
/// value of this type always has a valid length.
///
/// ```
/// use passkeys::CredentialId;
///
/// let id = CredentialId::new([1, 2, 3])?;
/// assert_eq!(id.to_string(), "AQID");
/// assert_eq!("AQID".parse(), Ok(id));
/// assert!(CredentialId::new([]).is_err());
/// # Ok::<(), passkeys::InvalidCredentialId>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    /// Maximum length of a credential ID in bytes
    /// ([Level 3, §4](https://www.w3.org/TR/webauthn-3/#credential-id)).
    pub const MAX_BYTES: usize = 1023;

    /// Creates a credential ID from its bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidCredentialId`] unless there are 1 to [`MAX_BYTES`](Self::MAX_BYTES) bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, InvalidCredentialId> {
        let bytes = bytes.into();
        if (1..=Self::MAX_BYTES).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(InvalidCredentialId)
        }
    }

    /// Creates a credential ID from an array, whose length is checked when it is compiled.
    pub(crate) fn from_array<const N: usize>(bytes: [u8; N]) -> Self {
        const { assert!(1 <= N && N <= Self::MAX_BYTES) };
        Self(bytes.into())
    }

    /// Creates a credential ID from bytes that were made here, in a valid number.
    pub(crate) fn from_valid(bytes: Vec<u8>) -> Self {
        debug_assert!((1..=Self::MAX_BYTES).contains(&bytes.len()));
        Self(bytes)
    }

    /// Returns the bytes of the credential ID.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<Vec<u8>> for CredentialId {
    type Error = InvalidCredentialId;

    fn try_from(bytes: Vec<u8>) -> Result<Self, InvalidCredentialId> {
        Self::new(bytes)
    }
}

impl TryFrom<&[u8]> for CredentialId {
    type Error = InvalidCredentialId;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidCredentialId> {
        Self::new(bytes)
    }
}

impl fmt::Debug for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialId({self})")
    }
}

impl fmt::Display for CredentialId {
    /// Writes the credential ID in base64url without padding.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(&self.0))
    }
}

impl FromStr for CredentialId {
    type Err = InvalidCredentialId;

    /// Parses base64url without padding.
    fn from_str(text: &str) -> Result<Self, InvalidCredentialId> {
        base64url::decode(text)
            .ok_or(InvalidCredentialId)
            .and_then(Self::new)
    }
}

impl Serialize for CredentialId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for CredentialId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const EXPECTED: &str = "base64url without padding of 1 to 1023 bytes";
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| D::Error::invalid_value(Unexpected::Other("a text"), &EXPECTED))
    }
}

/// Error returned for a credential ID that is not 1 to 1023 bytes long, or not valid base64url
/// without padding.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid credential ID: expected base64url without padding of 1 to 1023 bytes")]
#[non_exhaustive]
pub struct InvalidCredentialId;

passkeys_rules::debug_as_display!(InvalidCredentialId);

#[cfg(test)]
mod tests {
    use super::{CredentialId, InvalidCredentialId};

    #[test]
    fn credential_ids_have_1_to_1023_bytes_however_they_are_made() {
        for (length, valid) in [(0, false), (1, true), (1023, true), (1024, false)] {
            let bytes = vec![7; length];
            let text = super::base64url::encode(&bytes);
            let json = format!("\"{text}\"");
            assert_eq!(CredentialId::new(bytes.clone()).is_ok(), valid, "{length}");
            assert_eq!(CredentialId::try_from(&*bytes).is_ok(), valid, "{length}");
            assert_eq!(CredentialId::try_from(bytes).is_ok(), valid, "{length}");
            assert_eq!(text.parse::<CredentialId>().is_ok(), valid, "{length}");
            let read = serde_json::from_str::<CredentialId>(&json);
            assert_eq!(read.is_ok(), valid, "{length}");
        }
    }

    #[test]
    fn credential_ids_are_parsed_from_base64url_without_padding_only() {
        for text in ["AQ==", "A Q", "+/8", "A", "ä"] {
            assert_eq!(text.parse::<CredentialId>(), Err(InvalidCredentialId));
            let read = serde_json::from_value::<CredentialId>(text.into());
            let message = read.unwrap_err().to_string();
            assert!(message.contains("base64url"), "{message}");
        }
    }
}
