//! Ceremonies with the challenges of the specification's examples, so that their responses match.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use passkeys::{
    Config, ConfigBuilder, Error, PasskeyUser, Passkeys, RegistrationResult, UserVerification,
    ceremony::FinishRegistration,
    store::{ChallengeStore, MemoryChallenges, PendingCeremony, StoreError},
};
use passkeys_test_support::{App, RegistrationExt as _, raw};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub(crate) struct Vectors {
    #[serde(rename = "rpId")]
    rp_id: String,
    origin: String,
    #[serde(rename = "attestationRootCertificate")]
    root: String,
    pub(crate) examples: Vec<Example>,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) registration: BTreeMap<String, String>,
    pub(crate) authentication: BTreeMap<String, String>,
}

/// Challenge store that replaces the challenge of every ceremony by that of the example.
#[derive(Clone, Default)]
pub(crate) struct Rigged {
    store: Arc<MemoryChallenges>,
    challenge: Arc<Mutex<String>>,
}

#[async_trait]
impl ChallengeStore for Rigged {
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError> {
        let mut ceremony: Value = serde_json::to_value(ceremony).unwrap();
        ceremony["challenge"] = self.challenge.lock().unwrap().as_str().into();
        self.store
            .put(serde_json::from_value(ceremony).unwrap())
            .await
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        self.store.take(state).await
    }
}

/// Decodes a hexadecimal member of the example.
pub(crate) fn bytes(example: &BTreeMap<String, String>, member: &str) -> Vec<u8> {
    decode(&example[member])
}

fn decode(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// Encodes a member as in the browser's JSON.
pub(crate) fn base64url(example: &BTreeMap<String, String>, member: &str) -> String {
    passkeys_test_support::base64url(bytes(example, member))
}

impl Vectors {
    pub(crate) fn load() -> Self {
        serde_json::from_str(include_str!("webauthn-level3.json")).unwrap()
    }

    /// Returns the configuration that all examples have in common.
    pub(crate) fn builder(&self) -> ConfigBuilder {
        Config::builder(&self.rp_id, [&self.origin]).user_verification(UserVerification::Preferred)
    }

    /// The root certificate of the examples' attestations.
    pub(crate) fn root(&self) -> Vec<u8> {
        decode(&self.root)
    }

    pub(crate) fn example(&self, name: &str) -> &Example {
        let example = self.examples.iter().find(|example| example.name == name);
        example.expect("an example of this name")
    }
}

impl Rigged {
    /// Sets the challenge of all following ceremonies.
    pub(crate) fn expect(&self, challenge: String) {
        *self.challenge.lock().unwrap() = challenge;
    }

    pub(crate) async fn register(
        &self,
        passkeys: &Passkeys<App>,
        example: &Example,
    ) -> Result<RegistrationResult, Error> {
        let user = PasskeyUser::new("ada", "ada", "Ada");
        let id = base64url(&example.registration, "credential_id");
        self.expect(base64url(&example.registration, "challenge"));
        let registration = passkeys.registration();
        let request = FinishRegistration::new(
            raw(&json!({
                "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
                "response": {
                    "clientDataJSON": base64url(&example.registration, "clientDataJSON"),
                    "attestationObject": base64url(&example.registration, "attestationObject"),
                },
            })),
            registration.begin(&user).await?.state,
        );
        registration.finish_as(&user, &request).await
    }
}
