//! Repository in an SQLite file.

mod credentials;

pub use credentials::SqliteRepository;
