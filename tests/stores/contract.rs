//! Every store that ships keeps every promise, against real servers.

use std::sync::atomic::{AtomicU32, Ordering};

use passkeys::{
    store::{
        MemoryChallenges, MemoryRepository, PostgresChallenges, PostgresRepository,
        RedisChallenges, SealedChallenges, SqliteRepository,
    },
    testing,
};
use passkeys_tests::{redis_url, support::Schema};

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
async fn credentials_in_postgres() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    testing::credential_repository(async || {
        let repository = PostgresRepository::with_table(schema.pool(), &schema.table()).unwrap();
        repository.migrate().await.unwrap();
        repository
    })
    .await;
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ceremonies_in_memory() {
    testing::challenge_store(async || MemoryChallenges::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ceremonies_in_the_hands_of_the_browser() {
    testing::challenge_store(async || SealedChallenges::new([7; 32]).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ceremonies_in_postgres() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    testing::challenge_store(async || {
        let challenges = PostgresChallenges::with_table(schema.pool(), &schema.table()).unwrap();
        challenges.migrate().await.unwrap();
        challenges
    })
    .await;
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ceremonies_in_redis() {
    let Some(url) = redis_url() else { return };
    let stores = AtomicU32::new(0);
    testing::challenge_store(async || {
        let prefix = format!(
            "contract:{}:{}:",
            std::process::id(),
            stores.fetch_add(1, Ordering::Relaxed)
        );
        RedisChallenges::connect(&url).await.unwrap().prefix(prefix)
    })
    .await;
}
