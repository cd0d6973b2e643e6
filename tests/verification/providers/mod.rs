//! Cryptography providers agree about every key and signature of the algorithms that are offered by
//! default; ES512 and ML-DSA are of `aws-lc-rs` alone.

use std::{cell::RefCell, collections::BTreeMap};

use passkeys::testing::oracle::verify_by_all;
use proptest::{collection::vec, prelude::*, sample::Index};

use crate::differential::{
    cases::{
        bytes,
        cbor::{self, Form, Frame, forms, frames},
        keys::{Key, hex},
        members, signatures,
        unusual::CBOR,
    },
    runner,
};

const PROVIDERS: [&str; 3] = ["aws-lc-rs", "ring", "rustcrypto"];

/// Signature, and changes to it and to the key.
#[derive(Clone, Debug)]
struct Plan {
    key: Index,
    message: Vec<u8>,
    signature: Option<signatures::Change>,
    signature_bytes: Vec<bytes::Change>,
    members: Vec<members::Change>,
    form: Option<(Index, Form)>,
    frame: Option<Frame>,
    key_bytes: Vec<bytes::Change>,
}

fn plans() -> impl Strategy<Value = Plan> {
    let cbor = prop::sample::select(CBOR.clone()).boxed();
    let signature_bytes = prop_oneof![5 => Just(0), 1 => Just(1)];
    let key_bytes = prop_oneof![5 => Just(0), 1 => Just(1)];
    let members = prop_oneof![5 => Just(0), 1 => Just(1)];
    (
        any::<Index>(),
        vec(any::<u8>(), 0..100),
        prop::option::weighted(0.4, signatures::changes()),
        signature_bytes.prop_flat_map(|count| vec(bytes::changes(), count)),
        members
            .prop_flat_map(move |count| vec(members::changes(cbor.clone(), cbor.clone()), count)),
        prop::option::weighted(0.2, (any::<Index>(), forms())),
        prop::option::weighted(0.05, frames()),
        key_bytes.prop_flat_map(|count| vec(bytes::changes(), count)),
    )
        .prop_map(
            |(key, message, signature, signature_bytes, members, form, frame, key_bytes)| Plan {
                key,
                message,
                signature,
                signature_bytes,
                members,
                form,
                frame,
                key_bytes,
            },
        )
}

impl Plan {
    /// Returns a key and a signature.
    fn carry_out(&self, keys: &[Key]) -> (Vec<u8>, Vec<u8>) {
        let key = self.key.get(keys);
        let mut signature = key.sign(&self.message);
        if let Some(change) = &self.signature
            && let Some(changed) = change.apply(key, &signature)
        {
            signature = changed;
        }
        for change in &self.signature_bytes {
            change.apply(&mut signature);
        }
        let mut cose = key.cose();
        for change in &self.members {
            change.apply(&mut cose.members);
        }
        if let Some((at, form)) = &self.form {
            form.apply_to_one(*at, &mut cose.members);
        }
        if let Some(frame) = self.frame {
            cose.frame = frame;
        }
        let mut cose = cose.encode();
        for change in &self.key_bytes {
            change.apply(&mut cose);
        }
        (cose, signature)
    }
}

/// Keys of the algorithms that are offered by default.
fn default_keys() -> Vec<Key> {
    let mut keys: Vec<Key> = (1..4).map(Key::es256).collect();
    keys.extend((1..4).map(Key::es384));
    keys.extend((1..4).map(Key::ed25519));
    keys.extend([
        Key::rs256(0, 65_537),
        Key::rs256(1, 3),
        Key::rsa(2056, 65_537),
        Key::rsa(3072, 65_537),
    ]);
    keys
}

#[test]
fn providers_agree_about_keys_and_signatures_of_the_default_algorithms() {
    let keys = default_keys();
    let counts = RefCell::new(BTreeMap::<bool, u32>::new());
    runner(1)
        .run(&plans(), |plan| {
            let (cose, signature) = plan.carry_out(&keys);
            let verdicts = verify_by_all(&cose, &plan.message, &signature);
            let (_, first) = verdicts[0];
            let agree = verdicts.iter().all(|(_, verdict)| *verdict == first);
            prop_assert!(agree, "{verdicts:?} on {cose:x?} and {signature:x?}");
            *counts.borrow_mut().entry(first).or_default() += 1;
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    let counts = counts.into_inner();
    println!("{counts:?}");
    // The run proves little unless both verdicts were frequent.
    let total: u32 = counts.values().sum();
    for verdict in [true, false] {
        assert!(counts[&verdict] >= total / 10, "{counts:?}");
    }
}

#[test]
fn every_provider_verifies_the_default_algorithms() {
    for key in default_keys() {
        let cose = key.cose().encode();
        let verdicts = verify_by_all(&cose, b"message", &key.sign(b"message"));
        assert_eq!(verdicts, PROVIDERS.map(|name| (name, true)));
        let verdicts = verify_by_all(&cose, b"message", &key.sign(b"another"));
        assert_eq!(verdicts, PROVIDERS.map(|name| (name, false)));
    }
}

/// RFC 8017, §8.2.2, step 1: the signature is as long as the modulus.
#[test]
fn rsa_signatures_of_another_length_than_the_modulus_are_rejected_by_every_provider() {
    let key = Key::rs256(0, 65_537);
    let cose = key.cose().encode();
    // One of some hundred signatures begins with a zero byte.
    let mut messages = (0_u16..).map(u16::to_be_bytes);
    let (message, signature) = messages
        .find_map(|message| {
            let signature = key.sign(&message);
            (signature[0] == 0).then_some((message, signature))
        })
        .unwrap();
    for (signature, verdict) in [
        (signature.clone(), true),
        (signature[1..].to_vec(), false),
        ([&[0], signature.as_slice()].concat(), false),
    ] {
        let verdicts = verify_by_all(&cose, &message, &signature);
        assert_eq!(verdicts, PROVIDERS.map(|name| (name, verdict)));
    }
}

/// The largest size and the largest exponents of RSA keys.
#[test]
fn every_provider_verifies_rsa_keys_of_8192_bits_and_exponents_of_33_bits() {
    let example: serde_json::Value = serde_json::from_str(include_str!("rsa_8192.json")).unwrap();
    let member = |name: &str| hex(example[name].as_str().unwrap());
    let mut large = Key::rs256(0, 65_537).cose();
    large.members[2].1 = cbor::bytes(&member("n"));
    let exponent = Key::rsa(2048, (1 << 33) - 1);
    for (cose, signature) in [
        (large, member("signature")),
        (exponent.cose(), exponent.sign(b"message")),
    ] {
        let verdicts = verify_by_all(&cose.encode(), b"message", &signature);
        assert_eq!(verdicts, PROVIDERS.map(|name| (name, true)));
        let verdicts = verify_by_all(&cose.encode(), b"another", &signature);
        assert_eq!(verdicts, PROVIDERS.map(|name| (name, false)));
    }
}

#[test]
fn es512_and_ml_dsa_are_verified_by_aws_lc_rs_alone() {
    let keys = [
        Key::es512(1),
        Key::ml_dsa_44(1),
        Key::ml_dsa_65(1),
        Key::ml_dsa_87(1),
    ];
    for key in &keys {
        let cose = key.cose().encode();
        let verdicts = verify_by_all(&cose, b"message", &key.sign(b"message"));
        assert_eq!(verdicts, PROVIDERS.map(|name| (name, name == "aws-lc-rs")));
        let verdicts = verify_by_all(&cose, b"message", &key.sign(b"another"));
        assert_eq!(verdicts, PROVIDERS.map(|name| (name, false)));
    }
}

/// The crates that sign are the second opinion on what `aws-lc-rs` accepts.
#[test]
fn aws_lc_rs_agrees_with_rustcrypto_about_es512_and_ml_dsa() {
    let keys = [
        Key::es512(1),
        Key::es512(2),
        Key::ml_dsa_44(1),
        Key::ml_dsa_65(1),
        Key::ml_dsa_87(1),
    ];
    let accepted = std::cell::Cell::new(0_u32);
    let mut runner = runner(2);
    let cases = runner.config().cases;
    runner
        .run(&plans(), |mut plan| {
            // Other encodings of the key may be valid, and are compared above.
            plan.members.clear();
            plan.form = None;
            plan.frame = None;
            let key = plan.key.get(&keys);
            let (cose, signature) = plan.carry_out(&keys);
            let verdict = verify_by_all(&cose, &plan.message, &signature)[0].1;
            let expected = cose == key.cose().encode() && key.verifies(&plan.message, &signature);
            accepted.set(accepted.get() + u32::from(verdict));
            prop_assert_eq!(verdict, expected, "{:x?} and {:x?}", cose, signature);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(accepted.get() >= cases / 10, "{}", accepted.get());
}
