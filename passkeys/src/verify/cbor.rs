//! Reader of CBOR in the CTAP2 canonical form
//! ([CTAP 2.1, §6](https://fidoalliance.org/specs/fido-v2.1-ps-20210615/fido-client-to-authenticator-protocol-v2.1-ps-errata-20220621.html#message-encoding)),
//! which WebAuthn requires of authenticators and clients
//! ([Level 3, §2](https://www.w3.org/TR/webauthn-3/#sctn-conformance)).
//!
//! Lengths are definite, map keys are distinct integers or texts, there are no tags, and nesting and
//! the number of data items are bounded, so that reading costs less than a signature. What authenticators in use do differently is accepted: the order of map keys is not
//! checked, and [`Heads::Any`] accepts integers and lengths in more bytes than they need.

/// Maximum nesting depth. The deepest defined structure, a compound attestation, has five levels.
const MAX_DEPTH: usize = 16;

/// Maximum number of data items, keys included. Attestation objects have a few dozen.
const MAX_ITEMS: usize = 256;

/// Data item.
#[derive(Debug, PartialEq)]
pub(super) enum Value<'a> {
    Integer(i128),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(Vec<Self>),
    Map(Map<'a>),
    /// Booleans, null and floating-point numbers, which no verified structure has.
    Other,
}

/// Map, sorted by key. Most have a handful of members, so this is faster than a tree.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Map<'a>(Vec<(Key<'a>, Value<'a>)>);

/// Key of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key<'a> {
    Integer(i128),
    Text(&'a str),
}

/// Encoding of integers and lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heads {
    /// In as few bytes as possible.
    Shortest,
    /// In any number of bytes.
    Any,
}

/// Reads exactly one map, without trailing bytes.
pub(super) fn read_map(bytes: &[u8], heads: Heads) -> Option<Map<'_>> {
    match split_map(bytes, heads)? {
        (map, _, []) => Some(map),
        _ => None,
    }
}

/// Reads a map at the start of `bytes`. Returns it with its bytes, and the rest.
pub(super) fn split_map(bytes: &[u8], heads: Heads) -> Option<(Map<'_>, &[u8], &[u8])> {
    let mut reader = Reader {
        rest: bytes,
        heads,
        items: 0,
    };
    let Value::Map(map) = reader.value(0)? else {
        return None;
    };
    let length = bytes.len() - reader.rest.len();
    Some((map, &bytes[..length], reader.rest))
}

impl<'a> Map<'a> {
    pub(super) fn get(&self, key: Key<'_>) -> Option<&Value<'a>> {
        let found = self.0.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        Some(&self.0[found].1)
    }

    pub(super) fn remove(&mut self, key: Key<'_>) -> Option<Value<'a>> {
        let found = self.0.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        Some(self.0.remove(found).1)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    heads: Heads,
    /// Number of data items read so far.
    items: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        if depth == MAX_DEPTH {
            return None;
        }
        let (major, argument) = self.head()?;
        Some(match major {
            0 => Value::Integer(argument.into()),
            1 => Value::Integer(-1 - i128::from(argument)),
            2 => Value::Bytes(self.take(argument)?),
            3 => Value::Text(self.text(argument)?),
            // The length is the sender's claim, so nothing is allocated for it.
            4 => {
                let items = (0..argument).map(|_| self.value(depth + 1));
                Value::Array(items.collect::<Option<_>>()?)
            }
            5 => Value::Map(self.map(argument, depth + 1)?),
            7 => Value::Other,
            // 6: a tag.
            _ => return None,
        })
    }

    fn map(&mut self, length: u64, depth: usize) -> Option<Map<'a>> {
        // The length is the sender's claim; a key has five members at most.
        let mut members = Vec::with_capacity(length.min(5) as usize);
        for _ in 0..length {
            let (major, argument) = self.head()?;
            let key = match major {
                0 => Key::Integer(argument.into()),
                1 => Key::Integer(-1 - i128::from(argument)),
                3 => Key::Text(self.text(argument)?),
                _ => return None,
            };
            members.push((key, self.value(depth)?));
        }
        members.sort_unstable_by_key(|(key, _)| *key);
        // Parsers disagree about which of two values with one key counts.
        let distinct = members.windows(2).all(|pair| pair[0].0 != pair[1].0);
        distinct.then_some(Map(members))
    }

    /// Reads the major type and the argument of an item.
    fn head(&mut self) -> Option<(u8, u64)> {
        if self.items == MAX_ITEMS {
            return None;
        }
        self.items += 1;
        let (&[first], rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        let (major, info) = (first >> 5, first & 0x1f);
        let (argument, shortest) = match info {
            0..24 => (u64::from(info), true),
            24 => {
                let [byte] = self.chunk()?;
                (byte.into(), byte >= 24)
            }
            25 => {
                let argument = u16::from_be_bytes(self.chunk()?);
                (argument.into(), argument > u8::MAX.into())
            }
            26 => {
                let argument = u32::from_be_bytes(self.chunk()?);
                (argument.into(), argument > u16::MAX.into())
            }
            27 => {
                let argument = u64::from_be_bytes(self.chunk()?);
                (argument, argument > u32::MAX.into())
            }
            // 31: an indefinite length. The others are reserved.
            _ => return None,
        };
        let valid = match major {
            // Booleans, null, undefined and floating-point numbers, whose argument is their bits.
            // Other simple values are unassigned (RFC 8949, §3.3).
            7 => matches!(info, 20..=23 | 25..=27),
            _ => shortest || self.heads == Heads::Any,
        };
        valid.then_some((major, argument))
    }

    fn chunk<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (&chunk, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(chunk)
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length.try_into().ok()?)?;
        self.rest = rest;
        Some(taken)
    }

    fn text(&mut self, length: u64) -> Option<&'a str> {
        str::from_utf8(self.take(length)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Heads, Key, MAX_DEPTH, MAX_ITEMS, Value, read_map};

    fn shortest(bytes: &[u8]) -> bool {
        read_map(bytes, Heads::Shortest).is_some()
    }

    fn any(bytes: &[u8]) -> bool {
        read_map(bytes, Heads::Any).is_some()
    }

    #[test]
    fn cbor_items_of_every_type_are_read() {
        let bytes =
            b"\xa5\x01\x20\x21\x42\x01\x02\x61a\x82\x61b\xf6\x61c\xa0\x61d\xfb\0\0\0\0\0\0\0\0";
        let map = read_map(bytes, Heads::Shortest).unwrap();
        let get = |key| map.get(key).unwrap();
        assert_eq!(get(Key::Integer(1)), &Value::Integer(-1));
        assert_eq!(get(Key::Integer(-2)), &Value::Bytes(&[1, 2]));
        let array = Value::Array(vec![Value::Text("b"), Value::Other]);
        assert_eq!(get(Key::Text("a")), &array);
        assert_eq!(get(Key::Text("c")), &Value::Map(<_>::default()));
        assert_eq!(get(Key::Text("d")), &Value::Other);
        assert_eq!(map.len(), 5);
    }

    #[test]
    fn cbor_integers_of_64_bits_do_not_overflow() {
        let bytes =
            b"\xa2\x00\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x01\x3b\xff\xff\xff\xff\xff\xff\xff\xff";
        let map = read_map(bytes, Heads::Shortest).unwrap();
        let largest = i128::from(u64::MAX);
        assert_eq!(map.get(Key::Integer(0)), Some(&Value::Integer(largest)));
        assert_eq!(
            map.get(Key::Integer(1)),
            Some(&Value::Integer(-1 - largest))
        );
    }

    #[test]
    fn cbor_of_another_than_the_canonical_form_is_rejected() {
        for (what, bytes) in [
            ("no map", &b"\x01"[..]),
            ("trailing bytes", b"\xa0\0"),
            ("missing bytes", b"\xa1\x01"),
            ("indefinite map", b"\xbf\xff"),
            ("indefinite bytes", b"\xa1\x01\x5f\x41\x00\xff"),
            ("duplicate integer key", b"\xa2\x01\x00\x01\x00"),
            ("duplicate text key", b"\xa2\x61a\x00\x61a\x00"),
            ("array as key", b"\xa1\x80\x00"),
            ("bytes as key", b"\xa1\x40\x00"),
            ("tag", b"\xa1\x01\xc1\x00"),
            ("text that is not UTF-8", b"\xa1\x01\x61\xff"),
            ("reserved head", b"\xa1\x01\x1c"),
            ("unassigned simple value", b"\xa1\x01\xe0"),
            ("simple value in two bytes", b"\xa1\x01\xf8\x14"),
            ("unassigned simple value in two bytes", b"\xa1\x01\xf8\x20"),
            ("break outside of an item", b"\xa1\x01\xff"),
            (
                "huge length",
                b"\xa1\x01\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
            ),
            (
                "huge array",
                b"\xa1\x01\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
            ),
            ("huge map", b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff"),
        ] {
            assert!(!shortest(bytes) && !any(bytes), "{what}");
        }
    }

    #[test]
    fn cbor_heads_longer_than_needed_are_read_only_where_any_head_is_accepted() {
        for bytes in [
            &b"\xa1\x18\x01\x00"[..],
            b"\xa1\x01\x19\x00\x18",
            b"\xa1\x01\x1a\x00\x00\xff\xff",
            b"\xa1\x01\x1b\x00\x00\x00\x00\xff\xff\xff\xff",
            b"\xa1\x01\x58\x01\x00",
            b"\xb8\x01\x01\x00",
        ] {
            assert!(!shortest(bytes) && any(bytes), "{bytes:x?}");
        }
        assert!(shortest(b"\xa1\x18\x18\x19\x01\x00"));
    }

    #[test]
    fn cbor_nested_too_deeply_is_rejected() {
        let nested = |depth: usize| {
            let mut bytes = b"\xa1\x01".repeat(depth);
            bytes.push(0);
            bytes
        };
        assert!(shortest(&nested(MAX_DEPTH - 1)));
        assert!(!shortest(&nested(MAX_DEPTH)));
        assert!(!shortest(&nested(30_000)));
    }

    /// Also where the client claims a length that it does not send.
    #[test]
    fn cbor_of_more_items_than_any_attestation_object_has_is_rejected() {
        let with_head = |head: &[u8], items: &[u8], count: usize| {
            let length = u16::try_from(count).unwrap().to_be_bytes();
            [head, &length, &items.repeat(count)].concat()
        };
        // The map, its key and the array are three items.
        let array = |item: &[u8], count| with_head(b"\xa1\x01\x99", item, count);
        assert!(any(&array(b"\x00", MAX_ITEMS - 3)));
        assert!(!any(&array(b"\x00", MAX_ITEMS - 2)));
        for item in [&b"\xa0"[..], b"\x80", b"\xa1\x01\x00", b"\x61a", b"\x41a"] {
            assert!(!any(&array(item, 40_000 / item.len())));
        }
        let members = (0..10_000_u16).flat_map(|key| {
            let [high, low] = key.to_be_bytes();
            [0x19, high | 0x80, low, 0x00]
        });
        let members: Vec<u8> = members.collect();
        assert!(!any(&[&b"\xb9\x27\x10"[..], &members].concat()));
    }
}
