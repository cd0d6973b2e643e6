//! FIDO U2F attestation
//! ([Level 3, §8.6](https://www.w3.org/TR/webauthn-3/#sctn-fido-u2f-attestation)), of security keys that
//! predate WebAuthn.

use super::{
    invalid::{Invalid, require},
    statement::{self, Model, Proof, Subject},
    verified::AttestationType,
};
use crate::verify::{
    attestation_object::Statement,
    crypto::{Hash, Scheme},
    public_key::PublicKey,
};

pub(super) fn verify(statement: Statement<'_, '_>, subject: Subject<'_>) -> Result<Proof, Invalid> {
    // Exactly one certificate, with a key on P-256.
    let path = statement::certificates(statement)?;
    let [certificate] = path.as_slice() else {
        return Err("it has more than one certificate".into());
    };
    require(
        matches!(certificate.public_key(), Some(PublicKey::Es256(_))),
        "the key of its certificate is not on P-256",
    )?;

    // The key as U2F security keys write it.
    let PublicKey::Es256(point) = subject.key else {
        return Err("the passkey's key is not on P-256".into());
    };

    // The message of U2F, which has neither the flags nor the AAGUID.
    let signed = [
        &[0],
        subject.rp_id_hash,
        subject.client_data_hash,
        subject.credential_id,
        point,
    ]
    .concat();
    let signature = statement.bytes("sig").ok_or("`sig` is not bytes")?;
    require(
        certificate.verifies(Scheme::Ecdsa(Hash::Sha256), &signed, signature),
        "`sig` does not verify with the key of its certificate",
    )?;
    Ok(Proof {
        format: "fido-u2f",
        attestation_type: AttestationType::Basic,
        path,
        model: Model::Unsigned,
        key_storage: None,
        components: Vec::new(),
    })
}
