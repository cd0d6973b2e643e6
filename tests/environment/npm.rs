//! A project that takes the browser modules from their npm package, as it would be published.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

/// The package's directory.
pub const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../passkeys/client");

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/client");

/// The single-page app in `interop/client/package`, with the package installed.
pub struct Project(PathBuf);

impl Project {
    /// Packs the package, and installs it in a copy of the app in this directory.
    ///
    /// Prints `LEFT OUT` and returns `None` without Node.js and its packages.
    ///
    /// # Panics
    ///
    /// Panics if the package cannot be packed.
    #[must_use]
    pub fn create(directory: &Path) -> Option<Self> {
        let tools = Path::new(TOOLS);
        if !tools.join("node_modules/vite").is_dir() {
            super::left_out("Node.js with Vite (`npm ci` in tests/interop/client)");
            return None;
        }
        let _ = fs::remove_dir_all(directory);
        let project = directory.join("project");
        let installed = project.join("node_modules/@passkeys-rs/client");
        fs::create_dir_all(&installed).unwrap();
        for file in fs::read_dir(tools.join("package")).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), project.join(file.file_name())).unwrap();
        }
        // Everything else is found one directory further up.
        symlink(tools.join("node_modules"), directory.join("node_modules")).unwrap();
        let mut pack = Command::new("npm");
        pack.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
            .args([directory, Path::new(PACKAGE)]);
        let archive = directory.join(said(&mut pack).trim());
        let mut unpack = Command::new("tar");
        unpack.args(["--extract", "--gzip", "--strip-components=1", "--file"]);
        said(unpack.arg(archive).arg("--directory").arg(installed));
        Some(Self(project))
    }

    /// The project's directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.0
    }

    /// Runs a script with Node.js in the project, and returns what it printed.
    ///
    /// # Panics
    ///
    /// Panics with what it printed if it fails.
    pub fn node<'a>(&self, script: &str, arguments: impl IntoIterator<Item = &'a str>) -> String {
        let mut node = Command::new("node");
        said(node.arg(script).args(arguments).current_dir(&self.0))
    }
}

/// Runs a command, and returns its output.
fn said(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    said
}
