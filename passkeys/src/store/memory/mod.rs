//! Stores in the memory of this process.

mod challenges;
mod credentials;

pub use challenges::MemoryChallenges;
pub use credentials::MemoryRepository;
