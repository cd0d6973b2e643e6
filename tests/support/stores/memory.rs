use std::ops::Range;

use passkeys::store::{MemoryChallenges, MemoryRepository};

use super::{Backend, ChallengeBackend, RepositoryBackend, numbered};

/// Backend of `MemoryRepository`.
pub struct Memory;

impl Backend for Memory {
    type Store = MemoryRepository;

    async fn start() -> Option<Self> {
        Some(Self)
    }

    async fn open(&self) -> MemoryRepository {
        MemoryRepository::default()
    }
}

impl RepositoryBackend for Memory {
    const MANY: u32 = 100_000;

    async fn fill(&self, store: &MemoryRepository, numbers: Range<u32>) {
        for number in numbers {
            assert!(crate::imported(store, &numbered(number)).await);
        }
    }
}

/// Backend of `MemoryChallenges`.
pub struct MemoryCeremonies;

impl Backend for MemoryCeremonies {
    type Store = MemoryChallenges;

    async fn start() -> Option<Self> {
        Some(Self)
    }

    async fn open(&self) -> MemoryChallenges {
        MemoryChallenges::default()
    }
}

impl ChallengeBackend for MemoryCeremonies {
    fn with_capacity(_: MemoryChallenges, capacity: usize) -> MemoryChallenges {
        MemoryChallenges::with_capacity(capacity)
    }
}
