//! Target for the parser of authenticator data.

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
        is_one_item(attested.public_key);
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
        is_one_item(extensions);
    }
}

/// Checks that another CBOR parser finds the same end of the item, if it can parse it.
fn is_one_item(bytes: &[u8]) {
    let mut rest = bytes;
    if ciborium::from_reader::<ciborium::Value, _>(&mut rest).is_ok() {
        assert!(rest.is_empty(), "more than one item: {bytes:02x?}");
    }
}
