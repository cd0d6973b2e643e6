//! Runs this program under callgrind and reads what it wrote
//! ([its format](https://valgrind.org/docs/manual/cl-format.html)).

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use passkeys_benches::Route;

use crate::workload::{REQUESTS, Who};

/// What one request takes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// All of its instructions.
    pub(crate) instructions: u64,
    /// Those of the signature's verification, beside which nothing else would be seen.
    pub(crate) signature: u64,
    /// The others, without those of the C library, of which another machine may have another.
    pub(crate) ours: u64,
    /// How often memory is asked for, so that what the C library does is not forgotten.
    pub(crate) allocations: u64,
}

/// What verifies a signature, in *ring* and in `webauthn-rs-core`.
const SIGNATURES: [&str; 2] = [
    "EcdsaVerificationAlgorithm as ring::signature::VerificationAlgorithm>::verify",
    "COSEKey>::verify_signature",
];

/// Has callgrind count in the function [`counted`](crate::workload::counted).
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
        .expect("valgrind, which has to be installed");
    assert!(output.status.success(), "{who:?} failed at {route:?}");
    let mut counts = read(&fs::read_to_string(file).expect("what callgrind counted"));
    assert_ne!(counts.ours, 0, "callgrind found nothing to count");
    assert_eq!(
        counts.signature != 0,
        route == Route::AuthenticateFinish,
        "signatures are verified elsewhere than callgrind was told"
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
            // The next line is what the called function took with all that it called. Their own
            // lines say the same.
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

/// Of a line of the program, which begins with its number.
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
