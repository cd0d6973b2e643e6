//! The test vectors of the specification
//! (<https://www.w3.org/TR/webauthn-3/#sctn-test-vectors>), registered and signed in with through
//! the library's front door.

use std::collections::BTreeMap;

use async_trait::async_trait;
use passkeys::{
    Aaguid, Config, Credential, CredentialId, PasskeyUser, Passkeys, UserVerification,
    audit::Reason,
    ceremony::{FinishAuthentication, FinishRegistration},
    store::{
        ChallengeStore, CredentialRepository as _, MemoryChallenges, MemoryRepository,
        PendingCeremony, StoreError,
    },
};
use passkeys_tests::support::{App, World};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use time::OffsetDateTime;

/// What becomes of every example: why it does not register, and why it does not sign in. `None`: it
/// does. What does not register is stored as if it had, and so signs in if its key is known.
const EXPECTED: [(&str, Option<Reason>, Option<Reason>); 15] = [
    ("ES256 Credential with No Attestation", None, None),
    ("ES256 Credential with Self Attestation", None, None),
    // §7.1, step 10: no configuration expects to be shown in other sites' frames.
    (
        "ES256 Credential with \"crossOrigin\": true in clientDataJSON",
        CROSS,
        CROSS,
    ),
    (
        "ES256 Credential with \"topOrigin\" in clientDataJSON",
        CROSS,
        CROSS,
    ),
    ("ES256 Credential with very long credential ID", None, None),
    ("Packed Attestation with ES256 Credential", None, None),
    ("Packed Attestation with ES384 Credential", None, None),
    // Not offered, since the engine does not know it.
    (
        "Packed Attestation with ES512 Credential",
        ALGORITHM,
        ALGORITHM,
    ),
    // The engine knows RSA keys of 2048 bits, and this one has 3488.
    (
        "Packed Attestation with RS256 Credential",
        ALGORITHM,
        ALGORITHM,
    ),
    // Neither of the two is offered.
    (
        "Packed Attestation with Ed25519 Credential",
        ALGORITHM,
        ALGORITHM,
    ),
    (
        "Packed Attestation with Ed448 Credential",
        ALGORITHM,
        ALGORITHM,
    ),
    // The engine knows TPM statements that are signed with RSA; this one is signed with ES256.
    ("TPM Attestation with ES256 Credential", ATTESTATION, None),
    // The engine wants more in the certificate's extension than the example's has.
    (
        "Android Key Attestation with ES256 Credential",
        ATTESTATION,
        None,
    ),
    (
        "Apple Anonymous Attestation with ES256 Credential",
        None,
        None,
    ),
    ("FIDO U2F Attestation with ES256 Credential", None, None),
];

const CROSS: Option<Reason> = Some(Reason::CrossOrigin);
const ALGORITHM: Option<Reason> = Some(Reason::Algorithm);
const ATTESTATION: Option<Reason> = Some(Reason::Attestation);

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

/// The example's hexadecimal member.
fn bytes(example: &BTreeMap<String, String>, member: &str) -> Vec<u8> {
    let hex = &example[member];
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// The same as the browser's JSON has it.
fn base64url(example: &BTreeMap<String, String>, member: &str) -> String {
    CredentialId::from(bytes(example, member)).to_string()
}

/// The credential that the example makes, without verifying anything.
fn unverified(example: &BTreeMap<String, String>) -> Credential {
    // Nothing stands behind the authenticator data in an example's attestation object, nor behind
    // the key in the data, and the id and its length stand before the key.
    let object = bytes(example, "attestationObject");
    let id = bytes(example, "credential_id");
    let id_at = object
        .windows(id.len())
        .rposition(|window| window == id)
        .unwrap();
    let flags = object[id_at - 23];
    let key = object[id_at + id.len()..].to_vec();
    let mut credential = Credential::new(id.into(), "ada", key, OffsetDateTime::UNIX_EPOCH);
    credential.backup_eligible = flags & 1 << 3 != 0;
    credential
}

/// Registers and signs in; where that is refused, why.
async fn run(example: &Example, config: Config) -> (Option<Reason>, Option<Reason>) {
    let rigged = Rigged::default();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let world = World::of(passkeys.challenges(rigged.clone()));
    let user = PasskeyUser::new("ada", "ada", "Ada");
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
    let unregistered = match registration.finish(&user, &request).await {
        Ok(registered) => {
            let aaguid = registered.credential().aaguid;
            let expected = bytes(&example.registration, "aaguid").try_into().unwrap();
            assert_eq!(aaguid, Aaguid::new(expected));
            None
        }
        Err(error) => {
            assert_eq!(error.code(), "attestation_verification_failed");
            let credential = unverified(&example.registration);
            assert!(
                world
                    .passkeys
                    .repository()
                    .insert(&credential)
                    .await
                    .unwrap()
            );
            world.audit.last_reason()
        }
    };

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
    let not_signed_in = match authentication.finish(&request).await {
        Ok(_) => None,
        Err(error) => {
            assert_eq!(error.code(), "authentication_failed");
            world.audit.last_reason()
        }
    };
    (unregistered, not_signed_in)
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
        let (registration, sign_in) = run(example, config.clone()).await;
        results.push((example.name.as_str(), registration, sign_in));
    }
    assert_eq!(results, EXPECTED);
}
