//! The stores that need a server: PostgreSQL and Redis.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use passkeys::store::{ChallengeStore, PostgresChallenges, RedisChallenges};
use passkeys_tests::{Schema, redis_url};

/// Runs a test with each of these challenge stores.
pub(crate) async fn in_every_store(test: impl AsyncFn(Arc<dyn ChallengeStore>)) {
    static STORES: AtomicU32 = AtomicU32::new(0);
    if let Some(schema) = Schema::create().await {
        let challenges = PostgresChallenges::new(schema.pool())
            .table(&schema.table())
            .unwrap();
        challenges.migrate().await.unwrap();
        test(Arc::new(challenges)).await;
        schema.drop().await;
    }
    if let Some(url) = redis_url() {
        let number = STORES.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("every_store:{}:{number}:", std::process::id());
        let challenges = RedisChallenges::connect(&url).await.unwrap();
        test(Arc::new(challenges.prefix(prefix))).await;
    }
}

/// Runs a test, a function that is generic over the repository, with each of these repositories.
macro_rules! in_every_repository {
    ($test:expr) => {{
        if let Some(schema) = passkeys_tests::Schema::create().await {
            let repository =
                passkeys::store::PostgresRepository::new(schema.pool()).table(&schema.table());
            let repository = repository.unwrap();
            repository.migrate().await.unwrap();
            ($test)(repository).await;
            schema.drop().await;
        }
    }};
}
pub(crate) use in_every_repository;
