//! The test vectors of the specification
//! (<https://www.w3.org/TR/webauthn-3/#sctn-test-vectors>), used for registrations and sign-ins
//! through the public ceremony services.

pub(crate) mod rigged;
mod trust;

use std::collections::BTreeMap;

use passkeys::{
    Aaguid, Algorithm, Attestation, Config, Credential, Passkeys, audit::Reason,
    ceremony::FinishAuthentication, store::MemoryRepository,
};
use passkeys_test_support::{App, World, imported, raw};
use rigged::{Example, Rigged, Vectors, base64url, bytes};
use serde_json::json;
use time::OffsetDateTime;

/// Expected outcomes of an example: the reason of a rejection, or `None` if it succeeds.
#[derive(Debug, PartialEq)]
struct Outcome<'a> {
    name: &'a str,
    /// Registration under `attestation = "none"`, where all algorithms are offered.
    registration: Option<Reason>,
    /// Sign-in with the registered credential. One whose registration is rejected is stored
    /// unverified before.
    sign_in: Option<Reason>,
    /// Registration under `attestation = "direct"`.
    attested: Option<Reason>,
}

const fn outcome(
    name: &str,
    registration: Option<Reason>,
    sign_in: Option<Reason>,
    attested: Option<Reason>,
) -> Outcome<'_> {
    Outcome {
        name,
        registration,
        sign_in,
        attested,
    }
}

const EXPECTED: [Outcome<'_>; 15] = [
    outcome(
        "ES256 Credential with No Attestation",
        None,
        None,
        ATTESTATION,
    ),
    outcome("ES256 Credential with Self Attestation", None, None, None),
    outcome(
        "ES256 Credential with \"crossOrigin\": true in clientDataJSON",
        None,
        None,
        ATTESTATION,
    ),
    outcome(
        "ES256 Credential with \"topOrigin\" in clientDataJSON",
        None,
        None,
        ATTESTATION,
    ),
    outcome(
        "ES256 Credential with very long credential ID",
        None,
        None,
        ATTESTATION,
    ),
    outcome("Packed Attestation with ES256 Credential", None, None, None),
    outcome("Packed Attestation with ES384 Credential", None, None, None),
    outcome("Packed Attestation with ES512 Credential", None, None, None),
    outcome("Packed Attestation with RS256 Credential", None, None, None),
    outcome(
        "Packed Attestation with Ed25519 Credential",
        None,
        None,
        None,
    ),
    // No provider has Ed448.
    outcome(
        "Packed Attestation with Ed448 Credential",
        ALGORITHM,
        ALGORITHM,
        ALGORITHM,
    ),
    outcome("TPM Attestation with ES256 Credential", None, None, None),
    outcome(
        "Android Key Attestation with ES256 Credential",
        None,
        None,
        None,
    ),
    outcome(
        "Apple Anonymous Attestation with ES256 Credential",
        None,
        None,
        None,
    ),
    // It has an AAGUID, which the signature does not cover: rejected with trust anchors only.
    outcome(
        "FIDO U2F Attestation with ES256 Credential",
        None,
        None,
        None,
    ),
];

const ALGORITHM: Option<Reason> = Some(Reason::Algorithm);
const ATTESTATION: Option<Reason> = Some(Reason::Attestation);

/// Returns the configuration that an example needs.
fn config(vectors: &Vectors, example: &Example, attestation: Attestation) -> Config {
    let config = vectors.builder().attestation(attestation).algorithms([
        Algorithm::Es256,
        Algorithm::EdDsa,
        Algorithm::Es384,
        Algorithm::Rs256,
        Algorithm::Es512,
        Algorithm::MlDsa44,
        Algorithm::MlDsa65,
        Algorithm::MlDsa87,
    ]);
    // In a frame of another site, which the configuration has to name.
    let config = if example.name.contains("Origin") {
        config.top_origins(["https://example.com"])
    } else {
        config
    };
    config.build().unwrap()
}

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
    credential.backup_eligible = Some(flags & 1 << 3 != 0);
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
            let credential = registered.credential();
            let sent = bytes(&example.registration, "aaguid").try_into().unwrap();
            let is_u2f = credential.attestation_format.as_deref() == Some("fido-u2f");
            let expected = Aaguid::new(sent).filter(|_| !is_u2f);
            assert_eq!(credential.aaguid, expected);
            None
        }
        Err(error) => {
            assert_eq!(error.code(), "attestation_verification_failed");
            let credential = unverified(&example.registration);
            assert!(imported(world.passkeys.repository(), &credential).await);
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
    let mut outcomes = Vec::new();
    for example in &vectors.examples {
        let of = |attestation| run(example, config(&vectors, example, attestation));
        let (registration, sign_in) = of(Attestation::None).await;
        let (attested, _) = of(Attestation::Direct).await;
        outcomes.push(outcome(&example.name, registration, sign_in, attested));
    }
    assert_eq!(outcomes, EXPECTED);
}

/// §7.1, steps 10 and 11, and §7.2, steps 13 and 14.
#[tokio::test]
async fn test_vectors_in_frames_are_rejected_unless_the_configuration_expects_them() {
    let vectors = Vectors::load();
    let config = vectors.builder().build().unwrap();
    let framed = |example: &&Example| example.name.contains("Origin");
    for example in vectors.examples.iter().filter(framed) {
        let outcome = run(example, config.clone()).await;
        let rejected = Some(Reason::CrossOrigin);
        assert_eq!(outcome, (rejected, rejected), "{}", example.name);
    }
}
