//! PostgreSQL with another default isolation level than `READ COMMITTED`: the stores keep every
//! promise at each, and concurrent operations do not fail.

use passkeys::{
    store::{CredentialRepository as _, Owner, PostgresChallenges, PostgresRepository},
    testing,
};
use passkeys_test_support::credential;
use passkeys_tests::Schema;
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::task::JoinSet;

const LEVELS: [&str; 2] = ["repeatable read", "serializable"];

/// Returns a pool whose connections have this default isolation level.
async fn pool(schema: &Schema, level: &str) -> PgPool {
    let options = schema.pool().connect_options().as_ref().clone();
    let options = options.options([("default_transaction_isolation", level)]);
    let pool = PgPoolOptions::new().max_connections(16);
    let pool = pool.connect_with(options).await.unwrap();
    let current = sqlx::query_scalar::<_, String>("SHOW transaction_isolation");
    assert_eq!(current.fetch_one(&pool).await.unwrap(), level);
    pool
}

async fn repository(schema: &Schema, pool: &PgPool) -> PostgresRepository {
    let repository = PostgresRepository::new(pool.clone());
    let repository = repository.table(&schema.table()).unwrap();
    repository.migrate().await.unwrap();
    repository
}

async fn challenges(schema: &Schema, pool: &PgPool) -> PostgresChallenges {
    let challenges = PostgresChallenges::new(pool.clone());
    let challenges = challenges.table(&schema.table()).unwrap();
    challenges.migrate().await.unwrap();
    challenges
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn repository_satisfies_the_contract_at_every_isolation_level() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    for level in LEVELS {
        let pool = pool(&schema, level).await;
        testing::credential_repository(async || repository(&schema, &pool).await).await;
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn challenge_store_satisfies_the_contract_at_every_isolation_level() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    for level in LEVELS {
        let pool = pool(&schema, level).await;
        testing::challenge_store(async || challenges(&schema, &pool).await).await;
        testing::full_challenge_store(async |capacity| {
            challenges(&schema, &pool).await.with_capacity(capacity)
        })
        .await;
    }
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_sign_ups_store_one_passkey_and_do_not_fail_at_every_isolation_level() {
    const IDS: u32 = 200;
    const AT_ONCE: u32 = 8;
    let Some(schema) = Schema::create().await else {
        return;
    };
    for level in LEVELS {
        let pool = pool(&schema, level).await;
        let repository = repository(&schema, &pool).await;
        let mut calls = JoinSet::new();
        for number in 0..IDS * AT_ONCE {
            let repository = repository.clone();
            calls.spawn(async move {
                let first = credential(number, &format!("user {}", number / AT_ONCE));
                repository
                    .insert_first(Owner::everywhere(&first.user_id), &first)
                    .await
            });
        }
        let calls = calls.join_all().await;
        let failed = calls.iter().filter(|call| call.is_err()).count();
        assert_eq!(failed, 0, "of {} calls at {level}", calls.len());
        for number in 0..IDS {
            let listed = repository
                .list(Owner::everywhere(&format!("user {number}")))
                .await
                .unwrap();
            assert_eq!(listed.len(), 1, "passkeys of user {number} at {level}");
        }
    }
    schema.drop().await;
}
