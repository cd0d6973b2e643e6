//! The test vectors of the specification
//! (<https://www.w3.org/TR/webauthn-3/#sctn-test-vectors>), registered and signed in with through
//! the library's front door.

use std::collections::BTreeMap;

use async_trait::async_trait;
use passkeys::{
    Config, CredentialId, Error, PasskeyUser, Passkeys, UserVerification,
    audit::Reason,
    ceremony::{FinishAuthentication, FinishRegistration},
    store::{ChallengeStore, MemoryChallenges, MemoryRepository, PendingCeremony, StoreError},
};
use passkeys_tests::support::{App, World};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// What becomes of every example. `None`: it registers and signs in.
const EXPECTED: [(&str, Option<Reason>); 15] = [
    ("ES256 Credential with No Attestation", None),
    ("ES256 Credential with Self Attestation", None),
    // §7.1, step 10: no configuration expects to be shown in other sites' frames.
    (
        "ES256 Credential with \"crossOrigin\": true in clientDataJSON",
        Some(Reason::CrossOrigin),
    ),
    (
        "ES256 Credential with \"topOrigin\" in clientDataJSON",
        Some(Reason::CrossOrigin),
    ),
    ("ES256 Credential with very long credential ID", None),
    ("Packed Attestation with ES256 Credential", None),
    ("Packed Attestation with ES384 Credential", None),
    // Not offered, since the engine does not know it.
    (
        "Packed Attestation with ES512 Credential",
        Some(Reason::Algorithm),
    ),
    // The engine knows RSA keys of 2048 bits, and this one is no such size.
    (
        "Packed Attestation with RS256 Credential",
        Some(Reason::Algorithm),
    ),
    // Neither of the two is offered.
    (
        "Packed Attestation with Ed25519 Credential",
        Some(Reason::Algorithm),
    ),
    (
        "Packed Attestation with Ed448 Credential",
        Some(Reason::Algorithm),
    ),
    // The engine knows TPM statements that are signed with RSA; this one is signed with ES256.
    (
        "TPM Attestation with ES256 Credential",
        Some(Reason::Attestation),
    ),
    // The engine wants more in the certificate than the example's has.
    (
        "Android Key Attestation with ES256 Credential",
        Some(Reason::Attestation),
    ),
    ("Apple Anonymous Attestation with ES256 Credential", None),
    ("FIDO U2F Attestation with ES256 Credential", None),
];

#[derive(Deserialize)]
struct Vectors {
    #[serde(rename = "rpId")]
    rp_id: String,
    origin: String,
    examples: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
    name: String,
    registration: BTreeMap<String, String>,
    authentication: BTreeMap<String, String>,
}

/// A store in which every ceremony waits with the challenge of the example.
#[derive(Clone, Default)]
struct Rigged {
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

/// The example's hexadecimal member as the browser's JSON has it.
fn base64url(example: &BTreeMap<String, String>, member: &str) -> String {
    let hex = &example[member];
    let bytes: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect();
    CredentialId::from(bytes).to_string()
}

/// Registers and signs in; on refusal, why.
async fn run(example: &Example, config: Config) -> Result<(), Reason> {
    let rigged = Rigged::default();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let world = World::of(passkeys.challenges(rigged.clone()));
    let user = PasskeyUser::new("ada", "ada", "Ada");
    let reason = |error: Error| {
        let code = error.code();
        assert!(matches!(
            code,
            "attestation_verification_failed" | "authentication_failed"
        ));
        world.audit.last_reason().unwrap()
    };
    let id = base64url(&example.registration, "credential_id");

    let registration = world.passkeys.registration();
    *rigged.challenge.lock().unwrap() = base64url(&example.registration, "challenge");
    let request = FinishRegistration {
        state: registration.begin(&user).await.unwrap().state,
        credential: serde_json::from_value(json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(&example.registration, "clientDataJSON"),
                "attestationObject": base64url(&example.registration, "attestationObject"),
            },
        }))
        .unwrap(),
        device_name: None,
    };
    let registered = registration.finish(&user, &request).await.map_err(reason)?;
    let aaguid = registered
        .credential()
        .aaguid
        .map(|aaguid| aaguid.to_string().replace('-', ""));
    let expected = Some(example.registration["aaguid"].clone());
    assert_eq!(
        aaguid,
        expected.filter(|hex| hex.bytes().any(|digit| digit != b'0'))
    );

    let authentication = world.passkeys.authentication();
    *rigged.challenge.lock().unwrap() = base64url(&example.authentication, "challenge");
    let request = FinishAuthentication {
        state: authentication.begin(Some("ada")).await.unwrap().state,
        credential: serde_json::from_value(json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(&example.authentication, "clientDataJSON"),
                "authenticatorData": base64url(&example.authentication, "authenticatorData"),
                "signature": base64url(&example.authentication, "signature"),
            },
        }))
        .unwrap(),
    };
    authentication.finish(&request).await.map_err(reason)?;
    Ok(())
}

#[tokio::test]
async fn every_example_of_the_specification_ends_as_expected() {
    let vectors: Vectors =
        serde_json::from_str(include_str!("vectors/webauthn-level3.json")).unwrap();
    let config = Config::builder(vectors.rp_id, [vectors.origin])
        .user_verification(UserVerification::Preferred)
        .build()
        .unwrap();
    let mut results = Vec::new();
    for example in &vectors.examples {
        results.push((
            example.name.as_str(),
            run(example, config.clone()).await.err(),
        ));
    }
    assert_eq!(results, EXPECTED);
}
