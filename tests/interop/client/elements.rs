//! The types and the size of `elements.js`.

use std::{fs, path::Path};

use super::{here, minified, node, succeeds};

/// Copies the module, its languages and what is checked against it into the project of the types.
pub(super) fn add_to(project: &Path) {
    let client = here().join("../../../passkeys/client");
    for (from, to) in [
        ("elements.d.ts", "elements.d.ts"),
        ("elements.js", "written-elements.js"),
    ] {
        fs::copy(client.join(from), project.join(to)).unwrap();
    }
    for part in parts("elements").chain(parts("texts")) {
        fs::copy(client.join(&part), project.join(&part)).unwrap();
    }
    for file in ["elements-agreement.ts", "elements-consumer.ts"] {
        fs::copy(here().join(file), project.join(file)).unwrap();
    }
}

/// Returns the paths of the modules in a directory of the package.
fn parts(directory: &str) -> impl Iterator<Item = String> {
    let files = fs::read_dir(here().join("../../../passkeys/client").join(directory)).unwrap();
    files.map(move |file| {
        format!(
            "{directory}/{}",
            file.unwrap().file_name().to_str().unwrap()
        )
    })
}

/// `docs/elements.md` states the size.
#[test]
fn elements_js_has_less_than_30_kilobytes_with_its_parts_when_minified() {
    let own = ["elements.js", "texts/en.js"].map(str::to_owned);
    let sizes: Vec<_> = own
        .into_iter()
        .chain(parts("elements"))
        .map_while(|part| minified(&part))
        .collect();
    let size: usize = sizes.iter().sum();
    assert!(
        sizes.is_empty() || (20_000..30_000).contains(&size),
        "{size} bytes"
    );
    for language in parts("texts") {
        if let Some(size) = minified(&language) {
            assert!((4_000..9_000).contains(&size), "{language}: {size} bytes");
        }
    }
}

#[test]
fn elements_js_loads_in_nodejs_for_server_side_rendering() {
    let Some(mut node) = node() else {
        return passkeys_tests::left_out("Node.js");
    };
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("elements-on-a-server");
    fs::create_dir_all(&directory).unwrap();
    // Files in a package of this type are modules.
    fs::write(directory.join("package.json"), r#"{ "type": "module" }"#).unwrap();
    let client = here().join("../../../passkeys/client");
    for part in ["elements", "texts"] {
        fs::create_dir_all(directory.join(part)).unwrap();
        for module in parts(part) {
            fs::copy(client.join(&module), directory.join(&module)).unwrap();
        }
    }
    for file in fs::read_dir(client).unwrap().map(Result::unwrap) {
        let path = file.path();
        if path.extension().is_some_and(|it| it == "js") {
            fs::copy(path, directory.join(file.file_name())).unwrap();
        }
    }
    let script = "import { addTexts, languages } from './elements.js';
        addTexts('it', { signIn: 'Accedi' });
        if (!languages().includes('it')) throw languages();";
    fs::write(directory.join("server.js"), script).unwrap();
    succeeds(node.arg(directory.join("server.js")));
}
