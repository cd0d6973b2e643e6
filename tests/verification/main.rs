//! Verification of registrations and assertions: WebAuthn Level 3, §7.1 and §7.2.
//!
//! - `step_by_step`: a valid response is changed so that it violates one step, for each step.
//! - `w3c_vectors`: the specification's test vectors.
//! - `differential`: verdicts are compared with those of `webauthn-rs-core`.
//! - `providers`: verdicts of the cryptography providers are compared with each other.
//! - `fido_metadata`: metadata of the FIDO Alliance, with a root certificate of the tests.
//! - `fuzz_corpora`: the corpora of the fuzz targets, replayed.

mod differential;
mod fido_metadata;
mod fuzz_corpora;
mod providers;
mod step_by_step;
mod w3c_vectors;
