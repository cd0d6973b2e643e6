//! The npm package of the browser modules: its files, its types, and its hooks on a server.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use passkeys_tests::npm::{PACKAGE, Project};
use serde_json::Value;

fn project(name: &str) -> Option<Project> {
    Project::create(&Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
}

/// Returns the paths of the files in a directory and below it.
fn files(directory: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()).iter().map(|it| format!("{name}/{it}")));
        } else {
            found.insert(name);
        }
    }
    found
}

#[test]
fn npm_package_has_the_version_of_the_crate() {
    let manifest = fs::read(Path::new(PACKAGE).join("package.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["dependencies"], Value::Null);
}

#[test]
fn npm_package_has_every_module_and_nothing_else() {
    let Some(project) = project("npm-files") else {
        return;
    };
    let packed = files(&project.directory().join("node_modules/@passkeys-rs/client"));
    assert_eq!(packed, files(Path::new(PACKAGE)));
    let languages = ["ar", "de", "en", "es", "fr", "ja"].map(|it| format!("texts/{it}.js"));
    let parts = [
        "base", "list", "offer", "page", "parts", "sign-in", "sign-up", "style", "texts",
    ];
    let parts = parts.map(|it| format!("elements/{it}.js"));
    let modules = [
        "capabilities.js",
        "client.d.ts",
        "client.js",
        "elements.d.ts",
        "elements.js",
        "extensions.d.ts",
        "extensions.js",
        "fallback.js",
        "index.d.ts",
        "index.js",
        "outcomes.js",
        "react.d.ts",
        "react.js",
        "vue.d.ts",
        "vue.js",
    ];
    let documents = ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "package.json"];
    let expected = modules.into_iter().chain(documents).map(str::to_owned);
    assert_eq!(packed, expected.chain(languages).chain(parts).collect());
}

#[test]
fn npm_package_has_the_licence_texts_of_the_crate() {
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let packed = fs::read(Path::new(PACKAGE).join(name)).unwrap();
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
        assert!(packed == fs::read(ours).unwrap(), "{name}");
    }
}

#[test]
fn crate_has_no_file_of_the_npm_package_alone() {
    let mut list = Command::new(env!("CARGO"));
    list.args(["package", "--list", "--allow-dirty", "--offline"]);
    let output = list.current_dir(Path::new(PACKAGE)).output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let listed: BTreeSet<_> = listed
        .lines()
        .filter_map(|it| it.strip_prefix("client/"))
        .collect();
    assert!(listed.contains("client.js") && listed.contains("texts/de.js"));
    for file in [
        "LICENSE-MIT",
        "README.md",
        "index.js",
        "package.json",
        "react.js",
        "vue.d.ts",
    ] {
        assert!(!listed.contains(file), "{file}");
    }
}

#[test]
fn app_that_uses_every_export_of_the_npm_package_type_checks() {
    let Some(project) = project("npm-types") else {
        return;
    };
    // Beside their declarations, modules would not be read.
    let written = project.directory().join("written");
    fs::create_dir(&written).unwrap();
    for (module, copy) in [
        ("index.js", "entry.js"),
        ("react.js", "hook.js"),
        ("vue.js", "composable.js"),
        ("index.d.ts", "index.d.ts"),
        ("react.d.ts", "react.d.ts"),
        ("vue.d.ts", "vue.d.ts"),
    ] {
        fs::copy(Path::new(PACKAGE).join(module), written.join(copy)).unwrap();
    }
    // The same types as the package's, and not equal ones.
    let types = "export * from \"../node_modules/@passkeys-rs/client/client.js\";\n";
    fs::write(written.join("client.d.ts"), types).unwrap();
    for (module, resolution) in [("esnext", "bundler"), ("nodenext", "nodenext")] {
        let options = ["--module", module, "--moduleResolution", resolution];
        project.node("../node_modules/typescript/bin/tsc", options);
    }
}

#[test]
fn hooks_and_elements_of_the_npm_package_load_on_a_server() {
    if let Some(project) = project("npm-server") {
        project.node("server.mjs", []);
    }
}

#[test]
fn hooks_have_fewer_than_60_lines() {
    for module in ["react.js", "vue.js"] {
        let lines = fs::read_to_string(Path::new(PACKAGE).join(module)).unwrap();
        assert!(lines.lines().count() < 60, "{module}");
    }
}
