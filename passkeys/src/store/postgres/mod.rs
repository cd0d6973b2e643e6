//! Repository and challenge store in PostgreSQL.

mod challenges;
mod credentials;
mod database;

pub use challenges::PostgresChallenges;
pub use credentials::PostgresRepository;
