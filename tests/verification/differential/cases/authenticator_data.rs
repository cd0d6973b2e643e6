//! Authenticator data taken apart with an independent CBOR parser.

use serde::de::Deserialize as _;
use serde_cbor_2::Value as Cbor;

/// Splits attested credential data into AAGUID and credential ID, key, and the rest.
pub(crate) fn attested(data: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let length = data.get(53..55)?.try_into().ok()?;
    let id_end = 55 + usize::from(u16::from_be_bytes(length));
    let rest = data.get(id_end..)?;
    let mut key = serde_cbor_2::Deserializer::from_slice(rest);
    Cbor::deserialize(&mut key).ok()?;
    let (key, rest) = rest.split_at(key.byte_offset());
    Some((&data[..id_end], key, rest))
}

/// Returns extension outputs, if the flags announce them.
pub(crate) fn extensions(data: &[u8]) -> Option<&[u8]> {
    let flags = *data.get(32)?;
    if flags & 1 << 7 == 0 {
        None
    } else if flags & 1 << 6 == 0 {
        data.get(37..)
    } else {
        attested(data).map(|(_, _, rest)| rest)
    }
}
