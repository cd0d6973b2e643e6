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
    /// a TPM's. No format that is verified today has this type.
    AttestationCa,
    /// Anonymization CA: signed with a key that an authority certifies for each passkey anew, such as
    /// Apple's.
    AnonymizationCa,
}

/// Attestation of a registration that was asked for and verified: format, type and certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAttestation {
    pub(crate) format: String,
    pub(crate) attestation_type: AttestationType,
    pub(crate) aaguid: Option<Aaguid>,
    pub(crate) trust_path: Vec<Vec<u8>>,
    pub(crate) authority: Option<Vec<u8>>,
}

impl VerifiedAttestation {
    /// Returns the statement's format, such as `packed`.
    #[must_use]
    pub fn format(&self) -> &str {
        &self.format
    }

    /// Returns the attestation type.
    #[must_use]
    pub fn attestation_type(&self) -> AttestationType {
        self.attestation_type
    }

    /// Returns the AAGUID, the authenticator model, where the attestation proves it.
    ///
    /// Only a `packed` statement with certificates does, and only with an
    /// [`authority`](Self::authority): without one, anybody can sign for any model. `None` for every
    /// other format, since the authenticator's key or the manufacturer's does not vouch for the AAGUID,
    /// whatever [`Credential::aaguid`](crate::Credential::aaguid) says.
    #[must_use]
    pub fn aaguid(&self) -> Option<Aaguid> {
        self.aaguid
    }

    /// Returns the certificates of the statement in DER, the signing certificate first.
    ///
    /// They are the client's claim, and prove nothing unless there is an
    /// [`authority`](Self::authority).
    pub fn trust_path(&self) -> impl Iterator<Item = &[u8]> {
        self.trust_path.iter().map(Vec::as_slice)
    }

    /// Returns the [certificate](super::Authority::certificate), in DER, of the authority that the
    /// trust path leads to.
    ///
    /// Always `Some` with [trust anchors](crate::Passkeys::trust_anchors), and always `None` without.
    #[must_use]
    pub fn authority(&self) -> Option<&[u8]> {
        self.authority.as_deref()
    }
}
