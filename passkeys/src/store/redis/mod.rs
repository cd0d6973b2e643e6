//! Challenge store in Redis or Valkey.

mod challenges;
mod connection;
#[cfg(feature = "redis-sentinel")]
mod sentinel;
mod url;

pub use challenges::RedisChallenges;
