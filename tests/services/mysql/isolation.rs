//! Every isolation level: the stores keep every promise at each, and concurrent operations do not fail.

use passkeys::{
    store::{CredentialRepository as _, Owner},
    testing,
};
use passkeys_test_support::credential;
use passkeys_tests::MySqlDatabase;
use sqlx::MySqlPool;
use tokio::task::JoinSet;

use super::{PATIENCE, challenges, repository};

/// `REPEATABLE READ` is the default of both servers.
const LEVELS: [&str; 4] = [
    "REPEATABLE READ",
    "READ COMMITTED",
    "SERIALIZABLE",
    "READ UNCOMMITTED",
];

/// Returns a pool whose connections have this isolation level.
async fn pool(database: &MySqlDatabase, level: &str) -> MySqlPool {
    let pool = database
        .pool_after(&format!("SET SESSION TRANSACTION ISOLATION LEVEL {level}"))
        .await;
    let current = sqlx::query_as::<_, (String, String)>(
        "SHOW VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')",
    );
    let (_, current) = current.fetch_one(&pool).await.unwrap();
    assert_eq!(current, level.replace(' ', "-"));
    pool
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn repository_satisfies_the_contract_at_every_isolation_level() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    for level in LEVELS {
        let pool = pool(&database, level).await;
        testing::credential_repository(async || repository(&database, &pool).await).await;
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn challenge_store_satisfies_the_contract_at_every_isolation_level() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    for level in LEVELS {
        let pool = pool(&database, level).await;
        testing::challenge_store(async || challenges(&database, &pool).await).await;
        testing::full_challenge_store(async |capacity| {
            challenges(&database, &pool).await.with_capacity(capacity)
        })
        .await;
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_sign_ups_store_one_passkey_and_do_not_fail_at_every_isolation_level() {
    const IDS: u32 = 100;
    const AT_ONCE: u32 = 8;
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    for level in LEVELS {
        let pool = pool(&database, level).await;
        let repository = repository(&database, &pool).await.timeout(PATIENCE);
        let mut calls = JoinSet::new();
        for number in 0..IDS * AT_ONCE {
            let repository = repository.clone();
            calls.spawn(async move {
                let user = format!("user {}", number / AT_ONCE);
                let first = credential(number, &user);
                repository
                    .insert_first(Owner::everywhere(&user), &first)
                    .await
            });
        }
        let calls = calls.join_all().await;
        let failed: Vec<_> = calls
            .iter()
            .filter_map(|call| call.as_ref().err())
            .collect();
        assert!(failed.is_empty(), "at {level}: {failed:?}");
        for number in 0..IDS {
            let user = format!("user {number}");
            let listed = repository.list(Owner::everywhere(&user)).await.unwrap();
            assert_eq!(listed.len(), 1, "passkeys of user {number} at {level}");
        }
    }
    database.drop().await;
}
