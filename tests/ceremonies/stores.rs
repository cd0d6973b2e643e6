//! The stores that need no server: memory, sealed states and SQLite.

use std::sync::Arc;

use passkeys::store::{ChallengeStore, MemoryChallenges, SealedChallenges};

/// Runs a test with each of these challenge stores.
pub(crate) async fn in_every_store(test: impl AsyncFn(Arc<dyn ChallengeStore>)) {
    test(Arc::new(MemoryChallenges::default())).await;
    test(Arc::new(SealedChallenges::new([7; 32]).unwrap())).await;
}

/// Runs a test, a function that is generic over the repository, with each of these repositories.
macro_rules! in_every_repository {
    ($test:expr) => {{
        use passkeys::store::{MemoryRepository, SqliteRepository};
        ($test)(MemoryRepository::default()).await;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("passkeys.db");
        ($test)(SqliteRepository::open(file).await.unwrap()).await;
    }};
}
pub(crate) use in_every_repository;
