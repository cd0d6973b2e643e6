//! Coverage-guided version of `tests/verification/differential`.
//!
//! The input is a list of mutations of one valid sign-in, so that even the empty input reaches
//! signature verification.

#![no_main]

#[path = "../../tests/verification/differential/cases/mod.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod cases;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

use cases::{
    engines::Engines,
    is_listed,
    sign_in::{
        Ceremony, judge,
        parts::{self, Base},
    },
};

static ENGINES: LazyLock<Engines> = LazyLock::new(Engines::default);
static BASES: LazyLock<Vec<Base>> = LazyLock::new(parts::bases);

fuzz_target!(|input: &[u8]| {
    let ceremony = ceremony(input);
    let verdict = judge(&ENGINES, &ceremony);
    assert!(is_listed(&verdict), "{verdict}: {ceremony:?}");
});

/// Builds a sign-in from the input: which valid one, whether user verification is required, and the
/// mutations. One of them signs the current data with the passkey's key.
fn ceremony(mut input: &[u8]) -> Ceremony {
    let base = &BASES[usize::from(byte(&mut input)) % BASES.len()];
    let options = byte(&mut input);
    let mut ceremony = base.parts.assemble();
    ceremony.verified = options & 1 != 0;
    ceremony.backup_eligible ^= options & 2 != 0;
    ceremony.signature.clone_from(&base.signature);
    let mut signed = false;
    while !input.is_empty() {
        let field = match byte(&mut input) % 8 {
            0 => &mut ceremony.client_data,
            1 => &mut ceremony.authenticator_data,
            2 => &mut ceremony.public_key,
            3 => &mut ceremony.signature,
            4 => &mut ceremony.challenge,
            5 => &mut ceremony.credential_id,
            6 => &mut ceremony.raw_id,
            _ => {
                if !signed {
                    ceremony.signature = base.key.sign(&ceremony.signed_data());
                    signed = true;
                }
                continue;
            }
        };
        splice(field, &mut input);
    }
    ceremony
}

/// Replaces a range of bytes.
fn splice(field: &mut Vec<u8>, input: &mut &[u8]) {
    let start = usize::from(byte(input)).min(field.len());
    let end = (start + usize::from(byte(input))).min(field.len());
    let length = usize::from(byte(input)).min(input.len());
    let (bytes, rest) = input.split_at(length);
    *input = rest;
    field.splice(start..end, bytes.iter().copied());
}

fn byte(input: &mut &[u8]) -> u8 {
    input.split_off_first().copied().unwrap_or_default()
}
