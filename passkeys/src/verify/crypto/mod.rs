//! Cryptography providers. The features `aws-lc-rs`, `ring` and `rustcrypto` choose one, in this
//! order if several are on.
//!
//! They agree about which signatures are valid, for the algorithms that are offered by default; tests
//! compare them. ES512 and ML-DSA need `aws-lc-rs`.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;
#[cfg(feature = "ring")]
mod ring;
#[cfg(feature = "rustcrypto")]
mod rustcrypto;
#[cfg(feature = "attestation")]
mod scheme;

#[cfg(feature = "attestation")]
pub(super) use scheme::{Hash, Scheme};

use super::{
    ed25519,
    public_key::PublicKey,
    refusal::{Refusal, RefusalKind, ensure},
};

#[cfg(feature = "aws-lc-rs")]
const CHOSEN: &dyn Provider = &aws_lc_rs::AwsLcRs;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
const CHOSEN: &dyn Provider = &ring::Ring;
#[cfg(all(
    feature = "rustcrypto",
    not(any(feature = "aws-lc-rs", feature = "ring"))
))]
const CHOSEN: &dyn Provider = &rustcrypto::RustCrypto;

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring", feature = "rustcrypto")))]
compile_error!(
    "`passkeys` needs a cryptography provider: turn on its feature `ring` (the default), \
     `aws-lc-rs` or `rustcrypto`"
);

/// Cryptography provider.
pub(super) trait Provider: Sync {
    /// Returns whether a signature in the encoding of
    /// [Level 3, §6.5.5](https://www.w3.org/TR/webauthn-3/#sctn-signature-attestation-types)
    /// verifies. `false` for an algorithm that the provider lacks.
    fn verify(&self, key: &PublicKey<'_>, signed: &[u8], signature: &[u8]) -> bool;

    /// Returns whether a signature with another hash function than that of the key's algorithm verifies:
    /// ECDSA in ASN.1, or RSASSA-PKCS1-v1_5. `false` for a combination that the provider lacks.
    #[cfg(feature = "attestation")]
    fn verify_with_hash(
        &self,
        key: &PublicKey<'_>,
        hash: Hash,
        signed: &[u8],
        signature: &[u8],
    ) -> bool;
}

/// Verifies a signature with the chosen provider.
pub(super) fn verify(key: &PublicKey<'_>, signed: &[u8], signature: &[u8]) -> Result<(), Refusal> {
    verify_with(CHOSEN, key, signed, signature)
}

fn verify_with(
    provider: &dyn Provider,
    key: &PublicKey<'_>,
    signed: &[u8],
    signature: &[u8],
) -> Result<(), Refusal> {
    if let PublicKey::Ed25519(_) = key {
        let nonce = signature.first_chunk().ok_or_else(|| invalid(key))?;
        ensure(ed25519::is_strong(nonce), || invalid(key))?;
    }
    ensure(provider.verify(key, signed, signature), || invalid(key))
}

#[cold]
fn invalid(key: &PublicKey<'_>) -> Refusal {
    RefusalKind::Signature.because(format_args!(
        "the signature does not verify with the stored public key ({}): `authenticatorData`, `clientDataJSON` \
         or `signature` was changed on the way, the stored key is not this passkey's, or the response is \
         forged",
        key.algorithm(),
    ))
}

/// Verifies a signature with every provider that is built, for differential tests. Returns the verdicts
/// by feature.
#[cfg(feature = "testing")]
pub(crate) fn verify_with_all(
    cose: &[u8],
    signed: &[u8],
    signature: &[u8],
) -> Vec<(&'static str, bool)> {
    let providers: &[(&str, &dyn Provider)] = &[
        #[cfg(feature = "aws-lc-rs")]
        ("aws-lc-rs", &aws_lc_rs::AwsLcRs),
        #[cfg(feature = "ring")]
        ("ring", &ring::Ring),
        #[cfg(feature = "rustcrypto")]
        ("rustcrypto", &rustcrypto::RustCrypto),
    ];
    let verdict = |provider| {
        let key = PublicKey::parse(cose);
        key.is_ok_and(|key| verify_with(provider, &key, signed, signature).is_ok())
    };
    providers
        .iter()
        .map(|(name, provider)| (*name, verdict(*provider)))
        .collect()
}
