//! The declarations that a server makes of its application's types compile, and right and wrong uses of
//! them are told apart.

use std::{fs, path::PathBuf};

use super::{here, succeeds, tsc};
use crate::openapi::client_types;

/// Writes the declarations of both applications beside what uses them.
fn project(name: &str, library: &str) -> PathBuf {
    let project = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let files = project.join("types");
    fs::create_dir_all(&files).unwrap();
    fs::copy(here().join("tsconfig.json"), project.join("tsconfig.json")).unwrap();
    for file in fs::read_dir(here().join("types"))
        .unwrap()
        .map(Result::unwrap)
    {
        fs::copy(file.path(), files.join(file.file_name())).unwrap();
    }
    fs::write(files.join("library.d.ts"), library).unwrap();
    fs::write(
        files.join("small.d.ts"),
        client_types::of_small_application(),
    )
    .unwrap();
    files
}

#[test]
fn client_types_of_an_application_tell_right_from_wrong_uses() {
    let project = project("application-types", &client_types::of_library());
    if let Some(mut tsc) = tsc() {
        succeeds(tsc.arg("--project").arg(project));
    }
}

/// The general declarations do not know what is wrong, so that every `@ts-expect-error` is reported.
#[test]
fn client_types_without_the_applications_do_not_detect_wrong_uses() {
    let library = client_types::of_library();
    let (before, after) = library
        .split_once("  signUp: Schemas.NewReader;\n")
        .unwrap();
    let untyped = format!("{before}  signUp: any;\n{after}");
    let project = project("application-types-left-out", &untyped);
    let Some(mut tsc) = tsc() else {
        return;
    };
    let output = tsc
        .arg("--project")
        .arg(project)
        .output()
        .expect("Node.js runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let unused = said.matches("Unused '@ts-expect-error' directive").count();
    assert_eq!(unused, 2, "of the body of `sign_up`: {said}");
}
