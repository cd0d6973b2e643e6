//! Keys with an enumerated value: one enum each, and the words that its variants are written as.

use std::fmt;
use std::str::FromStr;

use crate::wording::{alternatives, nearest, quote};

/// Error returned for a word that is not among the values of its key.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct UnknownWord {
    /// The word as it was written.
    pub value: String,
    /// The values of the key.
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

/// Makes an enum, and the conversions between its variants and the words they are written as.
macro_rules! words {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }
    )+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!("\n\nWritten `\"", $word, "\"`.")] $variant,)+
        }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub(crate) const WORDS: &'static [&'static str] = &[$($word),+];

            /// Returns the word that the variant is written as.
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
    /// User verification requirement: whether the authenticator must verify the user, by PIN,
    /// fingerprint or face
    /// ([WebAuthn Level 3, §5.8.6](https://www.w3.org/TR/webauthn-3/#enum-userVerificationRequirement)).
    #[derive(Default)]
    UserVerification {
        /// A ceremony without user verification is rejected, except for conditional creation. A
        /// sign-in then has two factors: the authenticator, and what it verified the user by.
        #[default]
        Required = "required",
        /// User verification is requested. A ceremony without it is accepted.
        Preferred = "preferred",
        /// User verification is not requested, as for a passkey that is the second factor after a
        /// password.
        Discouraged = "discouraged",
    }

    /// Resident key requirement: whether a new passkey must be a discoverable credential, which
    /// signs in without a user name
    /// ([WebAuthn Level 3, §5.4.6](https://www.w3.org/TR/webauthn-3/#enum-residentKeyRequirement)).
    #[derive(Default)]
    ResidentKey {
        /// Only authenticators that can store a discoverable credential may register.
        #[default]
        Required = "required",
        /// Discoverable where the authenticator can store it. Others may register, too.
        Preferred = "preferred",
        /// Not discoverable where the authenticator can do without, which saves the limited
        /// storage of security keys.
        Discouraged = "discouraged",
    }

    /// Attestation conveyance preference: whether registration asks the authenticator for a
    /// signed statement of its make and model
    /// ([WebAuthn Level 3, §5.4.7](https://www.w3.org/TR/webauthn-3/#enum-attestation-convey)).
    #[derive(Default)]
    Attestation {
        /// Attestation is not requested, and browsers do not ask the user for consent to it.
        #[default]
        None = "none",
        /// Attestation is requested. The browser may replace it by an anonymized statement.
        Indirect = "indirect",
        /// Attestation is requested as the authenticator makes it. A registration without it is
        /// rejected.
        Direct = "direct",
    }

    /// Outdated kind of attestation, which is rejected unless the application accepts it.
    LegacyAttestation {
        /// Statements that a TPM has signed with SHA-1, of which collisions can be computed. Many TPMs of
        /// Windows Hello sign in no other way.
        TpmSha1 = "tpm-sha1",
        /// Statements of Android SafetyNet, a service that Google has ended: for registrations that
        /// were recorded before.
        AndroidSafetyNet = "android-safetynet",
    }

    /// Signature algorithm of a passkey
    /// ([IANA, COSE Algorithms](https://www.iana.org/assignments/cose/cose.xhtml#algorithms)).
    Algorithm {
        /// ECDSA on P-256 with SHA-256: nearly every authenticator.
        Es256 = "ES256",
        /// Ed25519.
        EdDsa = "EdDSA",
        /// ECDSA on P-384 with SHA-384.
        Es384 = "ES384",
        /// RSASSA-PKCS1-v1_5 with SHA-256: older TPMs of Windows.
        Rs256 = "RS256",
        /// ECDSA on P-521 with SHA-512.
        Es512 = "ES512",
        /// ML-DSA-44, a post-quantum algorithm
        /// ([RFC 9964](https://www.rfc-editor.org/rfc/rfc9964)).
        MlDsa44 = "ML-DSA-44",
        /// ML-DSA-65, a post-quantum algorithm.
        MlDsa65 = "ML-DSA-65",
        /// ML-DSA-87, a post-quantum algorithm.
        MlDsa87 = "ML-DSA-87",
    }

    /// Authenticator attachment: the kind of authenticator that may register
    /// ([WebAuthn Level 3, §5.4.5](https://www.w3.org/TR/webauthn-3/#enum-attachment)).
    AuthenticatorAttachment {
        /// Built into the device that the browser runs on.
        Platform = "platform",
        /// Roaming: a security key, or a phone that scans a QR code.
        CrossPlatform = "cross-platform",
    }

    /// Hint to browsers which kind of authenticator to offer first
    /// ([WebAuthn Level 3, §5.8.7](https://www.w3.org/TR/webauthn-3/#enum-hints)).
    Hint {
        /// The device that the browser runs on.
        ClientDevice = "client-device",
        /// A physical security key.
        SecurityKey = "security-key",
        /// A phone or another general-purpose device, by scanning a QR code.
        Hybrid = "hybrid",
    }

    /// Support for large blobs, data that pages store with a passkey
    /// ([WebAuthn Level 3, §10.1.5](https://www.w3.org/TR/webauthn-3/#sctn-large-blob-extension)).
    LargeBlob {
        /// Authenticators without support may register, too.
        Preferred = "preferred",
        /// Only authenticators with support may register.
        Required = "required",
    }

    /// Response to a signature counter that has not increased, a sign of a cloned authenticator
    /// ([WebAuthn Level 3, §6.1.1](https://www.w3.org/TR/webauthn-3/#sctn-sign-counter)).
    #[derive(Default)]
    SignCount {
        /// The sign-in is rejected. The passkey is unchanged.
        #[default]
        Reject = "reject",
        /// The sign-in is rejected and the passkey suspended: it cannot sign in again.
        Suspend = "suspend",
        /// The sign-in is accepted, and the audit trail records a suspected clone.
        Report = "report",
    }

    /// Response to a backup eligibility flag that differs from the one at registration
    /// ([WebAuthn Level 3, §7.2, step 19](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion)).
    #[derive(Default)]
    BackupEligibility {
        /// The sign-in is rejected.
        #[default]
        Reject = "reject",
        /// The sign-in is accepted, and the audit trail records the change.
        Report = "report",
    }
}

impl Algorithm {
    /// Algorithms of new passkeys by default, in order of preference. Every cryptography provider
    /// has them.
    pub const DEFAULT: &'static [Self] = &[Self::Es256, Self::EdDsa, Self::Es384, Self::Rs256];

    /// Returns the COSE identifier of the algorithm, which browsers and authenticators use.
    #[must_use]
    pub const fn cose(self) -> i32 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
            Self::Es384 => -35,
            Self::Rs256 => -257,
            Self::Es512 => -36,
            Self::MlDsa44 => -48,
            Self::MlDsa65 => -49,
            Self::MlDsa87 => -50,
        }
    }

    /// Returns the algorithm with this COSE identifier.
    #[must_use]
    pub fn from_cose(cose: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.cose() == cose)
    }
}

impl Hint {
    /// Returns the attachment of the authenticators that the hint is for, as the specification
    /// maps it for browsers without support for hints.
    #[must_use]
    pub const fn attachment(self) -> AuthenticatorAttachment {
        match self {
            Self::ClientDevice => AuthenticatorAttachment::Platform,
            Self::SecurityKey | Self::Hybrid => AuthenticatorAttachment::CrossPlatform,
        }
    }
}
