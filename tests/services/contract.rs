//! The stores on PostgreSQL and Redis keep every promise, against real servers.

use std::sync::atomic::{AtomicU32, Ordering};

use passkeys::{
    store::{PostgresChallenges, PostgresRepository, RedisChallenges},
    testing,
};
use passkeys_tests::{Schema, redis_url};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn credentials_in_postgres() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    testing::credential_repository(async || {
        let repository = PostgresRepository::new(schema.pool())
            .table(&schema.table())
            .unwrap();
        repository.migrate().await.unwrap();
        repository
    })
    .await;
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ceremonies_in_postgres() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    testing::challenge_store(async || {
        let challenges = PostgresChallenges::new(schema.pool())
            .table(&schema.table())
            .unwrap();
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
