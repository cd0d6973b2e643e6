//! Differential tests: assertion verification agrees with `webauthn-rs-core` on valid sign-ins, on
//! sign-ins that were changed before or after signing, and on sign-ins combined from several. This
//! library never accepts what `webauthn-rs-core` rejects; [`differences`] lists what it rejects and
//! the other accepts, with the reason.
//!
//! Some thousand cases run with the other tests. Ten million take about an hour:
//!
//! ```text
//! PASSKEYS_DIFFERENTIAL_CASES=10000000 cargo test --release -p passkeys --test verification differential \
//!     -- --nocapture
//! ```

mod cbor;
mod ceremony;
mod differences;
mod eddsa;
mod keys;
mod members;
mod numbers;
mod parts;
mod plan;
mod signatures;
mod stored_keys;
mod unusual;

use std::{cell::RefCell, collections::BTreeMap, env};

use proptest::test_runner::{Config, TestCaseError, TestRunner};

use ceremony::{Engines, Verdict};
use differences::{DIFFERENCES, UNEXPLAINED, explanation, judge};
use keys::Key;
use parts::{Base, bases};

/// Environment variable with the number of cases of each property.
const CASES: &str = "PASSKEYS_DIFFERENTIAL_CASES";

fn config() -> Config {
    let cases = env::var(CASES).map_or(2000, |cases| cases.parse().expect(CASES));
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}

#[test]
fn assertion_verification_agrees_with_webauthn_rs_core() {
    let (engines, bases) = (Engines::default(), bases());
    let seen = RefCell::new(BTreeMap::<_, u64>::new());
    let result = TestRunner::new(config()).run(&plan::plans(), |plan| {
        let ceremony = plan.carry_out(&bases);
        let verdict = judge(&engines, &ceremony).map_err(TestCaseError::fail)?;
        let count = &mut *seen.borrow_mut();
        let count = count.entry(verdict).or_default();
        *count += 1;
        // A stricter verdict is no vulnerability, so the run continues.
        if verdict == UNEXPLAINED && *count <= 5 {
            println!("{verdict}: {ceremony:?}");
        }
        Ok(())
    });
    let seen = seen.into_inner();
    let total: u64 = seen.values().sum();
    println!("{total} cases:");
    for (verdict, count) in &seen {
        println!("{count:>9} {verdict}");
    }
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(
        !seen.contains_key(UNEXPLAINED),
        "differences without a name"
    );
    // The run proves little unless each of these verdicts was frequent.
    for verdict in ["accepted by both", "rejected by both for the signature"] {
        assert!(seen[verdict] >= total / 20, "{verdict}: {}", seen[verdict]);
    }
}

#[test]
fn valid_assertions_are_accepted_as_by_webauthn_rs_core() {
    let engines = Engines::default();
    for base in bases() {
        let mut ceremony = base.parts.assemble();
        ceremony.signature.clone_from(&base.signature);
        assert_eq!(judge(&engines, &ceremony), Ok("accepted by both"));
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
    assert_eq!(verdict, Ok("accepted by both"));
}

#[test]
fn every_listed_difference_to_webauthn_rs_core_has_an_example() {
    let engines = Engines::default();
    for difference in DIFFERENCES {
        let (key, change) = difference.example;
        let mut base = Base::new(key(), 3);
        change(&mut base.parts);
        let mut ceremony = base.parts.assemble();
        ceremony.signature = base.key.sign(&ceremony.signed_data());
        let expected = Verdict {
            ours: Err(difference.reason),
            core: Ok(()),
        };
        assert_eq!(engines.judge(&ceremony), expected, "{}", difference.name);
        let explained = explanation(&ceremony, difference.reason).is_some();
        assert!(explained, "{}", difference.name);
    }
}
