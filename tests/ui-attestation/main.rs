//! Compiler messages of programs with the Cargo feature `attestation` and without `fido-mds`.

#[test]
fn every_mistake_with_attestation_has_its_compiler_message() {
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
