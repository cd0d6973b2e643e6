//! Packed attestation
//! ([Level 3, §8.2](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation)).

use x509_cert::{
    der::{Tag, oid::ObjectIdentifier},
    name::Name,
};

use super::{
    certificate::Certificate,
    invalid::{Invalid, require},
    statement::{self, Model, Proof, Subject},
    verified::AttestationType,
};
use crate::verify::{attestation_object::Statement, crypto};

/// Extension that identifies a single authenticator, `id-fido-gen-ce-sernum`
/// ([Level 3, §8.2.2](https://www.w3.org/TR/webauthn-3/#sctn-enterprise-packed-attestation-cert-requirements)).
const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.2");

// Parts of a name.
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");

pub(super) fn verify(statement: Statement<'_, '_>, subject: Subject<'_>) -> Result<Proof, Invalid> {
    // A form of Level 1.
    require(
        !statement.has("ecdaaKeyId"),
        "it is of the type ECDAA, which Level 2 has removed",
    )?;
    if statement.has("x5c") {
        by_certificate(statement, subject)
    } else {
        by_itself(statement, subject)
    }
}

fn by_certificate(statement: Statement<'_, '_>, subject: Subject<'_>) -> Result<Proof, Invalid> {
    let path = statement::certificates(statement)?;
    let certificate = &path[0];

    // The signature is by the key of the first certificate, with the algorithm `alg`.
    let scheme = statement::scheme(statement)?;
    let is_of_key = certificate
        .public_key()
        .is_some_and(|key| statement::is_of(&key, statement.integer("alg").unwrap_or_default()));
    require(
        is_of_key,
        "`alg` is not the algorithm of its certificate's key",
    )?;
    let signature = statement.bytes("sig").ok_or("`sig` is not bytes")?;
    require(
        certificate.verifies(scheme, &subject.signed(), signature),
        "`sig` does not verify with the key of its certificate",
    )?;

    check_certificate(certificate)?;
    require(
        certificate.fits_aaguid(subject.aaguid),
        "the AAGUID in its certificate is not that of the authenticator data",
    )?;
    Ok(Proof {
        format: "packed",
        attestation_type: AttestationType::Basic,
        path,
        model: Model::Proven,
        key_storage: None,
        components: Vec::new(),
    })
}

/// Checks the requirements of
/// [§8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements).
fn check_certificate(certificate: &Certificate) -> Result<(), Invalid> {
    require(
        certificate.is_version_3(),
        "its certificate is not of version 3",
    )?;
    let subject = certificate.subject();
    let country = |code: &str| code.len() == 2 && code.bytes().all(|it| it.is_ascii_alphabetic());
    require(
        part(subject, COUNTRY).is_some_and(|code| country(&code)),
        "the subject of its certificate does not have a country (C) of two letters",
    )?;
    require(
        part(subject, ORGANIZATION).is_some_and(|name| !name.is_empty()),
        "the subject of its certificate does not have an organization (O)",
    )?;
    require(
        part(subject, UNIT).is_some_and(|unit| unit == "Authenticator Attestation"),
        "the organizational unit (OU) of its certificate is not `Authenticator Attestation`",
    )?;
    require(
        part(subject, COMMON_NAME).is_some_and(|name| !name.is_empty()),
        "the subject of its certificate does not have a common name (CN)",
    )?;
    require(
        certificate.is_authority() == Some(false),
        "its certificate does not say that it is not an authority's (CA is false)",
    )?;
    // §8.2.2: allowed for enterprise attestation only, which the library does not request.
    require(
        certificate.extension(SERIAL_NUMBER).is_none(),
        "its certificate identifies a single authenticator, which only enterprise attestation may",
    )
}

/// Returns the text of a part of a name. `None` if there is none, or more than one.
fn part(name: &Name, oid: ObjectIdentifier) -> Option<String> {
    let mut parts = name.iter().filter(|attribute| attribute.oid == oid);
    let value = &parts.next()?.value;
    let is_text = matches!(
        value.header().tag(),
        Tag::Utf8String | Tag::PrintableString | Tag::TeletexString | Tag::Ia5String
    );
    (is_text && parts.next().is_none()).then_some(())?;
    String::from_utf8(value.value().to_vec()).ok()
}

fn by_itself(statement: Statement<'_, '_>, subject: Subject<'_>) -> Result<Proof, Invalid> {
    let claimed = statement.integer("alg");
    require(
        claimed == Some(subject.key.algorithm().cose().into()),
        "`alg` is not the algorithm of the passkey's key",
    )?;
    let signature = statement.bytes("sig").ok_or("`sig` is not bytes")?;
    require(
        crypto::verify(subject.key, &subject.signed(), signature).is_ok(),
        "`sig` does not verify with the passkey's key",
    )?;
    Ok(Proof {
        format: "packed",
        attestation_type: AttestationType::SelfAttestation,
        path: Vec::new(),
        model: Model::Claimed,
        key_storage: None,
        components: Vec::new(),
    })
}
