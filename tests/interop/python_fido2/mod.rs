//! Verdicts on generated registrations and sign-ins are compared with those of python-fido2. The cases
//! are those that `tests/verification/differential` compares with `webauthn-rs-core`.
//!
//! More than the usual number are compared with
//!
//! ```text
//! PASSKEYS_PYTHON_CASES=100000 tests/run interop python_fido2
//! ```

#[path = "../../verification/differential/cases/mod.rs"]
#[allow(dead_code, reason = "the tests beside it use the rest")]
mod cases;

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread,
};

use passkeys::audit::Reason;
use proptest::{
    strategy::{Strategy, ValueTree as _},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_cbor_2::Value as Cbor;
use serde_json::{Value, json};

use cases::{
    ORIGINS, RP_ID,
    authenticator_data::{attested, extensions},
    base64url,
    engines::Engines,
    registration, sign_in,
};

/// Verdict of python-fido2: the error, if it rejects.
type Python = Result<(), String>;

/// Checks that python-fido2 lacks, by the reason for which this library rejects it, with the step
/// of the specification.
const OMITTED: &[(Reason, &str)] = &[
    (
        Reason::Malformed,
        "§6.5.1.1 and §7.1, step 13: canonical CBOR, valid keys; duplicate members",
    ),
    (
        Reason::CredentialId,
        "§7.1, step 27: the attested credential ID is the response's",
    ),
    (
        Reason::CrossOrigin,
        "§7.1, steps 10 and 11, and §7.2, steps 13 and 14",
    ),
    (Reason::BackupState, "§7.1, step 17, and §7.2, step 18"),
    (Reason::BackupEligibility, "§7.2, step 19"),
    (Reason::Algorithm, "§7.1, step 20, and §5.8.5"),
    (
        Reason::Signature,
        "§7.2, step 21: Ed25519 nonces of small order; RFC 8017, §8.2.2, step 1",
    ),
    (Reason::Attestation, "§8.7: the statement is a map"),
];

/// Responses that this library accepts and python-fido2 rejects.
struct Leniency {
    name: &'static str,
    /// Step of the specification that allows or demands it.
    step: &'static str,
    /// Returns whether it explains an error. The CBOR of the case is in the second argument.
    explains: fn(&str, &[Cbor]) -> bool,
}

const MILDER: &[Leniency] = &[
    Leniency {
        name: "a byte order mark",
        step: "§7.1, step 5, and §7.2, step 8: UTF-8 decode removes it",
        explains: |error, _| error.starts_with("JSONDecodeError Unexpected UTF-8 BOM"),
    },
    Leniency {
        name: "invalid UTF-8",
        step: "§7.1, step 5, and §7.2, step 8: UTF-8 decode replaces it",
        explains: |error, _| error.starts_with("UnicodeDecodeError"),
    },
    // python-fido2 takes the bytes of the number for other items.
    Leniency {
        name: "a floating-point number in CBOR",
        step: "§7.1, step 28, and §7.2, step 23: outputs that were not requested are ignored",
        explains: |_, cbor| cbor.iter().any(has_float),
    },
    Leniency {
        name: "attested credential data in a sign-in, with another key than a valid one",
        step: "§7.2, step 7: no step demands that it is missing, or looks at it",
        explains: |error, _| error.starts_with("ValueError COSE alg identifier must be provided"),
    },
];

fn seeds(number: usize) -> TestRunner {
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let config = Config {
        cases: u32::try_from(number).unwrap(),
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, seed)
}

/// Generates cases, always the same.
fn generate<S: Strategy, C>(plans: &S, carry_out: impl Fn(S::Value) -> C) -> Vec<C> {
    let number = env::var("PASSKEYS_PYTHON_CASES");
    let number = number.map_or(3000, |number| number.parse().expect("a number"));
    let mut runner = seeds(number);
    (0..number)
        .map(|_| carry_out(plans.new_tree(&mut runner).unwrap().current()))
        .collect()
}

/// Returns the verdicts of python-fido2. Prints `LEFT OUT` and returns `None` without Python or the
/// package.
fn judge(cases: Vec<Value>) -> Option<Vec<Python>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/python_fido2");
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python_fido2");
    let python = passkeys_tests::python(&venv, &here.join("requirements.txt"))?;
    let mut process = Command::new(python)
        .arg(here.join("judge.py"))
        .args([RP_ID, &json!(ORIGINS).to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let output = BufReader::new(process.stdout.take().unwrap());
    let count = cases.len();
    // It answers while it is asked.
    let asking = thread::spawn(move || {
        for case in cases {
            writeln!(input, "{case}").unwrap();
        }
    });
    let verdicts: Vec<Python> = output
        .lines()
        .map(|line| match line.unwrap() {
            line if line == "accepted" => Ok(()),
            error => Err(error),
        })
        .collect();
    asking.join().unwrap();
    assert!(process.wait().unwrap().success());
    assert_eq!(verdicts.len(), count);
    Some(verdicts)
}

/// Names the agreement or difference of two verdicts. An error if no list explains a difference.
fn compare(ours: Result<(), Reason>, python: &Python, cbor: &[Cbor]) -> Result<String, String> {
    Ok(match (ours, python) {
        (Ok(()), Ok(())) => "accepted by both".into(),
        (Err(_), Err(_)) => "rejected by both".into(),
        (Ok(()), Err(error)) => {
            let listed = MILDER.iter().find(|it| (it.explains)(error, cbor));
            let it = listed.ok_or_else(|| format!("rejected by python-fido2: {error}"))?;
            format!("accepted by this library alone: {} ({})", it.name, it.step)
        }
        (Err(reason), Ok(())) => {
            let listed = OMITTED.iter().find(|(omitted, _)| *omitted == reason);
            let (_, step) =
                listed.ok_or_else(|| format!("accepted by python-fido2, not for its {reason}"))?;
            format!("rejected by this library alone for its {reason} ({step})")
        }
    })
}

/// Parses CBOR, if it can be parsed.
fn parse<'a>(items: impl IntoIterator<Item = &'a [u8]>) -> Vec<Cbor> {
    let items = items.into_iter();
    items
        .filter_map(|item| serde_cbor_2::from_slice(item).ok())
        .collect()
}

fn has_float(cbor: &Cbor) -> bool {
    match cbor {
        Cbor::Float(_) => true,
        Cbor::Array(items) => items.iter().any(has_float),
        Cbor::Map(members) => members.values().any(has_float),
        _ => false,
    }
}

/// Counts the verdicts, and panics if a difference is not listed.
fn count<C: std::fmt::Debug>(cases: &[C], compared: Vec<Result<String, String>>) {
    let mut counts = BTreeMap::<String, usize>::new();
    let mut failures = Vec::new();
    for (case, verdict) in cases.iter().zip(compared) {
        match verdict {
            Ok(verdict) => *counts.entry(verdict).or_default() += 1,
            Err(failure) => failures.push(format!("{failure}: {case:?}")),
        }
    }
    println!("{} cases:", cases.len());
    for (verdict, count) in &counts {
        println!("{count:>9} {verdict}");
    }
    failures.truncate(5);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    // The run proves little unless each of these verdicts was frequent.
    for verdict in ["accepted by both", "rejected by both"] {
        assert!(counts[verdict] >= cases.len() / 20, "{verdict}");
    }
}

#[test]
fn registration_verification_agrees_with_python_fido2() {
    let (engines, bases) = (Engines::default(), registration::parts::bases());
    let cases = generate(&registration::plan::plans(), |plan| plan.carry_out(&bases));
    let json = |case: &registration::Ceremony| {
        json!({
            "verified": case.verified,
            "challenge": base64url(&case.challenge),
            "response": case.json(),
        })
    };
    let Some(verdicts) = judge(cases.iter().map(json).collect()) else {
        return;
    };
    let compared = cases.iter().zip(&verdicts).map(|(case, python)| {
        let (ours, _) = engines.of(case.verified);
        let ours = ours.registration(case.json(), &case.challenge);
        let mut cbor = parse([&*case.attestation_object]);
        if let Some(object) = registration::Object::parse(&case.attestation_object) {
            let data = &object.authenticator_data;
            cbor.extend(parse(attested(data).map(|(_, key, _)| key)));
            cbor.extend(parse(extensions(data)));
        }
        compare(ours.expect("valid JSON").map(drop), python, &cbor)
    });
    count(&cases, compared.collect());
}

#[test]
fn assertion_verification_agrees_with_python_fido2() {
    let (engines, mut bases) = (Engines::default(), sign_in::parts::bases());
    // `webauthn-rs-core` lacks EdDSA, and python-fido2 has it.
    let ed25519 =
        (0..6).map(|number| sign_in::parts::Base::new(cases::keys::Key::ed25519(number), number));
    bases.extend(ed25519);
    let cases = generate(&sign_in::plan::plans(), |plan| plan.carry_out(&bases));
    let json = |case: &sign_in::Ceremony| {
        json!({
            "verified": case.verified,
            "challenge": base64url(&case.challenge),
            "stored": {
                "id": base64url(case.stored().id.as_bytes()),
                "publicKey": base64url(&case.public_key),
            },
            "response": case.json(),
        })
    };
    let Some(verdicts) = judge(cases.iter().map(json).collect()) else {
        return;
    };
    let compared = cases.iter().zip(&verdicts).map(|(case, python)| {
        let (ours, _) = engines.of(case.verified);
        let ours = ours.assertion(case.json(), &case.challenge, &case.stored());
        let data = &case.authenticator_data;
        let mut cbor = parse([&*case.public_key]);
        cbor.extend(parse(attested(data).map(|(_, key, _)| key)));
        cbor.extend(parse(extensions(data)));
        compare(ours.expect("valid JSON"), python, &cbor)
    });
    count(&cases, compared.collect());
}
