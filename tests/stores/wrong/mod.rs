//! The contract catches what it says: for each promise there is a store that breaks it.

mod challenges;
mod repositories;

use std::collections::BTreeSet;

use tokio::{runtime::Handle, task::spawn_blocking};

/// An enum of them, and all but the first in a list: that one breaks every promise.
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

/// The promises that the verdict on a store says are broken.
async fn broken<F: Future<Output = ()>>(
    trial: impl FnOnce() -> F + Send + 'static,
) -> BTreeSet<String> {
    let runtime = Handle::current();
    let Err(failed) = spawn_blocking(move || runtime.block_on(trial())).await else {
        return BTreeSet::new();
    };
    let verdict = failed.into_panic().downcast::<String>().unwrap();
    let promises = verdict.lines().filter_map(|line| line.strip_prefix("- "));
    promises.map(str::to_owned).collect()
}

/// Every wrong store is caught, and every promise has a store that breaks it.
fn compare(all: BTreeSet<String>, caught: Vec<(String, BTreeSet<String>)>) {
    let mut unbroken = all;
    for (wrong, promises) in caught {
        println!("{wrong}: {promises:#?}");
        assert!(
            !promises.is_empty(),
            "a store that is wrong ({wrong}) passes"
        );
        unbroken.retain(|promise| !promises.contains(promise));
    }
    assert!(
        unbroken.is_empty(),
        "no wrong store breaks these promises: {unbroken:#?}"
    );
}
