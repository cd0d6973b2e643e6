//! Signature schemes of certificates and attestation statements, which have more combinations of keys
//! and hashes than passkeys.

use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::{CHOSEN, Provider, verify_with};
use crate::verify::public_key::{MlDsa, PublicKey};

/// Hash function of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verify) enum Hash {
    /// Broken: collisions can be computed. Only for statements of TPMs, and only where the
    /// configuration allows it.
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// Signature scheme, without the size of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verify) enum Scheme {
    /// ECDSA, with a signature in ASN.1.
    Ecdsa(Hash),
    /// RSASSA-PKCS1-v1_5.
    Rsa(Hash),
    Ed25519,
    MlDsa(MlDsa),
}

impl Hash {
    pub(in crate::verify) fn digest(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(data).to_vec(),
            Self::Sha256 => Sha256::digest(data).to_vec(),
            Self::Sha384 => Sha384::digest(data).to_vec(),
            Self::Sha512 => Sha512::digest(data).to_vec(),
        }
    }
}

impl Scheme {
    /// Returns the scheme of a COSE algorithm, RS1 included
    /// ([IANA, COSE Algorithms](https://www.iana.org/assignments/cose/cose.xhtml#algorithms)).
    pub(in crate::verify) fn from_cose(algorithm: i128) -> Option<Self> {
        Some(match algorithm {
            -7 => Self::Ecdsa(Hash::Sha256),
            -35 => Self::Ecdsa(Hash::Sha384),
            -36 => Self::Ecdsa(Hash::Sha512),
            -8 => Self::Ed25519,
            -48 => Self::MlDsa(MlDsa::MlDsa44),
            -49 => Self::MlDsa(MlDsa::MlDsa65),
            -50 => Self::MlDsa(MlDsa::MlDsa87),
            -257 => Self::Rsa(Hash::Sha256),
            -258 => Self::Rsa(Hash::Sha384),
            -259 => Self::Rsa(Hash::Sha512),
            -65535 => Self::Rsa(Hash::Sha1),
            _ => return None,
        })
    }

    /// Returns the hash function, if the scheme names one.
    pub(in crate::verify) fn hash(self) -> Option<Hash> {
        match self {
            Self::Ecdsa(hash) | Self::Rsa(hash) => Some(hash),
            Self::Ed25519 | Self::MlDsa(_) => None,
        }
    }

    /// Returns whether a signature verifies with the chosen provider. `false` for a key of another
    /// kind, and for a combination that the provider lacks.
    pub(in crate::verify) fn verify(
        self,
        key: &PublicKey<'_>,
        signed: &[u8],
        signature: &[u8],
    ) -> bool {
        self.verify_with(CHOSEN, key, signed, signature)
    }

    fn verify_with(
        self,
        provider: &dyn Provider,
        key: &PublicKey<'_>,
        signed: &[u8],
        signature: &[u8],
    ) -> bool {
        use PublicKey as Key;
        match (self, key) {
            (Self::Ecdsa(Hash::Sha256), Key::Es256(_))
            | (Self::Ecdsa(Hash::Sha384), Key::Es384(_))
            | (Self::Ecdsa(Hash::Sha512), Key::Es512(_))
            | (Self::Rsa(Hash::Sha256), Key::Rs256(_))
            | (Self::Ed25519, Key::Ed25519(_)) => {
                verify_with(provider, key, signed, signature).is_ok()
            }
            (Self::MlDsa(scheme), Key::MlDsa(of_key, _)) if scheme == *of_key => {
                verify_with(provider, key, signed, signature).is_ok()
            }
            (Self::Ecdsa(hash), Key::Es256(_) | Key::Es384(_) | Key::Es512(_))
            | (Self::Rsa(hash), Key::Rs256(_)) => {
                provider.verify_with_hash(key, hash, signed, signature)
            }
            _ => false,
        }
    }
}
