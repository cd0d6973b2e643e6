//! The keys whose value is one of a few words.

use std::fmt;
use std::str::FromStr;

use crate::wording::{alternatives, nearest, quote};

/// A word that the key does not know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownWord {
    /// What was written.
    pub value: String,
    /// What could have been.
    pub words: &'static [&'static str],
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, words) = (quote(&self.value), alternatives(self.words));
        match nearest(&self.value, self.words.iter().copied()) {
            Some(near) => write!(f, "{value} is not {words}; did you mean `{near}`?"),
            None => write!(f, "{value} is not a known value; write {words}"),
        }
    }
}

impl std::error::Error for UnknownWord {}

/// An enum and the words that its variants are written as, in one place.
macro_rules! words {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }
    )+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!("\n\nWritten `\"", $word, "\"`.")] $variant,)+
        }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub(crate) const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word as it is configured, and as browsers know it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                match value {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { value: value.to_owned(), words: Self::WORDS }),
                }
            }
        }
    )+};
}

words! {
    /// Whether the authenticator must check *who* is there (PIN, fingerprint, face), not only
    /// that somebody is: [WebAuthn Level 3, §5.8.6](https://www.w3.org/TR/webauthn-3/#enum-userVerificationRequirement).
    #[derive(Default)]
    UserVerification {
        /// A ceremony without user verification fails. What makes a passkey two factors in one.
        #[default]
        Required = "required",
        /// Verified where the authenticator can; a ceremony without it still counts.
        Preferred = "preferred",
        /// Not asked for; for a passkey that is a second factor after a password.
        Discouraged = "discouraged",
    }

    /// Whether the passkey can be found without naming the user first (a *discoverable
    /// credential*): [WebAuthn Level 3, §5.4.6](https://www.w3.org/TR/webauthn-3/#enum-residentKeyRequirement).
    #[derive(Default)]
    ResidentKey {
        /// Only authenticators that store the passkey are accepted: sign-in needs no user name.
        #[default]
        Required = "required",
        /// Discoverable where possible; other authenticators are accepted.
        Preferred = "preferred",
        /// Not discoverable where possible: saves the few slots of a security key.
        Discouraged = "discouraged",
    }

    /// Whether registration asks the authenticator to prove what it is:
    /// [WebAuthn Level 3, §5.4.7](https://www.w3.org/TR/webauthn-3/#enum-attestation-convey).
    #[derive(Default)]
    Attestation {
        /// Not asked for. Browsers then ask the user no further question.
        #[default]
        None = "none",
        /// Asked for; the browser may replace it by an anonymised statement.
        Indirect = "indirect",
        /// Asked for as the authenticator makes it.
        Direct = "direct",
    }

    /// Which authenticators may register:
    /// [WebAuthn Level 3, §5.4.5](https://www.w3.org/TR/webauthn-3/#enum-attachment).
    AuthenticatorAttachment {
        /// Built into the device the browser runs on.
        Platform = "platform",
        /// Roaming: a security key, or a phone scanned from another device.
        CrossPlatform = "cross-platform",
    }

    /// Which authenticator the browser should offer first:
    /// [WebAuthn Level 3, §5.8.7](https://www.w3.org/TR/webauthn-3/#enum-hints).
    Hint {
        /// The device the browser runs on.
        ClientDevice = "client-device",
        /// A physical security key.
        SecurityKey = "security-key",
        /// A phone or another general-purpose device, by scanning a code.
        Hybrid = "hybrid",
    }

    /// What happens when a signature counter did not grow, which a cloned authenticator would
    /// cause: [WebAuthn Level 3, §6.1.1](https://www.w3.org/TR/webauthn-3/#sctn-sign-counter).
    #[derive(Default)]
    SignCount {
        /// The sign-in is refused, the passkey stays as it was.
        #[default]
        Reject = "reject",
        /// The sign-in is refused and the passkey suspended.
        Suspend = "suspend",
        /// The sign-in is let through and the finding reported.
        Report = "report",
    }
}

impl Hint {
    /// The attachment of the authenticators it asks for, as the specification maps it for
    /// browsers that do not know hints.
    #[must_use]
    pub const fn attachment(self) -> AuthenticatorAttachment {
        match self {
            Self::ClientDevice => AuthenticatorAttachment::Platform,
            Self::SecurityKey | Self::Hybrid => AuthenticatorAttachment::CrossPlatform,
        }
    }
}
