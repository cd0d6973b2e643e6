//! Challenge store in Redis or Valkey.

mod challenges;

pub use challenges::RedisChallenges;
