use serde::{Deserialize, Serialize};

/// Authenticator transport: how a browser can reach an authenticator
/// ([Level 3, §5.8.4](https://www.w3.org/TR/webauthn-3/#enum-transport)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Passkeys::Transport))]
#[non_exhaustive]
pub enum Transport {
    /// Removable USB.
    Usb,
    /// Near Field Communication (NFC).
    Nfc,
    /// Bluetooth Low Energy.
    Ble,
    /// Contact smart card.
    SmartCard,
    /// Another device, such as a phone, found by proximity and reached over a hybrid transport.
    Hybrid,
    /// Platform authenticator, built into the device.
    Internal,
}

impl Transport {
    /// Every transport that this library knows.
    pub const ALL: &'static [Self] = &[
        Self::Usb,
        Self::Nfc,
        Self::Ble,
        Self::SmartCard,
        Self::Hybrid,
        Self::Internal,
    ];

    /// Returns the transport's name in the specification, such as `smart-card`.
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

    /// Returns the transport with this name, the inverse of [`as_str`](Self::as_str).
    ///
    /// Returns `None` for a name that this library does not know: the specification asks to ignore
    /// those.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == word)
    }
}
