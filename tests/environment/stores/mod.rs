//! Backends of the stores that need a server; the list of all stores is in
//! `passkeys_test_support::stores`.

mod postgres;
mod redis;

pub use postgres::{Postgres, PostgresCeremonies};
pub use redis::Redis;
