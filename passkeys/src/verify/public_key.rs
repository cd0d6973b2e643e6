//! Public keys in `COSE_Key` form
//! ([RFC 9052, §7](https://www.rfc-editor.org/rfc/rfc9052#section-7)).

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_cbor_2::Value;

use super::{
    ed25519,
    refusal::{Refusal, ensure},
};

// COSE algorithms
// ([IANA registry](https://www.iana.org/assignments/cose/cose.xhtml#algorithms)).
pub(super) const ES256: i32 = -7;
pub(super) const EDDSA: i32 = -8;
pub(super) const ES384: i32 = -35;
pub(super) const RS256: i32 = -257;

/// Public key of a supported algorithm, on the curve of that algorithm.
#[derive(Debug)]
pub(super) enum PublicKey<'a> {
    /// An uncompressed point of P-256, not checked to be on the curve.
    Es256([u8; 65]),
    /// An uncompressed point of P-384, not checked to be on the curve.
    Es384([u8; 97]),
    Rs256 {
        n: &'a [u8],
        e: &'a [u8],
    },
    /// An encoded point that is [strong](ed25519::is_strong).
    Ed25519(&'a [u8; 32]),
}

impl<'a> PublicKey<'a> {
    pub(super) fn parse(cose: &'a [u8]) -> Result<Self, Refusal> {
        let members: Members<'_> =
            serde_cbor_2::from_slice(cose).map_err(|_| Refusal::Malformed)?;
        members.key()
    }

    pub(super) fn algorithm(&self) -> i32 {
        match self {
            Self::Es256(_) => ES256,
            Self::Es384(_) => ES384,
            Self::Rs256 { .. } => RS256,
            Self::Ed25519(_) => EDDSA,
        }
    }
}

/// Members of a `COSE_Key`, by label.
#[derive(Default)]
struct Members<'a> {
    /// 1: kty.
    kind: Option<Member<'a>>,
    /// 3: alg.
    algorithm: Option<Member<'a>>,
    /// -1, -2 and -3, whose meaning depends on kty: crv, x and y, or n and e.
    parameters: [Option<Member<'a>>; 3],
}

#[derive(Clone, Copy)]
enum Member<'a> {
    Integer(i128),
    Bytes(&'a [u8]),
}

impl<'a> Members<'a> {
    /// Returns the key, if its type, algorithm and curve belong together
    /// ([RFC 9053, §2](https://www.rfc-editor.org/rfc/rfc9053#section-2),
    /// [RFC 8230, §4](https://www.rfc-editor.org/rfc/rfc8230#section-4)).
    fn key(&self) -> Result<PublicKey<'a>, Refusal> {
        use Member::{Bytes, Integer};

        let (Some(Integer(kind)), Some(Integer(algorithm))) = (self.kind, self.algorithm) else {
            return Err(Refusal::Malformed);
        };
        let [first, second, third] = self.parameters;
        let curve = |expected| match first {
            Some(Integer(curve)) => ensure(curve == expected, Refusal::Algorithm),
            _ => Err(Refusal::Malformed),
        };
        let bytes = |member| match member {
            Some(Bytes(bytes)) => Ok(bytes),
            _ => Err(Refusal::Malformed),
        };
        match (kind, algorithm) {
            (2, -7) => {
                curve(1)?;
                uncompressed(bytes(second)?, bytes(third)?).map(PublicKey::Es256)
            }
            (2, -35) => {
                curve(2)?;
                uncompressed(bytes(second)?, bytes(third)?).map(PublicKey::Es384)
            }
            (3, -257) => {
                let (n, e) = (bytes(first)?, bytes(second)?);
                // A modulus of 2048 bits and an exponent of 3 bytes, such as 65537: the only form
                // that can be registered.
                ensure((n.len(), e.len()) == (256, 3), Refusal::Algorithm)?;
                Ok(PublicKey::Rs256 { n, e })
            }
            (1, -8) => {
                curve(6)?;
                let point = bytes(second)?.try_into().map_err(|_| Refusal::Malformed)?;
                ensure(ed25519::is_strong(point), Refusal::Malformed)?;
                Ok(PublicKey::Ed25519(point))
            }
            _ => Err(Refusal::Algorithm),
        }
    }
}

/// Returns the uncompressed SEC 1 encoding of the point (x, y).
fn uncompressed<const N: usize>(x: &[u8], y: &[u8]) -> Result<[u8; N], Refusal> {
    let mut point = [0x04; N];
    let (first, second) = point[1..].split_at_mut(N / 2);
    let fits = x.len() == first.len() && y.len() == second.len();
    ensure(fits, Refusal::Malformed)?;
    first.copy_from_slice(x);
    second.copy_from_slice(y);
    Ok(point)
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;

        impl<'de> Visitor<'de> for Map {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a COSE key")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Members::default();
                while let Some(label) = map.next_key::<Value>()? {
                    let place = match label {
                        Value::Integer(1) => &mut members.kind,
                        Value::Integer(3) => &mut members.algorithm,
                        Value::Integer(-1) => &mut members.parameters[0],
                        Value::Integer(-2) => &mut members.parameters[1],
                        Value::Integer(-3) => &mut members.parameters[2],
                        _ => {
                            map.next_value::<Value>()?;
                            continue;
                        }
                    };
                    // RFC 9052, §14: duplicate labels are malformed.
                    if place.replace(map.next_value()?).is_some() {
                        return Err(A::Error::custom("duplicate label"));
                    }
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Map)
    }
}

impl<'de> Deserialize<'de> for Member<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Member<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer or bytes")
            }

            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Member::Integer(value.into()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Member::Integer(value.into()))
            }

            // Integers that do not fit into `i64` or `u64`.
            fn visit_i128<E>(self, value: i128) -> Result<Self::Value, E> {
                Ok(Member::Integer(value))
            }

            fn visit_borrowed_bytes<E>(self, value: &'de [u8]) -> Result<Self::Value, E> {
                Ok(Member::Bytes(value))
            }
        }

        deserializer.deserialize_any(Any)
    }
}
