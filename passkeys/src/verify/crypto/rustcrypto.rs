//! Provider [RustCrypto](https://github.com/RustCrypto): without a C compiler.

use ed25519_dalek::Signature as Ed25519Signature;
#[cfg(feature = "attestation")]
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::ecdsa::{self as es256, signature::Verifier as _};
use p384::ecdsa as es384;
use rsa::{BoxedUint, RsaPublicKey, pkcs1v15};
#[cfg(feature = "attestation")]
use sha1::Sha1;
use sha2::Sha256;
#[cfg(feature = "attestation")]
use sha2::{Sha384, Sha512};

#[cfg(feature = "attestation")]
use super::Hash;
use super::Provider;
use crate::verify::public_key::{PublicKey, RsaKey};

pub(super) struct RustCrypto;

/// Maximum size of an RSA modulus in bits.
const MAX_RSA_BITS: usize = 8192;

impl Provider for RustCrypto {
    fn verify(&self, key: &PublicKey<'_>, signed: &[u8], signature: &[u8]) -> bool {
        verify(key, signed, signature).is_some()
    }

    #[cfg(feature = "attestation")]
    fn verify_with_hash(
        &self,
        key: &PublicKey<'_>,
        hash: Hash,
        signed: &[u8],
        signature: &[u8],
    ) -> bool {
        verify_with_hash(key, hash, signed, signature).is_some()
    }
}

fn verify(key: &PublicKey<'_>, signed: &[u8], signature: &[u8]) -> Option<()> {
    match key {
        PublicKey::Es256(point) => {
            let signature = es256::DerSignature::from_bytes(signature).ok()?;
            let key = es256::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify(signed, &signature).ok()
        }
        PublicKey::Es384(point) => {
            let signature = es384::DerSignature::from_bytes(signature).ok()?;
            let key = es384::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify(signed, &signature).ok()
        }
        PublicKey::Ed25519(point) => {
            let signature = Ed25519Signature::from_slice(signature).ok()?;
            let key = ed25519_dalek::VerifyingKey::from_bytes(point).ok()?;
            key.verify_strict(signed, &signature).ok()
        }
        PublicKey::Rs256(key) => {
            let (key, signature) = rsa(key, signature)?;
            let key = pkcs1v15::VerifyingKey::<Sha256>::new(key);
            key.verify(signed, &signature).ok()
        }
        PublicKey::Es512(_) | PublicKey::MlDsa(..) => None,
    }
}

/// Returns a key and a signature of it.
fn rsa(key: &RsaKey<'_>, signature: &[u8]) -> Option<(RsaPublicKey, pkcs1v15::Signature)> {
    let RsaKey { n, e } = key;
    // RFC 8017, §8.2.2, step 1. The crate compares multiples of eight bytes.
    (signature.len() == n.len()).then_some(())?;
    let (n, e) = (
        BoxedUint::from_be_slice_vartime(n),
        BoxedUint::from_be_slice_vartime(e),
    );
    let key = RsaPublicKey::new_with_max_size(n, e, MAX_RSA_BITS).ok()?;
    Some((key, pkcs1v15::Signature::try_from(signature).ok()?))
}

#[cfg(feature = "attestation")]
fn verify_with_hash(
    key: &PublicKey<'_>,
    hash: Hash,
    signed: &[u8],
    signature: &[u8],
) -> Option<()> {
    match key {
        PublicKey::Es256(point) => {
            let signature = es256::DerSignature::from_bytes(signature).ok()?;
            let key = es256::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify_prehash(&hash.digest(signed), &signature).ok()
        }
        PublicKey::Es384(point) => {
            let signature = es384::DerSignature::from_bytes(signature).ok()?;
            let key = es384::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify_prehash(&hash.digest(signed), &signature).ok()
        }
        PublicKey::Rs256(key) => {
            let (key, signature) = rsa(key, signature)?;
            match hash {
                Hash::Sha1 => pkcs1v15::VerifyingKey::<Sha1>::new(key).verify(signed, &signature),
                Hash::Sha256 => {
                    pkcs1v15::VerifyingKey::<Sha256>::new(key).verify(signed, &signature)
                }
                Hash::Sha384 => {
                    pkcs1v15::VerifyingKey::<Sha384>::new(key).verify(signed, &signature)
                }
                Hash::Sha512 => {
                    pkcs1v15::VerifyingKey::<Sha512>::new(key).verify(signed, &signature)
                }
            }
            .ok()
        }
        PublicKey::Es512(_) | PublicKey::Ed25519(_) | PublicKey::MlDsa(..) => None,
    }
}
