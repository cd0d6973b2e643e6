//! Replays the seeds and corpora of the fuzz targets without libFuzzer. `fuzz/README.md` says how
//! to fuzz further.

#[path = "../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "it is a library, there")]
mod targets;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

/// Returns the paths of the files in a directory below `fuzz`.
fn directory(path: &str) -> Vec<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz")
        .join(path);
    let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Seeds with the name of their target.
static SEEDS: LazyLock<Vec<(&str, Vec<u8>)>> = LazyLock::new(targets::seeds);

fn replay(name: &str, target: targets::Target) {
    for (_, input) in SEEDS.iter().filter(|(target, _)| *target == name) {
        target(input);
    }
    let corpus = directory(&format!("corpus/{name}"));
    for path in &corpus {
        // If the target panics, this line names the input.
        println!("{}", path.display());
        target(&fs::read(path).unwrap());
    }
    assert!(!corpus.is_empty());
    // Rejections prove something only if other inputs are accepted.
    assert!(targets::accepted() > 0, "no input was accepted");
}

macro_rules! replays {
    ($($target:ident,)*) => {
        $(
            #[test]
            fn $target() {
                replay(stringify!($target), targets::$target);
            }
        )*

        const REPLAYED: &[&str] = &[$(stringify!($target)),*];
    };
}

replays! {
    assertion,
    attestation,
    authentication_body,
    authenticator_data,
    ceremony,
    credential_id,
    registration_body,
    state,
}

/// Scripts are valid ceremonies unless they contain a fault. If hardly any succeeded, fuzzing would
/// not reach the later steps of verification.
#[test]
fn most_fuzzed_ceremony_scripts_succeed() {
    let kept = directory("corpus/ceremony");
    let kept: Vec<_> = kept.iter().map(|path| fs::read(path).unwrap()).collect();
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let random = (0..100).map(|_| {
        let mut script = vec![0; 64];
        random.fill_bytes(&mut script);
        script
    });
    for scripts in [kept, random.collect()] {
        let succeeds = |script: &&Vec<u8>| {
            let before = targets::accepted();
            targets::ceremony(script);
            targets::accepted() > before
        };
        let (all, succeed) = (scripts.len(), scripts.iter().filter(succeeds).count());
        assert!(succeed * 2 > all, "{succeed} of {all}");
    }
}

#[test]
fn every_fuzz_target_has_its_corpus_replayed() {
    let mut programs: BTreeSet<_> = directory("fuzz_targets")
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    // The tests in `differential` cover these targets, which have no corpus.
    assert!(programs.remove("assertion_differential"));
    assert!(programs.remove("registration_differential"));
    assert!(programs.iter().eq(REPLAYED), "{programs:?}");
}

/// The corpora are replayed for every commit, and are a part of every clone.
#[test]
fn fuzz_corpora_stay_below_2_megabytes() {
    let files = REPLAYED
        .iter()
        .flat_map(|target| directory(&format!("corpus/{target}")));
    let size: u64 = files.map(|path| path.metadata().unwrap().len()).sum();
    assert!(size < 2_000_000, "{size} bytes");
}
