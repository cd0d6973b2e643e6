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
    format: String,
    attestation_type: AttestationType,
    trust_path: Vec<Vec<u8>>,
    authority: Option<Vec<u8>>,
}

impl VerifiedAttestation {
    pub(crate) fn new(
        format: String,
        attestation_type: AttestationType,
        trust_path: Vec<Vec<u8>>,
        authority: Option<Vec<u8>>,
    ) -> Self {
        Self {
            format,
            attestation_type,
            trust_path,
            authority,
        }
    }

    /// Creates an attestation of format `none`: nothing was proven.
    #[must_use]
    pub fn none() -> Self {
        Self::new("none".into(), AttestationType::None, Vec::new(), None)
    }

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
