use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use time::OffsetDateTime;

#[cfg(feature = "fido-mds")]
use super::fido_metadata::Edition;
use super::webauthn_rs::{Root, Roots, Statement};
use crate::{
    Aaguid,
    verify::refusal::{Refusal, RefusalKind},
};

/// Set of trusted authorities, one of which each attestation must lead to
/// ([Level 3, §7.1, steps 23 and 24](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential)).
#[derive(Clone)]
pub struct TrustAnchors {
    authorities: Vec<Authority>,
    roots: Roots,
    /// Metadata that they were made of, if any.
    #[cfg(feature = "fido-mds")]
    edition: Option<Edition>,
}

impl TrustAnchors {
    /// Creates trust anchors of these authorities. Without any, every registration is rejected.
    #[must_use]
    pub fn new(authorities: impl IntoIterator<Item = Authority>) -> Self {
        let authorities: Vec<_> = authorities.into_iter().collect();
        let roots = authorities.iter().map(|authority| &authority.root);
        Self {
            roots: Roots::new(roots),
            authorities,
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

    /// Returns the authorities.
    #[must_use]
    pub fn authorities(&self) -> &[Authority] {
        &self.authorities
    }

    /// Returns the certificate of the authority that the attestation leads to.
    ///
    /// # Errors
    ///
    /// [`RefusalKind::Untrusted`] if there is none, or if it is not trusted for this model;
    /// [`RefusalKind::StaleMetadata`] if they were made of metadata that is stale.
    pub(super) fn verify(
        &self,
        statement: &Statement,
        aaguid: Option<Aaguid>,
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, Refusal> {
        #[cfg(feature = "fido-mds")]
        if self.edition.is_some_and(|edition| now >= edition.stale_at) {
            return Err(RefusalKind::StaleMetadata.because(format_args!(
                "the metadata of the FIDO Alliance that the trust anchors were made of is stale since {}: \
                 fetch newer metadata, and call `Passkeys::replace_trust_anchors`",
                self.edition.map_or(now, |edition| edition.stale_at),
            )));
        }
        let root = self
            .roots
            .verify(statement, now)
            .ok_or_else(|| {
                RefusalKind::Untrusted.because(format_args!(
                    "the certificates of the attestation ({}) lead to none of the {} trust anchors, or one is \
                     not valid now: add the certificate authority of the manufacturer to `trust_anchors`, if \
                     such authenticators may register",
                    Model(aaguid),
                    self.authorities.len(),
                ))
            })?;
        self.authorities
            .iter()
            .find(|authority| authority.root.is(&root) && authority.is_for(statement, aaguid))
            .map(|authority| authority.certificate.clone())
            .ok_or_else(|| {
                RefusalKind::Untrusted.because(format_args!(
                    "a trust anchor vouches for the attestation, but not for this model ({}): add it to those \
                     of the authority, if such authenticators may register",
                    Model(aaguid),
                ))
            })
    }
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
    certificate: Vec<u8>,
    pub(super) root: Root,
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
        let certificate = certificate.into();
        let root = Root::parse(&certificate)
            .ok_or(InvalidCertificate("it is not an X.509 certificate in DER"))?;
        Ok(Self {
            certificate,
            root,
            models: None,
        })
    }

    /// Restricts the authority to these authenticator models. Default: all models.
    ///
    /// Of the [formats that are verified](crate::attestation#formats), only `packed` proves the
    /// model: attestations of other formats are rejected for a restricted authority.
    #[must_use]
    pub fn only_models(mut self, models: impl IntoIterator<Item = Aaguid>) -> Self {
        self.models = Some(models.into_iter().collect());
        self
    }

    /// Returns the certificate in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// Returns the authenticator models that it is [restricted](Self::only_models) to. `None`: all.
    #[must_use]
    pub fn models(&self) -> Option<&BTreeSet<Aaguid>> {
        self.models.as_ref()
    }

    /// Returns whether the authority is trusted for the model that the statement proves.
    fn is_for(&self, statement: &Statement, aaguid: Option<Aaguid>) -> bool {
        let Some(models) = &self.models else {
            return true;
        };
        statement.proves_model() && aaguid.is_some_and(|aaguid| models.contains(&aaguid))
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
