//! Attestation statements that were not asked for.
//!
//! Clients and authenticators may send one under `attestation = "none"`
//! ([Level 3, §5.4.7](https://www.w3.org/TR/webauthn-3/#enum-attestation-convey)). Formats `none` and
//! `packed` without certificates are verified, which takes the credential's own key only. Any other
//! statement counts as no attestation, and cannot make a registration fail.

use super::{
    attestation_object::AttestationObject,
    crypto,
    public_key::PublicKey,
    refusal::{Refusal, RefusalKind, ensure},
};

/// Checks a statement of format `none`
/// ([Level 3, §8.7](https://www.w3.org/TR/webauthn-3/#sctn-none-attestation)) or a self attestation
/// ([§8.2](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation)).
pub(super) fn check(
    object: &AttestationObject<'_>,
    key: &PublicKey<'_>,
    client_data_hash: &[u8],
) -> Result<(), Refusal> {
    let statement = object.statement();
    match object.format {
        "none" => ensure(statement.is_empty_map(), || {
            RefusalKind::Attestation.because(format_args!(
                "the attestation statement is of the format `none`, and is not empty",
            ))
        }),
        // `ecdaaKeyId` is a form of Level 1.
        "packed" if !statement.has("x5c") && !statement.has("ecdaaKeyId") => {
            let algorithm = Some(key.algorithm().cose().into());
            let claimed = statement.integer("alg");
            ensure(claimed == algorithm, || {
                RefusalKind::Attestation.because(format_args!(
                    "`alg` of the self attestation (format `packed`) is not the algorithm of the passkey's key",
                ))
            })?;
            let invalid = || {
                RefusalKind::Attestation.because(format_args!(
                    "the self attestation (format `packed`) does not verify with the passkey's key: the \
                     response was changed on the way, or the authenticator has a fault",
                ))
            };
            let signature = statement.bytes("sig").ok_or_else(invalid)?;
            let signed = [object.auth_data, client_data_hash].concat();
            crypto::verify(key, &signed, signature).map_err(|_| invalid())
        }
        _ => Ok(()),
    }
}
