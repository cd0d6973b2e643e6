use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// AAGUID: the identifier of an authenticator's model, written like a UUID
/// ([Level 3, §6.5.1](https://www.w3.org/TR/webauthn-3/#aaguid)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Aaguid([u8; 16]);

impl Aaguid {
    /// Creates an AAGUID from its bytes.
    ///
    /// Returns `None` for sixteen zero bytes, by which an authenticator says that it does not
    /// disclose its model.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }

    /// Returns the bytes of the AAGUID.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Returns the name of the passkey provider or authenticator model, such as `Google Password
    /// Manager`, if it is in the
    /// [community list of AAGUIDs](https://github.com/passkeydeveloper/passkey-authenticator-aaguids)
    /// that this version of the library ships.
    ///
    /// Meant for showing users a list of their own passkeys, and for nothing else: unless
    /// attestation was required and verified, an authenticator can claim any AAGUID.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use passkeys::Aaguid;
    ///
    /// let aaguid: Aaguid = "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4".parse()?;
    /// assert_eq!(aaguid.provider_name(), Some("Google Password Manager"));
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "provider-names")]
    #[must_use]
    pub fn provider_name(&self) -> Option<&'static str> {
        super::provider_names::find(&self.to_string())
    }
}

impl FromStr for Aaguid {
    type Err = InvalidAaguid;

    /// Parses the hyphenated form, in upper or lower case:
    /// `ee882879-721c-4913-9775-3dfcce97072a`.
    fn from_str(text: &str) -> Result<Self, InvalidAaguid> {
        let hyphens = [8, 13, 18, 23];
        let mut digits = Vec::with_capacity(32);
        for (at, byte) in text.bytes().enumerate() {
            match char::from(byte).to_digit(16) {
                Some(digit) if !hyphens.contains(&at) => digits.push(digit),
                None if hyphens.contains(&at) && byte == b'-' => {}
                _ => return Err(InvalidAaguid),
            }
        }
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::try_from(pair[0] << 4 | pair[1]).map_err(|_| InvalidAaguid)?;
        }
        (digits.len() == 32)
            .then_some(bytes)
            .and_then(Self::new)
            .ok_or(InvalidAaguid)
    }
}

impl fmt::Display for Aaguid {
    /// Writes the hyphenated form in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl Serialize for Aaguid {
    /// Serializes the hyphenated form.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Aaguid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// Error returned when parsing an AAGUID that is not 32 hexadecimal digits with hyphens as in a
/// UUID, or that is all zeros.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid AAGUID: expected the form `ee882879-721c-4913-9775-3dfcce97072a`, not all zeros")]
#[non_exhaustive]
pub struct InvalidAaguid;

passkeys_rules::debug_as_display!(InvalidAaguid);

#[cfg(test)]
mod tests {
    use super::Aaguid;

    #[test]
    fn aaguid_is_serialized_as_text_and_never_deserialized_from_zeros() {
        let text = "\"ee882879-721c-4913-9775-3dfcce97072a\"";
        let aaguid: Aaguid = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&aaguid).unwrap(), text);
        let zeros = "\"00000000-0000-0000-0000-000000000000\"";
        assert!(serde_json::from_str::<Aaguid>(zeros).is_err());
    }
}
