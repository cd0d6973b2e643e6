//! Provider [*ring*](https://docs.rs/ring), the default.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

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
}
