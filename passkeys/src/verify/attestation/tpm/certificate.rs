//! Certificates of attestation keys
//! ([Level 3, §8.3.1](https://www.w3.org/TR/webauthn-3/#sctn-tpm-cert-requirements)).

use x509_cert::{
    der::{asn1, oid::ObjectIdentifier},
    ext::pkix::{ExtendedKeyUsage, SubjectAltName, name::GeneralName},
};

use super::super::{
    certificate::Certificate,
    invalid::{Invalid, require},
};

/// Extended key usage of an attestation key (`tcg-kp-AIKCertificate`).
const ATTESTATION_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.8.3");

const MANUFACTURER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.2.1");
const MODEL: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.2.2");
const VERSION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.2.3");

/// Manufacturers of TPMs
/// ([TCG Vendor ID Registry](https://trustedcomputinggroup.org/resource/vendor-id-registry/)).
const MANUFACTURERS: [&str; 31] = [
    "id:414D4400", // AMD
    "id:414E5400", // Ant Group
    "id:41544D4C", // Atmel
    "id:4252434D", // Broadcom
    "id:4353434F", // Cisco
    "id:464C5953", // FlySlice
    "id:474F4F47", // Google
    "id:48495349", // Huawei
    "id:48504500", // HPE
    "id:48504900", // HPI
    "id:49424D00", // IBM
    "id:49465800", // Infineon
    "id:494E5443", // Intel
    "id:4C454E00", // Lenovo
    "id:4D534654", // Microsoft
    "id:4E534700", // NSING
    "id:4E534D20", // National Semiconductor
    "id:4E544300", // Nuvoton
    "id:4E545A00", // Nationz
    "id:51434F4D", // Qualcomm
    "id:524F4343", // Rockchip
    "id:5345414C", // Wisekey
    "id:53454345", // SecEdge
    "id:534D534E", // Samsung
    "id:534D5343", // SMSC
    "id:534E5300", // Sinosun
    "id:53544D20", // ST Microelectronics
    "id:54584E00", // Texas Instruments
    "id:57454300", // Winbond
    // The examples of the specification, and the FIDO Alliance's conformance tools. Their certificates
    // lead to no trust anchor.
    "id:00000000",
    "id:FFFFF1D0",
];

/// Checks the requirements of §8.3.1, but for the AAGUID.
pub(super) fn check(certificate: &Certificate) -> Result<(), Invalid> {
    require(
        certificate.is_version_3(),
        "its certificate is not of version 3",
    )?;
    require(
        certificate.subject().is_empty(),
        "the subject of its certificate is not empty",
    )?;
    check_names(certificate)?;
    let usage = certificate.parsed::<ExtendedKeyUsage>().ok().flatten();
    require(
        usage.is_some_and(|ExtendedKeyUsage(purposes)| purposes.contains(&ATTESTATION_KEY)),
        "the extended key usage of its certificate is not `tcg-kp-AIKCertificate`",
    )?;
    require(
        certificate.is_authority() == Some(false),
        "its certificate does not say that it is not an authority's (CA is false)",
    )
}

/// Checks that the subject alternative name has manufacturer, model and version of the TPM
/// ([TCG EK Credential Profile, §3.2.9](https://trustedcomputinggroup.org/resource/tcg-ek-credential-profile-for-tpm-family-2-0/)).
fn check_names(certificate: &Certificate) -> Result<(), Invalid> {
    let names = certificate.parsed::<SubjectAltName>().ok().flatten();
    let SubjectAltName(names) = names.ok_or(
        "its certificate has no subject alternative name with the manufacturer of the TPM",
    )?;
    let directory_names = names.iter().filter_map(|name| match name {
        GeneralName::DirectoryName(name) => Some(name),
        _ => None,
    });
    let texts: Vec<_> = directory_names
        .flat_map(x509_cert::name::Name::iter)
        .filter_map(|attribute| Some((attribute.oid, text(&attribute.value)?)))
        .collect();
    let has = |oid| {
        texts
            .iter()
            .any(|(found, text)| *found == oid && !text.is_empty())
    };
    require(
        has(MODEL) && has(VERSION),
        "the subject alternative name of its certificate does not have model and version of the TPM",
    )?;
    let mut manufacturers = texts.iter().filter(|(oid, _)| *oid == MANUFACTURER);
    let known = manufacturers.next().is_some_and(|(_, text)| {
        let mut known = MANUFACTURERS.iter();
        known.any(|id| id.eq_ignore_ascii_case(text))
    });
    require(
        known && manufacturers.next().is_none(),
        "the subject alternative name of its certificate does not have a manufacturer of TPMs that the TCG \
         lists",
    )
}

fn text(value: &asn1::Any) -> Option<String> {
    use x509_cert::der::Tag;

    let text = matches!(value.header().tag(), Tag::Utf8String | Tag::PrintableString);
    let text = text.then(|| String::from_utf8(value.value().to_vec()));
    text?.ok()
}
