//! The sign-ins that this library accepts and `webauthn-rs-core` rejects. Each list entry names the
//! step of Web Authentication Level 3 that allows or demands it.

use passkeys::audit::Reason;
use serde_cbor_2::Value as Cbor;
use webauthn_rs_core::proto::AuthenticationSignedExtensions;

use super::{
    super::{
        authenticator_data::extensions, client_data, core, engines::Engines, keys::Key,
        leniency::Leniency,
    },
    Ceremony, Example,
};

pub(crate) const LENIENCIES: &[Leniency<Ceremony, Example>] = &[
    Leniency {
        name: "a byte order mark",
        step: "§7.2, step 8: UTF-8 decode removes it",
        remedy: |ceremony| client_data::without_byte_order_mark(&mut ceremony.client_data),
        example: (es256, |parts| parts.client_data.around.0 = "\u{feff}{"),
        reason: Reason::Malformed,
    },
    Leniency {
        name: "invalid UTF-8",
        step: "§7.2, step 8: UTF-8 decode replaces it",
        remedy: |ceremony| client_data::with_valid_utf8(&mut ceremony.client_data),
        example: (es256, |parts| parts.client_data.add("other", b"\"\xff\"")),
        reason: Reason::Malformed,
    },
    Leniency {
        name: "`tokenBinding` of another form than in Level 2",
        step: "§5.8.1: Level 3 has no such member, and unknown members are ignored",
        remedy: |ceremony| client_data::without_token_binding(&mut ceremony.client_data),
        example: (es256, |parts| {
            parts.client_data.add("tokenBinding", b"\"supported\"");
        }),
        reason: Reason::Malformed,
    },
    Leniency {
        name: "an RSA key of another size than 2048 bits, or an exponent of other than 3 bytes",
        step: "§7.2, step 21: RFC 8812, §2, allows moduli of 2048 bits and more",
        remedy: |ceremony| {
            if is_rsa_of_another_size(&ceremony.public_key) {
                ceremony.public_key = Key::es256(1).cose().encode();
            }
        },
        example: (|| Key::rsa(3072, 65_537), |_| {}),
        reason: Reason::Algorithm,
    },
    Leniency {
        name: "extension outputs of other types",
        step: "§7.2, step 23: outputs of extensions that were not requested are ignored",
        remedy: without_extensions,
        example: (es256, |parts| {
            parts.flags |= 1 << 7;
            parts.extensions = b"\xa1\x01\xf5".into();
        }),
        reason: Reason::Malformed,
    },
];

/// Returns the leniency by which a sign-in is accepted, if without them core would accept it.
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
    // The signature is over the data without a remedy, and so has to be verified first. Keys that
    // core does not support are compared in `providers`.
    if same.public_key == ceremony.public_key
        && !core.verifies(
            &ceremony.public_key,
            &ceremony.signed_data(),
            &ceremony.signature,
        )
    {
        return None;
    }
    let other = Key::es256(1);
    same.public_key = other.cose().encode();
    same.signature = other.sign(&same.signed_data());
    core.sign_in(&same).ok()?;
    match names[..] {
        [] => None,
        [name] => Some(name),
        _ => Some("several of these"),
    }
}

fn is_rsa_of_another_size(public_key: &[u8]) -> bool {
    let Ok(Cbor::Map(members)) = serde_cbor_2::from_slice(public_key) else {
        return false;
    };
    let member = |label| members.get(&Cbor::Integer(label));
    match [3, -1, -2].map(member) {
        [
            Some(Cbor::Integer(-257)),
            Some(Cbor::Bytes(n)),
            Some(Cbor::Bytes(e)),
        ] => n.len() != 256 || e.len() != 3,
        _ => false,
    }
}

/// Removes extension outputs that core cannot read, and attested credential data before them.
fn without_extensions(ceremony: &mut Ceremony) {
    let data = &mut ceremony.authenticator_data;
    let Some(outputs) = extensions(data) else {
        return;
    };
    if !core::reads_extensions::<AuthenticationSignedExtensions>(outputs) {
        data.truncate(37);
        data[32] &= 0b0011_1111;
    }
}

fn es256() -> Key {
    Key::es256(1)
}
