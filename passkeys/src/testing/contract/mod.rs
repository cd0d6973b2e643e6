//! What every store promises, as tests that any store can be put to.

mod challenges;
mod credentials;

use std::{
    error::Error as StdError,
    fmt::{Debug, Write as _},
    future::Future,
    sync::Arc,
    time::Duration,
};

use tokio::{sync::Barrier, task::JoinSet, time::timeout};

pub use challenges::{challenge_store, pending_ceremony};
pub use credentials::credential_repository;

use crate::store::StoreError;

/// How many tasks race for one thing.
const TASKS: usize = 32;

/// How often they do, for the races that a wrong store wins now and then.
const ROUNDS: u8 = 8;

/// How a promise was broken.
struct Broken(String);

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            // A `String` takes whatever is written to it.
            let _ = write!(text, ": {next}");
            cause = next.source();
        }
        Self(format!("an operation failed: {text}"))
    }
}

/// The promises that a store broke.
struct Verdict {
    of: &'static str,
    broken: Vec<String>,
}

impl Verdict {
    fn on(of: &'static str) -> Self {
        Self {
            of,
            broken: Vec::new(),
        }
    }

    async fn check(&mut self, promise: &str, check: impl Future<Output = Result<(), Broken>>) {
        match timeout(Duration::from_mins(1), check).await {
            Ok(Ok(())) => {}
            Ok(Err(Broken(how))) => self.broken.push(format!("{promise}\n    {how}")),
            Err(_) => self
                .broken
                .push(format!("{promise}\n    no answer within a minute")),
        }
    }

    fn announce(self) {
        assert!(
            self.broken.is_empty(),
            "this `{}` breaks {} of its promises:\n\n- {}\n",
            self.of,
            self.broken.len(),
            self.broken.join("\n- ")
        );
    }
}

fn kept(condition: bool, otherwise: impl Into<String>) -> Result<(), Broken> {
    if condition {
        Ok(())
    } else {
        Err(Broken(otherwise.into()))
    }
}

fn same<T: Debug + PartialEq>(what: &str, found: &T, expected: &T) -> Result<(), Broken> {
    kept(
        found == expected,
        format!("{what}: found {found:?}, not {expected:?}"),
    )
}

/// Has all tasks do something with the store at the same moment.
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
