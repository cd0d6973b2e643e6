//! Repository in an SQLite file.

mod credentials;
mod path;

pub use credentials::SqliteRepository;
