//! Target for credential IDs in text and in paths.

use axum::{body::Body, http::Request};
use passkeys::CredentialId;

use super::site::at_registration;

/// Every credential ID has one textual form. A path that is not a stored credential gets a 404.
pub fn credential_id(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(id) = text.parse::<CredentialId>() {
        super::count_accepted();
        let length = id.as_bytes().len();
        assert!((1..=CredentialId::MAX_BYTES).contains(&length));
        assert_eq!(id.to_string(), text, "two textual forms of one ID");
        let json = serde_json::to_value(&id).expect("JSON");
        assert_eq!(
            serde_json::from_value::<CredentialId>(json).expect("an id"),
            id
        );
    }

    // Once as it is, if that is a valid path, and once with every byte percent-encoded.
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
            let answer = at_registration(false, |site| site.send(request));
            if within && !answer.body.is_empty() {
                answer.is_error(&[404]);
            } else {
                // Not a route of the library.
                assert_eq!(answer.status, 404);
            }
        }
    }
}

fn hex(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap_or_default()
}
