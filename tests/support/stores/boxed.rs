use std::ops::Range;

use passkeys::store::{BoxedRepository, MemoryRepository};

use super::{Backend, RepositoryBackend, numbered};

/// Backend of `BoxedRepository`, of one in memory.
pub struct Boxed;

impl Backend for Boxed {
    type Store = BoxedRepository;

    async fn start() -> Option<Self> {
        Some(Self)
    }

    async fn open(&self) -> BoxedRepository {
        BoxedRepository::new(MemoryRepository::default())
    }
}

impl RepositoryBackend for Boxed {
    const MANY: u32 = 100_000;

    async fn fill(&self, store: &BoxedRepository, numbers: Range<u32>) {
        for number in numbers {
            assert!(crate::imported(store, &numbered(number)).await);
        }
    }
}
