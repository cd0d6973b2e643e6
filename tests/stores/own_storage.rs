//! The stores of the example `own_storage` satisfy the contract.

#[path = "../../examples/own_storage/store.rs"]
mod store;

use passkeys::testing;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};
use store::Documents;
use tempfile::TempDir;
use uuid::Uuid;

/// Opens empty tables in a new file.
async fn fresh(directory: &TempDir, capacity: i64) -> Documents {
    let options = SqliteConnectOptions::new()
        .filename(directory.path().join(Uuid::new_v4().to_string()))
        .create_if_missing(true)
        // Durability does not matter here.
        .synchronous(SqliteSynchronous::Off);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    Documents::create(pool, capacity).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn example_repository_satisfies_the_contract() {
    let directory = tempfile::tempdir().unwrap();
    testing::credential_repository(|| fresh(&directory, 0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn example_challenge_store_satisfies_the_contract() {
    let directory = tempfile::tempdir().unwrap();
    testing::challenge_store(|| fresh(&directory, 100_000)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn example_challenge_store_satisfies_the_contract_of_full_stores() {
    let directory = tempfile::tempdir().unwrap();
    testing::full_challenge_store(async |capacity| {
        fresh(&directory, capacity.try_into().unwrap()).await
    })
    .await;
}

#[test]
fn example_stores_take_less_than_200_lines() {
    let lines = include_str!("../../examples/own_storage/store.rs")
        .lines()
        .count();
    assert!(lines < 200, "{lines}");
}
