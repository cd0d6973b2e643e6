use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use time::OffsetDateTime;

#[cfg(feature = "fido-mds")]
use super::fido_metadata::Edition;
use super::{
    certificate::Certificate,
    chain,
    statement::{self, Proof},
};
use crate::{
    Aaguid,
    verify::refusal::{Refusal, RefusalKind},
};

/// Set of trusted authorities, one of which each attestation must lead to
/// ([Level 3, §7.1, steps 23 and 24](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential)).
#[derive(Clone)]
pub struct TrustAnchors {
    authorities: Vec<Authority>,
    report_untrusted: bool,
    /// Metadata that they were made of, if any.
    #[cfg(feature = "fido-mds")]
    edition: Option<Edition>,
}

impl TrustAnchors {
    /// Creates trust anchors of these authorities. Without any, every registration is rejected.
    #[must_use]
    pub fn new(authorities: impl IntoIterator<Item = Authority>) -> Self {
        Self {
            authorities: authorities.into_iter().collect(),
            report_untrusted: false,
            #[cfg(feature = "fido-mds")]
            edition: None,
        }
    }

    /// Creates trust anchors of metadata.
    #[cfg(feature = "fido-mds")]
    pub(super) fn of_edition(
        authorities: impl IntoIterator<Item = Authority>,
        edition: Edition,
    ) -> Self {
        let edition = Some(edition);
        Self {
            edition,
            ..Self::new(authorities)
        }
    }

    /// Returns the [serial number](super::FidoMetadata::number) of the metadata that they were made of,
    /// if any.
    #[cfg(feature = "fido-mds")]
    #[must_use]
    pub fn metadata_number(&self) -> Option<u32> {
        self.edition.map(|edition| edition.number)
    }

    /// Accepts attestation that verifies and leads to none of the authorities. The application finds out by
    /// [`VerifiedAttestation::authority`](super::VerifiedAttestation::authority), which is `None`, and can
    /// reject it in `on_registered`. Default: such registrations are rejected.
    ///
    /// A registration without attestation, and one with stale metadata, is rejected all the same.
    #[must_use]
    pub fn report_untrusted(mut self) -> Self {
        self.report_untrusted = true;
        self
    }

    /// Returns the authorities.
    #[must_use]
    pub fn authorities(&self) -> &[Authority] {
        &self.authorities
    }

    /// Returns the statement that leads to an authority, and the certificate of the authority. The
    /// statement is the whole one, or one of those that it consists of. `None` if there is no authority, and
    /// that is only reported.
    ///
    /// # Errors
    ///
    /// [`RefusalKind::Untrusted`] if there is none, or if it is not trusted for this model;
    /// [`RefusalKind::StaleMetadata`] if they were made of metadata that is stale.
    pub(super) fn verify<'p>(
        &self,
        proof: &'p Proof,
        aaguid: Option<Aaguid>,
        now: OffsetDateTime,
    ) -> Result<Option<(&'p Proof, Vec<u8>)>, Refusal> {
        #[cfg(feature = "fido-mds")]
        if self.edition.is_some_and(|edition| now >= edition.stale_at) {
            return Err(RefusalKind::StaleMetadata.because(format_args!(
                "the metadata of the FIDO Alliance that the trust anchors were made of is stale since {}: \
                 fetch newer metadata, and call `Passkeys::replace_trust_anchors`",
                self.edition.map_or(now, |edition| edition.stale_at),
            )));
        }
        let mut refusal = None;
        for statement in proof.statements() {
            match self.authority(statement, aaguid, now) {
                Ok(authority) => return Ok(Some((statement, authority))),
                Err(refused) => refusal = refusal.or(Some(refused)),
            }
        }
        if self.report_untrusted {
            return Ok(None);
        }
        Err(refusal.unwrap_or_else(|| RefusalKind::Untrusted.into()))
    }

    fn authority(
        &self,
        statement: &Proof,
        aaguid: Option<Aaguid>,
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, Refusal> {
        let of_model: Vec<_> = distinct(
            self.authorities
                .iter()
                .filter(|authority| authority.is_for(statement, aaguid)),
        );
        let fault = match chain::verify(&statement.path, of_model.iter().copied(), now) {
            Ok(anchor) => return Ok(anchor.der().to_vec()),
            Err(fault) => fault,
        };
        let all = distinct(self.authorities.iter());
        let of_others = of_model.len() < all.len()
            && chain::verify(&statement.path, all.iter().copied(), now).is_ok();
        Err(if of_others {
            RefusalKind::Untrusted.because(format_args!(
                "a trust anchor vouches for the attestation, but not for this model ({}): add it to those of \
                 the authority, if such authenticators may register",
                Model(aaguid),
            ))
        } else {
            RefusalKind::Untrusted.because(format_args!(
                "{fault} (format `{}`, {}, {} trust anchors): add the certificate authority of the \
                 manufacturer to `trust_anchors`, if such authenticators may register",
                statement.format,
                Model(aaguid),
                self.authorities.len(),
            ))
        })
    }
}

/// Returns the certificates of authorities, each once: metadata has one for each of its models.
fn distinct<'a>(authorities: impl Iterator<Item = &'a Authority>) -> Vec<&'a Certificate> {
    let mut seen = BTreeSet::new();
    authorities
        .map(|authority| &authority.root)
        .filter(|root| seen.insert(root.der()))
        .collect()
}

/// Model of an authenticator, for the developer.
struct Model(Option<Aaguid>);

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(aaguid) => write!(f, "AAGUID {aaguid}"),
            None => f.write_str("without an AAGUID"),
        }
    }
}

impl fmt::Debug for TrustAnchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.authorities).finish()
    }
}

/// Trust anchors of a running application.
pub(in crate::verify) struct Current(RwLock<Arc<TrustAnchors>>);

impl Current {
    pub(in crate::verify) fn new(anchors: TrustAnchors) -> Self {
        Self(RwLock::new(Arc::new(anchors)))
    }

    pub(super) fn get(&self) -> Arc<TrustAnchors> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Replaces the trust anchors, if they were not made of newer metadata.
    #[cfg_attr(
        not(feature = "fido-mds"),
        expect(
            clippy::unnecessary_wraps,
            reason = "nothing is older without metadata"
        )
    )]
    pub(in crate::verify) fn replace(&self, anchors: TrustAnchors) -> Result<(), ReplaceError> {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        #[cfg(feature = "fido-mds")]
        if let (Some(current), Some(replacement)) = (current.edition, anchors.edition)
            && replacement.number < current.number
        {
            return Err(ReplaceError::Older {
                current: current.number,
                replacement: replacement.number,
            });
        }
        *current = Arc::new(anchors);
        Ok(())
    }
}

/// Error returned by [`Passkeys::replace_trust_anchors`](crate::Passkeys::replace_trust_anchors). The
/// trust anchors stay as they are.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplaceError {
    /// The application has none.
    #[error(
        "there are no trust anchors to replace; set some with `Passkeys::trust_anchors` before the \
         application starts"
    )]
    NotSet,
    /// The current ones were made of newer metadata.
    #[cfg(feature = "fido-mds")]
    #[error(
        "the replacement was made of metadata with the serial number {replacement}, and the current \
         trust anchors of newer metadata, with {current}; fetch it again"
    )]
    Older {
        /// Serial number of the metadata in use.
        current: u32,
        /// Serial number of the rejected metadata.
        replacement: u32,
    },
}

passkeys_rules::debug_as_display!(ReplaceError);

/// Trusted authority: the root certificate of a manufacturer, or one that it has issued, and
/// optionally the authenticator models it is trusted for.
#[derive(Clone)]
pub struct Authority {
    pub(super) root: Certificate,
    models: Option<BTreeSet<Aaguid>>,
}

impl Authority {
    /// Creates an authority from an X.509 certificate in PEM.
    ///
    /// # Errors
    ///
    /// [`InvalidCertificate`] if the text is not exactly one `CERTIFICATE` block, or its content is
    /// not an X.509 certificate.
    pub fn from_pem(pem: &str) -> Result<Self, InvalidCertificate> {
        match pem_rfc7468::decode_vec(pem.trim_ascii().as_bytes()) {
            Ok(("CERTIFICATE", der)) => Self::from_der(der),
            _ => Err(InvalidCertificate("it is not one `CERTIFICATE` in PEM")),
        }
    }

    /// Creates an authority from an X.509 certificate in DER.
    ///
    /// # Errors
    ///
    /// [`InvalidCertificate`] if the bytes are not an X.509 certificate.
    pub fn from_der(certificate: impl Into<Vec<u8>>) -> Result<Self, InvalidCertificate> {
        let root = Certificate::parse(&certificate.into())
            .ok_or(InvalidCertificate("it is not an X.509 certificate in DER"))?;
        Ok(Self { root, models: None })
    }

    /// Restricts the authority to these authenticator models. Default: all models.
    ///
    /// The model is the AAGUID in what the statement signs. Statements of the format `fido-u2f`, which do
    /// not sign it, are rejected for a restricted authority. Of the others, only `packed` proves it: the
    /// AAGUID of a TPM, an Android device or Apple's is what its operating system says, and an attacker
    /// with one of the authority's devices can claim another of the models
    /// ([what each format proves](crate::attestation#formats)).
    #[must_use]
    pub fn only_models(mut self, models: impl IntoIterator<Item = Aaguid>) -> Self {
        self.models = Some(models.into_iter().collect());
        self
    }

    /// Returns the certificate in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        self.root.der()
    }

    /// Returns the authenticator models that it is [restricted](Self::only_models) to. `None`: all.
    #[must_use]
    pub fn models(&self) -> Option<&BTreeSet<Aaguid>> {
        self.models.as_ref()
    }

    /// Returns whether the authority is trusted for the model that the statement signs.
    fn is_for(&self, statement: &Proof, aaguid: Option<Aaguid>) -> bool {
        let Some(models) = &self.models else {
            return true;
        };
        statement.model != statement::Model::Unsigned
            && aaguid.is_some_and(|aaguid| models.contains(&aaguid))
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority")
            .field("models", &self.models)
            .finish_non_exhaustive()
    }
}

/// Error returned when the certificate of an [`Authority`] cannot be parsed.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the trust anchor cannot be read: {0}")]
pub struct InvalidCertificate(&'static str);

passkeys_rules::debug_as_display!(InvalidCertificate);
