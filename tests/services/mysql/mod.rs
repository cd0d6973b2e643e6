//! MySQL and MariaDB: what is particular to these servers, to their settings, and to their failures.

mod challenges;
mod failover;
mod isolation;
mod plans;
mod repository;
mod settings;
mod tls;

use std::time::Duration;

use passkeys::store::{MySqlChallenges, MySqlRepository, StoreError};
use passkeys_tests::MySqlDatabase;
use sqlx::{AssertSqlSafe, MySqlPool};

/// Timeout for thousands of operations that wait for a few connections.
const PATIENCE: Duration = Duration::from_mins(3);

/// Creates a repository on this pool, in a table of its own.
async fn repository(database: &MySqlDatabase, pool: &MySqlPool) -> MySqlRepository {
    let repository = MySqlRepository::new(pool.clone());
    let repository = repository.table(&database.table()).unwrap();
    repository.migrate().await.unwrap();
    repository
}

/// Creates a challenge store on this pool, in a table of its own.
async fn challenges(database: &MySqlDatabase, pool: &MySqlPool) -> MySqlChallenges {
    let challenges = MySqlChallenges::new(pool.clone());
    let challenges = challenges.table(&database.table()).unwrap();
    challenges.migrate().await.unwrap();
    challenges
}

fn cause<T: std::fmt::Debug>(failed: Result<T, StoreError>) -> String {
    let error = failed.unwrap_err();
    let cause = std::error::Error::source(&error);
    cause.expect("a cause").to_string()
}

async fn rows(pool: &MySqlPool, table: &str) -> i64 {
    let count = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(AssertSqlSafe(count))
        .fetch_one(pool)
        .await
        .unwrap()
}
