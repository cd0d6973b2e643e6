//! Registers and signs in with the cryptography provider that the features of this package choose.

use axum::{Json, Router};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use passkeys::{
    Algorithm, AuthenticationResult, Config, Credential, PasskeyUser, Passkeys, UserVerification,
    audit::Reason,
    passkeys,
    store::MemoryRepository,
    testing::{Browser, Fault, oracle::Oracle},
};
use serde_json::{Value, json};
use time::OffsetDateTime;

#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> Json<String> {
        Json(login.user_id().to_owned())
    }
}

#[tokio::test]
async fn passkey_registers_and_signs_in_over_the_routes() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    let mut browser = Browser::new(router, "https://example.com");
    browser.register().await.assert_ok();
    browser.sign_in().await.assert_ok();
    let mut forger = browser.with_fault(Fault::BrokenSignature);
    forger.sign_in().await.assert_error("authentication_failed");
}

/// Test vectors of the specification: name, and whether the provider has the algorithm.
const EXAMPLES: [(&str, bool); 6] = [
    ("ES256 Credential with Self Attestation", true),
    ("Packed Attestation with ES256 Credential", true),
    ("Packed Attestation with ES384 Credential", true),
    ("Packed Attestation with RS256 Credential", true),
    ("Packed Attestation with Ed25519 Credential", true),
    (
        "Packed Attestation with ES512 Credential",
        cfg!(feature = "aws-lc-rs"),
    ),
];

#[test]
fn test_vectors_of_every_algorithm_register_and_sign_in() {
    let vectors = include_str!("../verification/w3c_vectors/webauthn-level3.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let mut algorithms = vec![
        Algorithm::Es256,
        Algorithm::EdDsa,
        Algorithm::Es384,
        Algorithm::Rs256,
    ];
    if cfg!(feature = "aws-lc-rs") {
        algorithms.push(Algorithm::Es512);
    }
    let config = Config::builder("example.org", ["https://example.org"])
        .user_verification(UserVerification::Preferred)
        .algorithms(algorithms)
        .build();
    let oracle = Oracle::new(&config.unwrap());
    for (name, supported) in EXAMPLES {
        let mut examples = vectors["examples"].as_array().unwrap().iter();
        let example = examples.find(|it| it["name"] == name).unwrap();
        let (registration, sign_in) = (&example["registration"], &example["authentication"]);

        let response = json!({
            "clientDataJSON": base64url(registration, "clientDataJSON"),
            "attestationObject": base64url(registration, "attestationObject"),
        });
        let challenge = bytes(registration, "challenge");
        let registered = oracle.registration(response_of(registration, response), &challenge);
        let key = match registered.expect("JSON") {
            Ok(key) if supported => key,
            Err(Reason::Algorithm) if !supported => continue,
            other => panic!("{name}: {other:?}"),
        };

        let id = bytes(registration, "credential_id").try_into().unwrap();
        let mut credential = Credential::new(id, "ada", key, OffsetDateTime::UNIX_EPOCH);
        let data = bytes(sign_in, "authenticatorData");
        credential.backup_eligible = Some(data[32] & 1 << 3 != 0);
        let challenge = bytes(sign_in, "challenge");
        for changed in [false, true] {
            let mut signature = bytes(sign_in, "signature");
            *signature.last_mut().unwrap() ^= u8::from(changed);
            let response = json!({
                "clientDataJSON": base64url(sign_in, "clientDataJSON"),
                "authenticatorData": base64url(sign_in, "authenticatorData"),
                "signature": URL_SAFE_NO_PAD.encode(signature),
            });
            let response = response_of(registration, response);
            let verified = oracle.assertion(response, &challenge, &credential);
            let expected = if changed {
                Err(Reason::Signature)
            } else {
                Ok(())
            };
            assert_eq!(verified, Some(expected), "{name}");
        }
    }
}

fn response_of(registration: &Value, response: Value) -> Value {
    let id = base64url(registration, "credential_id");
    json!({ "id": id, "rawId": id, "type": "public-key", "response": response })
}

/// Decodes a hexadecimal member.
fn bytes(example: &Value, member: &str) -> Vec<u8> {
    let digits = example[member].as_str().unwrap();
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

fn base64url(example: &Value, member: &str) -> String {
    URL_SAFE_NO_PAD.encode(bytes(example, member))
}
