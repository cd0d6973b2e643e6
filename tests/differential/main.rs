//! The engine that signs people in, held to `webauthn-rs-core`: on valid sign-ins, on sign-ins in
//! which anything was changed before or after they were signed, and on sign-ins put together from
//! several, both say the same. Never does the fast one accept what the other refuses; where it
//! refuses what the other accepts, [`differences`] says why.
//!
//! Some thousand cases run with the other tests. Ten million, for about an hour:
//!
//! ```text
//! PASSKEYS_DIFFERENTIAL_CASES=10000000 cargo test --release -p passkeys-tests --test differential \
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
mod unusual;

use std::{cell::RefCell, collections::BTreeMap, env};

use passkeys::audit::Reason;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use ceremony::{Ceremony, Engines, Verdict};
use differences::{DIFFERENCES, explanation};
use keys::Key;
use parts::Base;

/// How many cases a property is tried with.
const CASES: &str = "PASSKEYS_DIFFERENTIAL_CASES";

fn config() -> Config {
    let cases = env::var(CASES).map_or(2000, |cases| cases.parse().expect(CASES));
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}

/// Valid sign-ins with every algorithm that both engines know. Most of them are cheap to verify.
fn bases() -> Vec<Base> {
    let es256 = (0..12).map(|number| Key::es256(1 + number % 4));
    let es384 = (0..4).map(|number| Key::es384(1 + number % 2));
    let rs256 = (0..6).map(|number| Key::rs256(number % 2, 65_537));
    es256
        .chain(es384)
        .chain(rs256)
        .zip(0..)
        .map(|(key, number)| Base::new(key, number))
        .collect()
}

fn judged(engines: &Engines, ceremony: &Ceremony) -> Result<&'static str, String> {
    let Verdict { fast, core } = engines.judge(ceremony);
    match (fast, core) {
        (Ok(()), Ok(())) => Ok("accepted by both"),
        (Err(Reason::Signature), Err(Reason::Signature)) => Ok("refused by both for the signature"),
        (Err(_), Err(_)) => Ok("refused by both before the signature"),
        (Err(reason), Ok(())) => explanation(ceremony, reason)
            .map(|difference| difference.name)
            .ok_or_else(|| format!("refused for its {reason}, and accepted by core: {ceremony:?}")),
        (Ok(()), Err(reason)) => Err(format!(
            "ACCEPTED, and refused by core for its {reason}: {ceremony:?}"
        )),
    }
}

#[test]
fn both_engines_say_the_same() {
    let (engines, bases) = (Engines::default(), bases());
    let seen = RefCell::new(BTreeMap::<_, u64>::new());
    let result = TestRunner::new(config()).run(&plan::plans(), |plan| {
        let ceremony = plan.carry_out(&bases);
        let verdict = judged(&engines, &ceremony).map_err(TestCaseError::fail)?;
        *seen.borrow_mut().entry(verdict).or_default() += 1;
        Ok(())
    });
    let seen = seen.into_inner();
    let total: u64 = seen.values().sum();
    println!("{total} cases:");
    for (verdict, count) in &seen {
        println!("{count:>9} {verdict}");
    }
    result.unwrap_or_else(|error| panic!("{error}"));
    // Nothing was learned unless both were brought to say every one of these.
    for verdict in ["accepted by both", "refused by both for the signature"] {
        assert!(seen[verdict] >= total / 20, "{verdict}: {}", seen[verdict]);
    }
}

#[test]
fn both_accept_every_valid_sign_in() {
    let engines = Engines::default();
    for base in bases() {
        let mut ceremony = base.parts.assemble();
        ceremony.signature.clone_from(&base.signature);
        assert_eq!(judged(&engines, &ceremony), Ok("accepted by both"));
    }
}

#[test]
fn every_difference_is_there() {
    let engines = Engines::default();
    for difference in DIFFERENCES {
        let (key, change) = difference.example;
        let mut base = Base::new(key(), 3);
        change(&mut base.parts);
        let mut ceremony = base.parts.assemble();
        ceremony.signature = base.key.sign(&ceremony.signed_data());
        let expected = Verdict {
            fast: Err(difference.reason),
            core: Ok(()),
        };
        assert_eq!(engines.judge(&ceremony), expected, "{}", difference.name);
        let explained = explanation(&ceremony, difference.reason).is_some();
        assert!(explained, "{}", difference.name);
    }
}
