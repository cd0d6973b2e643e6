//! Counts the instructions of the ceremonies' four routes, in this library and in the hand-written
//! server, and fails if they exceed the recorded counts or those of the hand-written server by more
//! than a margin.
//!
//! Times cannot be compared like that: on a shared machine, they vary by a quarter from minute to
//! minute, while instructions vary by less than one percent.
//!
//! Run by `benches/count`.

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

/// Returns the value with this name.
fn named<T: Copy + Debug>(all: &[T], name: &str) -> T {
    let found = all.iter().find(|one| format!("{one:?}") == name);
    *found.expect("one of them")
}
