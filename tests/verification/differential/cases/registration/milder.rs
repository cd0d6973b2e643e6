//! The registrations that this library accepts and `webauthn-rs-core` rejects. Each list entry names
//! the step of Web Authentication Level 3 that allows or demands it.

use passkeys::audit::Reason;
use serde_cbor_2::Value as Cbor;
use webauthn_rs_core::proto::RegistrationSignedExtensions;

use super::{
    super::{
        authenticator_data::attested,
        cbor, client_data, core,
        engines::Engines,
        keys::{self, Key},
        leniency::Leniency,
    },
    Ceremony, Example, Object,
    parts::Format,
};

pub(crate) const LENIENCIES: &[Leniency<Ceremony, Example>] = &[
    Leniency {
        name: "a byte order mark",
        step: "§7.1, step 5: UTF-8 decode removes it",
        remedy: |ceremony| client_data::without_byte_order_mark(&mut ceremony.client_data),
        example: (es256, Format::Own, |parts| {
            parts.client_data.around.0 = "\u{feff}{";
        }),
        reason: Reason::Malformed,
    },
    Leniency {
        name: "invalid UTF-8",
        step: "§7.1, step 5: UTF-8 decode replaces it",
        remedy: |ceremony| client_data::with_valid_utf8(&mut ceremony.client_data),
        example: (es256, Format::None, |parts| {
            parts.client_data.add("other", b"\"\xff\"");
        }),
        reason: Reason::Malformed,
    },
    Leniency {
        name: "`tokenBinding` of another form than in Level 2",
        step: "§5.8.1: Level 3 has no such member, and unknown members are ignored",
        remedy: |ceremony| client_data::without_token_binding(&mut ceremony.client_data),
        example: (es256, Format::None, |parts| {
            parts.client_data.add("tokenBinding", b"\"supported\"");
        }),
        reason: Reason::Malformed,
    },
    Leniency {
        name: "a frame in a page of the relying party itself",
        step: "§7.1, steps 10 and 11: `topOrigin` is one that is expected",
        remedy: |ceremony| client_data::without_own_frame(&mut ceremony.client_data),
        example: (es256, Format::Own, |parts| {
            parts.client_data.add("crossOrigin", b"true");
            let own = b"\"https://login.example.com:8443\"";
            parts.client_data.add("topOrigin", own);
        }),
        reason: Reason::CrossOrigin,
    },
    Leniency {
        name: "unknown members of the attestation object that core reads",
        step: "§6.5.4: the attestation object has no such members, and they are ignored. Core reads \
               those of CTAP, and names that are numbers",
        remedy: without_members,
        example: (es256, Format::Own, |parts| {
            parts.object.push((cbor::text("epAtt"), cbor::integer(1)));
        }),
        reason: Reason::Malformed,
    },
    Leniency {
        name: "extension outputs of other types",
        step: "§7.1, step 28: outputs of extensions that were not requested are ignored",
        remedy: |ceremony| edit(ceremony, without_extensions),
        example: (es256, Format::Own, |parts| {
            parts.flags |= 1 << 7;
            parts.extensions = b"\xa1\x6bcredProtect\x09".into();
        }),
        reason: Reason::Malformed,
    },
    Leniency {
        name: "EdDSA",
        step: "§7.1, step 20: it was offered. Core has no Ed25519",
        remedy: |ceremony| {
            edit(ceremony, |object| {
                replace_key(object, |key| member(key, 3) == Some(Cbor::Integer(-8)));
            });
        },
        example: (|| Key::ed25519(1), Format::Own, |_| {}),
        reason: Reason::Algorithm,
    },
    Leniency {
        name: "an RSA key of another size than 2048 bits, or an exponent of other than 3 bytes",
        step: "§7.1, step 20: RFC 8812, §2, allows moduli of 2048 bits and more",
        remedy: |ceremony| {
            edit(ceremony, |object| {
                replace_key(object, |key| {
                    matches!(
                        [3, -1, -2].map(|label| member(key, label)),
                        [
                            Some(Cbor::Integer(-257)),
                            Some(Cbor::Bytes(n)),
                            Some(Cbor::Bytes(e)),
                        ] if n.len() != 256 || e.len() != 3
                    )
                });
            });
        },
        example: (|| Key::rsa(3072, 65_537), Format::Own, |_| {}),
        reason: Reason::Algorithm,
    },
    Leniency {
        name: "a statement that was not asked for",
        step: "§7.1, step 24: no attestation is acceptable under `attestation = \"none\"`",
        remedy: |ceremony| {
            edit(ceremony, |object| {
                if object.format != "none" && !object.is_self() {
                    without_statement(object);
                }
            });
        },
        example: (es256, Format::Other("tpm"), |_| {}),
        reason: Reason::Attestation,
    },
];

/// Returns the leniency by which a registration is accepted, if without them core would accept it.
pub(crate) fn explanation(engines: &Engines, ceremony: &Ceremony) -> Option<&'static str> {
    let (_, core) = engines.of(ceremony.verified);
    let mut same = ceremony.clone();
    let mut names = Vec::new();
    for leniency in LENIENCIES {
        let before = same.clone();
        (leniency.remedy)(&mut same);
        if same != before {
            names.push(leniency.name);
        }
    }
    // A self attestation is over the data without a remedy, and so has to be verified first.
    let object = Object::parse(&ceremony.attestation_object)?;
    if object.is_self() {
        let data = &object.authenticator_data;
        let (_, key, _) = attested(data)?;
        let (Some(algorithm), Some(Cbor::Bytes(signature))) =
            (member(key, 3), object.member("sig"))
        else {
            return None;
        };
        let valid = object.member("alg") == Some(&algorithm)
            && keys::verifies(key, &ceremony.signed_data(data), signature);
        if !valid {
            return None;
        }
        edit(&mut same, without_statement);
    }
    core.registration(&same).ok()?;
    match names[..] {
        [] => None,
        [name] => Some(name),
        _ => Some("several of these"),
    }
}

/// Changes the attestation object, if an independent parser can read it.
fn edit(ceremony: &mut Ceremony, change: impl FnOnce(&mut Object)) {
    if let Some(object) = Object::parse(&ceremony.attestation_object) {
        let mut changed = object.clone();
        change(&mut changed);
        if changed != object {
            ceremony.attestation_object = changed.encode();
        }
    }
}

fn without_statement(object: &mut Object) {
    object.format = "none".into();
    object.statement = Cbor::Map(<_>::default());
}

/// Removes unknown members that core reads.
fn without_members(ceremony: &mut Ceremony) {
    let Ok(Cbor::Map(mut members)) = serde_cbor_2::from_slice(&ceremony.attestation_object) else {
        return;
    };
    let before = members.len();
    let read = |name: &Cbor| match name {
        Cbor::Text(name) => name == "epAtt" || name == "largeBlobKey",
        _ => true,
    };
    members.retain(|name, _| !read(name));
    if members.len() < before {
        ceremony.attestation_object = serde_cbor_2::to_vec(&Cbor::Map(members)).expect("memory");
    }
}

/// Removes extension outputs that core cannot read.
fn without_extensions(object: &mut Object) {
    let data = &mut object.authenticator_data;
    if let Some((before, key, outputs)) = attested(data)
        && data[32] & 1 << 7 != 0
        && !core::reads_extensions::<RegistrationSignedExtensions>(outputs)
    {
        let length = before.len() + key.len();
        data.truncate(length);
        data[32] &= 0x7f;
    }
}

/// Replaces a key that core does not support.
fn replace_key(object: &mut Object, unsupported: impl FnOnce(&[u8]) -> bool) {
    let data = &object.authenticator_data;
    if let Some((before, key, outputs)) = attested(data)
        && unsupported(key)
    {
        let other = Key::es256(1).cose().encode();
        object.authenticator_data = [before, &other, outputs].concat();
    }
}

fn member(key: &[u8], label: i128) -> Option<Cbor> {
    match serde_cbor_2::from_slice(key) {
        Ok(Cbor::Map(mut members)) => members.remove(&Cbor::Integer(label)),
        _ => None,
    }
}

fn es256() -> Key {
    Key::es256(1)
}
