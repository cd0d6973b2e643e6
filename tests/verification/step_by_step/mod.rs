//! Web Authentication Level 3, step by step: each step of the two ceremonies, and of the
//! attestation formats that the library knows, is violated by the smallest change to a valid
//! response that violates only it. The response as it was is accepted first; the changed one is
//! refused with the error that peers may see and the true reason in the audit trail.
//!
//! `README.md` is the table for people, written from the rows.

#![allow(
    clippy::cast_possible_truncation,
    reason = "the test client writes lengths and bits that it knows"
)]

mod checklist;
mod kind;
mod client;
mod row;
mod rows;
mod site;
mod steps;
