use std::{collections::BTreeSet, fmt};

use time::OffsetDateTime;

use super::webauthn_rs::{Root, Roots, Statement};
use crate::{Aaguid, verify::refusal::Refusal};

/// The authorities that attestations may lead to, and nobody else
/// ([Level 3, §7.1, steps 23 and 24](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential)).
#[derive(Clone)]
pub struct TrustAnchors {
    authorities: Vec<Authority>,
    roots: Roots,
}

impl TrustAnchors {
    /// Trusts these authorities. None at all means that no passkey can be registered.
    #[must_use]
    pub fn new(authorities: impl IntoIterator<Item = Authority>) -> Self {
        let authorities: Vec<_> = authorities.into_iter().collect();
        let roots = authorities.iter().map(|authority| &authority.root);
        Self {
            roots: Roots::new(roots),
            authorities,
        }
    }

    /// The authorities.
    #[must_use]
    pub fn authorities(&self) -> &[Authority] {
        &self.authorities
    }

    /// The certificate that the attestation leads to, if it is an authority's and the authority
    /// vouches for this model.
    pub(in crate::verify) fn judge(
        &self,
        statement: &Statement,
        aaguid: Option<Aaguid>,
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, Refusal> {
        let root = self
            .roots
            .verify(statement, now)
            .ok_or(Refusal::Untrusted)?;
        self.authorities
            .iter()
            .find(|authority| authority.root.is(&root) && authority.vouches_for(statement, aaguid))
            .map(|authority| authority.certificate.clone())
            .ok_or(Refusal::Untrusted)
    }
}

impl fmt::Debug for TrustAnchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.authorities).finish()
    }
}

/// A certificate that attestations may lead to: a manufacturer's root, or one it has issued.
#[derive(Clone)]
pub struct Authority {
    certificate: Vec<u8>,
    root: Root,
    pub(super) models: Option<BTreeSet<Aaguid>>,
}

impl Authority {
    /// The authority with this X.509 certificate, in PEM: one `CERTIFICATE` and nothing after it.
    ///
    /// # Errors
    ///
    /// What cannot be read as one.
    pub fn from_pem(pem: &str) -> Result<Self, InvalidCertificate> {
        match pem_rfc7468::decode_vec(pem.trim_ascii().as_bytes()) {
            Ok(("CERTIFICATE", der)) => Self::from_der(der),
            _ => Err(InvalidCertificate("it is not one `CERTIFICATE` in PEM")),
        }
    }

    /// The authority with this X.509 certificate, in DER.
    ///
    /// # Errors
    ///
    /// What cannot be read as one.
    pub fn from_der(certificate: impl Into<Vec<u8>>) -> Result<Self, InvalidCertificate> {
        let certificate = certificate.into();
        let root = Root::parse(&certificate)
            .ok_or(InvalidCertificate("it is not an X.509 certificate in DER"))?;
        Ok(Self {
            certificate,
            root,
            models: None,
        })
    }

    /// Trusts this authority for these models only.
    ///
    /// Of the [formats that are verified](crate::attestation), only `packed` proves a model:
    /// attestation of another is refused then.
    #[must_use]
    pub fn only_models(mut self, models: impl IntoIterator<Item = Aaguid>) -> Self {
        self.models = Some(models.into_iter().collect());
        self
    }

    /// The certificate, in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn vouches_for(&self, statement: &Statement, aaguid: Option<Aaguid>) -> bool {
        let Some(models) = &self.models else {
            return true;
        };
        statement.signs_model() && aaguid.is_some_and(|aaguid| models.contains(&aaguid))
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority")
            .field("models", &self.models)
            .finish_non_exhaustive()
    }
}

/// A trust anchor that is no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the trust anchor cannot be read: {0}")]
pub struct InvalidCertificate(&'static str);
