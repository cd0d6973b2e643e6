//! Parts of responses, for the inspector, which shows them whether they verify or not.

use super::{
    attestation_object::AttestationObject,
    cbor::{self, Heads, Key, Value},
    client_data::{self, ClientData},
};

/// Returns whether this is client data that verification can read.
pub(crate) fn is_client_data(bytes: &[u8]) -> bool {
    ClientData::parse(&client_data::decode(bytes)).is_ok()
}

/// Returns the format and the authenticator data of an attestation object.
pub(crate) fn of_attestation_object(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let object = AttestationObject::parse(bytes).ok()?;
    Some((object.format, object.auth_data))
}

/// Returns the COSE algorithm of a key, also one that this library does not know.
pub(crate) fn algorithm_of_key(cose: &[u8]) -> Option<i128> {
    const ALG: Key<'_> = Key::Integer(3);
    let members = cbor::read_map(cose, Heads::Any)?;
    match members.get(ALG) {
        Some(Value::Integer(algorithm)) => Some(*algorithm),
        _ => None,
    }
}
