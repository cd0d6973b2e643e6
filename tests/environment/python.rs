use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::left_out;

/// Returns a Python interpreter with these packages, in a virtual environment of its own.
///
/// Prints `LEFT OUT` and returns `None` without Python or a package index.
///
/// # Panics
///
/// If the place of the environment cannot be written to.
#[must_use]
pub fn python(venv: &Path, requirements: &Path) -> Option<PathBuf> {
    // Each test may be a separate process, and one of them creates the environment.
    fs::create_dir_all(venv).expect("a directory");
    let turn = File::create(venv.join("lock")).expect("a file");
    turn.lock().expect("a turn");

    let python = venv.join("bin/python");
    let run = |command: &mut Command| {
        command
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let installed = (python.exists()
        || run(Command::new("python3").args(["-m", "venv"]).arg(venv)))
        && run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet"])
            .args(["--disable-pip-version-check", "-r"])
            .arg(requirements));
    if !installed {
        left_out("Python with `venv`, and PyPI");
    }
    installed.then_some(python)
}
