//! Says in one line what a plain `cargo test` has left out: of the workspace, or of the package
//! `passkeys`, for both of which this is a test program.

use std::env;

fn main() {
    // Silent where somebody filters or lists tests, and in `tests/run`, which leaves nothing out.
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
