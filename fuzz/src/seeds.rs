//! Seeds of the corpora: examples of the specification, and scripts for `ceremony`.

use serde_json::json;

use super::{
    ceremony,
    examples::{ADA, EXAMPLES, Example},
    site::{UNNAMED, base64url},
};

/// Returns pairs of a target's name and an input.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let mut seeds = Vec::new();
    for (number, example) in (0_u8..).zip(EXAMPLES.iter()) {
        seeds.push(("registration_body", registration(example)));
        for named in [true, false] {
            seeds.push(("authentication_body", authentication(example, named)));
        }
        let object = &example.registration.attestation_object.0;
        seeds.push(("attestation", [&[number][..], object].concat()));

        let signed = &example.authentication;
        for handle in [None, Some(ADA.as_bytes())] {
            let mut input = vec![number];
            let members = [
                &signed.client_data.0,
                &signed.authenticator_data.0,
                &signed.signature.0,
            ];
            for member in members.into_iter().map(Vec::as_slice).chain(handle) {
                input.extend(u16::try_from(member.len()).expect("short").to_be_bytes());
                input.extend(member);
            }
            seeds.push(("assertion", input));
        }
        seeds.push(("authenticator_data", signed.authenticator_data.0.clone()));
        // The last member of the object. It begins with the RP ID hash, as all authenticator data.
        let at = object
            .windows(4)
            .rposition(|window| window == &signed.authenticator_data.0[..4]);
        seeds.push((
            "authenticator_data",
            object[at.expect("the hash of the RP ID")..].to_vec(),
        ));
        let id = base64url(&example.registration.credential_id.0);
        seeds.push(("credential_id", id.into_bytes()));
    }
    seeds.push(("state", base64url(&[0; 24]).into_bytes()));
    seeds.push(("state", base64url(&[0; 16]).into_bytes()));
    seeds.extend(ceremony::seeds().map(|script| ("ceremony", script)));
    seeds
}

fn registration(example: &Example) -> Vec<u8> {
    let registration = &example.registration;
    let id = base64url(&registration.credential_id.0);
    let body = json!({
        "credential": {
            "id": id, "rawId": id, "type": "public-key",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": base64url(&registration.client_data.0),
                "attestationObject": base64url(&registration.attestation_object.0),
                "transports": ["internal", "hybrid"],
            },
        },
        "state": base64url(&registration.challenge.0),
        "deviceName": "Ada’s phone",
    });
    body.to_string().into_bytes()
}

fn authentication(example: &Example, named: bool) -> Vec<u8> {
    let authentication = &example.authentication;
    let id = base64url(&example.registration.credential_id.0);
    let challenge = base64url(&authentication.challenge.0);
    let begun_for = if named { "" } else { UNNAMED };
    let body = json!({
        "credential": {
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url(&authentication.client_data.0),
                "authenticatorData": base64url(&authentication.authenticator_data.0),
                "signature": base64url(&authentication.signature.0),
                "userHandle": (!named).then(|| base64url(ADA.as_bytes())),
            },
        },
        "state": format!("{begun_for}{challenge}"),
    });
    body.to_string().into_bytes()
}
