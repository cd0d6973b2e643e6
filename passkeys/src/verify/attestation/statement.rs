//! What the statements of all formats have in common.

use super::{
    certificate::Certificate,
    invalid::{Invalid, require},
    verified::{AttestationType, KeyStorage, VerifiedAttestation},
};
use crate::{
    Aaguid, LegacyAttestation,
    verify::{attestation_object::Statement, crypto::Scheme, public_key::PublicKey},
};

/// Maximum number of certificates in `x5c`. Statements in use have up to five.
const MAX_CERTIFICATES: usize = 5;

/// New passkey that a statement is about, and the ceremony.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) auth_data: &'a [u8],
    pub(super) client_data_hash: &'a [u8],
    pub(super) rp_id_hash: &'a [u8],
    pub(super) aaguid: &'a [u8; 16],
    pub(super) credential_id: &'a [u8],
    pub(super) key: &'a PublicKey<'a>,
    /// Outdated kinds of attestation that count.
    pub(super) legacy: &'a [LegacyAttestation],
}

impl Subject<'_> {
    /// Returns what most formats sign: the authenticator data and the hash of the client data.
    pub(super) fn signed(&self) -> Vec<u8> {
        [self.auth_data, self.client_data_hash].concat()
    }

    pub(super) fn allows(&self, kind: LegacyAttestation) -> bool {
        self.legacy.contains(&kind)
    }
}

/// What a verified statement says, before its certificates lead anywhere.
#[derive(Debug)]
pub(super) struct Proof {
    pub(super) format: &'static str,
    pub(super) attestation_type: AttestationType,
    /// Certificates of the statement, the signing one first.
    pub(super) path: Vec<Certificate>,
    pub(super) model: Model,
    pub(super) key_storage: Option<KeyStorage>,
    /// Statements that a statement of the format `compound` consists of.
    pub(super) components: Vec<Proof>,
}

impl Proof {
    /// Returns the statements that may lead to a trust anchor: itself, or those that it consists of.
    pub(super) fn statements(&self) -> &[Self] {
        match self.components.as_slice() {
            [] => std::slice::from_ref(self),
            components => components,
        }
    }

    /// Returns what is reported of it, with the authority that it leads to, if any. Of a compound
    /// statement it is `leading` that leads to one.
    pub(super) fn report(
        &self,
        aaguid: Option<Aaguid>,
        leading: Option<(&Self, Vec<u8>)>,
    ) -> VerifiedAttestation {
        let components = self
            .components
            .iter()
            .map(|component| {
                let leads = leading
                    .as_ref()
                    .filter(|(it, _)| std::ptr::eq(*it, component));
                component.report(aaguid, leads.cloned())
            })
            .collect();
        let first = self.statements().first().unwrap_or(self);
        let (chosen, authority) = match leading {
            Some((chosen, authority)) => (chosen, Some(authority)),
            None => (first, None),
        };
        let proven = chosen.model == Model::Proven && authority.is_some();
        VerifiedAttestation {
            format: self.format.to_owned(),
            attestation_type: chosen.attestation_type,
            aaguid: aaguid.filter(|_| proven),
            trust_path: chosen.path.iter().map(|it| it.der().to_vec()).collect(),
            authority,
            key_storage: chosen.key_storage,
            components,
        }
    }
}

/// What a statement says about the authenticator model, if its certificates lead to a trust anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    /// The authenticator signs its AAGUID with the manufacturer's key.
    Proven,
    /// The AAGUID is in what is signed, and comes from software outside of what the manufacturer
    /// certifies.
    Claimed,
    /// The AAGUID is not signed.
    Unsigned,
}

/// Reads the certificates (`x5c`), of which there is at least one.
///
/// What they may cost is checked before a signature is verified: their number, and the size of their RSA
/// keys.
pub(super) fn certificates(statement: Statement<'_, '_>) -> Result<Vec<Certificate>, Invalid> {
    let ders = statement
        .byte_strings("x5c")
        .ok_or("`x5c` is not an array of certificates")?;
    parse_certificates(ders.into_iter())
}

/// Parses certificates, as [`certificates`].
pub(super) fn parse_certificates<'a>(
    ders: impl ExactSizeIterator<Item = &'a [u8]>,
) -> Result<Vec<Certificate>, Invalid> {
    let count = ders.len();
    if !(1..=MAX_CERTIFICATES).contains(&count) {
        return Err(Invalid::from(format!(
            "it has {count} certificates, and may have 1 to {MAX_CERTIFICATES}"
        )));
    }
    let certificates: Option<Vec<_>> = ders.map(Certificate::parse).collect();
    let certificates = certificates.ok_or("one of its certificates cannot be read")?;
    require(
        certificates.iter().all(Certificate::is_cheap),
        "the RSA key of one of its certificates is too large: at most 4096 bits, and an exponent of at most 24",
    )?;
    Ok(certificates)
}

/// Returns the scheme of the algorithm `alg`. RS1, with SHA-1, is none of them.
pub(super) fn scheme(statement: Statement<'_, '_>) -> Result<Scheme, Invalid> {
    let algorithm = statement.integer("alg").ok_or("`alg` is not a number")?;
    match Scheme::from_cose(algorithm) {
        Some(scheme) if algorithm != RS1 => Ok(scheme),
        _ => Err(Invalid::from(format!(
            "its algorithm, COSE {algorithm}, is not supported"
        ))),
    }
}

/// RSASSA-PKCS1-v1_5 with SHA-1.
pub(super) const RS1: i128 = -65535;

/// Returns whether a key is one of this COSE algorithm, curve included
/// ([Level 3, §5.8.5](https://www.w3.org/TR/webauthn-3/#sctn-alg-identifier)).
pub(super) fn is_of(key: &PublicKey<'_>, algorithm: i128) -> bool {
    match key {
        PublicKey::Rs256(_) => matches!(algorithm, -257 | -258 | -259 | RS1),
        key => i128::from(key.algorithm().cose()) == algorithm,
    }
}
