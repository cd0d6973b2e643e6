//! Prints what `cargo test` leaves out at the workspace's root, and for the package `passkeys`.

use std::env;

fn main() {
    // Silent where tests are filtered or listed, and in `tests/run`, which leaves nothing out.
    if env::args_os().len() > 1 || env::var_os("PASSKEYS_TEST_ALL").is_some() {
        return;
    }
    println!(
        "LEFT OUT: tests that need PostgreSQL, MySQL, Redis, Chromium, Firefox, Node.js, Python or \
         rust-analyzer, the compiler messages (`tests/ui`) and most examples. `tests/run` runs them; \
         `tests/run firefox` those in Firefox.\n"
    );
}
