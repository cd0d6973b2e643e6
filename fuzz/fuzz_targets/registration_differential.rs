//! Coverage-guided version of the registrations in `tests/verification/differential`.
//!
//! The input is a list of mutations of one valid registration, so that even the empty input is
//! accepted.

#![no_main]

#[path = "../../tests/verification/differential/cases/mod.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod cases;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

use cases::{
    cbor::bytes,
    engines::Engines,
    is_listed,
    registration::{
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

/// Builds a registration from the input: which valid one, whether user verification is required, and
/// the mutations. One of them signs the current data with the passkey's key, as a self attestation.
fn ceremony(mut input: &[u8]) -> Ceremony {
    let base = &BASES[usize::from(byte(&mut input)) % BASES.len()];
    let mut client_data = base.parts.client_data.encode();
    let mut data = base.parts.authenticator_data();
    let mut statement = base.parts.statement(&base.signature).encode();
    let verified = byte(&mut input) & 1 != 0;
    let mut whole = Ceremony {
        verified,
        ..base.whole()
    };
    let mut spliced = false;
    let mut signed = false;
    while !input.is_empty() {
        let field = match byte(&mut input) % 8 {
            0 => &mut client_data,
            1 | 2 => &mut data,
            3 => &mut statement,
            4 => &mut whole.challenge,
            5 => &mut whole.raw_id,
            6 => {
                // The last mutations are of the object as a whole.
                if !spliced {
                    whole.attestation_object = object(base, &statement, &data);
                    spliced = true;
                }
                &mut whole.attestation_object
            }
            _ => {
                if !signed {
                    whole.client_data.clone_from(&client_data);
                    let signature = base.key.sign(&whole.signed_data(&data));
                    statement = base.parts.statement(&signature).encode();
                    signed = true;
                }
                continue;
            }
        };
        splice(field, &mut input);
    }
    if !spliced {
        whole.attestation_object = object(base, &statement, &data);
    }
    whole.client_data = client_data;
    whole
}

/// Encodes an attestation object in the base's format.
fn object(base: &Base, statement: &[u8], data: &[u8]) -> Vec<u8> {
    let mut members = base.parts.members(statement);
    members[2].1 = bytes(data);
    base.parts.assemble_object(members).attestation_object
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
