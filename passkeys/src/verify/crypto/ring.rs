//! Verification of signatures by [*ring*](https://docs.rs/ring).

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::super::{
    ed25519,
    public_key::PublicKey,
    refusal::{Refusal, ensure},
};

/// Verifies a signature in the encoding of
/// [Level 3, §6.5.5](https://www.w3.org/TR/webauthn-3/#sctn-signature-attestation-types).
pub(crate) fn verify(key: &PublicKey<'_>, signed: &[u8], signature: &[u8]) -> Result<(), Refusal> {
    match key {
        PublicKey::Es256(point) => {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(signed, signature)
        }
        PublicKey::Es384(point) => {
            UnparsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, point).verify(signed, signature)
        }
        PublicKey::Rs256 { n, e } => {
            RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature)
        }
        PublicKey::Ed25519(point) => {
            let nonce = signature.first_chunk().ok_or(Refusal::Signature)?;
            ensure(ed25519::is_strong(nonce), Refusal::Signature)?;
            UnparsedPublicKey::new(&ED25519, point).verify(signed, signature)
        }
    }
    .map_err(|_| Refusal::Signature)
}
