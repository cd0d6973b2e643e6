//! Sign-ins with an inconsistent stored credential. Registration stores none of these, so other
//! tests would find a missing check only by chance. `webauthn-rs-core` rejects them as well.

use passkeys::audit::Reason;

use super::super::cases::{
    cbor,
    engines::Engines,
    keys::Key,
    sign_in::{
        parts::{Base, Parts},
        verify,
    },
};

const KIND: usize = 0;
const FIRST: usize = 2;
const SECOND: usize = 3;
const THIRD: usize = 4;

/// Name, key, change to the stored credential, and the reason why a signed sign-in is rejected.
type Case = (&'static str, fn() -> Key, fn(&mut Parts), Reason);

const CASES: &[Case] = &[
    (
        "the id is of another passkey",
        es256,
        |parts| parts.credential_id.push(0),
        Reason::CredentialId,
    ),
    (
        "ES256 by a key of RSA's kind",
        es256,
        |parts| set(parts, KIND, cbor::integer(3)),
        Reason::Algorithm,
    ),
    (
        "ES384 by a key of EdDSA's kind",
        es384,
        |parts| set(parts, KIND, cbor::integer(1)),
        Reason::Algorithm,
    ),
    (
        "RS256 by a key of ECDSA's kind",
        rs256,
        |parts| set(parts, KIND, cbor::integer(2)),
        Reason::Algorithm,
    ),
    (
        "EdDSA by a key of ECDSA's kind",
        ed25519,
        |parts| set(parts, KIND, cbor::integer(2)),
        Reason::Algorithm,
    ),
    (
        "ES256 on the curve of ES384",
        es256,
        |parts| set(parts, FIRST, cbor::integer(2)),
        Reason::Algorithm,
    ),
    (
        "ES384 on the curve of ES256",
        es384,
        |parts| set(parts, FIRST, cbor::integer(1)),
        Reason::Algorithm,
    ),
    (
        "EdDSA on X25519",
        ed25519,
        |parts| set(parts, FIRST, cbor::integer(4)),
        Reason::Algorithm,
    ),
    (
        "a modulus of 1024 bits",
        rs256,
        |parts| set(parts, FIRST, cbor::bytes(&[0xff; 128])),
        Reason::Algorithm,
    ),
    (
        "an exponent of 34 bits",
        rs256,
        |parts| set(parts, SECOND, cbor::bytes(&[2, 0, 0, 0, 1])),
        Reason::Algorithm,
    ),
    (
        "an exponent of one",
        rs256,
        |parts| set(parts, SECOND, cbor::bytes(&[0, 0, 1])),
        Reason::Algorithm,
    ),
    (
        "an even exponent",
        rs256,
        |parts| set(parts, SECOND, cbor::bytes(&[1, 0, 0])),
        Reason::Algorithm,
    ),
    (
        "an x that is a byte shorter",
        es256,
        |parts| set(parts, SECOND, cbor::bytes(&[1; 31])),
        Reason::Malformed,
    ),
    (
        "a y with a zero before it",
        es384,
        |parts| {
            // Without the head of two bytes.
            let y = parts.public_key.members[THIRD].1[2..].to_vec();
            set(parts, THIRD, cbor::bytes(&[&[0], y.as_slice()].concat()));
        },
        Reason::Malformed,
    ),
    (
        "a byte behind the key",
        es256,
        |parts| parts.after_public_key.push(0),
        Reason::Malformed,
    ),
];

#[test]
fn assertion_with_an_inconsistent_stored_credential_is_rejected() {
    let engines = Engines::default();
    for (name, key, change, reason) in CASES {
        let mut base = Base::new(key(), 3);
        change(&mut base.parts);
        let mut ceremony = base.parts.assemble();
        ceremony.signature = base.key.sign(&ceremony.signed_data());
        let verdict = verify(&engines, &ceremony);
        assert_eq!(verdict.ours, Err(*reason), "{name}");
        assert!(verdict.core.is_err(), "{name}");
    }
}

fn set(parts: &mut Parts, member: usize, value: Vec<u8>) {
    parts.public_key.members[member].1 = value;
}

fn es256() -> Key {
    Key::es256(1)
}

fn es384() -> Key {
    Key::es384(1)
}

fn rs256() -> Key {
    Key::rs256(0, 65_537)
}

fn ed25519() -> Key {
    Key::ed25519(1)
}
