//! Every store that needs no server keeps every promise.

use std::sync::atomic::{AtomicU32, Ordering};

use passkeys::{
    store::{MemoryChallenges, MemoryRepository, SealedChallenges, SqliteRepository},
    testing,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn credentials_in_memory() {
    testing::credential_repository(async || MemoryRepository::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn credentials_in_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let files = AtomicU32::new(0);
    testing::credential_repository(async || {
        let file = format!("{}.db", files.fetch_add(1, Ordering::Relaxed));
        SqliteRepository::open(directory.path().join(file))
            .await
            .unwrap()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ceremonies_in_memory() {
    testing::challenge_store(async || MemoryChallenges::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ceremonies_in_the_hands_of_the_browser() {
    testing::challenge_store(async || SealedChallenges::new([7; 32]).unwrap()).await;
}
