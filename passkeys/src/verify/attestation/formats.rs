//! The attestation statement formats
//! ([Level 3, §8](https://www.w3.org/TR/webauthn-3/#sctn-defined-attestation-formats)), by their
//! identifiers.

use super::{
    android_key, android_safetynet, apple, compound, fido_u2f,
    invalid::Invalid,
    packed,
    statement::{Proof, Subject},
    tpm,
};
use crate::verify::attestation_object::Statement;

/// Verifies a statement of any format but `none`.
pub(super) fn verify(
    format: &str,
    statement: Statement<'_, '_>,
    subject: Subject<'_>,
) -> Result<Proof, Invalid> {
    match format {
        "packed" => packed::verify(statement, subject),
        "tpm" => tpm::verify(statement, subject),
        "android-key" => android_key::verify(statement, subject),
        "android-safetynet" => android_safetynet::verify(statement, subject),
        "fido-u2f" => fido_u2f::verify(statement, subject),
        "apple" => apple::verify(statement, subject),
        "compound" => compound::verify(statement, subject, verify),
        _ => Err(
            "its format is none of `packed`, `tpm`, `android-key`, `android-safetynet`, `fido-u2f`, `apple` \
             and `compound`"
                .into(),
        ),
    }
}
