//! The macro as a compiler shows it: what must keep compiling, and what people read when they
//! made a mistake. `ui/README.md` lists the mistakes.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/*.rs");
}
