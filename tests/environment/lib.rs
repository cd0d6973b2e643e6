//! The servers and programs that the tests of this package need.
//!
//! A test that misses one says `LEFT OUT` and passes, so that `cargo test --workspace` works with
//! nothing but Rust. `tests/run` brings all of them along and sets [`EVERYTHING`], under which
//! nothing may be left out.

mod python;
mod schema;
pub mod servers;
pub mod stores;

use std::{env, io::Write as _};

pub use python::python;
pub use schema::Schema;

/// Where this variable is set to anything but nothing or `0`, a missing part is a failure.
pub const EVERYTHING: &str = "PASSKEYS_TEST_ALL";

/// A throw-away PostgreSQL database to test with, as `postgres://…`.
///
/// `None`, and said so, where there is none. The tests own this database: they create and drop
/// tables in it.
#[must_use]
pub fn postgres_url() -> Option<String> {
    part("PASSKEYS_TEST_POSTGRES_URL", "PostgreSQL")
}

/// A throw-away Redis server to test with, as `redis://…`.
///
/// `None`, and said so, where there is none.
#[must_use]
pub fn redis_url() -> Option<String> {
    part("PASSKEYS_TEST_REDIS_URL", "Redis")
}

/// Says that a test leaves out what it cannot do without `part`.
///
/// # Panics
///
/// Where [`EVERYTHING`] is set: then the part had to be there.
pub fn left_out(part: &str) {
    assert!(
        set(EVERYTHING).is_none_or(|value| value == "0"),
        "{EVERYTHING} is set, so nothing may be left out: {part} is missing"
    );
    let test = std::thread::current();
    let test = test.name().unwrap_or("a test");
    // Not `eprintln!`: the test runner keeps that back for tests that pass.
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
