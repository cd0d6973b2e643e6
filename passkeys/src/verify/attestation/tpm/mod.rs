//! TPM attestation
//! ([Level 3, §8.3](https://www.w3.org/TR/webauthn-3/#sctn-tpm-attestation)), of Windows Hello.
//!
//! A TPM holds the passkey's key and certifies it with a key of its own, the attestation key (AIK), which
//! an authority has certified for this TPM.

mod certificate;
mod structures;

use self::structures::{Attest, Curve, Parameters, Public};
use super::{
    invalid::{Invalid, require},
    statement::{self, Model, Proof, RS1, Subject},
    verified::{AttestationType, KeyStorage},
};
use crate::{
    LegacyAttestation,
    verify::{
        attestation_object::Statement,
        crypto::{Hash, Scheme},
        public_key::PublicKey,
    },
};

pub(super) fn verify(statement: Statement<'_, '_>, subject: Subject<'_>) -> Result<Proof, Invalid> {
    require(statement.text("ver") == Some("2.0"), "`ver` is not `2.0`")?;
    let (algorithm, scheme) = scheme(statement, subject)?;
    let certified = statement
        .bytes("certInfo")
        .ok_or("`certInfo` is not bytes")?;
    let public_area = statement.bytes("pubArea").ok_or("`pubArea` is not bytes")?;
    let signature = statement.bytes("sig").ok_or("`sig` is not bytes")?;

    // The key in pubArea is the passkey's.
    let public = Public::parse(public_area).ok_or("`pubArea` is not a TPMT_PUBLIC of a key")?;
    require(
        is_key(&public, subject.key),
        "the key in `pubArea` is not the passkey's",
    )?;

    // certInfo was made by a TPM, which certifies a key for this registration.
    let attest = Attest::parse(certified).ok_or(
        "`certInfo` is not a TPMS_ATTEST that a TPM has made (TPM_GENERATED_VALUE) to certify a key \
         (TPM_ST_ATTEST_CERTIFY)",
    )?;
    let hash = scheme.hash().ok_or("`alg` has no hash function")?;
    require(
        attest.extra_data == hash.digest(&subject.signed()),
        "`extraData` in `certInfo` is not the hash of this registration",
    )?;

    // The certified key is the one in pubArea, by its name.
    let name_hash = public.name_hash;
    require(
        name_hash != Hash::Sha1 || subject.allows(LegacyAttestation::TpmSha1),
        WITH_SHA1,
    )?;
    let name = [
        structures::number(name_hash).to_be_bytes().as_slice(),
        &name_hash.digest(public_area),
    ]
    .concat();
    require(
        attest.name == name,
        "the key that `certInfo` certifies is not the one in `pubArea`",
    )?;

    // The signature over certInfo is by the attestation key.
    let path = statement::certificates(statement)?;
    let certificate = &path[0];
    let is_of_key = certificate
        .public_key()
        .is_some_and(|key| statement::is_of(&key, algorithm));
    require(
        is_of_key,
        "`alg` is not the algorithm of its certificate's key",
    )?;
    let unwrapped = structures::unwrap_signature(signature, scheme);
    let signature = unwrapped.as_deref().unwrap_or(signature);
    require(
        certificate.verifies(scheme, certified, signature),
        "`sig` does not verify with the key of its certificate",
    )?;

    certificate::check(certificate)?;
    require(
        certificate.fits_aaguid(subject.aaguid),
        "the AAGUID in its certificate is not that of the authenticator data",
    )?;
    Ok(Proof {
        format: "tpm",
        attestation_type: AttestationType::AttestationCa,
        path,
        // The TPM signs what Windows gives to it.
        model: Model::Claimed,
        key_storage: Some(KeyStorage::Tpm),
        components: Vec::new(),
    })
}

const WITH_SHA1: &str = "the TPM has signed with SHA-1, of which collisions can be computed, as many TPMs \
    of Windows do; to accept that, add `\"tpm-sha1\"` to `legacy_attestation`";

/// Returns the number and the scheme of `alg`.
fn scheme(statement: Statement<'_, '_>, subject: Subject<'_>) -> Result<(i128, Scheme), Invalid> {
    match statement.integer("alg") {
        Some(RS1) => {
            require(subject.allows(LegacyAttestation::TpmSha1), WITH_SHA1)?;
            Ok((RS1, Scheme::Rsa(Hash::Sha1)))
        }
        algorithm => Ok((algorithm.unwrap_or_default(), statement::scheme(statement)?)),
    }
}

/// Returns whether the public area describes this key.
fn is_key(public: &Public<'_>, key: &PublicKey<'_>) -> bool {
    match (&public.parameters, key) {
        (Parameters::Rsa { modulus, exponent }, PublicKey::Rs256(key)) => {
            let exponent = exponent.to_be_bytes();
            without_zeros(modulus) == key.n && without_zeros(&exponent) == key.e
        }
        (
            Parameters::Ecc {
                curve: Curve::P256,
                x,
                y,
            },
            PublicKey::Es256(point),
        ) => is_point(point, x, y),
        (
            Parameters::Ecc {
                curve: Curve::P384,
                x,
                y,
            },
            PublicKey::Es384(point),
        ) => is_point(point, x, y),
        (
            Parameters::Ecc {
                curve: Curve::P521,
                x,
                y,
            },
            PublicKey::Es512(point),
        ) => is_point(point.as_slice(), x, y),
        _ => false,
    }
}

/// Compares coordinates, which a TPM may write without leading zeros.
fn is_point(point: &[u8], x: &[u8], y: &[u8]) -> bool {
    let (of_x, of_y) = point[1..].split_at(point.len() / 2);
    without_zeros(of_x) == without_zeros(x) && without_zeros(of_y) == without_zeros(y)
}

fn without_zeros(integer: &[u8]) -> &[u8] {
    let zeros = integer.iter().take_while(|byte| **byte == 0).count();
    &integer[zeros..]
}
