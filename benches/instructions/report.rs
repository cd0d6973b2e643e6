use std::{process::ExitCode, thread};

use passkeys_benches::Route;

use crate::{
    callgrind::{Routes, count},
    recorded,
    workload::{CROWD, Who},
};

/// Percentage by which a count may exceed its limit. Noise from random keys and hash tables is below
/// 1 %.
const MARGIN: u64 = 3;

/// Percentage by which a ceremony may exceed the hand-written server. A registration here does what that
/// server does not: it runs in a task of its own, recognizes decoy credentials by an HMAC (two blocks
/// of SHA-256, which callgrind counts without the processor's instructions for it), and keeps ceremonies
/// by user.
const CEREMONIES: [(&str, std::ops::Range<usize>, u64); 2] =
    [("registration", 0..2, 20), ("sign-in", 2..4, MARGIN)];

/// Counts all routes of a server.
pub(crate) fn measure(who: Who) -> Routes {
    // In parallel, because counts do not depend on the load of the machine.
    thread::scope(|scope| {
        let counting = Route::ALL.map(|route| scope.spawn(move || count(who, route)));
        counting.map(|count| count.join().expect("counts"))
    })
}

/// Prints all counts, and those that exceed their limit.
pub(crate) fn check() -> ExitCode {
    let (passkeys, by_hand) = (measure(Who::Passkeys), measure(Who::ByHand));
    let crowded = measure(Who::Crowded);
    let recorded = recorded::read();

    println!(
        "| instructions per request | all | by hand | signature | others outside libc | recorded | allocations | recorded |"
    );
    println!("| --- | --: | --: | --: | --: | --: | --: | --: |");
    let mut limits = Limits::default();
    for (index, route) in Route::ALL.into_iter().enumerate() {
        let (route, now, then) = (route.path(), passkeys[index], recorded[index]);
        println!(
            "| `{route}` | {} | {} | {} | {} | {} | {} | {} |",
            now.instructions,
            by_hand[index].instructions,
            now.signature,
            now.ours,
            then.ours,
            now.allocations,
            then.allocations,
        );
        limits.hold(
            &format!("instructions of {route}"),
            now.ours,
            then.ours,
            MARGIN,
        );
        limits.hold(
            &format!("allocations of {route}"),
            now.allocations,
            then.allocations,
            MARGIN,
        );
    }
    for (ceremony, of, margin) in CEREMONIES {
        // Outside the C library: what the allocator takes differs by 8 % from run to run.
        let all = |counts: &Routes| {
            let counts = counts[of.clone()].iter();
            counts.map(|it| it.ours + it.signature).sum()
        };
        let (ours, theirs) = (all(&passkeys), all(&by_hand));
        println!("a {ceremony} outside libc: {ours}, by hand {theirs}");
        limits.hold(
            &format!("a {ceremony}, against the hand-written server"),
            ours,
            theirs,
            margin,
        );
        limits.hold(
            &format!("a {ceremony} among {CROWD} users"),
            all(&crowded),
            ours,
            MARGIN,
        );
    }
    limits.verdict()
}

#[derive(Default)]
struct Limits {
    exceeded: bool,
}

impl Limits {
    fn hold(&mut self, what: &str, now: u64, limit: u64, margin: u64) {
        if now * 100 > limit * (100 + margin) {
            println!("{what}: {now} is more than {margin} % above {limit}");
            self.exceeded = true;
        }
    }

    fn verdict(self) -> ExitCode {
        if self.exceeded {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        }
    }
}
