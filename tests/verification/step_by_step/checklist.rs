//! The table as a whole: no step is missing, and `README.md` lists the rows. After an intended
//! change, run the tests with `BLESS=1` and read the difference.

use std::{env, fmt::Write as _, fs, path::Path};

use crate::step_by_step::{
    row::{Expected, Row},
    rows,
    steps::{NOTES, Section, Step},
};

#[test]
fn every_verification_step_has_a_row_or_a_note() {
    let rows = rows::all();
    let missing: Vec<String> = Step::all()
        .filter(|step| !rows.iter().any(|row| row.step == *step) && note(*step).is_none())
        .map(|step| step.to_string())
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn verification_rows_are_unique() {
    let mut seen = Vec::new();
    for row in rows::all() {
        let this = (row.step, row.change);
        assert!(!seen.contains(&this), "{}: {}", row.step, row.change);
        seen.push(this);
    }
}

#[test]
fn verification_readme_lists_the_rows() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/verification/step_by_step/README.md");
    let table = readme();
    if env::var_os("BLESS").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == table,
        "README.md is not what the rows say; see the top of this file"
    );
}

fn note(step: Step) -> Option<&'static str> {
    NOTES
        .iter()
        .find(|(excused, _)| *excused == step)
        .map(|(_, why)| *why)
}

fn readme() -> String {
    let rows = rows::all();
    let mut text = String::from(INTRODUCTION);
    for section in Section::ALL {
        let _ = write!(text, "\n## {}\n", section.title());
        for number in 1..=section.steps().len() {
            let step = Step(section, number);
            let _ = write!(text, "\n**{number}. {}**\n\n", sentence(step.name()));
            if let Some(note) = note(step) {
                let _ = writeln!(text, "{note}");
            }
            if note(step).is_some() && rows.iter().any(|row| row.step == step) {
                text.push('\n');
            }
            for row in rows.iter().filter(|row| row.step == step) {
                let _ = writeln!(text, "- {} → {}", row.change, outcome(row));
            }
        }
    }
    text
}

fn outcome(row: &Row) -> String {
    match row.expected {
        Expected::Accepted => "accepted".into(),
        Expected::Rejected(status, _, reason) => format!("{status}, `{reason}`"),
    }
}

fn sentence(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

const INTRODUCTION: &str = "\
# Verification, step by step

The steps of [Web Authentication Level 3](https://www.w3.org/TR/webauthn-3/), and the changes to a
valid response by which the tests beside this file violate each step. Every row stands for at least
two responses: the original, which is accepted, and the changed one, which has the outcome in the
row: the HTTP status for the client and the reason in the audit trail. Registrations and sign-ins
are tested with the algorithms that are offered by default, rows about keys and signatures with all.
Registrations whose statement has certificates are tested where attestation is requested, the others
where it is not, unless the row says otherwise.

The tests generate this file from the rows.
";
