//! Test vectors of the specification: credentials of every algorithm and attestation format, whose
//! private keys are not available to a fuzzer.

use std::sync::LazyLock;

use passkeys::{Credential, CredentialId};
use serde::{Deserialize, Deserializer, de::Error as _};
use time::OffsetDateTime;

/// User ID of the owner of the examples' credentials.
pub(crate) const ADA: &str = "ada";

#[derive(Deserialize)]
pub(crate) struct Example {
    pub(crate) registration: Registration,
    pub(crate) authentication: Authentication,
}

#[derive(Deserialize)]
pub(crate) struct Registration {
    pub(crate) challenge: Hex,
    pub(crate) credential_id: Hex,
    #[serde(rename = "clientDataJSON")]
    pub(crate) client_data: Hex,
    #[serde(rename = "attestationObject")]
    pub(crate) attestation_object: Hex,
}

#[derive(Deserialize)]
pub(crate) struct Authentication {
    pub(crate) challenge: Hex,
    #[serde(rename = "clientDataJSON")]
    pub(crate) client_data: Hex,
    #[serde(rename = "authenticatorData")]
    pub(crate) authenticator_data: Hex,
    pub(crate) signature: Hex,
}

pub(crate) struct Hex(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).map_err(D::Error::custom))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[derive(Deserialize)]
struct File {
    examples: Vec<Example>,
}

pub(crate) static EXAMPLES: LazyLock<Vec<Example>> = LazyLock::new(|| {
    let file = include_str!("../../tests/verification/w3c_vectors/webauthn-level3.json");
    serde_json::from_str::<File>(file)
        .expect("the vectors")
        .examples
});

impl Example {
    /// Returns the example's credential, whether or not the library would register it.
    pub(crate) fn credential(&self) -> Credential {
        let id = &self.registration.credential_id.0;
        // In the examples, the authenticator data ends the attestation object and the key ends the
        // authenticator data. The ID and its length precede the key.
        let object = &self.registration.attestation_object.0;
        let id_at = object.windows(id.len()).rposition(|window| window == id);
        let id_at = id_at.expect("the id is in the attestation object");
        let key = object[id_at + id.len()..].to_vec();
        let id = CredentialId::new(id.as_slice()).expect("an id of 1 to 1023 bytes");
        let mut credential = Credential::new(id, ADA, key, OffsetDateTime::UNIX_EPOCH);
        credential.backup_eligible = Some(object[id_at - 23] & 1 << 3 != 0);
        credential
    }
}
