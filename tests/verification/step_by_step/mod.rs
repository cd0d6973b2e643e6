//! Web Authentication Level 3, step by step: each step of the two ceremonies, and of the
//! attestation formats that the library supports, is violated by a minimal change to a valid response. The
//! original response is accepted; the changed one is rejected with the documented error for the
//! client and the true reason in the audit trail.
//!
//! `README.md` is generated from the rows.

#![allow(
    clippy::cast_possible_truncation,
    reason = "the test client writes lengths and bits that it knows"
)]

mod checklist;
mod client;
mod kind;
mod row;
mod rows;
mod site;
mod steps;
