//! The assertions that this library rejects and `webauthn-rs-core` accepts.

use passkeys::audit::Reason;
use serde_cbor_2::Value as Cbor;
use serde_json::Value as Json;

use super::{
    cbor::{self, Form},
    ceremony::{Ceremony, Engines, ORIGINS, Verdict, base64url},
    keys::Key,
    parts::Parts,
};

pub(crate) struct Difference {
    pub(crate) name: &'static str,
    /// Reason for which this library rejects it.
    pub(crate) reason: Reason,
    /// Returns whether a ceremony contains this difference.
    holds: fn(&Ceremony) -> bool,
    /// Key and change that turn a valid sign-in into an example.
    pub(crate) example: Example,
}

type Example = (fn() -> Key, fn(&mut Parts));

/// No browser and no authenticator produces any of these.
pub(crate) const DIFFERENCES: &[Difference] = &[
    // The specification requires `id` and `rawId` to be equal. Core reads `rawId` only.
    Difference {
        name: "`id` is not `rawId`",
        reason: Reason::CredentialId,
        holds: |ceremony| ceremony.id != base64url(&ceremony.raw_id),
        example: (es256, |parts| parts.id.push('A')),
    },
    // The specification has one credential type, and core accepts any string.
    Difference {
        name: "`type` is not `public-key`",
        reason: Reason::Malformed,
        holds: |ceremony| ceremony.kind != "public-key",
        example: (es256, |parts| parts.kind = "password"),
    },
    // Browsers serialize an origin in one way. Core compares origins after URL parsing.
    Difference {
        name: "the origin is written otherwise",
        reason: Reason::Origin,
        holds: |ceremony| match &client_data(ceremony)["origin"] {
            Json::String(origin) => !ORIGINS.contains(&&**origin),
            _ => false,
        },
        example: (es256, |parts| {
            parts.client_data[2].1 = b"\"HTTPS://example.com:443/a\"".into();
        }),
    },
    // §7.2, steps 13 and 14, which core omits.
    Difference {
        name: "another site's frame",
        reason: Reason::CrossOrigin,
        holds: |ceremony| {
            let client_data = client_data(ceremony);
            client_data["crossOrigin"] == true || !client_data["topOrigin"].is_null()
        },
        example: (es256, |parts| {
            let member = (b"\"crossOrigin\"".into(), b"true".into());
            parts.client_data.push(member);
        }),
    },
    // §5.8.1: a string, which core does not check.
    Difference {
        name: "`topOrigin` is no string",
        reason: Reason::Malformed,
        holds: |ceremony| {
            let top_origin = &client_data(ceremony)["topOrigin"];
            !top_origin.is_null() && !top_origin.is_string()
        },
        example: (es256, |parts| {
            parts
                .client_data
                .push((b"\"topOrigin\"".into(), b"1".into()));
        }),
    },
    // Duplicate members (RFC 8259, §4, leaves their meaning open). Core ignores this member.
    Difference {
        name: "`topOrigin` twice",
        reason: Reason::Malformed,
        holds: |ceremony| {
            let name: &[u8] = b"\"topOrigin\"";
            let client_data = ceremony.client_data.windows(name.len());
            client_data.filter(|window| *window == name).count() > 1
        },
        example: (es256, |parts| {
            let member = (b"\"topOrigin\"".to_vec(), b"null".to_vec());
            parts.client_data.extend([member.clone(), member]);
        }),
    },
    // Level 3, §6.1 and §6.5.1: the flags say which parts are present, extensions are an untagged
    // map, and credential IDs have 1 to 1023 bytes.
    Difference {
        name: "more in the authenticator data than there may be",
        reason: Reason::Malformed,
        holds: |ceremony| {
            let flags = ceremony.authenticator_data[32];
            flags & 0xc0 != 0 || ceremony.authenticator_data.len() > 37
        },
        example: (es256, |parts| parts.extensions.push(0)),
    },
    // RFC 9052, §14: "applications MUST NOT parse and process messages with the same label used
    // twice as a key in a single map". Core takes the last.
    Difference {
        name: "a label twice in the key",
        reason: Reason::Malformed,
        holds: |ceremony| !is_canonical(&ceremony.public_key),
        example: (es256, |parts| {
            let members = &mut parts.public_key.members;
            members.push(members[0].clone());
        }),
    },
    // Level 3, §6.5.1.1, requires keys in CTAP2's canonical encoding: definite-length strings.
    Difference {
        name: "strings without a length in the key",
        reason: Reason::Malformed,
        holds: |ceremony| !is_canonical(&ceremony.public_key),
        example: (es256, |parts| {
            let x = &mut parts.public_key.members[3].1;
            *x = Form::Indefinite.apply(x).unwrap();
        }),
    },
    // RFC 8230, §4: n and e have no leading zeros.
    Difference {
        name: "leading zeros in an RSA key",
        reason: Reason::Signature,
        holds: |ceremony| {
            let zeros = |label| match member(&ceremony.public_key, label) {
                Some(Cbor::Bytes(number)) => number[0] == 0,
                _ => false,
            };
            zeros(-1) || zeros(-2)
        },
        example: (|| Key::rs256(1, 3), |_| {}),
    },
    // RFC 8230, §4: -3 is the private exponent.
    Difference {
        name: "an RSA key with more than it may have",
        reason: Reason::Malformed,
        holds: |ceremony| {
            let more = member(&ceremony.public_key, -3);
            !matches!(more, None | Some(Cbor::Bytes(_) | Cbor::Integer(_)))
        },
        example: (
            || Key::rs256(1, 65_537),
            |parts| {
                let member = (cbor::integer(-3), cbor::text("private"));
                parts.public_key.members.push(member);
            },
        ),
    },
];

/// Verdict: rejected by this library alone, for a reason that is not listed.
pub(crate) const UNEXPLAINED: &str = "REFUSED BY THIS LIBRARY ALONE";

/// Returns the verdict of both implementations; an error if only core rejects the ceremony.
pub(crate) fn judge(engines: &Engines, ceremony: &Ceremony) -> Result<&'static str, String> {
    let Verdict { ours, core } = engines.judge(ceremony);
    match (ours, core) {
        (Ok(()), Ok(())) => Ok("accepted by both"),
        (Err(Reason::Signature), Err(Reason::Signature)) => {
            Ok("rejected by both for the signature")
        }
        (Err(_), Err(_)) => Ok("rejected by both before the signature"),
        (Err(reason), Ok(())) => {
            Ok(explanation(ceremony, reason).map_or(UNEXPLAINED, |difference| difference.name))
        }
        (Ok(()), Err(reason)) => Err(format!(
            "ACCEPTED, and rejected by core for its {reason}: {ceremony:?}"
        )),
    }
}

/// Returns the listed difference that explains a rejection by this library alone.
pub(crate) fn explanation(ceremony: &Ceremony, reason: Reason) -> Option<&'static Difference> {
    DIFFERENCES
        .iter()
        .find(|difference| difference.reason == reason && (difference.holds)(ceremony))
}

fn es256() -> Key {
    Key::es256(1)
}

/// Parses CBOR with an independent parser; `None` if that fails.
fn client_data(ceremony: &Ceremony) -> Json {
    serde_json::from_slice(&ceremony.client_data).unwrap_or_default()
}

fn member(public_key: &[u8], label: i128) -> Option<Cbor> {
    match serde_cbor_2::from_slice(public_key) {
        Ok(Cbor::Map(mut members)) => members.remove(&Cbor::Integer(label)),
        _ => None,
    }
}

/// Returns whether the CBOR has no duplicate keys and only shortest encodings.
fn is_canonical(cbor: &[u8]) -> bool {
    let value: Option<Cbor> = serde_cbor_2::from_slice(cbor).ok();
    value.is_some_and(|value| serde_cbor_2::to_vec(&value).unwrap().len() == cbor.len())
}
