//! Registrations.

use super::{
    Counts,
    cases::{
        engines::{Engines, Verdict},
        registration::{
            Ceremony, Example, judge, milder,
            parts::{Base, bases},
            plan, stricter, verify,
        },
    },
};

#[test]
fn registration_verification_agrees_with_webauthn_rs_core() {
    let (engines, bases) = (Engines::default(), bases());
    let counts = Counts::of(&plan::plans(), |plan| {
        let ceremony = plan.carry_out(&bases);
        (judge(&engines, &ceremony), ceremony)
    });
    // The run proves little unless each of these verdicts was frequent.
    counts.assert_frequent("accepted by both", 20);
    counts.assert_frequent("rejected by both for the statement", 100);
}

#[test]
fn valid_registrations_are_accepted() {
    let engines = Engines::default();
    for base in bases() {
        let verdict = judge(&engines, &base.whole());
        assert!(verdict.starts_with("accepted"), "{verdict}");
    }
}

#[test]
fn every_stricter_verdict_on_registrations_has_an_example() {
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
fn every_milder_verdict_on_registrations_has_an_example() {
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

/// Changes a valid registration, before it is signed.
fn example((key, format, change): Example) -> Ceremony {
    let mut base = Base::attested(key(), 3, format);
    change(&mut base.parts);
    let signature = base.key.sign(&base.parts.signed_data());
    base.parts.assemble(base.parts.written(&signature))
}
