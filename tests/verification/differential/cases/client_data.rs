//! What `webauthn-rs-core` rejects in client data and this library accepts, taken away.

use serde_json::Value as Json;

/// Removes a byte order mark.
pub(crate) fn without_byte_order_mark(client_data: &mut Vec<u8>) {
    if client_data.starts_with(b"\xef\xbb\xbf") {
        client_data.drain(..3);
    }
}

/// Replaces invalid UTF-8.
pub(crate) fn with_valid_utf8(client_data: &mut Vec<u8>) {
    *client_data = String::from_utf8_lossy(client_data).into_owned().into();
}

/// Removes `tokenBinding`.
pub(crate) fn without_token_binding(client_data: &mut Vec<u8>) {
    let members: Result<serde_json::Map<String, Json>, _> = serde_json::from_slice(client_data);
    if let Ok(mut members) = members
        && members.remove("tokenBinding").is_some()
    {
        *client_data = Json::Object(members).to_string().into();
    }
}
