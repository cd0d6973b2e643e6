//! The test vectors of the specification
//! (<https://www.w3.org/TR/webauthn-3/#sctn-test-vectors>), registered and signed in with through
//! the library's front door.

mod rigged;
mod trust;

use std::collections::BTreeMap;

use passkeys::{
    Aaguid, Config, Credential, Passkeys,
    audit::Reason,
    ceremony::FinishAuthentication,
    store::{CredentialRepository as _, MemoryRepository},
};
use passkeys_test_support::{App, World, raw};
use rigged::{Example, Rigged, Vectors, base64url, bytes};
use serde_json::json;
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
    // Not offered, since no engine knows it.
    (
        "Packed Attestation with ES512 Credential",
        ALGORITHM,
        ALGORITHM,
    ),
    // RSA keys have 2048 bits, and this one has 3488.
    (
        "Packed Attestation with RS256 Credential",
        ALGORITHM,
        ALGORITHM,
    ),
    // Offered where nobody asks for attestation, and taken with none.
    (
        "Packed Attestation with Ed25519 Credential",
        ATTESTATION,
        None,
    ),
    // Not offered.
    (
        "Packed Attestation with Ed448 Credential",
        ALGORITHM,
        ALGORITHM,
    ),
    // The engine knows what TPMs state, but no hash that they do it with, and refuses them all.
    ("TPM Attestation with ES256 Credential", ATTESTATION, None),
    // It wants more in the certificate's extension than the example's has.
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
    let mut credential = Credential::new(
        id.try_into().unwrap(),
        "ada",
        key,
        OffsetDateTime::UNIX_EPOCH,
    );
    credential.backup_eligible = flags & 1 << 3 != 0;
    credential
}

/// Registers and signs in; where that is refused, why.
async fn run(example: &Example, config: Config) -> (Option<Reason>, Option<Reason>) {
    let rigged = Rigged::default();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let world = World::of(passkeys.challenges(rigged.clone()));
    let id = base64url(&example.registration, "credential_id");

    let unregistered = match rigged.register(&world.passkeys, example).await {
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
    rigged.expect(base64url(&example.authentication, "challenge"));
    let request = FinishAuthentication::new(
        raw(&json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(&example.authentication, "clientDataJSON"),
                "authenticatorData": base64url(&example.authentication, "authenticatorData"),
                "signature": base64url(&example.authentication, "signature"),
            },
        })),
        authentication.begin_for_user_id("ada").await.unwrap().state,
    );
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
async fn every_test_vector_of_the_specification_has_its_expected_outcome() {
    let vectors = Vectors::load();
    let config = vectors.config();
    let mut results = Vec::new();
    for example in &vectors.examples {
        let (registration, sign_in) = run(example, config.clone()).await;
        results.push((example.name.as_str(), registration, sign_in));
    }
    assert_eq!(results, EXPECTED);
}
