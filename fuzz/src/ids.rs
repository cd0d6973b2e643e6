//! Ids as peers name credentials by: in paths, and in text.

use axum::{body::Body, http::Request};
use passkeys::CredentialId;

use super::site::at_registration;

/// A text that is an id is the only one for that id. A path that names none, names no credential.
pub fn credential_id(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(id) = text.parse::<CredentialId>() {
        super::is_let_in();
        let length = id.as_bytes().len();
        assert!((1..=CredentialId::MAX_BYTES).contains(&length));
        assert_eq!(id.to_string(), text, "two texts name one credential");
        let json = serde_json::to_value(&id).expect("JSON");
        assert_eq!(
            serde_json::from_value::<CredentialId>(json).expect("an id"),
            id
        );
    }

    // Once as it is, where that is a path at all, and once with every byte escaped.
    let mut escaped = String::new();
    for byte in input {
        escaped.extend(['%', hex(byte >> 4), hex(byte & 15)]);
    }
    for path in [text.as_ref(), &escaped] {
        for method in ["DELETE", "PATCH"] {
            let request = Request::builder()
                .method(method)
                .uri(format!("/credentials/{path}"))
                .header("content-type", "application/json")
                .body(Body::from(r#"{"deviceName":"mine"}"#));
            let Ok(request) = request else { continue };
            let within = !request.uri().path()["/credentials/".len()..].contains('/');
            let answer = at_registration(|site| site.send(request));
            if within && !answer.body.is_empty() {
                answer.is_error(&[404]);
            } else {
                // No route of the library's.
                assert_eq!(answer.status, 404);
            }
        }
    }
}

fn hex(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap_or_default()
}
