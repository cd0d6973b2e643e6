//! Prints one line about the tests that a plain `cargo test` does not run. This is a test program
//! both of the workspace and of the package `passkeys`.

use std::env;

fn main() {
    // Silent if tests are filtered or listed, and in `tests/run`, which leaves nothing out.
    if env::args_os().len() > 1 || env::var_os("PASSKEYS_TEST_ALL").is_some() {
        return;
    }
    let line = if env!("CARGO_PKG_NAME") == "passkeys" {
        "`cargo test -p passkeys` leaves out what needs PostgreSQL, Redis, Chromium, Node.js or \
         Python: `tests/run services`, `tests/run browser`, `tests/run peers`"
    } else {
        "a plain `cargo test` leaves out all but two examples: `cargo test -p passkeys` tests the \
         library with nothing but Rust, `tests/run` tests everything"
    };
    println!("LEFT OUT: {line}\n");
}
