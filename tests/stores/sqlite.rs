use std::error::Error as _;

use passkeys::store::{CredentialRepository as _, Deletion, Owner, SqliteRepository};
use sqlx::{SqlitePool, sqlite::SqliteConnectOptions};
use tokio::task::JoinSet;

use passkeys_test_support::{credential, imported};

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

/// In UTF-16, SQLite stores U+FFFE and U+FFFF as U+FFFD, so two user IDs could become one.
#[tokio::test]
async fn migration_of_a_database_that_is_not_utf_8_fails_with_the_reason() {
    let directory = tempfile::tempdir().unwrap();
    for encoding in ["UTF-16le", "UTF-16be"] {
        let options = SqliteConnectOptions::new()
            .filename(directory.path().join(encoding))
            .create_if_missing(true)
            .pragma("encoding", format!("'{encoding}'"));
        let pool = SqlitePool::connect_with(options).await.unwrap();
        // The encoding is settled with the first table.
        let create = "CREATE TABLE users (id)";
        sqlx::raw_sql(create).execute(&pool).await.unwrap();
        let error = SqliteRepository::new(pool).migrate().await.unwrap_err();
        let cause = error.source().unwrap().to_string();
        assert!(cause.contains(&format!("encoding {encoding},")), "{cause}");
        assert!(
            cause.contains("use a database with the encoding UTF-8"),
            "{cause}"
        );
    }
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
    assert!(imported(&repository, &credential(1, "ada")).await);
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
        assert!(imported(&repository, &credential(number, "ada")).await);
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
        assert!(
            repository.list(Owner::everywhere("ada")).await.is_err(),
            "{damage}"
        );
        assert!(
            repository
                .delete(Owner::everywhere("ada"), &credential(number, "ada").id)
                .await
                .unwrap()
        );
    }
}

/// The table as this library created it before it stored user handles and RP IDs.
const OLDER_TABLE: &str = "
CREATE TABLE passkey_credentials (
    credential_id BLOB NOT NULL,
    user_id VARCHAR(255) NOT NULL,
    public_key BLOB NOT NULL,
    sign_count BIGINT NOT NULL,
    transports JSON NOT NULL,
    aaguid BLOB,
    backup_eligible BOOLEAN NOT NULL,
    backup_state BOOLEAN NOT NULL,
    device_name VARCHAR(255) NOT NULL,
    is_discoverable BOOLEAN NOT NULL,
    attestation_fmt VARCHAR(64),
    created_at DATETIME,
    last_used_at DATETIME,
    PRIMARY KEY (credential_id)
);
ALTER TABLE passkey_credentials ADD COLUMN user_verified BOOLEAN NOT NULL DEFAULT 0;
ALTER TABLE passkey_credentials ADD COLUMN suspended_at DATETIME;
CREATE INDEX ix_passkey_credentials_user_id ON passkey_credentials (user_id);
";

/// Inserts a row as an application that does not know the newer columns does.
fn older_row(number: u32) -> String {
    format!(
        "INSERT INTO passkey_credentials (credential_id, user_id, public_key, sign_count, transports,
         aaguid, backup_eligible, backup_state, device_name, is_discoverable, attestation_fmt,
         created_at, last_used_at, user_verified, suspended_at)
         VALUES (X'{number:08x}', 'ada', X'a5', 7, '[\"usb\"]', NULL, 1, 0, 'key', 1, 'none',
         '2026-01-01 00:00:0{number}.000000', NULL, 1, NULL)"
    )
}

#[tokio::test]
async fn older_table_is_migrated_and_its_rows_have_neither_user_handle_nor_rp_id() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("passkeys.db");
    let pool = open_raw(&file).await;
    let run = async |sql: &str| {
        let sql = sqlx::AssertSqlSafe(sql);
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    };
    run(OLDER_TABLE).await;
    run(&older_row(1)).await;
    let repository = SqliteRepository::open(&file).await.unwrap();
    // Beside an application that has not been updated yet.
    run(&older_row(2)).await;
    let older = repository.list(Owner::everywhere("ada")).await.unwrap();
    assert_eq!(older.len(), 2);
    for credential in &older {
        assert_eq!((&credential.user_handle, &credential.rp_id), (&None, &None));
        assert_eq!(credential.handle(), b"ada");
        assert_eq!(credential.backup_eligible, Some(true));
    }
    let ada = Owner::of_site("example.com", "ada");
    let deletion = repository.delete_unless_last(ada, &older[0].id);
    assert_eq!(deletion.await.unwrap(), Deletion::Deleted);
    let deletion = repository.delete_unless_last(ada, &older[1].id);
    assert_eq!(deletion.await.unwrap(), Deletion::Last);
}

#[tokio::test]
async fn corrupt_user_handle_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("passkeys.db");
    let repository = SqliteRepository::open(&file).await.unwrap();
    let pool = open_raw(&file).await;
    assert!(imported(&repository, &credential(1, "ada")).await);
    for handle in ["X''", "zeroblob(65)"] {
        let update = format!("UPDATE passkey_credentials SET user_handle = {handle}");
        let update = sqlx::AssertSqlSafe(update);
        sqlx::raw_sql(update).execute(&pool).await.unwrap();
        assert!(
            repository.list(Owner::everywhere("ada")).await.is_err(),
            "{handle}"
        );
    }
}
