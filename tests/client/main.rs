//! The types of the browser's module: its declarations agree with it, a page in TypeScript can use
//! it, and the quickstart's page uses it right.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The TypeScript of `package.json`, if `npm ci` was run there.
fn compiler() -> Option<Command> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = here.join("client/node_modules/typescript/bin/tsc");
    let node = env::split_paths(&env::var_os("PATH")?)
        .map(|directory| directory.join("node"))
        .find(|path| path.is_file())?;
    script.is_file().then(|| {
        let mut command = Command::new(node);
        command.arg(script);
        command
    })
}

/// Everything side by side, as `tsconfig.json` wants it.
fn project() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client-types");
    fs::create_dir_all(project.join("page")).unwrap();
    for (from, to) in [
        ("client/tsconfig.json", "tsconfig.json"),
        ("client/agreement.ts", "agreement.ts"),
        ("client/consumer.ts", "consumer.ts"),
        ("../passkeys/client/client.d.ts", "client.d.ts"),
        ("../passkeys/client/client.js", "written.js"),
        ("../examples/quickstart/page/app.js", "page/app.js"),
        ("../examples/quickstart/page/words.js", "page/words.js"),
    ] {
        fs::copy(tests.join(from), project.join(to)).unwrap();
    }
    project
}

#[test]
fn the_types_are_right() {
    let Some(mut compiler) = compiler() else {
        return passkeys_tests::left_out("Node.js with TypeScript (`npm ci` in tests/client)");
    };
    let checked = compiler
        .arg("--project")
        .arg(project())
        .output()
        .expect("Node.js runs");
    assert!(
        checked.status.success(),
        "{}{}",
        String::from_utf8_lossy(&checked.stdout),
        String::from_utf8_lossy(&checked.stderr)
    );
}
