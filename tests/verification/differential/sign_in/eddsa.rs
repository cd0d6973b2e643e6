//! EdDSA, which `webauthn-rs-core` does not support. The signature is compared with the strict
//! verification of `ed25519-dalek`, and the rest with core's verdict on the same sign-in signed
//! with ES256.

use curve25519_dalek::{constants::EIGHT_TORSION, scalar::Scalar};
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use passkeys::audit::Reason;
use proptest::test_runner::TestCaseError;
use serde_cbor_2::Value as Cbor;
use sha2::{Digest as _, Sha512};

use super::super::{
    cases::{
        cbor,
        engines::Engines,
        keys::Key,
        numbers,
        sign_in::{Ceremony, milder, parts::Base, plan, stricter, verify},
    },
    runner,
};

/// Parses the stored public key with an independent parser.
fn verifying_key(cose: &[u8]) -> Option<VerifyingKey> {
    let Ok(Cbor::Map(members)) = serde_cbor_2::from_slice(cose) else {
        return None;
    };
    let member = |label| members.get(&Cbor::Integer(label));
    match [1, 3, -1, -2].map(member) {
        [
            Some(Cbor::Integer(1)),
            Some(Cbor::Integer(-8)),
            Some(Cbor::Integer(6)),
            Some(Cbor::Bytes(x)),
        ] => VerifyingKey::from_bytes(x.as_slice().try_into().ok()?).ok(),
        _ => None,
    }
}

fn dalek_accepts(ceremony: &Ceremony) -> bool {
    let key = verifying_key(&ceremony.public_key);
    let signature = Signature::from_slice(&ceremony.signature);
    key.zip(signature.ok()).is_some_and(|(key, signature)| {
        key.verify_strict(&ceremony.signed_data(), &signature)
            .is_ok()
    })
}

/// Returns the same sign-in without what core alone rejects.
fn without_leniencies(ceremony: &Ceremony) -> Ceremony {
    let mut ceremony = ceremony.clone();
    for leniency in milder::LENIENCIES {
        (leniency.remedy)(&mut ceremony);
    }
    ceremony
}

/// Returns core's verdict on the same sign-in with another key.
fn core_accepts(engines: &Engines, ceremony: &Ceremony, other: &Key) -> bool {
    let mut ceremony = ceremony.clone();
    ceremony.public_key = other.cose().encode();
    ceremony.signature = other.sign(&ceremony.signed_data());
    verify(engines, &ceremony).core.is_ok()
}

#[test]
fn eddsa_verification_agrees_with_ed25519_dalek_and_webauthn_rs_core() {
    let engines = Engines::default();
    let other = Key::es256(1);
    let bases: Vec<Base> = (0..12)
        .map(|number| Base::new(Key::ed25519(number % 4), number))
        .collect();
    let accepted = std::cell::Cell::new(0_u32);
    let mut runner = runner(4);
    let cases = runner.config().cases;
    runner
        .run(&plan::plans(), |plan| {
            let ceremony = plan.carry_out(&bases);
            let verdict = verify(&engines, &ceremony);
            let same = without_leniencies(&ceremony);
            let expected = dalek_accepts(&ceremony) && core_accepts(&engines, &same, &other);
            let explained = match verdict.ours {
                Ok(()) => {
                    accepted.set(accepted.get() + 1);
                    expected
                }
                Err(reason) => {
                    let listed = |it| stricter::explanation(it, reason).is_some();
                    !expected || listed(&ceremony) || listed(&same)
                }
            };
            if !explained {
                let message = format!("{:?}, not {expected}: {ceremony:?}", verdict.ours);
                return Err(TestCaseError::fail(message));
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    println!("{cases} cases, {} accepted", accepted.get());
    assert!(accepted.get() >= cases / 20, "{}", accepted.get());
}

/// With a key of small order anyone can sign: for any message, less strict verifiers accept one of
/// these few signatures.
#[test]
fn ed25519_keys_of_small_order_are_rejected() {
    let engines = Engines::default();
    let mut parts = Base::new(Key::ed25519(0), 3).parts;
    let points = EIGHT_TORSION.map(|point| point.compress());
    for key in &points {
        parts.public_key.members[3].1 = cbor::bytes(key.as_bytes());
        let mut forged = false;
        for nonce in points.iter().cycle().take(128) {
            parts.sign_count += 1;
            let mut ceremony = parts.assemble();
            ceremony.signature = [nonce.as_bytes(), &[0; 32][..]].concat();

            let key = verifying_key(&ceremony.public_key).unwrap();
            let signature = Signature::from_slice(&ceremony.signature).unwrap();
            forged |= key.verify(&ceremony.signed_data(), &signature).is_ok();
            let verdict = verify(&engines, &ceremony).ours;
            assert_eq!(verdict, Err(Reason::Malformed), "{key:?}");
        }
        assert!(forged, "{key:?}");
    }
}

/// The holder of a key can sign with the neutral element as nonce; less strict verifiers accept it.
#[test]
fn ed25519_signature_with_the_neutral_point_as_nonce_is_rejected() {
    let engines = Engines::default();
    let base = Base::new(Key::ed25519(1), 3);
    let Key::Ed25519(key) = &base.key else {
        unreachable!("a key of EdDSA");
    };
    let mut ceremony = base.parts.assemble();
    let nonce = EIGHT_TORSION[0].compress();
    let hash = Sha512::new()
        .chain_update(nonce.as_bytes())
        .chain_update(key.verifying_key().as_bytes())
        .chain_update(ceremony.signed_data())
        .finalize();
    let number = Scalar::from_bytes_mod_order_wide(&hash.into()) * key.to_scalar();
    ceremony.signature = [*nonce.as_bytes(), number.to_bytes()].concat();

    let signature = Signature::from_slice(&ceremony.signature).unwrap();
    let less_strict = key.verifying_key();
    assert!(
        less_strict
            .verify(&ceremony.signed_data(), &signature)
            .is_ok()
    );
    let verdict = verify(&engines, &ceremony).ours;
    assert_eq!(verdict, Err(Reason::Signature));
}

/// 2²⁵⁵ - 19 and above are non-canonical encodings of 0 and above.
#[test]
fn ed25519_keys_with_a_non_canonical_encoding_are_rejected() {
    let engines = Engines::default();
    let base = Base::new(Key::ed25519(0), 3);
    for low in 0xed..=0xff {
        for sign in [0x7f, 0xff] {
            let mut point = [0xff; 32];
            (point[0], point[31]) = (low, sign);
            let mut parts = base.parts.clone();
            parts.public_key.members[3].1 = cbor::bytes(&point);
            let mut ceremony = parts.assemble();
            ceremony.signature.clone_from(&base.signature);
            let verdict = verify(&engines, &ceremony).ours;
            assert_eq!(verdict, Err(Reason::Malformed), "{low:x}");
        }
    }
}

/// RFC 8032, §5.1.7: the scalar is below the order of the group.
#[test]
fn ed25519_signature_with_a_non_canonical_scalar_is_rejected() {
    let engines = Engines::default();
    let base = Base::new(Key::ed25519(0), 3);
    let mut ceremony = base.parts.assemble();
    ceremony.signature.clone_from(&base.signature);
    assert_eq!(verify(&engines, &ceremony).ours, Ok(()));

    let mut number: Vec<u8> = ceremony.signature.drain(32..).rev().collect();
    number = numbers::add(&number, &base.key.modulus());
    ceremony.signature.extend(number[1..].iter().rev());
    assert_eq!(ceremony.signature.len(), 64);
    assert_eq!(verify(&engines, &ceremony).ours, Err(Reason::Signature));
}
