//! The types of `client.js` and `elements.js`: their declarations agree with them, a page in TypeScript can use it, and
//! the examples' pages type-check. It also loads for server-side rendering, and is small.

mod document;
mod elements;
mod extensions;
mod package;
pub(crate) mod types;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

fn here() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/interop/client"))
}

fn node() -> Option<Command> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|directory| directory.join("node"))
        .find(|path| path.is_file())
        .map(Command::new)
}

#[track_caller]
fn succeeds(command: &mut Command) {
    let output = command.output().expect("Node.js runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Copies all files side by side, as `tsconfig.json` expects them.
fn project() -> PathBuf {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client-types");
    for page in [
        "page",
        "step_up",
        "jwt_spa",
        "recovery",
        "encrypted_notes",
        "passwords",
        "elements",
        "texts",
    ] {
        fs::create_dir_all(project.join(page)).unwrap();
    }
    for (from, to) in [
        ("tsconfig.json", "tsconfig.json"),
        ("agreement.ts", "agreement.ts"),
        ("consumer.ts", "consumer.ts"),
        ("../../../passkeys/client/client.d.ts", "client.d.ts"),
        ("../../../passkeys/client/client.js", "written.js"),
        (
            "../../../passkeys/client/capabilities.js",
            "capabilities.js",
        ),
        ("../../../passkeys/client/fallback.js", "fallback.js"),
        ("../../../passkeys/client/outcomes.js", "outcomes.js"),
        ("../../../examples/quickstart/page/app.js", "page/app.js"),
        ("../../../examples/step_up/page/app.js", "step_up/app.js"),
        ("../../../examples/jwt_spa/page/app.js", "jwt_spa/app.js"),
        ("../../../examples/recovery/page/app.js", "recovery/app.js"),
        (
            "../../../examples/encrypted_notes/page/app.js",
            "encrypted_notes/app.js",
        ),
        (
            "../../../examples/passwords_and_passkeys/passkeys.js",
            "passwords/passkeys.js",
        ),
    ] {
        fs::copy(here().join(from), project.join(to)).unwrap();
    }
    elements::add_to(&project);
    extensions::add_to(&project);
    project
}

/// Prints `LEFT OUT` and returns `None` without TypeScript.
fn tsc() -> Option<Command> {
    let script = here().join("node_modules/typescript/bin/tsc");
    let (Some(mut node), true) = (node(), script.is_file()) else {
        passkeys_tests::left_out("Node.js with TypeScript (`npm ci` in tests/interop/client)");
        return None;
    };
    node.arg(script);
    Some(node)
}

#[test]
fn client_js_and_the_pages_agree_with_the_type_declarations() {
    if let Some(mut tsc) = tsc() {
        succeeds(tsc.arg("--project").arg(project()));
    }
}

/// `docs/browser.md` states the size.
#[test]
fn client_js_has_less_than_8_kilobytes_when_minified() {
    if let Some(size) = minified("client.js") {
        assert!((5_000..8_000).contains(&size), "{size} bytes");
    }
    // The parts that it imports where they are needed.
    for part in ["capabilities.js", "fallback.js", "outcomes.js"] {
        if let Some(size) = minified(part) {
            assert!((500..2_000).contains(&size), "{part}: {size} bytes");
        }
    }
}

/// Returns the size of a module in bytes when it is minified.
///
/// Prints `LEFT OUT` and returns `None` without terser.
fn minified(module: &str) -> Option<usize> {
    let script = here().join("node_modules/terser/bin/terser");
    let (Some(mut node), true) = (node(), script.is_file()) else {
        passkeys_tests::left_out("Node.js with terser (`npm ci` in tests/interop/client)");
        return None;
    };
    let module = here().join("../../../passkeys/client").join(module);
    let options = ["--module", "--compress", "--mangle", "--"];
    let output = node.arg(script).args(options).arg(module).output().unwrap();
    assert!(output.status.success(), "terser minifies it");
    Some(output.stdout.len())
}

#[test]
fn client_js_loads_in_nodejs_for_server_side_rendering() {
    let Some(mut node) = node() else {
        return passkeys_tests::left_out("Node.js");
    };
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client-on-a-server");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("package.json"), r#"{ "type": "module" }"#).unwrap();
    for module in ["client.js", "capabilities.js", "fallback.js", "outcomes.js"] {
        let source = here().join("../../../passkeys/client").join(module);
        fs::copy(source, directory.join(module)).unwrap();
    }
    fs::copy(here().join("server.mjs"), directory.join("server.mjs")).unwrap();
    succeeds(node.arg(directory.join("server.mjs")));
}
