//! Cryptography providers. The features `aws-lc-rs`, `ring` and `rustcrypto` choose one, in this
//! order if several are on.
//!
//! They agree about which keys and signatures are valid, for the algorithms that are offered by
//! default; tests compare them. ES512 and ML-DSA need `aws-lc-rs`.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;
#[cfg(feature = "ring")]
mod ring;
#[cfg(feature = "rustcrypto")]
mod rustcrypto;

use super::{
    ed25519,
    public_key::PublicKey,
    refusal::{Refusal, ensure},
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

    /// Returns whether a key of P-256, P-384 or P-521 is a point on its curve. `false` for a curve
    /// that the provider lacks, `true` for other keys.
    fn is_on_curve(&self, key: &PublicKey<'_>) -> bool;
}

/// Verifies a signature with the chosen provider.
pub(super) fn verify(key: &PublicKey<'_>, signed: &[u8], signature: &[u8]) -> Result<(), Refusal> {
    verify_with(CHOSEN, key, signed, signature)
}

/// Checks with the chosen provider that a new key is a point on its curve. Otherwise this would be
/// detected at the first sign-in only.
pub(super) fn check_curve(key: &PublicKey<'_>) -> Result<(), Refusal> {
    check_curve_with(CHOSEN, key)
}

fn verify_with(
    provider: &dyn Provider,
    key: &PublicKey<'_>,
    signed: &[u8],
    signature: &[u8],
) -> Result<(), Refusal> {
    if let PublicKey::Ed25519(_) = key {
        let nonce = signature.first_chunk().ok_or(Refusal::Signature)?;
        ensure(ed25519::is_strong(nonce), Refusal::Signature)?;
    }
    ensure(provider.verify(key, signed, signature), Refusal::Signature)
}

fn check_curve_with(provider: &dyn Provider, key: &PublicKey<'_>) -> Result<(), Refusal> {
    let is_on_curve = match key {
        PublicKey::Ed25519(point) => ed25519::is_on_curve(point),
        key => provider.is_on_curve(key),
    };
    ensure(is_on_curve, Refusal::Malformed)
}

/// Verdicts of every provider that is built, by its feature, for differential tests.
#[cfg(feature = "testing")]
pub(crate) mod by_all {
    use super::{Provider, PublicKey, check_curve_with, verify_with};

    const ALL: &[(&str, &dyn Provider)] = &[
        #[cfg(feature = "aws-lc-rs")]
        ("aws-lc-rs", &super::aws_lc_rs::AwsLcRs),
        #[cfg(feature = "ring")]
        ("ring", &super::ring::Ring),
        #[cfg(feature = "rustcrypto")]
        ("rustcrypto", &super::rustcrypto::RustCrypto),
    ];

    /// Verifies a signature by the key of a stored credential.
    pub(crate) fn verify(
        cose: &[u8],
        signed: &[u8],
        signature: &[u8],
    ) -> Vec<(&'static str, bool)> {
        let key = PublicKey::parse(cose);
        of_all(|provider| {
            key.as_ref()
                .is_ok_and(|key| verify_with(provider, key, signed, signature).is_ok())
        })
    }

    /// Checks the key of a new credential.
    pub(crate) fn accept(cose: &[u8]) -> Vec<(&'static str, bool)> {
        let key = PublicKey::parse_new(cose);
        of_all(|provider| {
            key.as_ref()
                .is_ok_and(|key| check_curve_with(provider, key).is_ok())
        })
    }

    fn of_all(verdict: impl Fn(&dyn Provider) -> bool) -> Vec<(&'static str, bool)> {
        ALL.iter()
            .map(|(name, provider)| (*name, verdict(*provider)))
            .collect()
    }
}
