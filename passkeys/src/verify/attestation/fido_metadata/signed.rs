//! The signature of the metadata: a JSON Web Signature
//! ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)) with the certificates of the signer
//! ([FIDO Metadata Service 3.1, §3.2](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1-rd-20250521.html#sctn-mds-blob-processing-rules)).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, de::IgnoredAny};
use time::OffsetDateTime;
use x509_cert::{
    Certificate,
    der::{Decode as _, Encode as _, asn1::UintRef},
    ext::pkix::{SubjectAltName, name::GeneralName},
};

use super::InvalidMetadata;
use crate::{
    domain::base64url,
    verify::{
        attestation::{statement, trust_anchors::Authority, webauthn_rs::Roots},
        crypto,
        public_key::{PublicKey, RsaKey},
    },
};

/// Name in the certificate of the signer. Anybody can have a certificate of GlobalSign, for a name of
/// their own.
const SIGNER: &str = "mds.fidoalliance.org";

/// Maximum number of certificates in the header. The FIDO Alliance sends two or three.
const MAX_CERTIFICATES: usize = 8;

/// Returns the roots of GlobalSign that the FIDO Alliance has its certificates from.
pub(super) fn global_sign() -> Vec<Authority> {
    let roots = [
        include_str!("roots/globalsign-r3.pem"),
        include_str!("roots/globalsign-r46.pem"),
    ];
    let roots = roots.into_iter().map(Authority::from_pem);
    roots.filter_map(Result::ok).collect()
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    x5c: Vec<String>,
    /// Extensions that must be understood, of which none is.
    #[serde(default)]
    crit: Option<IgnoredAny>,
}

/// Verifies a JWS in compact form, and returns its payload.
pub(super) fn verify(
    blob: &str,
    roots: &[Authority],
    now: OffsetDateTime,
) -> Result<Vec<u8>, InvalidMetadata> {
    let jws = Jws::parse(blob.trim_ascii()).ok_or(InvalidMetadata::Malformed)?;
    let roots = Roots::new(roots.iter().map(|authority| &authority.root));
    if !(is_signer(&jws.certificates[0]) && roots.certify(jws.certificates.clone(), now)) {
        return Err(InvalidMetadata::Untrusted);
    }
    if !jws.is_signed() {
        return Err(InvalidMetadata::Signature);
    }
    Ok(jws.payload)
}

struct Jws<'a> {
    algorithm: Algorithm,
    /// Certificates of the signer, their own first. At least one.
    certificates: Vec<Certificate>,
    signed: &'a [u8],
    payload: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq)]
enum Algorithm {
    Es256,
    Rs256,
}

impl<'a> Jws<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&base64url::decode(header)?).ok()?;
        let is_usable = header.crit.is_none() && (1..=MAX_CERTIFICATES).contains(&header.x5c.len());
        is_usable.then_some(())?;
        let certificates = header.x5c.iter().map(|certificate| {
            let der = STANDARD.decode(certificate).ok()?;
            Certificate::from_der(&der).ok()
        });
        Some(Self {
            algorithm: match header.alg.as_str() {
                "ES256" => Algorithm::Es256,
                "RS256" => Algorithm::Rs256,
                _ => return None,
            },
            certificates: certificates.collect::<Option<_>>()?,
            signed: signed.as_bytes(),
            payload: base64url::decode(payload)?,
            signature: base64url::decode(signature)?,
        })
    }

    /// Returns whether the first certificate's key has made the signature.
    fn is_signed(&self) -> bool {
        self.check_signature().is_some()
    }

    fn check_signature(&self) -> Option<()> {
        let certificate = &self.certificates[0];
        let key = certificate.tbs_certificate().subject_public_key_info();
        let key = key.subject_public_key.as_bytes()?;
        let verify = |key: &PublicKey<'_>, signature: &[u8]| {
            crypto::verify(key, self.signed, signature).ok()
        };
        match (self.algorithm, statement::algorithm(certificate)?) {
            (Algorithm::Es256, statement::ES256) => {
                let key = PublicKey::Es256(key.try_into().ok()?);
                verify(&key, &der_signature(&self.signature)?)
            }
            (Algorithm::Rs256, statement::RS256) => {
                let (n, e) = statement::rsa_key(key).ok()?;
                let key = RsaKey::new(n.as_bytes(), e.as_bytes()).ok()?;
                verify(&PublicKey::Rs256(key), &self.signature)
            }
            _ => None,
        }
    }
}

/// Returns whether the certificate is for [`SIGNER`]. A wildcard is not.
fn is_signer(certificate: &Certificate) -> bool {
    let names = certificate.tbs_certificate().get_extension();
    let Ok(Some((_, SubjectAltName(names)))) = names else {
        return false;
    };
    names.iter().any(|name| {
        matches!(name, GeneralName::DnsName(name) if name.as_str().eq_ignore_ascii_case(SIGNER))
    })
}

/// Converts an ECDSA signature of JWS, two integers of 32 bytes, to ASN.1.
fn der_signature(signature: &[u8]) -> Option<Vec<u8>> {
    let signature: &[u8; 64] = signature.try_into().ok()?;
    let (r, s) = signature.split_at(32);
    let integer = |bytes| UintRef::new(bytes).ok()?.to_der().ok();
    let integers = [integer(r)?, integer(s)?].concat();
    // At most 70 bytes, so the length has one byte.
    let length = u8::try_from(integers.len()).ok()?;
    Some([&[0x30, length], integers.as_slice()].concat())
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    /// The fingerprints that GlobalSign publishes.
    #[test]
    fn roots_of_fido_metadata_are_r3_and_r46_of_global_sign() {
        let fingerprints = super::global_sign().into_iter().map(|authority| {
            let digest = Sha256::digest(authority.certificate());
            let hex = digest.iter().map(|byte| format!("{byte:02X}"));
            hex.collect::<String>()
        });
        let expected = [
            "CBB522D7B7F127AD6A0113865BDF1CD4102E7D0759AF635A7CF4720DC963C53B",
            "4FA3126D8D3A11D1C4855A4F807CBAD6CF919D3A5A88B03BEA2C6372D93C40C9",
        ];
        assert!(fingerprints.eq(expected));
    }
}
