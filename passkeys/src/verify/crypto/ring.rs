//! Provider [*ring*](https://docs.rs/ring), the default.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

#[cfg(feature = "attestation")]
use ring::signature::{
    ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
};

#[cfg(feature = "attestation")]
use super::Hash;
use super::Provider;
use crate::verify::public_key::{PublicKey, RsaKey};

pub(super) struct Ring;

impl Provider for Ring {
    fn verify(&self, key: &PublicKey<'_>, signed: &[u8], signature: &[u8]) -> bool {
        let verify = |algorithm: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(algorithm, key).verify(signed, signature)
        };
        match key {
            PublicKey::Es256(point) => verify(&ECDSA_P256_SHA256_ASN1, point),
            PublicKey::Es384(point) => verify(&ECDSA_P384_SHA384_ASN1, point),
            PublicKey::Ed25519(point) => verify(&ED25519, *point),
            PublicKey::Rs256(RsaKey { n, e }) => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                signed,
                signature,
            ),
            PublicKey::Es512(_) | PublicKey::MlDsa(..) => return false,
        }
        .is_ok()
    }

    #[cfg(feature = "attestation")]
    fn verify_with_hash(
        &self,
        key: &PublicKey<'_>,
        hash: Hash,
        signed: &[u8],
        signature: &[u8],
    ) -> bool {
        let ecdsa = |algorithm: &'static dyn VerificationAlgorithm, point: &[u8]| {
            UnparsedPublicKey::new(algorithm, point).verify(signed, signature)
        };
        match (key, hash) {
            (PublicKey::Es256(point), Hash::Sha384) => ecdsa(&ECDSA_P256_SHA384_ASN1, point),
            (PublicKey::Es384(point), Hash::Sha256) => ecdsa(&ECDSA_P384_SHA256_ASN1, point),
            (PublicKey::Rs256(RsaKey { n, e }), hash) => {
                let algorithm = match hash {
                    Hash::Sha1 => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
                    Hash::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
                    Hash::Sha384 => &RSA_PKCS1_2048_8192_SHA384,
                    Hash::Sha512 => &RSA_PKCS1_2048_8192_SHA512,
                };
                RsaPublicKeyComponents { n, e }.verify(algorithm, signed, signature)
            }
            _ => return false,
        }
        .is_ok()
    }
}
