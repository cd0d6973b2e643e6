//! Stores in the memory of the process.

mod challenges;
mod credentials;

pub use challenges::MemoryChallenges;
pub use credentials::MemoryRepository;
