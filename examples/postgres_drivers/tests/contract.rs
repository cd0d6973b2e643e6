//! Each driver satisfies its contract, and so do the stores over it.

use std::{
    env, process,
    sync::atomic::{AtomicU32, Ordering},
};

use diesel_async::{
    AsyncPgConnection,
    pooled_connection::{AsyncDieselConnectionManager, deadpool::Pool as DieselPool},
};
use passkeys::{
    store::{PostgresChallenges, PostgresDriver, PostgresRepository},
    testing,
};
use postgres_drivers::{
    diesel::Diesel, sea_orm_1, sea_orm_2, sqlx_08::Sqlx, tokio_postgres::TokioPostgres,
};
use sqlx_08::postgres::PgPoolOptions;

/// Returns the URL of a database for tests. Without one, reports that the test is left out, which
/// `tests/run` takes for a failure.
fn url() -> Option<String> {
    let url = env::var("PASSKEYS_TEST_POSTGRES_URL").ok();
    if url.is_none() {
        assert!(
            env::var_os("PASSKEYS_TEST_ALL").is_none(),
            "PostgreSQL is missing"
        );
        eprintln!("LEFT OUT: PostgreSQL is missing (`tests/run drivers` has it)");
    }
    url
}

/// Returns the name of a table that no other test has.
fn table() -> String {
    static TABLES: AtomicU32 = AtomicU32::new(0);
    let number = TABLES.fetch_add(1, Ordering::Relaxed);
    format!("drivers_{}_{number}", process::id())
}

async fn migrated(repository: PostgresRepository) -> PostgresRepository {
    let repository = repository.table(&table()).unwrap();
    repository.migrate().await.unwrap();
    repository
}

/// Tests a driver, and both stores over it.
async fn satisfies_every_contract(driver: impl PostgresDriver + Clone) {
    testing::postgres_driver(driver.clone()).await;
    testing::credential_repository(async || {
        migrated(PostgresRepository::with_driver(driver.clone())).await
    })
    .await;
    let challenges = async || {
        let challenges = PostgresChallenges::with_driver(driver.clone());
        let challenges = challenges.table(&table()).unwrap();
        challenges.migrate().await.unwrap();
        challenges
    };
    testing::challenge_store(&challenges).await;
    testing::full_challenge_store(async |capacity| challenges().await.with_capacity(capacity))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stores_over_sqlx_0_8_satisfy_the_contract() {
    let Some(url) = url() else { return };
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .connect(&url)
        .await
        .unwrap();
    satisfies_every_contract(Sqlx(pool)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stores_over_tokio_postgres_satisfy_the_contract() {
    let Some(url) = url() else { return };
    let manager = deadpool_postgres::Manager::new(url.parse().unwrap(), tokio_postgres::NoTls);
    let pool = deadpool_postgres::Pool::builder(manager)
        .max_size(16)
        .build()
        .unwrap();
    satisfies_every_contract(TokioPostgres(pool)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stores_over_diesel_satisfy_the_contract() {
    let Some(url) = url() else { return };
    let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new(url);
    let pool = DieselPool::builder(manager).max_size(16).build().unwrap();
    satisfies_every_contract(Diesel(pool)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn repository_on_the_pool_of_sea_orm_1_satisfies_the_contract() {
    let Some(url) = url() else { return };
    let database = ::sea_orm_1::Database::connect(url).await.unwrap();
    testing::credential_repository(async || migrated(sea_orm_1::repository(&database)).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn repository_on_the_pool_of_sea_orm_2_satisfies_the_contract() {
    let Some(url) = url() else { return };
    let database = ::sea_orm_2::Database::connect(url).await.unwrap();
    testing::credential_repository(async || migrated(sea_orm_2::repository(&database)).await).await;
}

#[test]
fn feature_postgres_can_be_used_beside_another_version_of_sqlite_than_that_of_sqlx() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let three: u32 = connection
        .query_row("SELECT 1 + 2", [], |row| row.get(0))
        .unwrap();
    assert_eq!(three, 3);
    let _constructor = PostgresRepository::new;
}
