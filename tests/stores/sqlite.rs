use passkeys::store::{CredentialRepository as _, SqliteRepository};
use sqlx::{SqlitePool, sqlite::SqliteConnectOptions};
use tokio::task::JoinSet;

use passkeys_test_support::credential;

async fn open_raw(file: &std::path::Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true);
    SqlitePool::connect_with(options).await.unwrap()
}

#[tokio::test]
async fn open_enables_write_ahead_logging() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("passkeys.db");
    SqliteRepository::open(&file).await.unwrap();
    // With it, sign-ins do not wait for a registration.
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&open_raw(&file).await)
        .await
        .unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_migrations_of_a_new_file_succeed() {
    let directory = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let file = directory.path().join(format!("{round}.db"));
        let mut starting = JoinSet::new();
        for _ in 0..8 {
            starting.spawn(SqliteRepository::open(file.clone()));
        }
        for repository in starting.join_all().await {
            repository.unwrap().migrate().await.unwrap();
        }
    }
}

#[tokio::test]
async fn repository_shares_the_applications_database_under_another_table_name() {
    let directory = tempfile::tempdir().unwrap();
    let pool = open_raw(&directory.path().join("app.db")).await;
    sqlx::raw_sql("CREATE TABLE _sqlx_migrations (version); CREATE TABLE users (id)")
        .execute(&pool)
        .await
        .unwrap();
    let repository = SqliteRepository::new(pool.clone())
        .table("app_passkeys")
        .unwrap();
    repository.migrate().await.unwrap();
    assert!(repository.insert(&credential(1, "ada")).await.unwrap());
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(tables, ["_sqlx_migrations", "app_passkeys", "users"]);
    assert!(
        SqliteRepository::new(pool)
            .table("x\" (id); DROP TABLE users; --")
            .is_err()
    );
}

#[tokio::test]
async fn open_reports_the_cause_for_an_unusable_file() {
    let directory = tempfile::tempdir().unwrap();
    let garbage = directory.path().join("garbage.db");
    std::fs::write(&garbage, vec![7; 8192]).unwrap();
    for path in [
        &garbage,
        &directory.path().join("missing/passkeys.db"),
        &":memory:".into(),
    ] {
        let error = SqliteRepository::open(path).await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap();
        assert!(!cause.to_string().is_empty(), "{}: {cause}", path.display());
    }
}

#[tokio::test]
async fn corrupt_rows_are_errors_and_can_be_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("passkeys.db");
    let repository = SqliteRepository::open(&file).await.unwrap();
    let pool = open_raw(&file).await;
    for (number, damage) in (0..).zip([
        "sign_count = -1",
        "sign_count = 4294967296",
        "sign_count = 'x'",
        "transports = '{'",
        "created_at = 'yesterday'",
        "public_key = 5",
    ]) {
        assert!(repository.insert(&credential(number, "ada")).await.unwrap());
        let update = format!("UPDATE passkey_credentials SET {damage}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(update))
            .execute(&pool)
            .await
            .unwrap();
        assert!(
            repository
                .find(&credential(number, "ada").id)
                .await
                .is_err(),
            "{damage}"
        );
        assert!(repository.list("ada").await.is_err(), "{damage}");
        assert!(
            repository
                .delete("ada", &credential(number, "ada").id)
                .await
                .unwrap()
        );
    }
}
