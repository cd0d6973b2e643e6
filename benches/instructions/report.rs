use std::{process::ExitCode, thread};

use passkeys_benches::Route;

use crate::{
    callgrind::{Counts, count},
    recorded,
    workload::{CROWD, Who},
};

/// By how many percent anything may exceed what it is held to. Less than one is noise, of random
/// keys and hash tables.
const MARGIN: u64 = 3;

/// What each route takes, in the order of [`Route::ALL`].
pub(crate) type Routes = [Counts; 4];

pub(crate) fn measure(who: Who) -> Routes {
    // Counts do not depend on who else is busy.
    thread::scope(|scope| {
        let counting = Route::ALL.map(|route| scope.spawn(move || count(who, route)));
        counting.map(|count| count.join().expect("counts"))
    })
}

/// Prints what there is, and what exceeds its limit.
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
        limits.hold(&format!("instructions of {route}"), now.ours, then.ours);
        limits.hold(
            &format!("allocations of {route}"),
            now.allocations,
            then.allocations,
        );
    }
    for (ceremony, of) in [("registration", 0..2), ("sign-in", 2..4)] {
        let all = |counts: &Routes| counts[of.clone()].iter().map(|it| it.instructions).sum();
        let (ours, theirs) = (all(&passkeys), all(&by_hand));
        limits.hold(
            &format!("a {ceremony}, against the one by hand"),
            ours,
            theirs,
        );
        limits.hold(&format!("a {ceremony} among {CROWD}"), all(&crowded), ours);
    }
    limits.verdict()
}

#[derive(Default)]
struct Limits {
    exceeded: bool,
}

impl Limits {
    fn hold(&mut self, what: &str, now: u64, limit: u64) {
        if now * 100 > limit * (100 + MARGIN) {
            println!("{what}: {now} is more than {MARGIN} % above {limit}");
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
