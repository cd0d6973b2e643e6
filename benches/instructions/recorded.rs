//! Recorded counts, under version control.

use std::{env::consts::ARCH, fmt::Write as _, fs, path::PathBuf};

use passkeys_benches::Route;

use crate::callgrind::{Counts, Routes};

const HEADER: &str = "# Per request: instructions without the signature's and the C library's, and
# allocations. Written by `benches/count --record`.
";

/// Returns the path of the file with the counts of this processor architecture.
fn file() -> PathBuf {
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/instructions/recorded"
    ));
    folder.join(format!("{ARCH}.txt"))
}

/// Reads the recorded counts. Missing ones are zero, so that the check fails.
pub(crate) fn read() -> Routes {
    let text = fs::read_to_string(file()).unwrap_or_default();
    Route::ALL.map(|route| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(route.path()));
        let mut words = line.unwrap_or_default().split_ascii_whitespace();
        let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        Counts {
            ours: number(),
            allocations: number(),
            ..Counts::default()
        }
    })
}

/// Records counts.
pub(crate) fn write(routes: &Routes) {
    let mut text = HEADER.to_owned();
    for (route, counts) in Route::ALL.into_iter().zip(routes) {
        let (ours, allocations) = (counts.ours, counts.allocations);
        writeln!(text, "{} {ours} {allocations}", route.path()).expect("a string");
    }
    fs::write(file(), text).expect("a file to write");
}
