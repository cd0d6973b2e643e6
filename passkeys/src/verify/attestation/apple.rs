//! Apple's anonymous attestation
//! ([Level 3, §8.8](https://www.w3.org/TR/webauthn-3/#sctn-apple-anonymous-attestation)).

use sha2::{Digest as _, Sha256};
use x509_cert::der::{
    self, Reader as _, SliceReader, TagNumber,
    asn1::{ContextSpecific, OctetStringRef},
    oid::ObjectIdentifier,
};

use super::{
    invalid::{Invalid, require},
    statement::{self, Model, Proof, Subject},
    verified::AttestationType,
};
use crate::verify::attestation_object::Statement;

/// Extension with the nonce.
const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113635.100.8.2");

pub(super) fn verify(statement: Statement<'_, '_>, subject: Subject<'_>) -> Result<Proof, Invalid> {
    let path = statement::certificates(statement)?;
    let certificate = &path[0];

    // The nonce is the hash of authenticator data and client data's hash. There is no signature: Apple
    // has certified the nonce.
    let expected = Sha256::digest(subject.signed());
    let extension = certificate.extension(NONCE);
    let nonce = extension.and_then(|extension| nonce(extension.extn_value.as_bytes()).ok());
    require(
        nonce == Some(expected.as_slice()),
        "the nonce in its certificate is not the hash of this registration",
    )?;

    require(
        certificate.public_key().as_ref() == Some(subject.key),
        "the key of its certificate is not the passkey's",
    )?;
    Ok(Proof {
        format: "apple",
        attestation_type: AttestationType::AnonymizationCa,
        path,
        model: Model::Claimed,
        key_storage: None,
        components: Vec::new(),
    })
}

/// Reads `SEQUENCE { [1] EXPLICIT OCTET STRING }`.
fn nonce(der: &[u8]) -> der::Result<&[u8]> {
    let mut reader = SliceReader::new(der)?;
    let nonce = reader.sequence(|reader| {
        ContextSpecific::<&OctetStringRef>::decode_explicit(reader, TagNumber(1))
    })?;
    reader.finish()?;
    nonce
        .map(|nonce| nonce.value.as_bytes())
        .ok_or_else(|| der::Tag::OctetString.value_error().into())
}
