//! Attestation objects
//! ([Level 3, §6.5.5](https://www.w3.org/TR/webauthn-3/#sctn-generating-an-attestation-object)),
//! and what `webauthn-rs-core` leaves out when it verifies the statements in them.

use serde_cbor_2::Value;
use x509_cert::{
    Certificate,
    der::{Decode as _, oid::ObjectIdentifier},
};

use super::cbor;
use crate::audit::Reason;

/// The members, each of which is there once.
pub(super) struct AttestationObject {
    pub(super) format: String,
    pub(super) auth_data: Vec<u8>,
    statement: Value,
}

impl AttestationObject {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Reason> {
        let Value::Map(mut members) = cbor::read(bytes)? else {
            return Err(Reason::Malformed);
        };
        let mut member = |name: &str| members.remove(&Value::Text(name.into()));
        match (member("fmt"), member("authData"), member("attStmt")) {
            (Some(Value::Text(format)), Some(Value::Bytes(auth_data)), Some(statement)) => {
                Ok(Self {
                    format,
                    auth_data,
                    statement,
                })
            }
            _ => Err(Reason::Malformed),
        }
    }

    /// The certificates that came with the statement, if any.
    pub(super) fn trust_path(&self) -> impl Iterator<Item = &[u8]> {
        let certificates = match self.member("x5c") {
            Some(Value::Array(certificates)) => certificates.as_slice(),
            _ => &[],
        };
        certificates
            .iter()
            .filter_map(|certificate| match certificate {
                Value::Bytes(der) => Some(der.as_slice()),
                _ => None,
            })
    }

    /// The requirements of its format that are left to us.
    pub(super) fn check_statement(&self) -> Result<(), Reason> {
        let certificate = self.trust_path().next();
        let holds = match (self.format.as_str(), certificate) {
            // §8.7: the statement is an empty map.
            ("none", _) => self.statement == Value::Map(<_>::default()),
            ("packed", Some(der)) => self.fits_packed(der),
            // §8.6, step 2: the certificate's key is on P-256.
            ("fido-u2f", Some(der)) => {
                Certificate::from_der(der).is_ok_and(|der| algorithm(&der) == Some(ES256))
            }
            _ => true,
        };
        holds.then_some(()).ok_or(Reason::Attestation)
    }

    fn fits_packed(&self, der: &[u8]) -> bool {
        let Ok(certificate) = Certificate::from_der(der) else {
            return false;
        };
        // §8.2: the signature is by the certificate's key and of the algorithm `alg`.
        let fits = match (self.member("alg"), algorithm(&certificate)) {
            (Some(Value::Integer(said)), Some(algorithm)) => *said == algorithm,
            _ => false,
        };
        fits && has_country(&certificate) && !names_one_authenticator(&certificate)
    }

    fn member(&self, name: &str) -> Option<&Value> {
        match &self.statement {
            Value::Map(members) => members.get(&Value::Text(name.into())),
            _ => None,
        }
    }
}

const ES256: i128 = -7;
const ES384: i128 = -35;
const RS256: i128 = -257;

const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.2");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// The COSE algorithm that the certificate's key signs with, of those that can be verified.
fn algorithm(certificate: &Certificate) -> Option<i128> {
    let key = certificate.tbs_certificate().subject_public_key_info();
    let curve = || key.algorithm.parameters.as_ref()?.decode_as().ok();
    match key.algorithm.oid {
        ELLIPTIC if curve() == Some(P256) => Some(ES256),
        ELLIPTIC if curve() == Some(P384) => Some(ES384),
        RSA => Some(RS256),
        _ => None,
    }
}

/// §8.2.1: the subject's country is a code of ISO 3166.
fn has_country(certificate: &Certificate) -> bool {
    let country = certificate.tbs_certificate().subject().country();
    country.ok().flatten().is_some_and(|country| {
        let code = country.as_bytes();
        code.len() == 2 && code.iter().all(u8::is_ascii_alphabetic)
    })
}

/// §8.2.2: `id-fido-gen-ce-sernum`, which only those may be told who asked for it. We never do.
fn names_one_authenticator(certificate: &Certificate) -> bool {
    let extensions = certificate.tbs_certificate().extensions();
    extensions.is_some_and(|all| all.iter().any(|one| one.extn_id == SERIAL_NUMBER))
}
