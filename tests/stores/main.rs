//! Stores that need no server: the contract that every store keeps, what is particular to memory,
//! sealed states and SQLite, and the contract's own tests: it rejects stores that break it.
//!
//! PostgreSQL and Redis are in the program `services`.

mod contract;
mod memory;
mod own_storage;
mod sealed;
mod sqlite;
mod wrong;
