//! Runs this program under callgrind and parses its output
//! ([format](https://valgrind.org/docs/manual/cl-format.html)).

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use passkeys_benches::Route;

use crate::workload::{REQUESTS, Who};

/// Counts for one request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// All instructions.
    pub(crate) instructions: u64,
    /// Instructions of signature verification, which dominate a sign-in.
    pub(crate) signature: u64,
    /// All other instructions outside the C library, whose version depends on the machine.
    pub(crate) ours: u64,
    /// Memory allocations and reallocations, which stand for the C library's work.
    pub(crate) allocations: u64,
}

/// Counts of each route, in the order of [`Route::ALL`].
pub(crate) type Routes = [Counts; 4];

/// Functions that verify a signature, in *ring* and in `webauthn-rs-core`.
const SIGNATURES: [&str; 2] = [
    "EcdsaVerificationAlgorithm as ring::signature::VerificationAlgorithm>::verify",
    "COSEKey>::verify_signature",
];

/// Counts the instructions of the function [`counted`](crate::workload::counted) with callgrind.
pub(crate) fn count(who: Who, route: Route) -> Counts {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("counts");
    let program = env::current_exe().expect("this program");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no"])
        .args(["--toggle-collect=*workload*counted*"])
        .args(["--compress-strings=no", "--compress-pos=no"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(program)
        .args([format!("{who:?}"), format!("{route:?}")])
        .stderr(Stdio::inherit())
        .output()
        .expect("valgrind must be installed");
    assert!(output.status.success(), "{who:?} failed at {route:?}");
    let mut counts = read(&fs::read_to_string(file).expect("the output of callgrind"));
    assert_ne!(counts.ours, 0, "callgrind counted nothing");
    assert_eq!(
        counts.signature != 0,
        route == Route::AuthenticateFinish,
        "signatures are verified in functions that `SIGNATURES` does not list"
    );
    let printed = String::from_utf8_lossy(&output.stdout);
    counts.allocations = printed.trim().parse().expect("the number of allocations");
    for count in [
        &mut counts.instructions,
        &mut counts.signature,
        &mut counts.ours,
        &mut counts.allocations,
    ] {
        *count /= REQUESTS as u64;
    }
    counts
}

fn read(text: &str) -> Counts {
    let mut counts = Counts::default();
    let (mut library, mut called) = (false, "");
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(object) = line.strip_prefix("ob=") {
            library = is_c_library(object);
        } else if let Some(function) = line.strip_prefix("cfn=") {
            called = function;
        } else if line.starts_with("calls=") {
            // The next line has the inclusive cost of the called function, which is also part of
            // the lines of the functions themselves.
            let took = lines.next().and_then(cost).unwrap_or(0);
            if SIGNATURES.iter().any(|name| called.ends_with(name)) {
                counts.signature += took;
            }
        } else if let Some(cost) = cost(line) {
            counts.instructions += cost;
            if !library {
                counts.ours += cost;
            }
        }
    }
    counts.ours = counts.ours.saturating_sub(counts.signature);
    counts
}

/// Returns the cost in a cost line, which begins with the line number.
fn cost(line: &str) -> Option<u64> {
    let (number, cost) = line.split_once(' ')?;
    number.parse::<u64>().ok()?;
    cost.parse().ok()
}

fn is_c_library(object: &str) -> bool {
    let name = Path::new(object).file_name().unwrap_or_default();
    let name = name.to_string_lossy();
    ["libc.", "libm.", "ld-", "libgcc"]
        .iter()
        .any(|library| name.starts_with(library))
}
