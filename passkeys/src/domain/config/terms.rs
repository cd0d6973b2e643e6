use std::time::Duration;

use passkeys_rules::{Policy, Profile};

use crate::{Algorithm, Attestation, AuthenticatorAttachment, Hint, ResidentKey, UserVerification};

/// Terms of a ceremony: the values of the configuration that may differ by profile.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// Name of the profile; `None` for the configuration without one.
    pub(crate) profile: Option<String>,
    pub(crate) user_verification: UserVerification,
    pub(crate) resident_key: ResidentKey,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) attestation: Attestation,
    pub(crate) authenticator_attachment: Option<AuthenticatorAttachment>,
    pub(crate) hints: Vec<Hint>,
    pub(crate) timeout: Duration,
}

impl Terms {
    /// Returns the terms of a conditional creation. It cannot require user verification: browsers
    /// create the passkey without the user, and fail where that is not possible
    /// ([Level 3, §5.1.3](https://www.w3.org/TR/webauthn-3/#sctn-createCredential)).
    pub(crate) fn conditional(&self) -> Self {
        let user_verification = match self.user_verification {
            UserVerification::Required => UserVerification::Preferred,
            weaker => weaker,
        };
        Self {
            user_verification,
            ..self.clone()
        }
    }
}

impl From<&Policy> for Terms {
    fn from(policy: &Policy) -> Self {
        Self {
            profile: None,
            user_verification: policy.user_verification,
            resident_key: policy.resident_key,
            algorithms: policy.algorithms.clone(),
            attestation: policy.attestation,
            authenticator_attachment: policy.authenticator_attachment,
            hints: policy.hints.clone(),
            timeout: policy.timeout,
        }
    }
}

impl From<&Profile> for Terms {
    fn from(profile: &Profile) -> Self {
        Self {
            profile: Some(profile.name.clone()),
            user_verification: profile.user_verification,
            resident_key: profile.resident_key,
            algorithms: profile.algorithms.clone(),
            attestation: profile.attestation,
            authenticator_attachment: profile.authenticator_attachment,
            hints: profile.hints.clone(),
            timeout: profile.timeout,
        }
    }
}
