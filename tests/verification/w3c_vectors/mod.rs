//! The test vectors of the specification
//! (<https://www.w3.org/TR/webauthn-3/#sctn-test-vectors>), used for registrations and sign-ins
//! through the public ceremony services.

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

/// For every example, the reasons for which registration and sign-in are rejected; `None` if they
/// succeed. A credential whose registration is rejected is stored unverified, so that it can sign
/// in if its algorithm is supported.
const EXPECTED: [(&str, Option<Reason>, Option<Reason>); 15] = [
    ("ES256 Credential with No Attestation", None, None),
    ("ES256 Credential with Self Attestation", None, None),
    // §7.1, step 10: cross-origin frames are always rejected.
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
    // ES512 is not supported, so it is not offered.
    (
        "Packed Attestation with ES512 Credential",
        ALGORITHM,
        ALGORITHM,
    ),
    // RSA keys must have 2048 bits, and this one has 3488.
    (
        "Packed Attestation with RS256 Credential",
        ALGORITHM,
        ALGORITHM,
    ),
    // EdDSA is offered without attestation, and accepted without a statement.
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
    // `webauthn-rs-core` implements none of the hashes that TPMs sign with, and rejects all.
    ("TPM Attestation with ES256 Credential", ATTESTATION, None),
    // `webauthn-rs-core` requires more in the certificate's extension than the example has.
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

/// Returns the credential of the example, without verification.
fn unverified(example: &BTreeMap<String, String>) -> Credential {
    // In the examples, the authenticator data is last in the attestation object, the key is last in
    // the authenticator data, and the credential ID precedes the key.
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

/// Registers and signs in; returns the reasons of rejections.
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
