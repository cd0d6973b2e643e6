//! Attacks: published weaknesses of other servers, hostile input, and the threat model, which names
//! the test that covers each threat.
//!
//! Attacks on a server's memory and connections are in the program `denial_of_service`, which
//! counts allocations.

mod cost_of_cbor;
mod hostile_input;
mod published_weaknesses;
mod threat_model;
