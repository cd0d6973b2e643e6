//! Code of all fuzz targets except the differential ones. Shared with a test,
//! `tests/verification/fuzz_corpora.rs`, which replays the corpora without libFuzzer.
//!
//! Each target checks a property that holds for *any* input, beyond the absence of panics.

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
    static ACCEPTED: Cell<usize> = const { Cell::new(0) };
}

/// Returns how many inputs the library has accepted on this thread. A corpus without accepted inputs
/// proves nothing.
pub fn accepted() -> usize {
    ACCEPTED.get()
}

fn count_accepted() {
    ACCEPTED.set(ACCEPTED.get() + 1);
}

/// Function of a fuzz target: takes any input, and panics if a property does not hold.
pub type Target = fn(&[u8]);
