//! X.509 certificates of attestation statements and of authorities
//! ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280)).

use std::{ops::Range, sync::Arc};

use x509_cert::{
    Certificate as X509, Version,
    der::{
        self, AnyRef, Decode as _, Reader as _, SliceReader,
        asn1::UintRef,
        oid::{AssociatedOid, ObjectIdentifier},
    },
    ext::{
        Extension,
        pkix::{BasicConstraints, KeyUsage},
    },
    name::Name,
};

use crate::verify::{
    crypto::{Hash, Scheme},
    ed25519,
    public_key::{MlDsa, PublicKey, RsaKey},
};

/// Parsed certificate.
#[derive(Clone, Debug)]
pub(super) struct Certificate(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    der: Vec<u8>,
    /// Where the signed part is in `der`.
    signed: Range<usize>,
    x509: X509,
}

/// Largest key that a certificate of a statement may have.
const MAX_RSA_MODULUS: usize = 512;

/// Largest exponent that an RSA key of a statement's certificate may have, in bytes, for 65537.
const MAX_RSA_EXPONENT: usize = 3;

const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ML_DSA_44: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17");
const ML_DSA_65: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18");
const ML_DSA_87: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19");

/// Extension with the authenticator model, `id-fido-gen-ce-aaguid`
/// ([Level 3, §8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements)).
const AAGUID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.4");

impl Certificate {
    /// Parses exactly one certificate, without an extension that stands twice.
    pub(super) fn parse(der: &[u8]) -> Option<Self> {
        let x509 = X509::from_der(der).ok()?;
        let extensions = x509.tbs_certificate().extensions();
        let mut rest = extensions.map_or(&[][..], Vec::as_slice);
        while let [extension, after @ ..] = rest {
            let twice = after.iter().any(|it| it.extn_id == extension.extn_id);
            (!twice).then_some(())?;
            rest = after;
        }
        let parts = Parts {
            signed: signed_part(der).ok()?,
            der: der.to_vec(),
            x509,
        };
        Some(Self(Arc::new(parts)))
    }

    pub(super) fn der(&self) -> &[u8] {
        &self.0.der
    }

    pub(super) fn is_version_3(&self) -> bool {
        self.0.x509.tbs_certificate().version() == Version::V3
    }

    pub(super) fn subject(&self) -> &Name {
        self.0.x509.tbs_certificate().subject()
    }

    pub(super) fn issuer(&self) -> &Name {
        self.0.x509.tbs_certificate().issuer()
    }

    /// Returns the start and the end of its validity, in seconds of Unix time.
    pub(super) fn validity(&self) -> (u64, u64) {
        let validity = self.0.x509.tbs_certificate().validity();
        let seconds = |time: &x509_cert::time::Time| time.to_unix_duration().as_secs();
        (seconds(&validity.not_before), seconds(&validity.not_after))
    }

    pub(super) fn extensions(&self) -> &[Extension] {
        let extensions = self.0.x509.tbs_certificate().extensions();
        extensions.map_or(&[], Vec::as_slice)
    }

    /// Returns the extension with this identifier.
    pub(super) fn extension(&self, oid: ObjectIdentifier) -> Option<&Extension> {
        self.extensions().iter().find(|it| it.extn_id == oid)
    }

    /// Returns an extension of this type. `Ok(None)` if there is none, and an error if it cannot be
    /// parsed.
    pub(super) fn parsed<'a, T>(&'a self) -> der::Result<Option<T>>
    where
        T: AssociatedOid + der::Decode<'a, Error = der::Error>,
    {
        let extension = self.extension(T::OID);
        extension
            .map(|it| T::from_der(it.extn_value.as_bytes()))
            .transpose()
    }

    /// Returns whether it says that it is the certificate of an authority. `None` if it does not say, or
    /// cannot be read.
    pub(super) fn is_authority(&self) -> Option<bool> {
        let constraints: Option<BasicConstraints> = self.parsed().ok()?;
        constraints.map(|it| it.ca)
    }

    /// Returns what its key may be used for. `Ok(None)` if it does not say.
    pub(super) fn key_usage(&self) -> der::Result<Option<KeyUsage>> {
        self.parsed()
    }

    /// Returns whether its key is small enough to be used: an RSA key of 4096 bits, and an exponent of
    /// 24. An exponent of 33 bits takes twice as long as 65537, and 8192 bits three times as long as
    /// 4096.
    pub(super) fn is_cheap(&self) -> bool {
        let info = self.0.x509.tbs_certificate().subject_public_key_info();
        if info.algorithm.oid != RSA {
            return true;
        }
        let key = info.subject_public_key.as_bytes();
        key.and_then(|key| rsa_key(key).ok()).is_some_and(|(n, e)| {
            n.as_bytes().len() <= MAX_RSA_MODULUS && e.as_bytes().len() <= MAX_RSA_EXPONENT
        })
    }

    /// Returns its public key, if it is of a kind that the library knows. Its algorithm is that of a
    /// passkey with such a key.
    pub(super) fn public_key(&self) -> Option<PublicKey<'_>> {
        let info = self.0.x509.tbs_certificate().subject_public_key_info();
        let key = info.subject_public_key.as_bytes()?;
        let ml_dsa =
            |parameters, length| (key.len() == length).then_some(PublicKey::MlDsa(parameters, key));
        match info.algorithm.oid {
            ELLIPTIC => {
                let curve = info.algorithm.parameters.as_ref()?.decode_as().ok()?;
                (key.first() == Some(&4)).then_some(())?;
                match curve {
                    P256 => key.try_into().map(PublicKey::Es256).ok(),
                    P384 => key.try_into().map(PublicKey::Es384).ok(),
                    P521 => {
                        let point: [u8; 133] = key.try_into().ok()?;
                        Some(PublicKey::Es512(Box::new(point)))
                    }
                    _ => None,
                }
            }
            RSA => {
                let (n, e) = rsa_key(key).ok()?;
                let key = RsaKey::new(n.as_bytes(), e.as_bytes()).ok()?;
                Some(PublicKey::Rs256(key))
            }
            ED25519 => {
                let point = key.try_into().ok()?;
                ed25519::is_strong(point).then_some(PublicKey::Ed25519(point))
            }
            ML_DSA_44 => ml_dsa(MlDsa::MlDsa44, 1312),
            ML_DSA_65 => ml_dsa(MlDsa::MlDsa65, 1952),
            ML_DSA_87 => ml_dsa(MlDsa::MlDsa87, 2592),
            _ => None,
        }
    }

    /// Returns whether a signature by its key verifies.
    pub(super) fn verifies(&self, scheme: Scheme, signed: &[u8], signature: &[u8]) -> bool {
        let key = self.public_key();
        key.is_some_and(|key| scheme.verify(&key, signed, signature))
    }

    /// Returns whether its signature is by the key of this certificate. SHA-1 does not count.
    pub(super) fn is_signed_by(&self, issuer: &Self) -> bool {
        let x509 = &self.0.x509;
        // RFC 5280, §4.1.1.2: it is named twice.
        let named = x509.signature_algorithm();
        if x509.tbs_certificate().signature() != named {
            return false;
        }
        let Some(scheme) = scheme(named.oid) else {
            return false;
        };
        let signed = self.0.der.get(self.0.signed.clone()).unwrap_or_default();
        x509.signature()
            .as_bytes()
            .is_some_and(|signature| issuer.verifies(scheme, signed, signature))
    }

    /// Returns whether the authenticator model that it names, if any, is this one
    /// ([Level 3, §8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements)):
    /// an octet string of 16 bytes, in an extension that is not critical.
    pub(super) fn fits_aaguid(&self, aaguid: &[u8; 16]) -> bool {
        self.extension(AAGUID).is_none_or(|extension| {
            let value = <&der::asn1::OctetStringRef>::from_der(extension.extn_value.as_bytes());
            !extension.critical && value.is_ok_and(|value| value.as_bytes() == aaguid)
        })
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

/// Returns where the signed part of a certificate is.
fn signed_part(der: &[u8]) -> der::Result<Range<usize>> {
    let mut reader = SliceReader::new(der)?;
    let whole = AnyRef::decode(&mut reader)?;
    let start = der.len() - whole.value().len();
    let length = SliceReader::new(whole.value())?.tlv_bytes()?.len();
    Ok(start..start + length)
}

/// Reads modulus and exponent of an `RSAPublicKey`
/// ([RFC 8017, appendix A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1)).
fn rsa_key(der: &[u8]) -> der::Result<(UintRef<'_>, UintRef<'_>)> {
    let mut reader = SliceReader::new(der)?;
    let key = reader.sequence(|reader| {
        let modulus = UintRef::decode(reader)?;
        Ok::<_, der::Error>((modulus, UintRef::decode(reader)?))
    })?;
    reader.finish()?;
    Ok(key)
}

/// Returns the scheme of a signature algorithm of certificates.
fn scheme(oid: ObjectIdentifier) -> Option<Scheme> {
    const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
    const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
    const ECDSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");
    const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
    const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
    const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
    Some(match oid {
        ECDSA_SHA256 => Scheme::Ecdsa(Hash::Sha256),
        ECDSA_SHA384 => Scheme::Ecdsa(Hash::Sha384),
        ECDSA_SHA512 => Scheme::Ecdsa(Hash::Sha512),
        RSA_SHA256 => Scheme::Rsa(Hash::Sha256),
        RSA_SHA384 => Scheme::Rsa(Hash::Sha384),
        RSA_SHA512 => Scheme::Rsa(Hash::Sha512),
        ED25519 => Scheme::Ed25519,
        ML_DSA_44 => Scheme::MlDsa(MlDsa::MlDsa44),
        ML_DSA_65 => Scheme::MlDsa(MlDsa::MlDsa65),
        ML_DSA_87 => Scheme::MlDsa(MlDsa::MlDsa87),
        _ => return None,
    })
}
