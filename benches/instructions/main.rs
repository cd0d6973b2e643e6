//! Counts the instructions of the four routes, in this library and in the server by hand, and holds
//! them to what they were and to each other. Time cannot do that: on a machine that others use,
//! one program may take a quarter more than it did the minute before, where its instructions
//! differ by less than a hundredth.
//!
//! `benches/count` runs this, with each engine.

mod callgrind;
mod recorded;
mod report;
mod workload;

use std::{env, fmt::Debug, process::ExitCode};

use passkeys_benches::Route;
use workload::Who;

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let arguments: Vec<_> = env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match *arguments.as_slice() {
        [] => return report::check(),
        ["--record"] => recorded::write(&report::measure(Who::Passkeys)),
        [who, route] => workload::run(named(&Who::ALL, who), named(&Route::ALL, route)),
        _ => {
            eprintln!("usage: [--record]");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// The one with this name.
fn named<T: Copy + Debug>(all: &[T], name: &str) -> T {
    let found = all.iter().find(|one| format!("{one:?}") == name);
    *found.expect("one of them")
}
