//! Whose authenticators an application takes: attestation that leads to a certificate it trusts.
//!
//! Most applications need none of this: `attestation = "none"`, the default, takes every passkey
//! and asks nobody to tell the model. Where only some authenticators will do, in a company that
//! hands them out or under a regulation that names them, give their manufacturers' root
//! certificates to [`Passkeys::trust_anchors`](crate::Passkeys::trust_anchors):
//!
//! ```
//! # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
//! # #[derive(Clone)]
//! # struct App;
//! # #[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"], attestation = "direct")]
//! # impl App {
//! #     type Repository = MemoryRepository;
//! #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
//! #     async fn on_authenticated(&self, login: AuthenticationResult) -> String {
//! #         login.user_id().to_owned()
//! #     }
//! # }
//! # fn example(manufacturers_root: &str) -> Result<(), Box<dyn std::error::Error>> {
//! use passkeys::attestation::{Authority, TrustAnchors};
//!
//! let manufacturer = Authority::from_pem(manufacturers_root)?
//!     .only_models(["ee882879-721c-4913-9775-3dfcce97072a".parse()?]);
//! let passkeys = Passkeys::new(App, MemoryRepository::default())
//!     .trust_anchors(TrustAnchors::new([manufacturer]));
//! # Ok(())
//! # }
//! ```
//!
//! What was proven is in [`RegistrationResult::attestation`](crate::RegistrationResult), with or
//! without anchors. Statements of the formats `packed`, `fido-u2f`, `android-key` and `apple` are
//! verified; those of others, such as the `tpm` of Windows Hello, are refused.

use std::{collections::BTreeSet, fmt};

use time::OffsetDateTime;

use super::core;
#[cfg(feature = "fido-mds")]
pub use super::fido_metadata::InvalidMetadata;
use crate::{Aaguid, audit::Reason};

/// The authorities that attestations may lead to, and nobody else
/// ([Level 3, §7.1, steps 23 and 24](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential)).
#[derive(Clone)]
pub struct TrustAnchors {
    authorities: Vec<Authority>,
    roots: core::Roots,
}

impl TrustAnchors {
    /// Trusts these authorities. None at all means that no passkey can be registered.
    #[must_use]
    pub fn new(authorities: impl IntoIterator<Item = Authority>) -> Self {
        let authorities: Vec<_> = authorities.into_iter().collect();
        let roots = authorities.iter().map(|authority| &authority.root);
        Self {
            roots: core::Roots::new(roots),
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
    pub(super) fn judge(
        &self,
        statement: &core::Statement,
        aaguid: Option<Aaguid>,
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, Reason> {
        let root = self.roots.verify(statement, now).ok_or(Reason::Untrusted)?;
        self.authorities
            .iter()
            .find(|authority| authority.root.is(&root) && authority.vouches_for(statement, aaguid))
            .map(|authority| authority.certificate.clone())
            .ok_or(Reason::Untrusted)
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
    root: core::Root,
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
        let root = core::Root::parse(&certificate)
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

    fn vouches_for(&self, statement: &core::Statement, aaguid: Option<Aaguid>) -> bool {
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

/// Who says what authenticator a passkey is on
/// ([Level 3, §6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-attestation-types)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttestationType {
    /// Nobody.
    None,
    /// The passkey itself, which proves that it is new and not what it is on.
    SelfAttestation,
    /// The manufacturer, with a key that many authenticators of a model share.
    Basic,
    /// An authority that knows the authenticator, such as a TPM's: in no format that is
    /// verified today.
    AttestationCa,
    /// An authority that makes a new certificate for each passkey, such as Apple's.
    AnonymizationCa,
}

/// What a registration's attestation proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAttestation {
    pub(super) format: String,
    pub(super) attestation_type: AttestationType,
    pub(super) trust_path: Vec<Vec<u8>>,
    pub(super) authority: Option<Vec<u8>>,
}

impl VerifiedAttestation {
    /// The statement's format, such as `packed`.
    #[must_use]
    pub fn format(&self) -> &str {
        &self.format
    }

    /// Who says it.
    #[must_use]
    pub fn attestation_type(&self) -> AttestationType {
        self.attestation_type
    }

    /// The certificates that came with it, in DER, the signing one first. Whoever made the
    /// passkey chose them: they prove nothing unless there is an [`authority`](Self::authority).
    pub fn trust_path(&self) -> impl Iterator<Item = &[u8]> {
        self.trust_path.iter().map(Vec::as_slice)
    }

    /// The [certificate](Authority::certificate) of the authority that the path leads to. Always
    /// there with [trust anchors](crate::Passkeys::trust_anchors), never without.
    #[must_use]
    pub fn authority(&self) -> Option<&[u8]> {
        self.authority.as_deref()
    }
}
