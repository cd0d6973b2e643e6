//! Tests that need PostgreSQL, `PgBouncer`, MySQL or Redis, or kill a process: the contract of the stores, the
//! guarantees of each store, the ceremonies on these stores, and several instances of an application.
//!
//! Where a server is missing, the tests that need it print `LEFT OUT`; `tests/run services` starts
//! them.

mod capacity;
#[macro_use]
#[path = "../stores/contract.rs"]
mod contract;
mod crash;
mod drivers;
mod encoding;
#[path = "../ceremonies/every_store/mod.rs"]
mod every_store;
mod growth;
mod isolation;
mod mysql;
mod pgbouncer;
mod postgres;
mod redis;
mod redis_topologies;
mod scale_out;
mod stores;
mod tls;

passkeys_test_support::repositories!(on_servers, [test_repositories]);
passkeys_test_support::challenge_stores!(on_servers, [test_challenge_stores]);

use std::time::Duration;

use passkeys::store::StoreError;

/// Retries an operation until the server is back, and returns its result. In between, it fails.
async fn eventually<T, F>(operation: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut last = None;
    for _ in 0..300 {
        match operation().await {
            Ok(answer) => return answer,
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not come back: {last:?}");
}
