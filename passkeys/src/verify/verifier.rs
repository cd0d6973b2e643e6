use sha2::{Digest as _, Sha256};

use super::{
    attestation::{Core, TrustAnchors},
    authenticator_data::AuthenticatorData,
    public_key::{EDDSA, ES256, ES384, RS256},
    refusal::{Refusal, ensure},
};
use crate::{Attestation, Config, UserVerification, domain::base64url};

/// Verifier of responses: the configuration's policy, precomputed.
pub(crate) struct Verifier {
    pub(super) core: Core,
    pub(super) rp_id_hash: [u8; 32],
    pub(super) origins: Vec<String>,
    pub(super) user_verification: UserVerification,
    pub(super) attestation: Attestation,
    pub(super) trust_anchors: Option<TrustAnchors>,
}

impl Verifier {
    /// Creates a verifier without trust anchors.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            core: Core::new(config),
            rp_id_hash: Sha256::digest(config.rp_id()).into(),
            origins: config.accepted_origins().map(str::to_owned).collect(),
            user_verification: config.user_verification(),
            attestation: config.attestation(),
            trust_anchors: None,
        }
    }

    /// Requires attestation that leads to one of these trust anchors, which implies asking for it.
    #[cfg(feature = "attestation")]
    pub(crate) fn trust(&mut self, anchors: TrustAnchors) {
        self.attestation = Attestation::Direct;
        self.trust_anchors = Some(anchors);
    }

    /// Returns the attestation conveyance preference to send to browsers.
    pub(crate) fn attestation(&self) -> Attestation {
        self.attestation
    }

    /// Returns the COSE algorithms offered at registration, the preferred one first. EdDSA is
    /// offered only if no attestation is asked for: no attestation with such a key can be verified.
    pub(crate) fn algorithms(&self) -> &'static [i32] {
        if self.attestation == Attestation::None {
            &[ES256, EDDSA, ES384, RS256]
        } else {
            &[ES256, ES384, RS256]
        }
    }

    /// Checks RP ID hash and flags, which §7.1 and §7.2 have in common.
    pub(super) fn check_flags(&self, data: &AuthenticatorData<'_>) -> Result<(), Refusal> {
        data.check_rp_id(&self.rp_id_hash)?;
        data.check_user_present()?;
        data.check_user_verified(self.user_verification)?;
        data.check_backup_state()
    }
}

/// Checks that a credential is a public key credential whose `id` is its `rawId` in base64url.
pub(super) fn check_id(kind: &str, id: &str, raw_id: &[u8]) -> Result<(), Refusal> {
    ensure(kind == "public-key", Refusal::Malformed)?;
    let same = base64url::decode(id).as_deref() == Some(raw_id);
    ensure(same, Refusal::CredentialId)
}
