use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use passkeys::{Credential, CredentialId, Transport, UserHandle, time::OffsetDateTime};
use serde_json::Value;

/// Converts a `webauthn_rs::prelude::Passkey`, as JSON. Returns `None` for a key that cannot sign in.
///
/// `user_id` is the ID that `get_user` gives the user; `handle` is the `Uuid` that the passkey was
/// registered with (`user_unique_id`), as bytes.
fn convert(
    passkey: &Value,
    user_id: &str,
    handle: &[u8],
    created_at: OffsetDateTime,
) -> Option<Credential> {
    let stored = passkey.get("cred")?;
    let id: CredentialId = stored["cred_id"].as_str()?.parse().ok()?;
    let public_key = cose_key(&stored["cred"])?;
    let mut credential = Credential::new(id, user_id, public_key, created_at);
    credential.user_handle = Some(UserHandle::new(handle).ok()?);
    credential.sign_count = stored["counter"].as_u64()?.try_into().ok()?;
    let transports = stored["transports"].as_array().into_iter().flatten();
    let transports = transports.filter_map(|name| Transport::from_word(name.as_str()?));
    credential.transports = transports.collect();
    credential.user_verified = stored["user_verified"].as_bool()?;
    // `false` may also mean that the version which registered it did not know. `None` is learnt at
    // the next sign-in.
    credential.backup_eligible = stored["backup_eligible"].as_bool().filter(|known| *known);
    credential.backup_state = stored["backup_state"].as_bool()?;
    let properties = &stored["extensions"]["cred_props"];
    let discoverable = properties
        .pointer("/Unsigned/rk")
        .or(properties.pointer("/Set/rk"));
    credential.discoverable = discoverable.and_then(Value::as_bool).unwrap_or(false);
    Some(credential)
}

/// Encodes a `webauthn_rs::prelude::COSEKey` as the `COSE_Key` that it was read from.
fn cose_key(key: &Value) -> Option<Vec<u8>> {
    let (kind, parts) = key["key"].as_object()?.iter().next()?;
    let part = |name: &str| BASE64URL.decode(parts[name].as_str()?).ok();
    let point = |x: &[u8], y: &[u8]| Some([x, &part("x")?, y, &part("y")?].concat());
    let algorithm = key["type_"].as_str()?;
    match (kind.as_str(), algorithm, parts["curve"].as_str()) {
        ("EC_EC2", "ES256" | "ECDSA_SHA256", Some("SECP256R1")) => point(
            &[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32],
            &[0x22, 0x58, 32],
        ),
        ("EC_EC2", "ES384" | "ECDSA_SHA384", Some("SECP384R1")) => point(
            &[0xa5, 1, 2, 3, 0x38, 34, 0x20, 2, 0x21, 0x58, 48],
            &[0x22, 0x58, 48],
        ),
        ("EC_OKP", "EDDSA", Some("ED25519")) => {
            let start = [0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32];
            Some([&start[..], &part("x")?].concat())
        }
        ("RSA", "RS256", _) => {
            let n = part("n")?;
            let e: Vec<u8> = serde_json::from_value(parts["e"].clone()).ok()?;
            let [high, low] = u16::try_from(n.len()).ok()?.to_be_bytes();
            let start = [0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, high, low];
            Some([&start[..], &n, &[0x21, 0x43], &e].concat())
        }
        _ => None,
    }
}
