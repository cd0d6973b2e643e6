use std::ops::Range;

use passkeys::store::{CredentialRepository as _, MemoryChallenges, MemoryRepository};

use super::{Backend, ChallengeBackend, RepositoryBackend, numbered};

/// `MemoryRepository`.
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
            assert!(store.insert(&numbered(number)).await.unwrap());
        }
    }
}

/// `MemoryChallenges`.
pub struct MemoryOfCeremonies;

impl Backend for MemoryOfCeremonies {
    type Store = MemoryChallenges;

    async fn start() -> Option<Self> {
        Some(Self)
    }

    async fn open(&self) -> MemoryChallenges {
        MemoryChallenges::default()
    }
}

impl ChallengeBackend for MemoryOfCeremonies {
    fn with_capacity(_: MemoryChallenges, capacity: usize) -> MemoryChallenges {
        MemoryChallenges::with_capacity(capacity)
    }
}
