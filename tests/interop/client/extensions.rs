//! The types and the size of `extensions.js`.

use std::{fs, path::Path};

use super::{here, minified};

/// Copies the module and what is checked against it into the project of the types.
pub(super) fn add_to(project: &Path) {
    let client = here().join("../../../passkeys/client");
    for (from, to) in [
        ("extensions.d.ts", "extensions.d.ts"),
        ("extensions.js", "written-extensions.js"),
    ] {
        fs::copy(client.join(from), project.join(to)).unwrap();
    }
    for file in ["extensions-agreement.ts", "extensions-consumer.ts"] {
        fs::copy(here().join(file), project.join(file)).unwrap();
    }
}

/// `docs/extensions.md` states the size.
#[test]
fn extensions_js_has_less_than_4_kilobytes_when_minified() {
    if let Some(size) = minified("extensions.js") {
        assert!((2_000..4_000).contains(&size), "{size} bytes");
    }
}
