use sha2::{Digest as _, Sha256};

#[cfg(feature = "attestation")]
use super::attestation::{Core, Current, ReplaceError, TrustAnchors};
use super::refusal::{Refusal, ensure};
use crate::{
    Algorithm, Attestation, BackupEligibility, Config, UserVerification, domain::base64url,
};

/// Verifier of responses: the configuration's policy, precomputed.
pub(crate) struct Verifier {
    pub(super) rp_id_hash: [u8; 32],
    /// Origins of pages that run ceremonies.
    pub(super) origins: Vec<String>,
    /// Origins of other pages, which may show those in a frame.
    pub(super) top_origins: Vec<String>,
    pub(super) user_verification: UserVerification,
    pub(super) backup_eligibility: BackupEligibility,
    algorithms: Vec<Algorithm>,
    attestation: Attestation,
    #[cfg(feature = "attestation")]
    pub(super) core: Core,
    #[cfg(feature = "attestation")]
    pub(super) trust_anchors: Option<Current>,
}

impl Verifier {
    /// Creates a verifier without trust anchors.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            rp_id_hash: Sha256::digest(config.rp_id()).into(),
            origins: config.accepted_origins().map(str::to_owned).collect(),
            top_origins: config.top_origins().map(str::to_owned).collect(),
            user_verification: config.user_verification(),
            backup_eligibility: config.backup_eligibility(),
            algorithms: offered(config.algorithms(), config.attestation()),
            attestation: config.attestation(),
            #[cfg(feature = "attestation")]
            core: Core::new(config),
            #[cfg(feature = "attestation")]
            trust_anchors: None,
        }
    }

    /// Requires attestation that leads to one of these trust anchors, which implies asking for it.
    #[cfg(feature = "attestation")]
    pub(crate) fn trust(&mut self, anchors: TrustAnchors) {
        self.attestation = Attestation::Direct;
        self.algorithms = offered(&self.algorithms, self.attestation);
        self.trust_anchors = Some(Current::new(anchors));
    }

    /// Replaces the trust anchors.
    #[cfg(feature = "attestation")]
    pub(crate) fn replace_trust(&self, anchors: TrustAnchors) -> Result<(), ReplaceError> {
        let current = self.trust_anchors.as_ref().ok_or(ReplaceError::NotSet)?;
        current.replace(anchors)
    }

    /// Returns the attestation conveyance preference to send to browsers.
    pub(crate) fn attestation(&self) -> Attestation {
        self.attestation
    }

    /// Returns the algorithms offered at registration, the preferred one first.
    pub(crate) fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }
}

/// Returns the algorithms to offer: those of the configuration, of which with attestation only those
/// whose statements can be verified.
fn offered(configured: &[Algorithm], attestation: Attestation) -> Vec<Algorithm> {
    if attestation == Attestation::None {
        return configured.to_vec();
    }
    let attested = |algorithms: &[Algorithm]| -> Vec<Algorithm> {
        let all = algorithms.iter().copied();
        all.filter(|algorithm| algorithm.can_be_attested())
            .collect()
    };
    let offered = attested(configured);
    if offered.is_empty() {
        // The configuration asks for no attestation, and trust anchors do.
        return attested(Algorithm::DEFAULT);
    }
    offered
}

/// Checks that a credential is a public key credential whose `id` is its `rawId` in base64url.
pub(super) fn check_id(kind: &str, id: &str, raw_id: &[u8]) -> Result<(), Refusal> {
    ensure(kind == "public-key", Refusal::Malformed)?;
    let same = base64url::decode(id).as_deref() == Some(raw_id);
    ensure(same, Refusal::CredentialId)
}
