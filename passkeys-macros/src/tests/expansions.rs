//! Expansions as text: `NAME.rs` becomes `NAME.expanded.rs`. After a change that is meant, run the
//! tests with `BLESS=1` and read the difference.

use std::{env, fs, path::Path};

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/expansions");
    let source = fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
    let file = syn::parse2(super::annotate(&source)).unwrap();
    let expanded = prettyplease::unparse(&file);
    let path = folder.join(format!("{name}.expanded.rs"));
    if env::var_os("BLESS").is_some() {
        fs::write(&path, &expanded).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == expanded,
        "the expansion of {name} is another one now:\n{expanded}"
    );
}

#[test]
fn expansion_of_the_required_hooks() {
    check("required");
}

#[test]
fn expansion_without_a_configuration() {
    check("run_time");
}

#[test]
fn expansion_of_an_application_with_tenants() {
    check("tenants");
}

#[test]
fn expansion_of_every_hook() {
    check("every_hook");
}

#[test]
fn expansion_of_a_generic_application() {
    check("generic");
}

#[test]
fn expansion_of_conditional_items() {
    check("conditional");
}

#[test]
fn expansion_of_a_block_with_errors() {
    check("mistakes");
}

#[test]
fn expansion_with_a_renamed_library() {
    check("renamed");
    let source = include_str!("expansions/renamed.rs");

    let expanded = super::annotate(source).to_string();

    assert!(!expanded.contains(":: passkeys"), "{expanded}");
}

#[test]
fn expansion_of_the_required_hooks_fits_on_a_screen() {
    let expanded = include_str!("expansions/required.expanded.rs");

    let generated = expanded.lines().skip_while(|line| !line.starts_with("#["));
    assert!(generated.count() <= 72);
}
