//! Verification of signatures, which is nearly all that a sign-in costs.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};

use super::{ed25519, ensure, public_key::PublicKey};
use crate::audit::Reason;

impl PublicKey<'_> {
    /// In the encodings of
    /// [Level 3, §6.5.5](https://www.w3.org/TR/webauthn-3/#sctn-signature-attestation-types).
    pub(super) fn verify(&self, signed: &[u8], signature: &[u8]) -> Result<(), Reason> {
        match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(signed, signature)
            }
            Self::Es384(point) => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, point).verify(signed, signature)
            }
            Self::Rs256 { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                signed,
                signature,
            ),
            Self::Ed25519(point) => {
                let nonce = signature.first_chunk().ok_or(Reason::Signature)?;
                ensure(ed25519::is_strong(nonce), Reason::Signature)?;
                UnparsedPublicKey::new(&ED25519, point).verify(signed, signature)
            }
        }
        .map_err(|_| Reason::Signature)
    }
}
