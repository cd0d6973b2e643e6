//! Sign-ins.

mod eddsa;
mod stored_keys;

use super::{
    Counts,
    cases::{
        cbor,
        engines::{Engines, Verdict},
        keys::Key,
        sign_in::{
            Ceremony, Example, judge, milder,
            parts::{Base, bases},
            plan, stricter, verify,
        },
    },
};

#[test]
fn assertion_verification_agrees_with_webauthn_rs_core() {
    let (engines, bases) = (Engines::default(), bases());
    let counts = Counts::of(&plan::plans(), |plan| {
        let ceremony = plan.carry_out(&bases);
        (judge(&engines, &ceremony), ceremony)
    });
    // The run proves little unless each of these verdicts was frequent.
    counts.assert_frequent("accepted by both", 20);
    counts.assert_frequent("rejected by both for the signature", 20);
}

#[test]
fn valid_assertions_are_accepted_as_by_webauthn_rs_core() {
    let engines = Engines::default();
    for base in bases() {
        let mut ceremony = base.parts.assemble();
        ceremony.signature.clone_from(&base.signature);
        let verdict = judge(&engines, &ceremony);
        assert!(verdict.starts_with("accepted"), "{verdict}");
    }
}

#[test]
fn unknown_key_members_may_have_integers_of_any_size() {
    let mut base = Base::new(Key::rs256(1, 65_537), 3);
    let (label, value) = (cbor::integer(-3), [&[0x3b][..], &[0xff; 8]].concat());
    base.parts.public_key.members.push((label, value));
    let mut ceremony = base.parts.assemble();
    ceremony.signature = base.key.sign(&ceremony.signed_data());
    let verdict = judge(&Engines::default(), &ceremony);
    assert_eq!(verdict, "accepted by both");
}

#[test]
fn every_stricter_verdict_on_assertions_has_an_example() {
    let engines = Engines::default();
    for difference in stricter::DIFFERENCES {
        let ceremony = example(difference.example);
        let expected = Verdict {
            ours: Err(difference.reason),
            core: Ok(()),
        };
        assert_eq!(verify(&engines, &ceremony), expected, "{}", difference.name);
        let explained = stricter::explanation(&ceremony, difference.reason).is_some();
        assert!(explained, "{}: {}", difference.name, difference.step);
    }
}

#[test]
fn every_milder_verdict_on_assertions_has_an_example() {
    let engines = Engines::default();
    for leniency in milder::LENIENCIES {
        let ceremony = example(leniency.example);
        let expected = Verdict {
            ours: Ok(()),
            core: Err(leniency.reason),
        };
        assert_eq!(verify(&engines, &ceremony), expected, "{}", leniency.name);
        let name = milder::explanation(&engines, &ceremony);
        assert_eq!(name, Some(leniency.name), "{}", leniency.step);
    }
}

/// Changes a valid sign-in and signs the result.
fn example((key, change): Example) -> Ceremony {
    let mut base = Base::new(key(), 3);
    change(&mut base.parts);
    let mut ceremony = base.parts.assemble();
    let signature = base.key.sign(&ceremony.signed_data());
    ceremony.signature = base.parts.written(&signature).to_vec();
    ceremony
}
