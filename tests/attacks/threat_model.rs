//! `docs/threat-model.md` names tests, and these tests exist.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Each link to a test: what it is called, and the file that it is in.
fn named_tests(document: &str) -> Vec<(&str, &str)> {
    let links = document.split("[`").skip(1);
    links
        .filter_map(|link| {
            let (name, link) = link.split_once("`](../")?;
            let (file, _) = link.split_once(')')?;
            let names_a_test = name
                .chars()
                .all(|char| matches!(char, 'a'..='z' | '0'..='9' | '_'));
            names_a_test.then_some((name, file))
        })
        .collect()
}

/// The functions of a file that are tests.
fn tests(file: &str) -> Vec<String> {
    let source = fs::read_to_string(root().join(file)).unwrap_or_else(|error| {
        panic!("{file}: {error}");
    });
    let mut tests = Vec::new();
    let mut attributes = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            attributes = true;
        } else if let Some((_, rest)) = line.split_once("fn ")
            && std::mem::take(&mut attributes)
        {
            tests.push(rest.split('(').next().unwrap_or_default().to_owned());
        }
    }
    tests
}

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let document = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let named = named_tests(&document);
    assert!(named.len() > 30, "{named:?}");
    for (name, file) in named {
        assert!(
            tests(file).iter().any(|test| test == name),
            "{file} has no test `{name}`"
        );
    }
}

#[test]
fn every_published_weakness_that_has_a_test_is_named() {
    const FILE: &str = "tests/attacks/published_weaknesses.rs";
    let document = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let named = named_tests(&document);
    for test in tests(FILE) {
        assert!(
            named.contains(&(test.as_str(), FILE)),
            "`{test}` is not in the threat model"
        );
    }
}

#[test]
fn every_file_that_the_security_policy_links_to_exists() {
    for (document, directory) in [("SECURITY.md", ""), ("docs/threat-model.md", "docs")] {
        let text = fs::read_to_string(root().join(document)).unwrap();
        for link in text.split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap_or_default();
            let file = root().join(directory).join(target);
            assert!(file.exists(), "{document} links to {target}");
        }
    }
}
