//! A sign-in in the form that all implementations verify.

use std::fmt;

use passkeys::{Credential, CredentialId};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::super::base64url;

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

    /// Returns the response as a browser sends it.
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "rawId": base64url(&self.raw_id),
            "type": self.kind,
            "response": {
                "clientDataJSON": base64url(&self.client_data),
                "authenticatorData": base64url(&self.authenticator_data),
                "signature": base64url(&self.signature),
            },
        })
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
