//! Verification of registrations and assertions: WebAuthn Level 3, §7.1 and §7.2.
//!
//! - `step_by_step`: a valid response is changed so that it violates one step, for each step.
//! - `w3c_vectors`: the specification's test vectors.
//! - `differential`: verdicts on sign-ins are compared with those of `webauthn-rs-core`.
//! - `fuzz_corpora`: the corpora of the fuzz targets, replayed.

mod differential;
mod fuzz_corpora;
mod step_by_step;
mod w3c_vectors;
