//! Repository and challenge store in PostgreSQL: over a pool of sqlx (feature `postgres`), or over any
//! other driver.

mod challenges;
mod credentials;
mod database;
mod driver;
#[cfg(feature = "postgres")]
mod pool;
mod query;

pub use challenges::PostgresChallenges;
pub use credentials::PostgresRepository;
pub use driver::{PostgresDriver, PostgresError, PostgresStatement};
