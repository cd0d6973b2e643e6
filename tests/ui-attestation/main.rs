//! Compiler messages of a program with the Cargo feature `attestation` and without `fido-mds`.

#[test]
fn fido_metadata_without_its_cargo_feature_does_not_compile() {
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
