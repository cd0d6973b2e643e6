//! The sign-ins that this library rejects and `webauthn-rs-core` accepts. No browser and no
//! authenticator produces any of these.

use passkeys::audit::Reason;
use serde_cbor_2::Value as Cbor;
use serde_json::Value as Json;

use super::{
    super::{
        ORIGINS, base64url,
        cbor::{self, Form},
        client_data::has_huge_number,
        keys::Key,
    },
    Ceremony, Example,
};

/// Difference by which this library is stricter.
pub(crate) struct Difference {
    pub(crate) name: &'static str,
    /// Step of the specification that demands it.
    pub(crate) step: &'static str,
    /// Reason for which this library rejects it.
    pub(crate) reason: Reason,
    /// Returns whether a sign-in contains this difference.
    holds: fn(&Ceremony) -> bool,
    pub(crate) example: Example,
}

pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "`id` is not `rawId`",
        step: "§5.1: `id` is `rawId` in base64url. Core reads `rawId` only",
        reason: Reason::CredentialId,
        holds: |ceremony| ceremony.id != base64url(&ceremony.raw_id),
        example: (es256, |parts| parts.id.push('A')),
    },
    Difference {
        name: "`type` is not `public-key`",
        step: "§5.8.2: there is one credential type. Core accepts any string",
        reason: Reason::Malformed,
        holds: |ceremony| ceremony.kind != "public-key",
        example: (es256, |parts| parts.kind = "password"),
    },
    Difference {
        name: "the origin is written otherwise",
        step: "§7.2, step 12: browsers serialize an origin in one way. Core compares parsed URLs",
        reason: Reason::Origin,
        holds: |ceremony| match &client_data(ceremony)["origin"] {
            Json::String(origin) => !ORIGINS.contains(&&**origin),
            _ => false,
        },
        example: (es256, |parts| {
            parts.client_data.members[2].1 = b"\"HTTPS://example.com:443/a\"".into();
        }),
    },
    Difference {
        name: "another site's frame",
        step: "§7.2, steps 13 and 14, which core omits",
        reason: Reason::CrossOrigin,
        holds: |ceremony| {
            let client_data = client_data(ceremony);
            client_data["crossOrigin"] == true || !client_data["topOrigin"].is_null()
        },
        example: (es256, |parts| {
            parts.client_data.add("crossOrigin", b"true");
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
        example: (es256, |parts| {
            parts.client_data.add("topOrigin", b"1");
        }),
    },
    Difference {
        name: "a number beyond the range of `f64` in `tokenBinding`",
        step: "§7.2, step 9: RFC 8259, §6, allows limits. Core skips unknown members of `tokenBinding` only",
        reason: Reason::Malformed,
        holds: |ceremony| has_huge_number(&ceremony.client_data),
        example: (es256, |parts| {
            let binding = b"{\"status\":\"supported\",\"more\":1e999}";
            parts.client_data.add("tokenBinding", binding);
        }),
    },
    Difference {
        name: "`topOrigin` twice",
        step: "§7.2, step 9: RFC 8259, §4, leaves open what it means. Core ignores the member",
        reason: Reason::Malformed,
        holds: |ceremony| {
            let name: &[u8] = b"\"topOrigin\"";
            let client_data = ceremony.client_data.windows(name.len());
            client_data.filter(|window| *window == name).count() > 1
        },
        example: (es256, |parts| {
            parts.client_data.add("topOrigin", b"null");
            parts.client_data.add("topOrigin", b"null");
        }),
    },
    Difference {
        name: "more in the authenticator data than there may be",
        step: "§6.1 and §6.5.1: the flags say which parts are present, extensions are a map in the \
               canonical form, and credential IDs have 1 to 1023 bytes",
        reason: Reason::Malformed,
        holds: |ceremony| {
            let flags = ceremony.authenticator_data[32];
            flags & 0xc0 != 0 || ceremony.authenticator_data.len() > 37
        },
        example: (es256, |parts| parts.extensions.push(0)),
    },
    Difference {
        name: "a label twice in the key",
        step: "RFC 9052, §14: such messages MUST NOT be processed. Core takes the last",
        reason: Reason::Malformed,
        holds: |ceremony| !is_canonical(&ceremony.public_key),
        example: (es256, |parts| {
            let members = &mut parts.public_key.members;
            members.push(members[0].clone());
        }),
    },
    Difference {
        name: "strings without a length, or tags, in the key",
        step: "§6.5.1.1: keys are in CTAP2's canonical encoding",
        reason: Reason::Malformed,
        holds: |ceremony| !is_canonical(&ceremony.public_key),
        example: (es256, |parts| {
            let x = &mut parts.public_key.members[3].1;
            *x = Form::Indefinite.apply(x).unwrap();
        }),
    },
    Difference {
        name: "a label of the key that is no integer and no text",
        step: "RFC 9052, §1.4: labels are integers or texts",
        reason: Reason::Malformed,
        holds: |ceremony| match serde_cbor_2::from_slice(&ceremony.public_key) {
            Ok(Cbor::Map(members)) => {
                let label = |cbor: &Cbor| matches!(cbor, Cbor::Integer(_) | Cbor::Text(_));
                !members.keys().all(label)
            }
            _ => false,
        },
        example: (es256, |parts| {
            let member = (cbor::bytes(b"x"), cbor::integer(1));
            parts.public_key.members.push(member);
        }),
    },
    Difference {
        name: "a key that is nested too deeply",
        step: "CTAP 2.1, §8: at most four levels",
        reason: Reason::Malformed,
        holds: |ceremony| {
            let key = serde_cbor_2::from_slice(&ceremony.public_key);
            key.is_ok_and(|key| depth(&key) > 16)
        },
        example: (es256, |parts| {
            let member = (
                cbor::integer(-70_000),
                [[0x81; 15].as_slice(), &[0]].concat(),
            );
            parts.public_key.members.push(member);
        }),
    },
    Difference {
        name: "the algorithm of another curve",
        step: "§5.8.5: ES256 is on P-256, and ES384 on P-384",
        reason: Reason::Algorithm,
        holds: |ceremony| {
            let [algorithm, curve] = [3, -1].map(|label| member(&ceremony.public_key, label));
            matches!(
                (algorithm, curve),
                (Some(Cbor::Integer(-7)), Some(Cbor::Integer(2 | 3)))
                    | (Some(Cbor::Integer(-35)), Some(Cbor::Integer(1 | 3)))
                    | (Some(Cbor::Integer(-36)), Some(Cbor::Integer(1 | 2)))
            )
        },
        example: (
            || Key::es384(1),
            |parts| parts.public_key.members[1].1 = cbor::integer(-7),
        ),
    },
    Difference {
        name: "an RSA signature of another length than the modulus",
        step: "RFC 8017, §8.2.2, step 1. Core accepts it without leading zeros",
        reason: Reason::Signature,
        holds: |ceremony| match member(&ceremony.public_key, -1) {
            Some(Cbor::Bytes(n)) => ceremony.signature.len() != n.len(),
            _ => false,
        },
        example: (
            || Key::rs256(0, 65_537),
            |parts| {
                let key = Key::rs256(0, 65_537);
                while key.sign(&parts.assemble().signed_data())[0] != 0 {
                    parts.sign_count += 1;
                }
                parts.without_leading_zeros = true;
            },
        ),
    },
    Difference {
        name: "an RSA modulus below 2048 bits, with leading zeros",
        step: "RFC 8812, §2: a key of 2048 bits or larger MUST be used",
        reason: Reason::Algorithm,
        holds: |ceremony| match member(&ceremony.public_key, -1) {
            Some(Cbor::Bytes(n)) => n.first().is_some_and(|byte| *byte < 0x80),
            _ => false,
        },
        example: (
            || Key::rsa(2040, 65_537),
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

fn member(public_key: &[u8], label: i128) -> Option<Cbor> {
    match serde_cbor_2::from_slice(public_key) {
        Ok(Cbor::Map(mut members)) => members.remove(&Cbor::Integer(label)),
        _ => None,
    }
}

/// Returns whether the CBOR has no duplicate keys, no tags and only shortest encodings.
fn is_canonical(cbor: &[u8]) -> bool {
    let value: Option<Cbor> = serde_cbor_2::from_slice(cbor).ok();
    value.is_some_and(|value| serde_cbor_2::to_vec(&value).unwrap().len() == cbor.len())
}

fn depth(cbor: &Cbor) -> usize {
    let inner = match cbor {
        Cbor::Array(items) => items.iter().map(depth).max(),
        Cbor::Map(members) => members.values().map(depth).max(),
        _ => None,
    };
    1 + inner.unwrap_or_default()
}
