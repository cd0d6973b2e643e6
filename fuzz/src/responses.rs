//! Targets for the binary members of responses, in valid JSON and base64url, so that the fuzzer
//! reaches the code behind those.

use passkeys::{
    Error, PasskeyUser,
    ceremony::{FinishAuthentication, FinishRegistration},
    store::{CredentialRepository as _, Owner},
};
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};

use super::{
    examples::{ADA, EXAMPLES, Example},
    judge,
    site::{UNNAMED, at_registration, at_sign_in, base64url, block_on},
};

/// Any attestation object, in an example's registration, is rejected, or registers a credential that
/// the specification allows, whether or not attestation is requested.
///
/// The first byte chooses the example, the rest is the object.
pub fn attestation(input: &[u8]) {
    let Some((example, object)) = choose(input) else {
        return;
    };
    let example = &example.registration;
    let id = attested_id(object).unwrap_or(&example.credential_id.0);
    let credential = json!({
        "id": base64url(id), "rawId": base64url(id), "type": "public-key",
        "response": {
            "clientDataJSON": base64url(&example.client_data.0),
            "attestationObject": base64url(object),
        },
    });
    for requested in [false, true] {
        let state = base64url(&example.challenge.0);
        let request = FinishRegistration::new(raw(&credential), state);
        at_registration(requested, |site| {
            let who = async { Ok::<_, Error>(PasskeyUser::new(ADA, ADA, ADA)) };
            match block_on(site.passkeys.registration().finish(&request, who)) {
                Err(error) => assert_eq!(error.code(), "attestation_verification_failed"),
                Ok(registered) => {
                    let registration = judge::Registration {
                        challenge: &example.challenge.0,
                        raw_id: id,
                        client_data: &example.client_data.0,
                        attestation_object: object,
                        requested,
                    };
                    super::count_accepted();
                    registration.check(registered.credential());
                    let deleted = site
                        .passkeys
                        .repository()
                        .delete(Owner::everywhere(ADA), &registered.credential().id);
                    assert!(block_on(deleted).expect("no error"), "it was stored");
                }
            }
        });
    }
}

/// Any client data, authenticator data, signature and user handle, for an example's passkey, are
/// rejected unless the passkey has signed them.
///
/// The first byte chooses the example; the members follow, each prefixed with its length in two
/// bytes.
pub fn assertion(input: &[u8]) {
    let Some((example, mut rest)) = choose(input) else {
        return;
    };
    let client_data = chunk(&mut rest);
    let authenticator_data = chunk(&mut rest);
    let signature = chunk(&mut rest);
    let user_handle = (!rest.is_empty()).then(|| chunk(&mut rest));
    let id = &example.registration.credential_id.0;
    let challenge = &example.authentication.challenge.0;

    let credential = json!({
        "id": base64url(id), "rawId": base64url(id), "type": "public-key",
        "response": {
            "clientDataJSON": base64url(client_data),
            "authenticatorData": base64url(authenticator_data),
            "signature": base64url(signature),
            "userHandle": user_handle.map(base64url),
        },
    });
    for named in [true, false] {
        let begun_for = if named { "" } else { UNNAMED };
        let state = format!("{begun_for}{}", base64url(challenge));
        let request = FinishAuthentication::new(raw(&credential), state);
        at_sign_in(|site| {
            if let Err(error) = block_on(site.passkeys.authentication().finish(&request)) {
                assert_eq!(error.code(), "authentication_failed");
                return;
            }
            let sign_in = judge::SignIn {
                challenge,
                named,
                raw_id: id,
                client_data,
                authenticator_data,
                user_handle,
            };
            super::count_accepted();
            sign_in.check();
        });
    }
}

fn raw(credential: &Value) -> Box<RawValue> {
    to_raw_value(credential).expect("JSON")
}

fn choose(input: &[u8]) -> Option<(&'static Example, &[u8])> {
    let (&number, rest) = input.split_first()?;
    Some((EXAMPLES.get(usize::from(number))?, rest))
}

/// Splits off a length-prefixed part, shortened if the input is too short.
fn chunk<'a>(input: &mut &'a [u8]) -> &'a [u8] {
    let Some((length, rest)) = input.split_first_chunk() else {
        return std::mem::take(input);
    };
    let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
    let (chunk, rest) = rest.split_at(length);
    *input = rest;
    chunk
}

/// Returns the credential ID in an attestation object, to be sent as `rawId`.
fn attested_id(object: &[u8]) -> Option<&[u8]> {
    let value: ciborium::Value = ciborium::from_reader(object).ok()?;
    let named =
        |(label, _): &&(ciborium::Value, ciborium::Value)| label.as_text() == Some("authData");
    let (_, data) = value.as_map()?.iter().find(named)?;
    let data = data.as_bytes()?;
    let (length, rest) = data.get(53..)?.split_first_chunk()?;
    let id = rest.get(..usize::from(u16::from_be_bytes(*length)))?;
    // The same bytes in `object`, which outlives the parsed value.
    let at = object
        .windows(id.len().max(1))
        .position(|window| window == id)?;
    object.get(at..at + id.len())
}
