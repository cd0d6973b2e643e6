//! Requirements of attestation statement formats
//! ([Level 3, §8](https://www.w3.org/TR/webauthn-3/#sctn-defined-attestation-formats)) that
//! `webauthn-rs-core` leaves out.

use x509_cert::{
    Certificate,
    der::{self, Decode as _, Reader as _, SliceReader, asn1::UintRef, oid::ObjectIdentifier},
};

use crate::verify::{
    attestation_object::AttestationObject,
    refusal::{Refusal, RefusalKind, ensure},
};

/// Maximum number of certificates in `x5c`. Statements in use have up to four.
const MAX_CERTIFICATES: usize = 5;

/// Maximum length of the modulus of a certificate's RSA key, in bytes: 4096 bits.
const MAX_MODULUS_BYTES: usize = 512;

/// Maximum length of the exponent of a certificate's RSA key, in bytes, for 65537.
const MAX_EXPONENT_BYTES: usize = 3;

/// Checks what the certificates may cost, before a signature is verified: their number, and the size
/// of their RSA keys. An exponent of 33 bits takes twice as long as 65537, and 8192 bits three times as
/// long as 4096.
pub(super) fn check_bounds(object: &AttestationObject<'_>) -> Result<(), Refusal> {
    let count = object.statement.length("x5c");
    ensure(count <= MAX_CERTIFICATES, || {
        RefusalKind::Attestation.because(format_args!(
            "the attestation statement has {count} certificates, and may have {MAX_CERTIFICATES}",
        ))
    })?;
    let mut certificates = object.statement.certificates();
    ensure(certificates.all(is_cheap), || {
        RefusalKind::Attestation.because(format_args!(
            "a certificate of the attestation statement (format `{}`) cannot be read, or its RSA key is too \
             large: at most 4096 bits, and an exponent of at most 24",
            object.format,
        ))
    })
}

/// Returns whether the certificate can be read, and does not have an oversized RSA key.
fn is_cheap(certificate: &[u8]) -> bool {
    let Ok(certificate) = Certificate::from_der(certificate) else {
        return false;
    };
    let key = certificate.tbs_certificate().subject_public_key_info();
    if key.algorithm.oid != RSA {
        return true;
    }
    let bytes = key.subject_public_key.as_bytes();
    bytes
        .and_then(|key| rsa_key(key).ok())
        .is_some_and(|(n, e)| {
            n.as_bytes().len() <= MAX_MODULUS_BYTES && e.as_bytes().len() <= MAX_EXPONENT_BYTES
        })
}

/// Reads modulus and exponent of an `RSAPublicKey`
/// ([RFC 8017, appendix A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1)).
pub(super) fn rsa_key(der: &[u8]) -> der::Result<(UintRef<'_>, UintRef<'_>)> {
    let mut reader = SliceReader::new(der)?;
    let key = reader.sequence(|reader| {
        let modulus = UintRef::decode(reader)?;
        Ok::<_, der::Error>((modulus, UintRef::decode(reader)?))
    })?;
    reader.finish()?;
    Ok(key)
}

/// Checks the requirements of the statement's format that `webauthn-rs-core` leaves out.
pub(super) fn check_statement(object: &AttestationObject<'_>) -> Result<(), Refusal> {
    let certificate = object.statement.certificates().next();
    let holds = match (object.format, certificate) {
        ("packed", Some(der)) => fits_packed(object, der),
        // §8.6, step 2: the certificate's key is on P-256.
        ("fido-u2f", Some(der)) => {
            Certificate::from_der(der).is_ok_and(|der| algorithm(&der) == Some(ES256))
        }
        _ => true,
    };
    ensure(holds, || {
        RefusalKind::Attestation.because(format_args!(
            "the certificate of the attestation statement (format `{}`) does not have the key, the country or \
             the extensions that Level 3, §8 demands of the format",
            object.format,
        ))
    })
}

fn fits_packed(object: &AttestationObject<'_>, der: &[u8]) -> bool {
    let Ok(certificate) = Certificate::from_der(der) else {
        return false;
    };
    // §8.2: the signature is by the certificate's key, with the algorithm `alg`.
    let claimed = object.statement.integer("alg");
    let fits = claimed.is_some() && claimed == algorithm(&certificate);
    fits && has_country(&certificate) && !has_serial_number(&certificate)
}

pub(super) const ES256: i128 = -7;
const ES384: i128 = -35;
pub(super) const RS256: i128 = -257;

const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.2");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// Returns the COSE algorithm of the certificate's key, if it is supported.
pub(super) fn algorithm(certificate: &Certificate) -> Option<i128> {
    let key = certificate.tbs_certificate().subject_public_key_info();
    let curve = || key.algorithm.parameters.as_ref()?.decode_as().ok();
    match key.algorithm.oid {
        ELLIPTIC if curve() == Some(P256) => Some(ES256),
        ELLIPTIC if curve() == Some(P384) => Some(ES384),
        RSA => Some(RS256),
        _ => None,
    }
}

/// §8.2.1: Returns whether the subject's country is an ISO 3166 code.
fn has_country(certificate: &Certificate) -> bool {
    let country = certificate.tbs_certificate().subject().country();
    country.ok().flatten().is_some_and(|country| {
        let code = country.as_bytes();
        code.len() == 2 && code.iter().all(u8::is_ascii_alphabetic)
    })
}

/// §8.2.2: Returns whether the certificate has the extension `id-fido-gen-ce-sernum`, which
/// identifies a single authenticator. It is allowed for enterprise attestation only, which this
/// library does not request.
fn has_serial_number(certificate: &Certificate) -> bool {
    let extensions = certificate.tbs_certificate().extensions();
    extensions.is_some_and(|all| all.iter().any(|one| one.extn_id == SERIAL_NUMBER))
}
