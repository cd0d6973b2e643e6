//! JSON Web Signatures with the certificates of the signer
//! ([RFC 7515](https://www.rfc-editor.org/rfc/rfc7515)), of the FIDO Metadata Service and of SafetyNet.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, de::IgnoredAny};
use x509_cert::der::{Encode as _, asn1::UintRef};

use super::certificate::Certificate;
use crate::{
    domain::base64url,
    verify::{
        crypto::{Hash, Scheme},
        public_key::PublicKey,
    },
};

/// Maximum number of certificates in the header. Signers send two or three.
const MAX_CERTIFICATES: usize = 8;

#[derive(Deserialize)]
struct Header {
    alg: String,
    x5c: Vec<String>,
    /// Extensions that must be understood, of which none is.
    #[serde(default)]
    crit: Option<IgnoredAny>,
}

/// Signature in compact form.
pub(super) struct Jws<'a> {
    algorithm: Algorithm,
    /// Certificates of the signer in DER, their own first. At least one.
    pub(super) certificates: Vec<Vec<u8>>,
    signed: &'a [u8],
    pub(super) payload: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq)]
enum Algorithm {
    Es256,
    Rs256,
}

impl<'a> Jws<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&base64url::decode(header)?).ok()?;
        let is_usable = header.crit.is_none() && (1..=MAX_CERTIFICATES).contains(&header.x5c.len());
        is_usable.then_some(())?;
        let certificates = header.x5c.iter().map(|it| STANDARD.decode(it).ok());
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

    /// Returns whether the key of this certificate has made the signature.
    pub(super) fn is_signed_by(&self, certificate: &Certificate) -> bool {
        match (self.algorithm, certificate.public_key()) {
            (Algorithm::Es256, Some(key @ PublicKey::Es256(_))) => der_signature(&self.signature)
                .is_some_and(|signature| {
                    Scheme::Ecdsa(Hash::Sha256).verify(&key, self.signed, &signature)
                }),
            (Algorithm::Rs256, Some(key @ PublicKey::Rs256(_))) => {
                Scheme::Rsa(Hash::Sha256).verify(&key, self.signed, &self.signature)
            }
            _ => false,
        }
    }
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
