//! PostgreSQL behind `PgBouncer` in transaction mode. The stores satisfy their contract there, too: see
//! the list of stores.

use std::error::Error as _;

use passkeys::{
    store::{
        ChallengeStore as _, CredentialRepository as _, Owner, PostgresChallenges,
        PostgresRepository, StoreError,
    },
    testing::pending_ceremony,
};
use passkeys_test_support::credential;
use passkeys_tests::{Schema, pgbouncer_url};
use sqlx::{PgPool, postgres::PgPoolOptions};
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;

async fn pool() -> Option<PgPool> {
    let url = pgbouncer_url()?;
    let pool = PgPoolOptions::new().max_connections(16);
    Some(pool.connect(&url).await.unwrap())
}

/// Runs all statements of both stores on many connections at once, and returns the errors.
async fn errors_of_concurrent_ceremonies(
    repository: &PostgresRepository,
    challenges: &PostgresChallenges,
) -> Vec<StoreError> {
    let mut tasks = JoinSet::new();
    for number in 0..60 {
        let (repository, challenges) = (repository.clone(), challenges.clone());
        tasks.spawn(async move {
            let user = format!("user {number}");
            let ceremony = pending_ceremony(OffsetDateTime::now_utc(), Duration::minutes(5));
            let state = challenges.put(ceremony.clone()).await?;
            assert_eq!(challenges.take(&state).await?, Some(ceremony));
            let mut stored = credential(number, &user);
            stored.rp_id = Some("example.com".to_owned());
            let owner = Owner::of_tenant("example.com", &user);
            assert!(repository.insert_first(owner, &stored).await?);
            assert_eq!(repository.find(&stored.id).await?.as_ref(), Some(&stored));
            assert!(repository.rename(owner, &stored.id, "phone").await?);
            assert!(repository.delete(owner, &stored.id).await?);
            assert!(repository.list(owner).await?.is_empty());
            Ok(())
        });
    }
    let outcomes: Vec<Result<(), StoreError>> = tasks.join_all().await;
    outcomes.into_iter().filter_map(Result::err).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_ceremonies_do_not_fail_behind_a_transaction_pooler() {
    let (Some(schema), Some(pool)) = (Schema::create().await, pool().await) else {
        return;
    };
    let repository = PostgresRepository::new(pool.clone()).transaction_pooler(true);
    let repository = repository.table(&schema.table()).unwrap();
    let challenges = PostgresChallenges::new(pool).transaction_pooler(true);
    let challenges = challenges.table(&schema.table()).unwrap();
    repository.migrate().await.unwrap();
    challenges.migrate().await.unwrap();
    repository.check().await.unwrap();
    challenges.check().await.unwrap();
    let errors = errors_of_concurrent_ceremonies(&repository, &challenges).await;
    assert!(errors.is_empty(), "{errors:?}");
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn named_statements_behind_a_transaction_pooler_fail_with_the_setting_to_make() {
    let (Some(schema), Some(url)) = (Schema::create().await, pgbouncer_url()) else {
        return;
    };
    // On one connection to PgBouncer a transaction prepares a statement; on another one a second
    // statement has the same name.
    let [first, second] = [schema.table(), schema.table()];
    let direct = PostgresRepository::new(schema.pool());
    direct
        .clone()
        .table(&first)
        .unwrap()
        .migrate()
        .await
        .unwrap();
    direct.table(&second).unwrap().migrate().await.unwrap();
    let mut message = None;
    for table in [&first, &second].repeat(50) {
        let alone = PgPoolOptions::new().max_connections(1);
        let alone = alone.connect(&url).await.unwrap();
        let repository = PostgresRepository::new(alone).table(table).unwrap();
        if let Err(error) = repository.list(Owner::everywhere("ada")).await {
            message = Some(error.source().unwrap().to_string());
            break;
        }
    }
    let message = message.expect("a name that exists already");
    assert!(message.contains("transaction_pooler(true)"), "{message}");
    schema.drop().await;
}
