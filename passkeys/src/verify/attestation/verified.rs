use crate::Aaguid;

/// Type of an attestation: which key signed the statement
/// ([Level 3, §6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-attestation-types)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttestationType {
    /// Self attestation: signed with the passkey's own key. Proves possession of the key, but
    /// nothing about the authenticator.
    SelfAttestation,
    /// Basic attestation: signed with a key of the manufacturer that many authenticators of a model
    /// share.
    Basic,
    /// Attestation CA: signed with a key that an authority certified for this authenticator, such as
    /// a TPM's.
    AttestationCa,
    /// Anonymization CA: signed with a key that an authority certifies for each passkey anew, such as
    /// Apple's.
    AnonymizationCa,
}

/// Place where the private key of a passkey is kept, by its attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyStorage {
    /// In software, or in what only software enforces.
    Software,
    /// In a trusted execution environment, apart from the operating system.
    TrustedEnvironment,
    /// In a secure element, such as `StrongBox` of Android.
    SecureElement,
    /// In a TPM.
    Tpm,
}

/// Attestation of a registration that was asked for and verified: format, type and certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAttestation {
    pub(crate) format: String,
    pub(crate) attestation_type: AttestationType,
    pub(crate) aaguid: Option<Aaguid>,
    pub(crate) trust_path: Vec<Vec<u8>>,
    pub(crate) authority: Option<Vec<u8>>,
    pub(crate) key_storage: Option<KeyStorage>,
    pub(crate) components: Vec<VerifiedAttestation>,
}

impl VerifiedAttestation {
    /// Returns the statement's format, such as `packed`.
    #[must_use]
    pub fn format(&self) -> &str {
        &self.format
    }

    /// Returns the attestation type. Of a `compound` attestation it is that of the statement that leads to
    /// a trust anchor, or of the first one.
    #[must_use]
    pub fn attestation_type(&self) -> AttestationType {
        self.attestation_type
    }

    /// Returns the AAGUID, the authenticator model, where the attestation proves it.
    ///
    /// Only a `packed` statement with certificates does, and only with an
    /// [`authority`](Self::authority): without one, anybody can sign for any model. `None` for every
    /// other format, since the authenticator's key or the manufacturer's does not vouch for the AAGUID,
    /// whatever [`Credential::aaguid`](crate::Credential::aaguid) says
    /// ([what each format proves](crate::attestation#formats)).
    #[must_use]
    pub fn aaguid(&self) -> Option<Aaguid> {
        self.aaguid
    }

    /// Returns where the private key is kept, of the formats that say so: `android-key` and `tpm`.
    ///
    /// It is the client's claim, unless there is an [`authority`](Self::authority).
    #[must_use]
    pub fn key_storage(&self) -> Option<KeyStorage> {
        self.key_storage
    }

    /// Returns the statements of a `compound` attestation, which have all been verified; of any other
    /// format none.
    #[must_use]
    pub fn components(&self) -> &[VerifiedAttestation] {
        &self.components
    }

    /// Returns the certificates of the statement in DER, the signing certificate first. Of a `compound`
    /// attestation they are those of the statement that leads to a trust anchor, or of the first one.
    ///
    /// They are the client's claim, and prove nothing unless there is an
    /// [`authority`](Self::authority).
    pub fn trust_path(&self) -> impl Iterator<Item = &[u8]> {
        self.trust_path.iter().map(Vec::as_slice)
    }

    /// Returns the [certificate](super::Authority::certificate), in DER, of the authority that the
    /// trust path leads to.
    ///
    /// Always `Some` with [trust anchors](crate::Passkeys::trust_anchors), unless they only
    /// [report](super::TrustAnchors::report_untrusted) where there is none, and always `None` without.
    #[must_use]
    pub fn authority(&self) -> Option<&[u8]> {
        self.authority.as_deref()
    }
}
