//! Independent checks of everything that the library accepts, without code of the library and with
//! another CBOR parser.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value as Cbor;
use passkeys::Credential;
use serde_json::Value;

use super::examples::{ADA, EXAMPLES};

/// SHA-256 of `example.org`.
const RP_ID_HASH: [u8; 32] = [
    0xbf, 0xab, 0xc3, 0x74, 0x32, 0x95, 0x8b, 0x06, 0x33, 0x60, 0xd3, 0xad, 0x64, 0x61, 0xc9, 0xc4,
    0x73, 0x5a, 0xe7, 0xf8, 0xed, 0xd4, 0x65, 0x92, 0xa5, 0xe0, 0xf0, 0x14, 0x52, 0xb2, 0xe4, 0xb5,
];

/// Accepted registration, as sent by the client.
pub(crate) struct Registration<'a> {
    pub(crate) challenge: &'a [u8],
    pub(crate) raw_id: &'a [u8],
    pub(crate) client_data: &'a [u8],
    pub(crate) attestation_object: &'a [u8],
    /// Request for attestation in the options.
    pub(crate) requested: bool,
}

impl Registration<'_> {
    /// Checks that the specification allows the registration, and that it is stored correctly.
    pub(crate) fn check(&self, stored: &Credential) {
        client_data(self.client_data, "webauthn.create", self.challenge);
        let (format, data, statement) = attestation_object(self.attestation_object);
        header(&data);
        let flags = data[32];
        assert!(flags & 1 << 6 != 0, "nothing is attested");
        let (id, key, rest) = attested(&data);
        let members = key.as_map().expect("a key").len();
        assert!((4..=5).contains(&members), "{key:?} has other members");
        assert!(
            (1..=1023).contains(&id.len()),
            "an id of {} bytes",
            id.len()
        );
        if flags & 1 << 7 != 0 {
            let (extensions, rest) = item(rest);
            assert!(extensions.is_map() && rest.is_empty(), "trailing bytes");
        } else {
            assert!(rest.is_empty(), "trailing bytes");
        }
        let algorithm = labelled(&key, 3);
        let offered = [-7, -8, -35, -257].map(Cbor::from);
        assert!(
            algorithm.is_some_and(|algorithm| offered.contains(algorithm)),
            "{algorithm:?} was not offered"
        );

        assert_eq!(id, self.raw_id);
        assert_eq!(stored.id.as_bytes(), id);
        assert_eq!(stored.sign_count.to_be_bytes(), data[33..37]);
        assert_eq!(stored.backup_eligible, Some(flags & 1 << 3 != 0));
        assert_eq!(stored.backup_state, flags & 1 << 4 != 0);
        assert_eq!(stored.user_verified, flags & 1 << 2 != 0);
        assert!(data.ends_with(&[&stored.public_key, rest].concat()));
        assert_eq!(stored.attestation_format.as_ref(), Some(&format));
        let is_self = format == "packed"
            && member(&statement, "x5c").is_none()
            && member(&statement, "ecdaaKeyId").is_none();
        if format == "fido-u2f" {
            assert_eq!(stored.aaguid, None, "nobody signs it");
        }
        if format == "none" {
            assert!(!self.requested, "nothing is attested");
            assert_eq!(statement, Cbor::Map(Vec::new()));
        } else if self.requested || is_self {
            // The fuzzer has no keys, so the signed data must be an example's.
            let signed = EXAMPLES.iter().any(|example| {
                let example = &example.registration;
                example.client_data.0 == self.client_data
                    && match attestation_object(&example.attestation_object.0) {
                        (_, signed, _) if format == "fido-u2f" => is_same_for_u2f(&signed, &data),
                        (_, signed, _) => signed == data,
                    }
            });
            assert!(signed, "a forged {format} attestation was accepted");
        }
    }
}

/// Accepted sign-in, as sent by the client.
pub(crate) struct SignIn<'a> {
    pub(crate) challenge: &'a [u8],
    /// Whether it was begun for a named user, [`ADA`].
    pub(crate) named: bool,
    pub(crate) raw_id: &'a [u8],
    pub(crate) client_data: &'a [u8],
    pub(crate) authenticator_data: &'a [u8],
    pub(crate) user_handle: Option<&'a [u8]>,
}

impl SignIn<'_> {
    /// Checks that a passkey of [`ADA`] has signed it.
    pub(crate) fn check(&self) {
        client_data(self.client_data, "webauthn.get", self.challenge);
        header(self.authenticator_data);
        match self.user_handle.filter(|handle| !handle.is_empty()) {
            Some(handle) => assert_eq!(handle, ADA.as_bytes()),
            None => assert!(self.named, "no user handle, and no user was named"),
        }
        let signed = EXAMPLES.iter().any(|example| {
            example.registration.credential_id.0 == self.raw_id
                && example.authentication.client_data.0 == self.client_data
                && example.authentication.authenticator_data.0 == self.authenticator_data
        });
        assert!(signed, "a forged assertion signed in");
    }
}

fn client_data(json: &[u8], kind: &str, challenge: &[u8]) {
    // As the Encoding Standard decodes UTF-8.
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let json = String::from_utf8_lossy(json);
    let data: Value = serde_json::from_str(&json).expect("client data in JSON");
    assert_eq!(data["type"], kind);
    assert_eq!(data["challenge"], URL_SAFE_NO_PAD.encode(challenge));
    assert_eq!(data["origin"], "https://example.org");
    let framed = data["topOrigin"] == "https://example.org";
    assert!(framed || data["topOrigin"].is_null());
    assert!(framed || data["crossOrigin"].is_null() || data["crossOrigin"] == false);
}

/// Checks RP ID hash and flags of authenticator data.
fn header(data: &[u8]) {
    assert_eq!(data[..32], RP_ID_HASH);
    let flags = data[32];
    assert!(flags & 1 != 0, "user not present");
    assert!(
        flags & 0b1_1000 != 0b1_0000,
        "backed up and not backup-eligible"
    );
}

/// Returns format, authenticator data and statement.
fn attestation_object(bytes: &[u8]) -> (String, Vec<u8>, Cbor) {
    let object = cbor(bytes);
    match ["fmt", "authData", "attStmt"].map(|name| member(&object, name)) {
        [
            Some(Cbor::Text(format)),
            Some(Cbor::Bytes(data)),
            Some(statement),
        ] => (format.clone(), data.clone(), statement.clone()),
        _ => panic!("accepted although it is not an attestation object: {object:?}"),
    }
}

/// Returns credential ID, key, and the rest of authenticator data.
fn attested(data: &[u8]) -> (&[u8], Cbor, &[u8]) {
    let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
    let (id, rest) = data[55..].split_at(length);
    let (key, rest) = item(rest);
    (id, key, rest)
}

/// Returns whether the data signed by `fido-u2f` is equal. Besides RP ID hash and client data, this
/// format signs the credential ID and the public key's point only (Level 3, §8.6, step 5): no flags,
/// no signature counter and no AAGUID.
fn is_same_for_u2f(data: &[u8], other: &[u8]) -> bool {
    let ((id, key, _), (other_id, other_key, _)) = (attested(data), attested(other));
    let is_same = |label| labelled(&key, label) == labelled(&other_key, label);
    id == other_id && is_same(-2) && is_same(-3)
}

fn cbor(bytes: &[u8]) -> Cbor {
    let (value, rest) = item(bytes);
    assert!(rest.is_empty(), "trailing bytes");
    value
}

/// Splits off the first data item.
fn item(mut bytes: &[u8]) -> (Cbor, &[u8]) {
    let value = ciborium::from_reader(&mut bytes).expect("CBOR");
    (value, bytes)
}

fn labelled(key: &Cbor, label: i64) -> Option<&Cbor> {
    let mut members = key.as_map()?.iter();
    members
        .find(|(found, _)| *found == label.into())
        .map(|(_, value)| value)
}

fn member<'a>(map: &'a Cbor, name: &str) -> Option<&'a Cbor> {
    let mut named = map
        .as_map()?
        .iter()
        .filter(|(label, _)| label.as_text() == Some(name));
    let found = named.next().map(|(_, value)| value);
    assert!(named.next().is_none(), "duplicate `{name}`");
    found
}
