use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{OffsetDateTime, serde::rfc3339};

use crate::{Error, domain::base64url};

/// A registered passkey: the *credential record* of
/// [Level 3, §4](https://www.w3.org/TR/webauthn-3/#credential-record), and who owns it.
///
/// Repositories store and return it whole; it serialises with serde for those that keep
/// documents. Applications meet it in
/// [`AuthenticationResult`](crate::AuthenticationResult) and
/// [`RegistrationResult`](crate::RegistrationResult).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the specification"
)]
pub struct Credential {
    /// The credential's identifier, unique among all users.
    pub id: CredentialId,
    /// The owner: [`PasskeyUser::id`](crate::PasskeyUser::id).
    pub user_id: String,
    /// The public key as the authenticator sent it, in `COSE_Key` form.
    #[serde(with = "base64url")]
    pub public_key: Vec<u8>,
    /// The signature counter of the last accepted use; 0 where the authenticator has none.
    pub sign_count: u32,
    /// How the browser may reach the authenticator, as it said at registration.
    pub transports: Vec<Transport>,
    /// The authenticator's model, where it tells.
    pub aaguid: Option<Aaguid>,
    /// Whether the passkey may be synchronised to other devices; fixed at registration.
    pub backup_eligible: bool,
    /// Whether it was, at the last use.
    pub backup_state: bool,
    /// Whether the person was verified (PIN, fingerprint, face) when it was created.
    pub user_verified: bool,
    /// Whether it can sign in without the user being named first.
    pub discoverable: bool,
    /// The name that the person gave it. May be empty.
    pub device_name: String,
    /// The attestation statement's format, such as `none` or `packed`.
    pub attestation_format: Option<String>,
    /// When it was registered.
    #[serde(with = "rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it last signed in.
    #[serde(with = "rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
    /// When it was suspended because its counter did not advance. A suspended passkey stays
    /// listed and cannot sign in.
    #[serde(with = "rfc3339::option")]
    pub suspended_at: Option<OffsetDateTime>,
}

impl Credential {
    /// A credential with what every credential has; set the other fields after.
    ///
    /// This is how a repository of your own rebuilds one from a row.
    #[must_use]
    pub fn new(
        id: CredentialId,
        user_id: impl Into<String>,
        public_key: Vec<u8>,
        created_at: OffsetDateTime,
    ) -> Self {
        Self {
            id,
            user_id: user_id.into(),
            public_key,
            sign_count: 0,
            transports: Vec::new(),
            aaguid: None,
            backup_eligible: false,
            backup_state: false,
            user_verified: false,
            discoverable: false,
            device_name: String::new(),
            attestation_format: None,
            created_at,
            last_used_at: None,
            suspended_at: None,
        }
    }
}

impl fmt::Debug for Credential {
    /// What tells one from another. Not the public key: it would end up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("id", &self.id)
            .field("user_id", &self.user_id)
            .field("sign_count", &self.sign_count)
            .field("created_at", &self.created_at)
            .field("last_used_at", &self.last_used_at)
            .field("suspended_at", &self.suspended_at)
            .finish_non_exhaustive()
    }
}

/// The identifier that an authenticator chose for a credential: 1 to 1023 bytes, written in
/// base64url without padding.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(Vec<u8>);

impl CredentialId {
    /// The most bytes an identifier may have
    /// ([Level 3, §4](https://www.w3.org/TR/webauthn-3/#credential-id)).
    pub const MAX_BYTES: usize = 1023;

    /// The identifier's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for CredentialId {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for CredentialId {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl fmt::Debug for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialId({self})")
    }
}

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(&self.0))
    }
}

impl FromStr for CredentialId {
    type Err = Error;

    /// Reads the base64url form; anything else is [`Error::CredentialNotFound`], for no
    /// credential has such an id.
    fn from_str(text: &str) -> Result<Self, Error> {
        base64url::decode(text)
            .filter(|bytes| (1..=Self::MAX_BYTES).contains(&bytes.len()))
            .map(Self)
            .ok_or(Error::CredentialNotFound)
    }
}

impl Serialize for CredentialId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for CredentialId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| D::Error::custom("not a credential id in base64url"))
    }
}

/// The identifier of an authenticator's model, written like a UUID
/// ([Level 3, §6.5.1](https://www.w3.org/TR/webauthn-3/#aaguid)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Aaguid([u8; 16]);

impl Aaguid {
    /// The model with these bytes, or `None` for sixteen zeros, which say that the
    /// authenticator does not tell.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }

    /// The identifier's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// What people call the model or its maker, such as `Google Password Manager`, as the
    /// [list that passkey providers keep](https://github.com/passkeydeveloper/passkey-authenticator-aaguids)
    /// had it when this version was made.
    ///
    /// For a list of somebody's own passkeys and nothing else: unless attestation was required
    /// and checked, an authenticator may claim to be any.
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
        crate::domain::provider_names::find(&self.to_string())
    }
}

impl FromStr for Aaguid {
    type Err = InvalidAaguid;

    /// Reads the form that [`Display`](fmt::Display) writes, in either case:
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

/// A text is not the identifier of an authenticator's model: 32 hexadecimal digits with hyphens,
/// as in a UUID, and not all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an AAGUID, such as `ee882879-721c-4913-9775-3dfcce97072a`")]
pub struct InvalidAaguid;

impl fmt::Display for Aaguid {
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

/// How a browser can reach an authenticator
/// ([Level 3, §5.8.4](https://www.w3.org/TR/webauthn-3/#enum-transport)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::Transport))]
pub enum Transport {
    /// Removable USB.
    Usb,
    /// Near field communication.
    Nfc,
    /// Bluetooth Low Energy.
    Ble,
    /// A contact smart card.
    SmartCard,
    /// Another device, found by proximity and reached by whatever works.
    Hybrid,
    /// Built into the device.
    Internal,
}

impl Transport {
    /// Every transport that the specification names.
    pub const ALL: &'static [Self] = &[
        Self::Usb,
        Self::Nfc,
        Self::Ble,
        Self::SmartCard,
        Self::Hybrid,
        Self::Internal,
    ];

    /// The specification's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usb => "usb",
            Self::Nfc => "nfc",
            Self::Ble => "ble",
            Self::SmartCard => "smart-card",
            Self::Hybrid => "hybrid",
            Self::Internal => "internal",
        }
    }

    /// The transport with this word. The specification asks to ignore words it does not know.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == word)
    }
}
