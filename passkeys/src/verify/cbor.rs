//! CBOR without duplicate map keys.
//!
//! Maps with duplicate keys are invalid ([RFC 8949, §5.6]), and parsers disagree about which of the
//! values counts: one parser could verify a value that another does not see.
//!
//! [RFC 8949, §5.6]: https://www.rfc-editor.org/rfc/rfc8949#section-5.6

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_cbor_2::{Deserializer as Reader, Value};

use super::refusal::Refusal;

/// Parses exactly one data item, without trailing bytes.
pub(super) fn read(bytes: &[u8]) -> Result<Value, Refusal> {
    match split(bytes) {
        Some((item, [])) => serde_cbor_2::from_slice(item).map_err(|_| Refusal::Malformed),
        _ => Err(Refusal::Malformed),
    }
}

/// Splits off the first data item, which is never empty.
pub(super) fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut reader = Reader::from_slice(bytes);
    Distinct::deserialize(&mut reader).ok()?;
    bytes.split_at_checked(reader.byte_offset())
}

/// Any data item without duplicate map keys, at any depth.
struct Distinct;

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Distinct {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item without duplicate map keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some(key) = map.next_key::<Value>()? {
            if !keys.insert(key) {
                return Err(A::Error::custom("duplicate key"));
            }
            map.next_value::<Self>()?;
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_none<E>(self) -> Result<Self, E> {
        Ok(self)
    }
}
