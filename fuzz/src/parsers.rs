//! Target for the parser of authenticator data.

use ciborium::Value as Cbor;
use passkeys::testing::parsers;

/// Authenticator data is parsed to its last byte, or rejected.
pub fn authenticator_data(bytes: &[u8]) {
    let Some(read) = parsers::authenticator_data(bytes) else {
        return;
    };
    super::count_accepted();
    let mut again = read.rp_id_hash.to_vec();
    again.push(read.flags);
    again.extend(read.sign_count.to_be_bytes());
    assert_eq!(read.attested.is_some(), read.flags & 1 << 6 != 0);
    if let Some(attested) = read.attested {
        let length = u16::try_from(attested.credential_id.len()).unwrap_or(u16::MAX);
        assert!((1..=1023).contains(&length), "an id of {length} bytes");
        again.extend(attested.aaguid);
        again.extend(length.to_be_bytes());
        again.extend(attested.credential_id);
        again.extend(attested.public_key);
        assert!(is_canonical(attested.public_key), "longer than necessary");
    }
    assert!(
        bytes.starts_with(&again),
        "a parsed part differs from the input"
    );
    let extensions = &bytes[again.len()..];
    assert_eq!(
        !extensions.is_empty(),
        read.flags & 1 << 7 != 0,
        "trailing bytes"
    );
    if !extensions.is_empty() {
        one_item(extensions);
    }
}

/// Parses exactly one item with another parser, which has to accept what the library accepts, and
/// checks that it is in CTAP2's canonical form, except for the length of heads.
fn one_item(bytes: &[u8]) -> Cbor {
    let mut rest = bytes;
    let item: Cbor = ciborium::from_reader(&mut rest).expect("CBOR");
    assert!(rest.is_empty(), "more than one item: {bytes:02x?}");
    assert!(is_strict(&item), "not canonical: {bytes:02x?}");
    item
}

/// Returns whether an item has no tags, and maps have distinct keys that are integers or texts.
fn is_strict(item: &Cbor) -> bool {
    match item {
        Cbor::Tag(..) => false,
        Cbor::Array(items) => items.iter().all(is_strict),
        Cbor::Map(members) => {
            let keys = || members.iter().map(|(key, _)| key);
            keys().all(|key| key.is_integer() || key.is_text())
                && keys()
                    .enumerate()
                    .all(|(at, key)| !keys().take(at).any(|it| it == key))
                && members.iter().all(|(_, value)| is_strict(value))
        }
        _ => true,
    }
}

/// Returns whether another encoder gives the same bytes.
fn is_canonical(bytes: &[u8]) -> bool {
    let item = one_item(bytes);
    let mut again = Vec::new();
    ciborium::into_writer(&item, &mut again).expect("memory");
    // It shortens floating-point numbers, and writes null for undefined.
    again == bytes || !has_heads_only(&item)
}

/// Returns whether an item has no values but integers, strings, arrays and maps.
fn has_heads_only(item: &Cbor) -> bool {
    match item {
        Cbor::Array(items) => items.iter().all(has_heads_only),
        Cbor::Map(members) => members.iter().all(|(_, value)| has_heads_only(value)),
        Cbor::Float(_) | Cbor::Null => false,
        _ => true,
    }
}
