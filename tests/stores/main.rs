//! Stores that need no server: the contract tests, tests particular to memory, sealed states and
//! SQLite, and tests of the contract itself: it detects incorrect stores.
//!
//! PostgreSQL and Redis are in the program `services`.

mod boxed;
mod check;
#[macro_use]
mod contract;
mod memory;
mod own_storage;
mod postgres_driver;
mod sealed;
mod sqlite;
mod wrong;

passkeys_test_support::repositories!(embedded, [test_repositories]);
passkeys_test_support::challenge_stores!(embedded, [test_challenge_stores]);
