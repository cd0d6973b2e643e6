//! Every identifier of a finding has a test.

use std::{collections::BTreeSet, fs, path::Path};

/// Returns the text of the Rust files in a directory, without their unit tests.
fn sources(directory: &str) -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut text = String::new();
    for entry in fs::read_dir(directory).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        text.push_str(source.split("#[cfg(test)]").next().unwrap());
    }
    text
}

/// Returns the string literals that are words with underscores, as identifiers are.
fn identifiers(source: &str) -> BTreeSet<&str> {
    let words = source.split('"').skip(1);
    words
        .filter(|word| {
            word.contains('_') && word.bytes().all(|it| it == b'_' || it.is_ascii_lowercase())
        })
        .collect()
}

#[test]
fn every_identifier_of_a_finding_has_a_test() {
    let source = sources("src/examine");
    let tests = sources("../tests/doctor");
    // Codes of the library, which findings are not called by.
    let codes = ["method_not_allowed", "storage_unavailable"];
    // What `rustls` may add in a later release.
    let unforeseen = ["certificate_invalid"];
    let identifiers = identifiers(&source);
    assert!(identifiers.len() > 60, "{identifiers:?}");
    for id in identifiers {
        assert!(
            tests.contains(&format!("\"{id}\"")) || codes.contains(&id) || unforeseen.contains(&id),
            "`{id}` has no test in tests/doctor"
        );
    }
}
