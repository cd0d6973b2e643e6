//! Android SafetyNet attestation
//! ([Level 3, §8.5](https://www.w3.org/TR/webauthn-3/#sctn-android-safetynet-attestation)).
//!
//! Google has ended the service, so no new passkey has such an attestation. It is verified for those that
//! were recorded before, where the configuration allows it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use x509_cert::ext::pkix::{SubjectAltName, name::GeneralName};

use super::{
    certificate::Certificate,
    invalid::{Invalid, require},
    jws::Jws,
    statement::{self, Model, Proof, Subject},
    verified::AttestationType,
};
use crate::{LegacyAttestation, verify::attestation_object::Statement};

/// Name in the certificate of the service.
const SERVICE: &str = "attest.android.com";

/// Answer of the service, without what does not matter here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    nonce: String,
    cts_profile_match: bool,
}

pub(super) fn verify(statement: Statement<'_, '_>, subject: Subject<'_>) -> Result<Proof, Invalid> {
    require(
        subject.allows(LegacyAttestation::AndroidSafetyNet),
        "Google has ended the service; to accept what it has attested before, add `\"android-safetynet\"` to \
         `legacy_attestation`",
    )?;
    let has_version = statement
        .text("ver")
        .is_some_and(|version| !version.is_empty());
    require(
        has_version,
        "`ver` is not the version of Google Play services",
    )?;
    let response = statement
        .bytes("response")
        .ok_or("`response` is not bytes")?;
    let response = str::from_utf8(response).map_err(|_| "`response` is not a JWS")?;
    let jws = Jws::parse(response).ok_or("`response` is not a JWS with certificates")?;
    let certificates = jws.certificates.iter().map(Vec::as_slice);
    let path = statement::parse_certificates(certificates)?;

    // The answer is the service's.
    require(
        is_service(&path[0]),
        "its certificate is not for `attest.android.com`",
    )?;
    require(
        jws.is_signed_by(&path[0]),
        "the signature of `response` does not verify with the key of its certificate",
    )?;

    let answer: Answer = serde_json::from_slice(&jws.payload)
        .map_err(|_| "`response` has no answer of the service")?;
    let nonce = STANDARD.encode(Sha256::digest(subject.signed()));
    require(
        answer.nonce == nonce,
        "`nonce` in `response` is not the hash of this registration",
    )?;
    require(
        answer.cts_profile_match,
        "`ctsProfileMatch` in `response` is false: the device was not certified by Google",
    )?;
    Ok(Proof {
        format: "android-safetynet",
        attestation_type: AttestationType::Basic,
        path,
        model: Model::Claimed,
        key_storage: None,
        components: Vec::new(),
    })
}

/// Returns whether the certificate is the service's.
fn is_service(certificate: &Certificate) -> bool {
    let names = certificate.parsed::<SubjectAltName>().ok().flatten();
    names.is_some_and(|SubjectAltName(names)| {
        names.iter().any(|name| {
            matches!(name, GeneralName::DnsName(name) if name.as_str().eq_ignore_ascii_case(SERVICE))
        })
    })
}
