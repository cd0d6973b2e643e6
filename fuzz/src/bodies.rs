//! Targets for the bodies of `register/finish` and `authenticate/finish`, over HTTP.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use passkeys::store::{CredentialRepository as _, Owner};
use serde_json::Value;

use super::{
    examples::ADA,
    judge,
    site::{UNNAMED, at_registration, at_sign_in, block_on},
};

/// Any body of `register/finish` gets an error of the HTTP contract, or registers a credential that
/// the specification allows.
pub fn registration_body(body: &[u8]) {
    at_registration(false, |site| {
        let answer = site.post("/register/finish", body);
        if answer.status != 200 {
            return answer.is_error(&[400, 413, 422]);
        }
        let body: Value = serde_json::from_slice(body).expect("JSON");
        let response = &body["credential"]["response"];
        let registration = judge::Registration {
            challenge: &bytes(&body["state"]),
            raw_id: &bytes(&body["credential"]["rawId"]),
            client_data: &bytes(&response["clientDataJSON"]),
            attestation_object: &bytes(&response["attestationObject"]),
            requested: false,
        };
        let stored =
            block_on(site.passkeys.repository().list(Owner::everywhere(ADA))).expect("a list");
        let [stored] = &stored[..] else {
            panic!("{} passkeys are stored", stored.len());
        };
        super::count_accepted();
        registration.check(stored);
        assert_eq!(body["credential"]["type"], "public-key");
        assert_eq!(body["credential"]["id"], body["credential"]["rawId"]);
        assert!(!stored.device_name.contains(char::is_control));
        assert!(stored.device_name.chars().count() <= 255);
        site.clear();
    });
}

/// Any body of `authenticate/finish` gets an error of the HTTP contract, or was signed by the
/// passkey.
pub fn authentication_body(body: &[u8]) {
    at_sign_in(|site| {
        let answer = site.post("/authenticate/finish", body);
        if answer.status != 200 {
            return answer.is_error(&[400, 401, 413, 422]);
        }
        let body: Value = serde_json::from_slice(body).expect("JSON");
        let state = body["state"].as_str().expect("a state");
        let challenge = state.strip_prefix(UNNAMED);
        let response = &body["credential"]["response"];
        let user_handle = &response["userHandle"];
        let user_handle = (!user_handle.is_null()).then(|| bytes(user_handle));
        let sign_in = judge::SignIn {
            challenge: &decode(challenge.unwrap_or(state)),
            named: challenge.is_none(),
            raw_id: &bytes(&body["credential"]["rawId"]),
            client_data: &bytes(&response["clientDataJSON"]),
            authenticator_data: &bytes(&response["authenticatorData"]),
            user_handle: user_handle.as_deref(),
        };
        super::count_accepted();
        sign_in.check();
        assert_eq!(body["credential"]["type"], "public-key");
        assert_eq!(body["credential"]["id"], body["credential"]["rawId"]);
        assert_eq!(answer.body, ADA.as_bytes());
    });
}

fn bytes(value: &Value) -> Vec<u8> {
    decode(value.as_str().expect("a string"))
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(text)
        .expect("base64url without padding")
}
