//! Says, once, at the end of a plain `cargo test`, what it has left out.

use std::env;

fn main() {
    // Not where somebody runs, lists or filters single tests, and not in `tests/run`.
    if env::args_os().len() == 1 && env::var_os("PASSKEYS_TEST_ALL").is_none() {
        println!(
            "\nLEFT OUT: PostgreSQL, Redis, a browser, Node.js and Python. `tests/run` has all of \
             them; `tests/README.md` lists its parts.\n"
        );
    }
}
