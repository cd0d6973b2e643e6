//! The servers and programs that the tests of this package need.
//!
//! A test whose requirement is missing prints `LEFT OUT` and passes, so that
//! `cargo test --workspace` works with nothing but Rust. `tests/run` installs the requirements and
//! sets [`EVERYTHING`], with which a missing requirement is a failure.

mod mysql_database;
pub mod npm;
mod python;
pub mod redis_servers;
mod schema;
pub mod servers;
pub mod stores;

use std::{env, io::Write as _};

pub use mysql_database::MySqlDatabase;
pub use python::python;
pub use schema::Schema;

/// Environment variable: unless empty or `0`, a missing requirement is a failure.
pub const EVERYTHING: &str = "PASSKEYS_TEST_ALL";

/// A throw-away PostgreSQL database to test with, as `postgres://…`.
///
/// Prints `LEFT OUT` and returns `None` if there is none. The tests own this database: they create
/// and drop tables in it.
#[must_use]
pub fn postgres_url() -> Option<String> {
    part("PASSKEYS_TEST_POSTGRES_URL", "PostgreSQL")
}

/// The same database behind `PgBouncer` in transaction mode, as `postgres://…`.
///
/// Prints `LEFT OUT` and returns `None` if there is none.
#[must_use]
pub fn pgbouncer_url() -> Option<String> {
    part("PASSKEYS_TEST_PGBOUNCER_URL", "PgBouncer")
}

/// A throw-away MySQL or MariaDB server to test with, as `mysql://…`.
///
/// Prints `LEFT OUT` and returns `None` if there is none. The tests own this server: they create and drop
/// databases in it, and change its settings for a moment.
#[must_use]
pub fn mysql_url() -> Option<String> {
    part("PASSKEYS_TEST_MYSQL_URL", "MySQL or MariaDB")
}

/// A throw-away Redis server to test with, as `redis://…`.
///
/// Prints `LEFT OUT` and returns `None` if there is none.
#[must_use]
pub fn redis_url() -> Option<String> {
    part("PASSKEYS_TEST_REDIS_URL", "Redis")
}

/// Prints that a test is left out because `part` is missing.
///
/// # Panics
///
/// Panics if [`EVERYTHING`] is set.
pub fn left_out(part: &str) {
    assert!(
        set(EVERYTHING).is_none_or(|value| value == "0"),
        "{EVERYTHING} is set, so nothing may be left out: {part} is missing"
    );
    let test = std::thread::current();
    let test = test.name().unwrap_or("a test");
    // Not `eprintln!`, which the test runner captures for tests that pass.
    let _ = writeln!(
        std::io::stderr(),
        "LEFT OUT {test}: {part} is missing (`tests/run` has everything)"
    );
}

fn part(variable: &str, what: &str) -> Option<String> {
    let url = set(variable);
    if url.is_none() {
        left_out(&format!("{what} (a URL in {variable})"));
    }
    url
}

fn set(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|value| !value.is_empty())
}
