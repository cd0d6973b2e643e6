//! Challenge store in Redis or Valkey.

mod challenges;
mod url;

pub use challenges::RedisChallenges;
