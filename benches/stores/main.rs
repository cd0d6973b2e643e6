//! Time of each operation of each store, one after the other, response included. The stores are
//! those in the list of `passkeys_test_support::stores`.
//!
//! ```text
//! cargo bench -p passkeys-benches --bench stores --features stores
//! ```
//!
//! Stores in PostgreSQL, MySQL and Redis are reported as left out unless `PASSKEYS_TEST_POSTGRES_URL`,
//! `PASSKEYS_TEST_MYSQL_URL` and `PASSKEYS_TEST_REDIS_URL` name servers that hold nothing else.

#[macro_use]
mod challenge_stores;
mod open;
#[macro_use]
mod repositories;

use divan::Divan;

passkeys_test_support::repositories!(embedded, [bench_repositories]);
passkeys_test_support::repositories!(on_servers, [bench_repositories]);
passkeys_test_support::challenge_stores!(embedded, [bench_challenge_stores]);
passkeys_test_support::challenge_stores!(on_servers, [bench_challenge_stores]);

fn main() {
    Divan::from_args().main();
}
