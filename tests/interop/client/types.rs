//! The declarations that a server makes of its application's types compile, and right and wrong uses of
//! them are told apart.

use std::{
    fs,
    path::{Path, PathBuf},
};

use passkeys_tests::npm::Project;

use super::{here, succeeds, tsc};
use crate::openapi::client_types;

/// Writes the declarations of both applications beside what uses them.
fn project(name: &str, library: &str) -> PathBuf {
    let project = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let files = project.join("types");
    for application in ["library", "small"] {
        fs::create_dir_all(files.join(application)).unwrap();
    }
    fs::copy(here().join("tsconfig.json"), project.join("tsconfig.json")).unwrap();
    for file in fs::read_dir(here().join("types"))
        .unwrap()
        .map(Result::unwrap)
    {
        fs::copy(file.path(), files.join(file.file_name())).unwrap();
    }
    let small = client_types::of_small_application();
    fs::write(files.join("library/client.d.ts"), library).unwrap();
    fs::write(files.join("small/client.d.ts"), small).unwrap();
    files
}

/// Type-checks the quickstart's page with the declarations that the quickstart serves.
pub(crate) fn check_quickstart(client: &str, elements: &str) {
    let project = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("quickstart-types");
    let page = project.join("page");
    fs::create_dir_all(&page).unwrap();
    for (from, to) in [
        ("tsconfig.json", "tsconfig.json"),
        ("types/quickstart.ts", "page/quickstart.ts"),
        ("../../../examples/quickstart/page/app.js", "page/app.js"),
    ] {
        fs::copy(here().join(from), project.join(to)).unwrap();
    }
    fs::write(project.join("client.d.ts"), client).unwrap();
    fs::write(project.join("elements.d.ts"), elements).unwrap();
    let config = r#"{ "extends": "../tsconfig.json", "files": ["app.js", "quickstart.ts"] }"#;
    fs::write(page.join("tsconfig.json"), config).unwrap();
    if let Some(mut tsc) = tsc() {
        succeeds(tsc.arg("--project").arg(page));
    }
}

#[test]
fn client_types_of_an_application_tell_right_from_wrong_uses() {
    let project = project("application-types", &client_types::of_library());
    if let Some(mut tsc) = tsc() {
        succeeds(tsc.arg("--project").arg(project));
    }
}

#[test]
fn npm_package_takes_the_types_of_an_application() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm-application-types");
    let Some(project) = Project::create(&directory) else {
        return;
    };
    let front_end = project.directory().join("front-end");
    fs::create_dir_all(front_end.join("library")).unwrap();
    fs::copy(here().join("types/npm.ts"), front_end.join("npm.ts")).unwrap();
    let library = client_types::of_library();
    fs::write(front_end.join("library/client.d.ts"), library).unwrap();
    let config = r#"{ "extends": "../tsconfig.json", "include": ["npm.ts"] }"#;
    fs::write(front_end.join("tsconfig.json"), config).unwrap();
    for (module, resolution) in [("esnext", "bundler"), ("nodenext", "nodenext")] {
        let options = [
            "--project",
            "front-end",
            "--module",
            module,
            "--moduleResolution",
            resolution,
        ];
        project.node("../node_modules/typescript/bin/tsc", options);
    }
}

/// Where the declarations allow anything, TypeScript reports the `@ts-expect-error` that are too many.
#[test]
fn missing_client_types_are_detected() {
    let library = client_types::of_library();
    let (before, after) = library
        .split_once("  signUp: Schemas.NewReader;\n")
        .unwrap();
    let untyped = format!("{before}  signUp: any;\n{after}");
    let project = project("missing-application-types", &untyped);
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
