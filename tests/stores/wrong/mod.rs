//! Tests of the contract: for each requirement there is an incorrect store that is reported for
//! violating it.

mod challenges;
mod full_challenges;
mod repositories;

use std::collections::BTreeSet;

use tokio::{runtime::Handle, task::spawn_blocking};

/// Defines an enum of mistakes, and a list of all but the first, which violates every requirement.
macro_rules! ways_to_be_wrong {
    ($(#[$doc:meta])* $name:ident, $all:ident: $($way:ident,)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        enum $name {
            AlwaysFails,
            $($way,)*
        }

        const $all: &[$name] = &[$($name::$way,)*];
    };
}
use ways_to_be_wrong;

/// Returns the requirements that the contract reports as violated.
async fn violated<F: Future<Output = ()>>(
    trial: impl FnOnce() -> F + Send + 'static,
) -> BTreeSet<String> {
    let runtime = Handle::current();
    let Err(failed) = spawn_blocking(move || runtime.block_on(trial())).await else {
        return BTreeSet::new();
    };
    let report = failed.into_panic().downcast::<String>().unwrap();
    let requirements = report.lines().filter_map(|line| line.strip_prefix("- "));
    requirements.map(str::to_owned).collect()
}

/// Checks that every incorrect store is detected, and that every requirement is violated by one.
fn compare(all: BTreeSet<String>, caught: Vec<(String, BTreeSet<String>)>) {
    let mut unviolated = all;
    for (wrong, requirements) in caught {
        println!("{wrong}: {requirements:#?}");
        assert!(
            !requirements.is_empty(),
            "an incorrect store ({wrong}) passes the contract"
        );
        unviolated.retain(|requirement| !requirements.contains(requirement));
    }
    assert!(
        unviolated.is_empty(),
        "no incorrect store violates these requirements: {unviolated:#?}"
    );
}
