//! The registrations that this library rejects and `webauthn-rs-core` accepts. No browser and no
//! authenticator produces any of these.

use passkeys::audit::Reason;
use serde::de::Deserialize as _;
use serde_cbor_2::Value as Cbor;
use serde_json::Value as Json;

use super::{
    super::{
        ORIGINS,
        authenticator_data::{attested, extensions},
        base64url,
        cbor::{self, Frame},
        client_data::has_huge_number,
        keys::Key,
    },
    Ceremony, Example, Object,
    parts::Format,
};

/// Difference by which this library is stricter.
pub(crate) struct Difference {
    pub(crate) name: &'static str,
    /// Step of the specification that demands it.
    pub(crate) step: &'static str,
    /// Reason for which this library rejects it.
    pub(crate) reason: Reason,
    /// Returns whether a registration contains this difference.
    holds: fn(&Ceremony) -> bool,
    pub(crate) example: Example,
}

pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "`id` is not `rawId`, or not the attested credential ID",
        step: "§5.1 and §6.5.1: they are the same. Core reads the attested credential ID only",
        reason: Reason::CredentialId,
        holds: |ceremony| {
            ceremony.id != base64url(&ceremony.raw_id)
                || with_data(ceremony, |data| {
                    attested(data).is_none_or(|(before, ..)| before[55..] != ceremony.raw_id)
                })
        },
        example: (es256, Format::Own, |parts| parts.id.push('A')),
    },
    Difference {
        name: "`type` is not `public-key`",
        step: "§5.8.2: there is one credential type. Core accepts any string",
        reason: Reason::Malformed,
        holds: |ceremony| ceremony.kind != "public-key",
        example: (es256, Format::Own, |parts| parts.kind = "password"),
    },
    Difference {
        name: "the origin is written otherwise",
        step: "§7.1, step 9: browsers serialize an origin in one way. Core compares parsed URLs",
        reason: Reason::Origin,
        holds: |ceremony| match &client_data(ceremony)["origin"] {
            Json::String(origin) => !ORIGINS.contains(&&**origin),
            _ => false,
        },
        example: (es256, Format::Own, |parts| {
            parts.client_data.members[2].1 = b"\"HTTPS://example.com:443/a\"".into();
        }),
    },
    Difference {
        name: "another site's frame",
        step: "§7.1, step 11, which core omits",
        reason: Reason::CrossOrigin,
        holds: |ceremony| !client_data(ceremony)["topOrigin"].is_null(),
        example: (es256, Format::Own, |parts| {
            parts
                .client_data
                .add("topOrigin", b"\"https://evil.example\"");
        }),
    },
    Difference {
        name: "`topOrigin` is no string",
        step: "§5.8.1: it is a string, which core does not check",
        reason: Reason::Malformed,
        holds: |ceremony| {
            let top_origin = &client_data(ceremony)["topOrigin"];
            !top_origin.is_null() && !top_origin.is_string()
        },
        example: (es256, Format::Own, |parts| {
            parts.client_data.add("topOrigin", b"1");
        }),
    },
    Difference {
        name: "a number beyond the range of `f64` in `tokenBinding`",
        step: "§7.1, step 6: RFC 8259, §6, allows limits. Core skips unknown members of `tokenBinding` only",
        reason: Reason::Malformed,
        holds: |ceremony| has_huge_number(&ceremony.client_data),
        example: (es256, Format::Own, |parts| {
            let binding = b"{\"status\":\"supported\",\"more\":1e999}";
            parts.client_data.add("tokenBinding", binding);
        }),
    },
    Difference {
        name: "`topOrigin` twice",
        step: "§7.1, step 6: RFC 8259, §4, leaves open what it means. Core ignores the member",
        reason: Reason::Malformed,
        holds: |ceremony| {
            let name: &[u8] = b"\"topOrigin\"";
            let client_data = ceremony.client_data.windows(name.len());
            client_data.filter(|window| *window == name).count() > 1
        },
        example: (es256, Format::Own, |parts| {
            parts.client_data.add("topOrigin", b"null");
            parts.client_data.add("topOrigin", b"null");
        }),
    },
    Difference {
        name: "an attestation object that is not canonical",
        step: "§2 and §6.5.4: it is a map of texts in CTAP2's canonical encoding",
        reason: Reason::Malformed,
        holds: |ceremony| !is_canonical_map(&ceremony.attestation_object),
        example: (es256, Format::Own, |parts| parts.frame = Frame::Indefinite),
    },
    Difference {
        name: "`fmt` as bytes",
        step: "§6.5.4: it is text. Core reads either",
        reason: Reason::Malformed,
        holds: |ceremony| match serde_cbor_2::from_slice(&ceremony.attestation_object) {
            Ok(Cbor::Map(members)) => {
                matches!(members.get(&Cbor::Text("fmt".into())), Some(Cbor::Bytes(_)))
            }
            _ => false,
        },
        example: (es256, Format::None, |parts| parts.format_as_bytes = true),
    },
    Difference {
        name: "a member of the attestation object under its number",
        step: "§6.5.4: the labels are texts. Core also reads 0, 1 and 2, as `serde` numbers fields",
        reason: Reason::Malformed,
        holds: |ceremony| match serde_cbor_2::from_slice(&ceremony.attestation_object) {
            Ok(Cbor::Map(members)) => {
                let names = ["fmt", "attStmt", "authData"];
                names.into_iter().zip(0..).any(|(name, number)| {
                    !members.contains_key(&Cbor::Text(name.into()))
                        && members.contains_key(&Cbor::Integer(number))
                })
            }
            _ => false,
        },
        example: (es256, Format::None, |parts| parts.format_by_number = true),
    },
    Difference {
        name: "an attestation object that is nested too deeply",
        step: "CTAP 2.1, §8: at most four levels, and §8.9: five",
        reason: Reason::Malformed,
        holds: |ceremony| {
            let object = serde_cbor_2::from_slice(&ceremony.attestation_object);
            object.is_ok_and(|object| depth(&object) > 16)
        },
        example: (es256, Format::None, |parts| {
            let deep = [[0x81; 16].as_slice(), &[0]].concat();
            parts.object.push((cbor::text("new"), deep));
        }),
    },
    Difference {
        name: "a statement that is neither a map nor an array",
        step: "§6.5.4: no format defines another. Core does not read those of format `none`",
        reason: Reason::Malformed,
        holds: |ceremony| {
            let object = Object::parse(&ceremony.attestation_object);
            object.is_some_and(|it| !matches!(it.statement, Cbor::Map(_) | Cbor::Array(_)))
        },
        example: (es256, Format::None, |parts| {
            parts.other_statement = Some(b"\xf6".into());
        }),
    },
    Difference {
        name: "a statement of format `none` that is not empty",
        step: "§8.7: it is an empty map, which core does not check",
        reason: Reason::Attestation,
        holds: |ceremony| {
            let object = Object::parse(&ceremony.attestation_object);
            object
                .is_some_and(|it| it.format == "none" && it.statement != Cbor::Map(<_>::default()))
        },
        example: (es256, Format::None, |parts| {
            parts.other_statement = Some(b"\xa1\x61a\x01".into());
        }),
    },
    Difference {
        name: "bytes behind the authenticator data",
        step: "§6.1: the flags say which parts are present",
        reason: Reason::Malformed,
        holds: |ceremony| {
            with_data(ceremony, |data| {
                let outputs = extensions(data);
                let mut rest = attested(data).map_or(&[][..], |(_, _, rest)| rest);
                if outputs.is_some() {
                    rest = cbor_rest(rest).unwrap_or_default();
                }
                !rest.is_empty()
            })
        },
        example: (es256, Format::Own, |parts| parts.extensions.push(0)),
    },
    Difference {
        name: "extension outputs that are not canonical",
        step: "§6.1: they are a map in CTAP2's canonical encoding",
        reason: Reason::Malformed,
        holds: |ceremony| {
            with_data(ceremony, |data| {
                extensions(data).is_some_and(|outputs| !is_canonical_map(outputs))
            })
        },
        example: (es256, Format::Own, |parts| {
            parts.flags |= 1 << 7;
            parts.extensions = b"\xbf\xff".into();
        }),
    },
    Difference {
        name: "extension outputs that are nested too deeply",
        step: "CTAP 2.1, §8: at most four levels",
        reason: Reason::Malformed,
        holds: |ceremony| {
            with_data(ceremony, |data| {
                let outputs = extensions(data).and_then(|it| serde_cbor_2::from_slice(it).ok());
                outputs.is_some_and(|outputs| depth(&outputs) > 16)
            })
        },
        example: (es256, Format::Own, |parts| {
            parts.flags |= 1 << 7;
            parts.extensions = [b"\xa1\x61a".as_slice(), &[0x81; 16], &[0]].concat();
        }),
    },
    Difference {
        name: "a credential ID that is empty or longer than 1023 bytes",
        step: "§6.5.1: the ID is there; §7.1, step 25",
        reason: Reason::Malformed,
        holds: |ceremony| {
            with_data(ceremony, |data| {
                let length = data.get(53..55).map(|length| [length[0], length[1]]);
                length.is_some_and(|length| !matches!(u16::from_be_bytes(length), 1..=1023))
            })
        },
        example: (es256, Format::Own, |parts| {
            parts.credential_id.clear();
            parts.raw_id.clear();
            parts.id.clear();
        }),
    },
    Difference {
        name: "a key that is not canonical, or with a label twice",
        step: "§6.5.1.1: CTAP2's canonical encoding; RFC 9052, §14: MUST NOT be processed",
        reason: Reason::Malformed,
        holds: |ceremony| with_key(ceremony, |key| !is_canonical_map(key)),
        example: (es256, Format::Own, |parts| {
            let members = &mut parts.public_key.members;
            members.push(members[0].clone());
        }),
    },
    Difference {
        name: "a key with other members",
        step: "§6.5.1.1: it MUST NOT contain any other OPTIONAL parameters",
        reason: Reason::Malformed,
        holds: |ceremony| {
            with_key(ceremony, |key| match serde_cbor_2::from_slice(key) {
                Ok(Cbor::Map(members)) => {
                    let elliptic = members.get(&Cbor::Integer(1)) == Some(&Cbor::Integer(2));
                    members.len() > if elliptic { 5 } else { 4 }
                }
                _ => false,
            })
        },
        example: (es256, Format::Own, |parts| {
            let private = (cbor::integer(-4), cbor::bytes(&[7; 32]));
            parts.public_key.members.push(private);
        }),
    },
    Difference {
        name: "the algorithm of another curve",
        step: "§5.8.5: ES256 is on P-256, and ES384 on P-384",
        reason: Reason::Algorithm,
        holds: |ceremony| {
            with_key(ceremony, |key| {
                let algorithm_and_curve = [3, -1].map(|label| member(key, label));
                matches!(
                    algorithm_and_curve,
                    [Some(Cbor::Integer(-7)), Some(Cbor::Integer(2 | 3))]
                        | [Some(Cbor::Integer(-35)), Some(Cbor::Integer(1 | 3))]
                )
            })
        },
        example: (
            || Key::es384(1),
            Format::Own,
            |parts| parts.public_key.members[1].1 = cbor::integer(-7),
        ),
    },
    Difference {
        name: "an RSA signature of another length than the modulus",
        step: "RFC 8017, §8.2.2, step 1. Core accepts it without leading zeros",
        reason: Reason::Attestation,
        holds: |ceremony| {
            let signature = Object::parse(&ceremony.attestation_object)
                .and_then(|object| object.member("sig").cloned());
            with_key(ceremony, |key| match (member(key, -1), signature) {
                (Some(Cbor::Bytes(n)), Some(Cbor::Bytes(signature))) => signature.len() != n.len(),
                _ => false,
            })
        },
        example: (
            || Key::rs256(0, 65_537),
            Format::Own,
            |parts| {
                let key = Key::rs256(0, 65_537);
                while key.sign(&parts.signed_data())[0] != 0 {
                    parts.sign_count += 1;
                }
                parts.without_leading_zeros = true;
            },
        ),
    },
    Difference {
        name: "an RSA modulus that has less than 2048 bits or is even, or an exponent that is too",
        step: "RFC 8812, §2: a key of 2048 bits or larger MUST be used",
        reason: Reason::Algorithm,
        holds: |ceremony| with_key(ceremony, |key| member(key, 3) == Some(Cbor::Integer(-257))),
        example: (
            || Key::rsa(2040, 65_537),
            Format::None,
            |parts| {
                let n = &mut parts.public_key.members[2].1;
                *n = cbor::bytes(&[&[0], &n[2..]].concat());
            },
        ),
    },
];

/// Returns the listed difference that explains a rejection by this library alone.
pub(crate) fn explanation(ceremony: &Ceremony, reason: Reason) -> Option<&'static Difference> {
    DIFFERENCES
        .iter()
        .find(|difference| difference.reason == reason && (difference.holds)(ceremony))
}

fn es256() -> Key {
    Key::es256(1)
}

/// Parses client data with an independent parser; `null` if that fails.
fn client_data(ceremony: &Ceremony) -> Json {
    serde_json::from_slice(&ceremony.client_data).unwrap_or_default()
}

fn with_data(ceremony: &Ceremony, holds: impl FnOnce(&[u8]) -> bool) -> bool {
    let object = Object::parse(&ceremony.attestation_object);
    object.is_some_and(|object| {
        object.authenticator_data.len() > 32 && holds(&object.authenticator_data)
    })
}

fn with_key(ceremony: &Ceremony, holds: impl FnOnce(&[u8]) -> bool) -> bool {
    with_data(ceremony, |data| {
        attested(data).is_some_and(|(_, key, _)| holds(key))
    })
}

fn member(public_key: &[u8], label: i128) -> Option<Cbor> {
    match serde_cbor_2::from_slice(public_key) {
        Ok(Cbor::Map(mut members)) => members.remove(&Cbor::Integer(label)),
        _ => None,
    }
}

/// Returns what follows a data item.
fn cbor_rest(bytes: &[u8]) -> Option<&[u8]> {
    let mut item = serde_cbor_2::Deserializer::from_slice(bytes);
    serde::de::IgnoredAny::deserialize(&mut item).ok()?;
    Some(&bytes[item.byte_offset()..])
}

/// Returns whether CBOR is a map of integers and texts, without duplicate keys and tags, and in as
/// few bytes as possible.
fn is_canonical_map(cbor: &[u8]) -> bool {
    let value: Option<Cbor> = serde_cbor_2::from_slice(cbor).ok();
    value.is_some_and(|value| {
        has_valid_keys(&value)
            && matches!(value, Cbor::Map(_))
            && serde_cbor_2::to_vec(&value).unwrap().len() == cbor.len()
    })
}

fn has_valid_keys(cbor: &Cbor) -> bool {
    match cbor {
        Cbor::Array(items) => items.iter().all(has_valid_keys),
        Cbor::Map(members) => members.iter().all(|(key, value)| {
            matches!(key, Cbor::Integer(_) | Cbor::Text(_)) && has_valid_keys(value)
        }),
        _ => true,
    }
}

fn depth(cbor: &Cbor) -> usize {
    let inner = match cbor {
        Cbor::Array(items) => items.iter().map(depth).max(),
        Cbor::Map(members) => members.values().map(depth).max(),
        _ => None,
    };
    1 + inner.unwrap_or_default()
}
