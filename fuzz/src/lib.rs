//! What each fuzz target but `assertion_differential` does with its input. Shared with a test,
//! `tests/verification/fuzz_corpora.rs`, that replays the corpora without libFuzzer.
//!
//! None of the properties is "does not panic", which goes without saying: each says what may come
//! of *any* input.

mod bodies;
mod ceremony;
mod examples;
mod ids;
mod judge;
mod parsers;
mod responses;
mod seeds;
mod site;
mod state;

use std::cell::Cell;

pub use bodies::{authentication_body, registration_body};
pub use ceremony::ceremony;
pub use ids::credential_id;
pub use parsers::authenticator_data;
pub use responses::{assertion, attestation};
pub use seeds::seeds;
pub use state::state;

thread_local! {
    static LET_IN: Cell<usize> = const { Cell::new(0) };
}

/// How many times something was let in, on this thread: a corpus of which nothing is proves
/// nothing.
pub fn let_in() -> usize {
    LET_IN.get()
}

fn is_let_in() {
    LET_IN.set(LET_IN.get() + 1);
}

/// A target: takes any input, and panics where a property does not hold.
pub type Target = fn(&[u8]);
