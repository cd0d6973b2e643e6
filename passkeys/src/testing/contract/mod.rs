//! Contract tests: every requirement of the store traits, as a test for any implementation.

mod challenges;
mod credentials;
mod full_challenges;
#[cfg(feature = "postgres-driver")]
mod postgres_driver;

use std::{fmt::Debug, future::Future, pin::Pin, sync::Arc, time::Duration};

use passkeys_rules::debug::with_causes;
use tokio::{sync::Barrier, task::JoinSet, time::timeout};

pub use challenges::{challenge_store, pending_ceremony, pending_ceremony_of};
pub use credentials::credential_repository;
pub use full_challenges::full_challenge_store;
#[cfg(feature = "postgres-driver")]
pub use postgres_driver::postgres_driver;

use crate::store::StoreError;

/// Number of concurrent tasks in a race.
const TASKS: usize = 32;

/// Number of races, since an incorrect store may pass some of them by chance.
const ROUNDS: u8 = 8;

/// How a requirement was violated.
struct Violation(String);

impl From<StoreError> for Violation {
    fn from(error: StoreError) -> Self {
        let text = with_causes(&error);
        Self(format!("an operation returned an error: {text}"))
    }
}

/// Requirements that a store violated.
struct Verdict {
    of: &'static str,
    violations: Vec<String>,
}

impl Verdict {
    fn on(of: &'static str) -> Self {
        Self {
            of,
            violations: Vec::new(),
        }
    }

    async fn check(
        &mut self,
        requirement: &str,
        check: impl Future<Output = Result<(), Violation>>,
    ) {
        match timeout(Duration::from_mins(1), check).await {
            Ok(Ok(())) => {}
            Ok(Err(Violation(how))) => self.violations.push(format!("{requirement}\n    {how}")),
            Err(_) => self.violations.push(format!(
                "{requirement}\n    an operation did not finish within a minute"
            )),
        }
    }

    fn announce(self) {
        assert!(
            self.violations.is_empty(),
            "this `{}` violates {} of its requirements:\n\n- {}\n",
            self.of,
            self.violations.len(),
            self.violations.join("\n- ")
        );
    }
}

/// Starts a check on the heap: in a debug build, the stack of a thread does not hold all checks of a list.
fn boxed<S, F>(check: impl FnOnce(S) -> F, store: S) -> Pin<Box<F>> {
    Box::pin(check(store))
}

fn kept(condition: bool, otherwise: impl Into<String>) -> Result<(), Violation> {
    if condition {
        Ok(())
    } else {
        Err(Violation(otherwise.into()))
    }
}

fn same<T: Debug + PartialEq>(what: &str, found: &T, expected: &T) -> Result<(), Violation> {
    kept(
        found == expected,
        format!("{what}: found {found:?}, not {expected:?}"),
    )
}

/// Runs an operation on the store in all tasks at the same time, and returns the results.
async fn race<S, T, F>(
    store: &Arc<S>,
    task: impl Fn(usize, Arc<S>) -> F,
) -> Result<Vec<T>, StoreError>
where
    S: Send + Sync + 'static,
    T: Send + 'static,
    F: Future<Output = Result<T, StoreError>> + Send + 'static,
{
    let start = Arc::new(Barrier::new(TASKS));
    let mut tasks = JoinSet::new();
    for number in 0..TASKS {
        let (start, task) = (Arc::clone(&start), task(number, Arc::clone(store)));
        tasks.spawn(async move {
            start.wait().await;
            task.await
        });
    }
    tasks.join_all().await.into_iter().collect()
}
