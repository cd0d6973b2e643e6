//! Backends of the stores that need a server; the list of all stores is in
//! `passkeys_test_support::stores`.

mod mysql;
mod over_driver;
mod pgbouncer;
mod postgres;
mod redis;

pub use mysql::{MySql, MySqlCeremonies};
pub use over_driver::{CeremoniesOverDriver, OverDriver, SqlxDriver};
pub use pgbouncer::{PgBouncer, PgBouncerCeremonies};
pub use postgres::{Postgres, PostgresCeremonies};
pub use redis::Redis;
