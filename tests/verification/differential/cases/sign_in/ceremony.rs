//! A sign-in in the form that both implementations verify, and their verdicts.

use std::fmt;

use passkeys::{
    Config, Credential, CredentialId, UserVerification, audit::Reason, testing::oracle::Oracle,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::super::{ORIGINS, RP_ID, base64url, core::Core};

#[derive(Clone, Default, PartialEq)]
pub(crate) struct Ceremony {
    pub(crate) verified: bool,
    pub(crate) challenge: Vec<u8>,
    // The stored credential.
    pub(crate) credential_id: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    pub(crate) backup_eligible: bool,
    // The response.
    pub(crate) id: String,
    pub(crate) raw_id: Vec<u8>,
    pub(crate) kind: String,
    pub(crate) client_data: Vec<u8>,
    pub(crate) authenticator_data: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl Ceremony {
    /// Returns the data that the signature must be over.
    pub(crate) fn signed_data(&self) -> Vec<u8> {
        let hash = Sha256::digest(&self.client_data);
        [self.authenticator_data.as_slice(), &hash].concat()
    }

    pub(crate) fn stored(&self) -> Credential {
        // No stored credential has an ID of another length.
        let id = CredentialId::new(self.credential_id.clone());
        let mut credential = Credential::new(
            id.unwrap_or_else(|_| CredentialId::new([0]).expect("one byte")),
            "ada",
            self.public_key.clone(),
            OffsetDateTime::UNIX_EPOCH,
        );
        credential.backup_eligible = Some(self.backup_eligible);
        credential
    }
}

/// Both implementations, with user verification required and preferred.
pub(crate) struct Engines {
    required: (Oracle, Core),
    preferred: (Oracle, Core),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) ours: Result<(), Reason>,
    pub(crate) core: Result<(), Reason>,
}

impl Default for Engines {
    fn default() -> Self {
        let engines = |policy| {
            let config = Config::builder(RP_ID, ORIGINS).user_verification(policy);
            (Oracle::new(&config.build().unwrap()), Core::new(policy))
        };
        Self {
            required: engines(UserVerification::Required),
            preferred: engines(UserVerification::Preferred),
        }
    }
}

impl Engines {
    pub(crate) fn judge(&self, ceremony: &Ceremony) -> Verdict {
        let (ours, core) = self.of(ceremony);
        let response = json!({
            "id": ceremony.id,
            "rawId": base64url(&ceremony.raw_id),
            "type": ceremony.kind,
            "response": {
                "clientDataJSON": base64url(&ceremony.client_data),
                "authenticatorData": base64url(&ceremony.authenticator_data),
                "signature": base64url(&ceremony.signature),
            },
        });
        let ours = ours.assertion(response, &ceremony.challenge, &ceremony.stored());
        Verdict {
            ours: ours.expect("valid JSON"),
            core: core.sign_in(ceremony),
        }
    }

    pub(crate) fn core(&self, ceremony: &Ceremony) -> &Core {
        &self.of(ceremony).1
    }

    fn of(&self, ceremony: &Ceremony) -> &(Oracle, Core) {
        if ceremony.verified {
            &self.required
        } else {
            &self.preferred
        }
    }
}

impl fmt::Debug for Ceremony {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ceremony")
            .field("verified", &self.verified)
            .field("challenge", &self.challenge.escape_ascii().to_string())
            .field(
                "credential_id",
                &self.credential_id.escape_ascii().to_string(),
            )
            .field("public_key", &self.public_key.escape_ascii().to_string())
            .field("backup_eligible", &self.backup_eligible)
            .field("id", &self.id)
            .field("raw_id", &self.raw_id.escape_ascii().to_string())
            .field("kind", &self.kind)
            .field("client_data", &self.client_data.escape_ascii().to_string())
            .field(
                "authenticator_data",
                &self.authenticator_data.escape_ascii().to_string(),
            )
            .field("signature", &self.signature.escape_ascii().to_string())
            .finish()
    }
}
