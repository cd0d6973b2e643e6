//! Repository and challenge store in MySQL and MariaDB.

mod ceremony_statements;
mod challenges;
mod credentials;
mod database;
mod statements;

pub use challenges::MySqlChallenges;
pub use credentials::MySqlRepository;
