use sha2::{Digest as _, Sha256};

#[cfg(feature = "attestation")]
use super::attestation::{Current, ReplaceError, TrustAnchors};
use super::refusal::{Refusal, RefusalKind, ensure};
#[cfg(feature = "attestation")]
use crate::{Attestation, LegacyAttestation};
use crate::{
    BackupEligibility, Config, LargeBlob,
    domain::{base64url, config::Terms, detail::shown},
};

/// Verifier of responses: the configuration's policy, precomputed, and the terms of ceremonies.
pub(crate) struct Verifier {
    pub(super) rp_id: String,
    pub(super) rp_id_hash: [u8; 32],
    /// Origins of pages that run ceremonies.
    pub(super) origins: Vec<String>,
    /// Origins of other pages, which may show those in a frame.
    pub(super) top_origins: Vec<String>,
    pub(super) backup_eligibility: BackupEligibility,
    /// True if only authenticators with support for large blobs may register.
    pub(super) needs_large_blob: bool,
    /// Terms of ceremonies without a profile.
    terms: Terms,
    profiles: Vec<Terms>,
    #[cfg(feature = "attestation")]
    pub(super) legacy_attestation: Vec<LegacyAttestation>,
    #[cfg(feature = "attestation")]
    pub(super) trust_anchors: Option<Current>,
}

impl Verifier {
    /// Creates a verifier without trust anchors.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            rp_id: config.rp_id().to_owned(),
            rp_id_hash: Sha256::digest(config.rp_id()).into(),
            origins: config.accepted_origins().map(str::to_owned).collect(),
            top_origins: config.top_origins().map(str::to_owned).collect(),
            backup_eligibility: config.backup_eligibility(),
            needs_large_blob: config.large_blob() == Some(LargeBlob::Required),
            terms: config.terms(),
            profiles: config.terms_of_profiles().collect(),
            #[cfg(feature = "attestation")]
            legacy_attestation: config.legacy_attestation().to_vec(),
            #[cfg(feature = "attestation")]
            trust_anchors: None,
        }
    }

    /// Requires attestation that leads to one of these trust anchors, which implies asking for it.
    #[cfg(feature = "attestation")]
    pub(crate) fn trust(&mut self, anchors: TrustAnchors) {
        self.terms.attestation = Attestation::Direct;
        for terms in &mut self.profiles {
            terms.attestation = Attestation::Direct;
        }
        self.trust_anchors = Some(Current::new(anchors));
    }

    /// Replaces the trust anchors.
    #[cfg(feature = "attestation")]
    pub(crate) fn replace_trust(&self, anchors: TrustAnchors) -> Result<(), ReplaceError> {
        let current = self.trust_anchors.as_ref().ok_or(ReplaceError::NotSet)?;
        current.replace(anchors)
    }

    /// Returns the terms of ceremonies without a profile: what is sent to browsers, and what is
    /// enforced. With trust anchors they differ from the configuration.
    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Returns the terms of ceremonies with this profile, if there is one of this name.
    pub(crate) fn terms_of(&self, profile: &str) -> Option<&Terms> {
        let mut profiles = self.profiles.iter();
        profiles.find(|terms| terms.profile.as_deref() == Some(profile))
    }

    /// Returns the names of the profiles.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = &str> {
        self.profiles.iter().filter_map(|it| it.profile.as_deref())
    }
}

/// Checks that a credential is a public key credential whose `id` is its `rawId` in base64url.
pub(super) fn check_id(kind: &str, id: &str, raw_id: &[u8]) -> Result<(), Refusal> {
    ensure(kind == "public-key", || {
        RefusalKind::Malformed.because(format_args!(
            "`type` of the credential is {}, and must be `public-key`",
            shown(kind),
        ))
    })?;
    let same = base64url::decode(id).as_deref() == Some(raw_id);
    ensure(same, || {
        RefusalKind::CredentialId.because(format_args!(
            "`id` of the credential is {}, and `rawId` is {}: both must be the same bytes in base64url, as \
             `PublicKeyCredential.toJSON()` writes them",
            shown(id),
            shown(&base64url::encode(raw_id)),
        ))
    })
}
