//! The signature of the metadata: a JSON Web Signature with the certificates of the signer
//! ([FIDO Metadata Service 3.1, §3.2](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1-rd-20250521.html#sctn-mds-blob-processing-rules)).

use time::OffsetDateTime;
use x509_cert::ext::pkix::{SubjectAltName, name::GeneralName};

use super::InvalidMetadata;
use crate::verify::attestation::{
    certificate::Certificate, chain, jws::Jws, trust_anchors::Authority,
};

/// Name in the certificate of the signer. Anybody can have a certificate of GlobalSign, for a name of
/// their own.
const SIGNER: &str = "mds.fidoalliance.org";

/// Returns the roots of GlobalSign that the FIDO Alliance has its certificates from.
pub(super) fn global_sign() -> Vec<Authority> {
    let roots = [
        include_str!("roots/globalsign-r3.pem"),
        include_str!("roots/globalsign-r46.pem"),
    ];
    let roots = roots.into_iter().map(Authority::from_pem);
    roots.filter_map(Result::ok).collect()
}

/// Verifies a JWS in compact form, and returns its payload.
pub(super) fn verify(
    blob: &str,
    roots: &[Authority],
    now: OffsetDateTime,
) -> Result<Vec<u8>, InvalidMetadata> {
    let jws = Jws::parse(blob.trim_ascii()).ok_or(InvalidMetadata::Malformed)?;
    let certificates = jws.certificates.iter().map(|der| Certificate::parse(der));
    let path: Vec<Certificate> = certificates
        .collect::<Option<_>>()
        .ok_or(InvalidMetadata::Malformed)?;
    let roots = roots.iter().map(|authority| &authority.root);
    let [signer, ..] = path.as_slice() else {
        return Err(InvalidMetadata::Malformed);
    };
    if !(is_signer(signer) && chain::verify(&path, roots, now).is_ok()) {
        return Err(InvalidMetadata::Untrusted);
    }
    if !jws.is_signed_by(signer) {
        return Err(InvalidMetadata::Signature);
    }
    Ok(jws.payload)
}

/// Returns whether the certificate is for [`SIGNER`]. A wildcard is not.
fn is_signer(certificate: &Certificate) -> bool {
    let names = certificate.parsed::<SubjectAltName>();
    let Ok(Some(SubjectAltName(names))) = names else {
        return false;
    };
    names.iter().any(|name| {
        matches!(name, GeneralName::DnsName(name) if name.as_str().eq_ignore_ascii_case(SIGNER))
    })
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
