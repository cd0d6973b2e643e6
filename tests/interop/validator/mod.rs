//! Independent OpenAPI validators in Python.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use serde_json::Value;

/// Prints `LEFT OUT` and returns `None` without Python or the packages.
pub(crate) fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let install = || {
        let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi");
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/validator");
        passkeys_tests::python(&venv, &here.join("requirements.txt"))
    };
    PYTHON.get_or_init(install).as_deref()
}

/// Runs `schemathesis`: sends requests that the document served at this origin allows, and some
/// that it does not, and fails if a response's status, media type or schema is not documented.
///
/// With a session cookie, every route except `/sign-out` is tested as the signed-in user.
pub(crate) fn explore(origin: &str, session: Option<&str>) {
    let Some(python) = python() else { return };
    let checks = "not_a_server_error,status_code_conformance,content_type_conformance,\
                  response_schema_conformance,unsupported_method";
    let mut schemathesis = Command::new(python);
    schemathesis
        .args(["-m", "schemathesis.cli", "run", "--no-color"])
        .args(["--checks", checks, "--max-examples", "30", "--seed", "1"])
        .arg(format!("{origin}/openapi.json"))
        // It writes its database to the current directory.
        .current_dir(env!("CARGO_TARGET_TMPDIR"));
    if let Some(session) = session {
        schemathesis
            .args(["--exclude-path", "/sign-out", "--header"])
            .arg(format!("Cookie: {session}"));
    }
    let output = schemathesis.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    // Its warning about operations of which every response was 401.
    let refused = said.contains("401 Unauthorized");
    assert_eq!(refused, session.is_none(), "{said}");
}

/// Validates with `openapi-spec-validator`.
pub(crate) fn validate(document: &Value) {
    let Some(python) = python() else { return };
    let mut validator = Command::new(python)
        .args(["-m", "openapi_spec_validator", "--schema", "3.1", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    write!(validator.stdin.take().unwrap(), "{document}").unwrap();
    let output = validator.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}
