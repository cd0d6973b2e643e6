use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{base64url, error::StoreError};
use crate::Error;

/// User handle: the identifier of a user that their passkeys carry, 1 to 64 bytes
/// ([Level 3, §5.4.3](https://www.w3.org/TR/webauthn-3/#dom-publickeycredentialuserentity-id)).
///
/// Authenticators store it with the passkey and return it at sign-in. Anybody who holds the
/// authenticator can read it, so it must not be personal data. A user's first passkey gets a
/// [random](Self::random) one, and their next passkeys the same; an application that keeps a handle
/// in its user records sets it with [`PasskeyUser::handle`](crate::PasskeyUser::handle).
///
/// Parses from, displays as and serializes to base64url without padding, as in WebAuthn's JSON;
/// binary formats get the bytes. A value of this type always has a valid length.
///
/// ```
/// use passkeys::UserHandle;
///
/// let handle = UserHandle::new([1, 2, 3])?;
/// assert_eq!(handle.to_string(), "AQID");
/// assert_eq!("AQID".parse(), Ok(handle));
/// assert!(UserHandle::new([]).is_err());
/// # Ok::<(), passkeys::InvalidUserHandle>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserHandle(Vec<u8>);

impl UserHandle {
    /// Maximum length of a user handle in bytes.
    pub const MAX_BYTES: usize = 64;

    /// Creates a user handle from its bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidUserHandle`] unless there are 1 to [`MAX_BYTES`](Self::MAX_BYTES) bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, InvalidUserHandle> {
        let bytes = bytes.into();
        if (1..=Self::MAX_BYTES).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(InvalidUserHandle)
        }
    }

    /// Creates a user handle of 64 bytes from the operating system's random source, as
    /// [Level 3, §14.6.1](https://www.w3.org/TR/webauthn-3/#sctn-user-handle-privacy) recommends.
    ///
    /// # Errors
    ///
    /// [`Error::StorageUnavailable`] if the operating system has no random numbers.
    pub fn random() -> Result<Self, Error> {
        let mut bytes = vec![0; Self::MAX_BYTES];
        getrandom::fill(&mut bytes).map_err(StoreError::new)?;
        Ok(Self(bytes))
    }

    /// Returns the bytes of the user handle.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for UserHandle {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<Vec<u8>> for UserHandle {
    type Error = InvalidUserHandle;

    fn try_from(bytes: Vec<u8>) -> Result<Self, InvalidUserHandle> {
        Self::new(bytes)
    }
}

impl TryFrom<&[u8]> for UserHandle {
    type Error = InvalidUserHandle;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidUserHandle> {
        Self::new(bytes)
    }
}

impl fmt::Debug for UserHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserHandle({self})")
    }
}

impl fmt::Display for UserHandle {
    /// Writes the user handle in base64url without padding.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(&self.0))
    }
}

impl FromStr for UserHandle {
    type Err = InvalidUserHandle;

    /// Parses base64url without padding.
    fn from_str(text: &str) -> Result<Self, InvalidUserHandle> {
        base64url::decode(text)
            .ok_or(InvalidUserHandle)
            .and_then(Self::new)
    }
}

impl Serialize for UserHandle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        base64url::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for UserHandle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(base64url::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// Error returned for a user handle that is not 1 to 64 bytes long, or not valid base64url without
/// padding.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid user handle: expected base64url without padding of 1 to 64 bytes")]
#[non_exhaustive]
pub struct InvalidUserHandle;

passkeys_rules::debug_as_display!(InvalidUserHandle);

#[cfg(test)]
mod tests {
    use super::{InvalidUserHandle, UserHandle};

    #[test]
    fn user_handles_have_1_to_64_bytes_however_they_are_made() {
        for (length, valid) in [(0, false), (1, true), (64, true), (65, false)] {
            let bytes = vec![7; length];
            let text = super::base64url::encode(&bytes);
            let json = format!("\"{text}\"");
            assert_eq!(UserHandle::new(bytes.clone()).is_ok(), valid, "{length}");
            assert_eq!(UserHandle::try_from(&*bytes).is_ok(), valid, "{length}");
            assert_eq!(UserHandle::try_from(bytes).is_ok(), valid, "{length}");
            assert_eq!(text.parse::<UserHandle>().is_ok(), valid, "{length}");
            let read = serde_json::from_str::<UserHandle>(&json);
            assert_eq!(read.is_ok(), valid, "{length}");
        }
    }

    #[test]
    fn user_handles_are_parsed_from_base64url_without_padding_only() {
        for text in ["AQ==", "A Q", "+/8", "A", "ä"] {
            assert_eq!(text.parse::<UserHandle>(), Err(InvalidUserHandle));
            let read = serde_json::from_value::<UserHandle>(text.into());
            let message = read.unwrap_err().to_string();
            assert!(message.contains("base64url"), "{message}");
        }
    }

    #[test]
    fn random_user_handles_have_64_bytes_and_never_repeat() {
        let [one, other] = [(); 2].map(|()| UserHandle::random().unwrap());
        assert_eq!(one.as_bytes().len(), 64);
        assert_ne!(one, other);
    }
}
