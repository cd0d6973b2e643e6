use std::{error::Error as _, time::Duration as StdDuration};

use passkeys::{
    store::{
        ChallengeStore as _, CredentialRepository as _, Deletion, Owner, PostgresChallenges,
        PostgresRepository, StoreError,
    },
    testing::{pending_ceremony, pending_ceremony_of},
};
use passkeys_test_support::{credential, imported};
use passkeys_tests::{Schema, left_out, servers};
use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};
use time::{Duration, OffsetDateTime};
use tokio::{task::JoinSet, time::timeout};

use crate::{
    capacity::{self, Kept},
    eventually,
};

const LIFETIME: Duration = Duration::minutes(5);

async fn rows(pool: &PgPool, table: &str) -> i64 {
    let count = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(AssertSqlSafe(count))
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Creates a repository, and returns it with the name of its table.
async fn repository(schema: &Schema) -> (PostgresRepository, String) {
    let table = schema.table();
    let repository = PostgresRepository::new(schema.pool()).table(&table);
    let repository = repository.unwrap();
    repository.migrate().await.unwrap();
    (repository, table)
}

/// Creates a challenge store, and returns it with the name of its table.
async fn challenges(schema: &Schema) -> (PostgresChallenges, String) {
    let table = schema.table();
    let challenges = PostgresChallenges::new(schema.pool()).table(&table);
    let challenges = challenges.unwrap();
    challenges.migrate().await.unwrap();
    (challenges, table)
}

fn cause<T: std::fmt::Debug>(failed: Result<T, StoreError>) -> String {
    let error = failed.unwrap_err();
    error.source().expect("a cause").to_string()
}

#[tokio::test]
async fn missing_tables_and_a_read_only_database_are_named_with_what_to_do() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let (of_passkeys, of_ceremonies) = (schema.table(), schema.table());
    let open = |pool: PgPool| {
        let repository = PostgresRepository::new(pool.clone()).table(&of_passkeys);
        let challenges = PostgresChallenges::new(pool).table(&of_ceremonies);
        (repository.unwrap(), challenges.unwrap())
    };
    let (repository, challenges) = open(schema.pool());
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), LIFETIME);
    for (store, told) in [
        ("PostgresRepository", cause(repository.check().await)),
        (
            "PostgresRepository",
            cause(repository.list(Owner::everywhere("ada")).await),
        ),
        ("PostgresChallenges", cause(challenges.check().await)),
        ("PostgresChallenges", cause(challenges.put(ceremony).await)),
    ] {
        let advice = format!(
            "does not exist: call `{store}::migrate()` when the program starts, before the first request"
        );
        assert!(
            told.starts_with("relation ") && told.ends_with(&advice),
            "{told}"
        );
    }

    repository.migrate().await.unwrap();
    challenges.migrate().await.unwrap();
    repository.check().await.unwrap();
    challenges.check().await.unwrap();

    let options = schema.pool().connect_options().as_ref().clone();
    let options = options.options([("default_transaction_read_only", "on")]);
    let (repository, challenges) = open(PgPool::connect_with(options).await.unwrap());
    for told in [
        cause(repository.check().await),
        cause(challenges.check().await),
    ] {
        assert_eq!(
            told,
            "the database is read-only, as a replica is: connect to the primary"
        );
    }
}

#[tokio::test]
async fn timeout_fails_the_operation_and_costs_no_connection() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let table = schema.table();
    // A single connection: if it were lost, or left in the middle of a statement, later operations
    // would fail.
    let options = schema.pool().connect_options().as_ref().clone();
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await
        .unwrap();
    let repository = PostgresRepository::new(pool)
        .table(&table)
        .unwrap()
        .timeout(StdDuration::from_millis(200));
    repository.migrate().await.unwrap();
    assert!(imported(&repository, &credential(1, "ada")).await);

    let mut blocker = schema.pool().begin().await.unwrap();
    let lock = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
    sqlx::raw_sql(AssertSqlSafe(lock))
        .execute(&mut *blocker)
        .await
        .unwrap();
    for _ in 0..3 {
        let id = credential(1, "ada").id;
        let find = repository.find(&id);
        let found = timeout(StdDuration::from_secs(30), find)
            .await
            .expect("a result in time");
        assert!(found.is_err());
    }
    blocker.rollback().await.unwrap();

    let repository = repository.timeout(PostgresRepository::DEFAULT_TIMEOUT);
    assert!(
        repository
            .find(&credential(1, "ada").id)
            .await
            .unwrap()
            .is_some()
    );
    schema.drop().await;
}

#[tokio::test]
async fn missing_server_is_an_error_with_its_cause() {
    let pool = PgPool::connect_lazy("postgres://nobody@127.0.0.1:1/nothing").unwrap();
    let repository = PostgresRepository::new(pool.clone()).timeout(StdDuration::from_millis(500));
    let error = repository.list(Owner::everywhere("ada")).await.unwrap_err();
    assert!(std::error::Error::source(&error).is_some());
    let challenges = PostgresChallenges::new(pool).timeout(StdDuration::from_millis(500));
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), LIFETIME);
    assert!(challenges.put(ceremony).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_migrations_succeed() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let (credentials, ceremonies) = (schema.table(), schema.table());
    let mut starting = JoinSet::new();
    for _ in 0..8 {
        let repository = PostgresRepository::new(schema.pool())
            .table(&credentials)
            .unwrap();
        let challenges = PostgresChallenges::new(schema.pool())
            .table(&ceremonies)
            .unwrap();
        starting.spawn(async move {
            repository.migrate().await.unwrap();
            challenges.migrate().await.unwrap();
        });
    }
    starting.join_all().await;
    schema.drop().await;
}

/// The table as this library created it before it stored user handles and RP IDs.
fn older_table(table: &str) -> String {
    format!(
        "CREATE TABLE {table} (
            credential_id BYTEA NOT NULL,
            user_id VARCHAR(255) NOT NULL,
            public_key BYTEA NOT NULL,
            sign_count BIGINT NOT NULL,
            transports JSON NOT NULL,
            aaguid BYTEA,
            backup_eligible BOOLEAN NOT NULL,
            backup_state BOOLEAN NOT NULL,
            device_name VARCHAR(255) NOT NULL,
            is_discoverable BOOLEAN NOT NULL,
            attestation_fmt VARCHAR(64),
            created_at TIMESTAMP WITH TIME ZONE,
            last_used_at TIMESTAMP WITH TIME ZONE,
            PRIMARY KEY (credential_id)
        );
        ALTER TABLE {table}
            ADD COLUMN user_verified BOOLEAN NOT NULL DEFAULT FALSE,
            ADD COLUMN suspended_at TIMESTAMP WITH TIME ZONE"
    )
}

/// Inserts a row as an application that does not know the newer columns does.
fn older_row(table: &str, number: u32) -> String {
    format!(
        "INSERT INTO {table} (credential_id, user_id, public_key, sign_count, transports, aaguid,
         backup_eligible, backup_state, device_name, is_discoverable, attestation_fmt, created_at,
         last_used_at, user_verified, suspended_at)
         VALUES ('\\x{number:08x}', 'ada', '\\xa5', 7, '[\"usb\"]', NULL, true, false, 'key', true,
         'none', '2026-01-01 00:00:0{number}Z', NULL, true, NULL)"
    )
}

#[tokio::test]
async fn older_table_is_migrated_and_its_rows_have_neither_user_handle_nor_rp_id() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let table = schema.table();
    schema.run(&older_table(&table)).await;
    schema.run(&older_row(&table, 1)).await;
    let repository = PostgresRepository::new(schema.pool())
        .table(&table)
        .unwrap();
    repository.migrate().await.unwrap();
    // Beside an application that has not been updated yet.
    schema.run(&older_row(&table, 2)).await;
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
    schema.drop().await;
}

/// Another transaction has changed the user's rows and is not committed yet.
#[tokio::test]
async fn delete_unless_last_waits_for_uncommitted_changes_of_the_users_rows() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let (repository, table) = repository(&schema).await;
    let (first, second) = (credential(1, "ada"), credential(2, "ada"));
    for credential in [&first, &second] {
        assert!(imported(&repository, credential).await);
    }
    let waiting = format!(
        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity
         WHERE wait_event_type = 'Lock' AND query LIKE '%DELETE FROM%{}%')",
        table.split('.').next().unwrap()
    );
    for (at, deletion) in [("now()", Deletion::Last), ("NULL", Deletion::Deleted)] {
        let mut other = schema.pool().begin().await.unwrap();
        // Changes both rows, and suspends one or none.
        let change = format!(
            "UPDATE {table} SET suspended_at = CASE WHEN credential_id = $1 THEN {at}::timestamptz END"
        );
        let change = sqlx::query(AssertSqlSafe(change)).bind(second.id.as_bytes());
        change.execute(&mut *other).await.unwrap();
        let (repository, id) = (repository.clone(), first.id.clone());
        let deleting = tokio::spawn(async move {
            let deletion = repository.delete_unless_last(Owner::of_site("example.com", "ada"), &id);
            deletion.await.unwrap()
        });
        let waits = eventually(async || {
            let waits = sqlx::query_scalar::<_, bool>(AssertSqlSafe(waiting.as_str()));
            let waits = waits.fetch_one(&schema.pool()).await.unwrap();
            waits
                .then_some(())
                .ok_or_else(|| StoreError::new("the deletion does not wait"))
        });
        waits.await;
        other.commit().await.unwrap();
        assert_eq!(deleting.await.unwrap(), deletion);
    }
    schema.drop().await;
}

async fn kept(schema: &Schema, table: &str) -> Kept {
    let pool = schema.pool();
    let count = async |what: String| usize::try_from(rows(&pool, &what).await).unwrap();
    Kept {
        all: count(table.to_owned()).await,
        reserved: count(format!("{table} WHERE begun_by IS NOT NULL")).await,
    }
}

#[tokio::test]
async fn full_challenge_store_drops_the_oldest_ceremonies() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let (challenges, table) = challenges(&schema).await;
    let challenges = challenges.with_capacity(10);
    capacity::newest_are_kept(&challenges, async || kept(&schema, &table).await).await;
    schema.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn challenge_store_keeps_a_quarter_of_its_capacity_more_for_signed_in_users() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let (challenges, table) = challenges(&schema).await;
    let challenges = challenges.with_capacity(1000);
    let kept = async || kept(&schema, &table).await;
    capacity::quarter_more_is_kept_for_signed_in_users(&challenges, &kept).await;
    schema.run(&format!("TRUNCATE {table}")).await;
    capacity::newest_of_a_user_are_kept(&challenges, &kept).await;
    schema.drop().await;
}

/// The table as it was before a part of it was reserved for signed-in users.
#[tokio::test]
async fn older_challenge_table_is_migrated() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let table = schema.table();
    let older = format!(
        "CREATE UNLOGGED TABLE {table} (
            slot BIGINT NOT NULL PRIMARY KEY,
            ticket BYTEA NOT NULL UNIQUE,
            ceremony BYTEA NOT NULL,
            expires_at TIMESTAMP WITH TIME ZONE NOT NULL
        );
        CREATE SEQUENCE {table}_ring MINVALUE 0 CYCLE"
    );
    schema.run(&older).await;
    let challenges = PostgresChallenges::new(schema.pool())
        .table(&table)
        .unwrap();
    challenges.migrate().await.unwrap();
    let now = OffsetDateTime::now_utc();
    for ceremony in [
        pending_ceremony(now, LIFETIME),
        pending_ceremony_of("ada", now, LIFETIME),
    ] {
        let state = challenges.put(ceremony.clone()).await.unwrap();
        assert_eq!(challenges.take(&state).await.unwrap(), Some(ceremony));
    }
    schema.drop().await;
}

#[tokio::test]
async fn put_deletes_expired_ceremonies() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let (challenges, table) = challenges(&schema).await;
    let now = OffsetDateTime::now_utc();
    for _ in 0..100 {
        challenges
            .put(pending_ceremony(now, LIFETIME))
            .await
            .unwrap();
    }
    for _ in 0..100 {
        challenges
            .put(pending_ceremony(now + 2 * LIFETIME, LIFETIME))
            .await
            .unwrap();
    }
    assert_eq!(
        rows(&schema.pool(), &table).await,
        100,
        "those that have not expired"
    );
    schema.drop().await;
}

#[tokio::test]
async fn crashed_server_accepts_no_ceremony_from_before_the_crash() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut server) = servers::postgres(&directory.path().join("data")) else {
        return left_out("PostgreSQL's programs");
    };
    let url = format!("postgres://passkeys@127.0.0.1:{}/postgres", server.port());
    let pool = eventually(async || PgPool::connect(&url).await.map_err(StoreError::new)).await;
    let challenges = PostgresChallenges::new(pool);
    challenges.migrate().await.unwrap();
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), LIFETIME);
    let taken = challenges.put(ceremony.clone()).await.unwrap();
    let waiting = challenges.put(ceremony.clone()).await.unwrap();
    assert!(challenges.take(&taken).await.unwrap().is_some());
    server.kill_and_restart();

    let next = eventually(|| challenges.put(ceremony.clone())).await;
    for state in [taken, waiting] {
        assert!(challenges.take(&state).await.unwrap().is_none());
    }
    assert_eq!(challenges.take(&next).await.unwrap(), Some(ceremony));
}

#[tokio::test]
async fn read_access_to_the_table_does_not_redeem_ceremonies() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let (challenges, table) = challenges(&schema).await;
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), LIFETIME);
    let state = challenges.put(ceremony).await.unwrap();
    let read = format!("SELECT translate(encode(ticket, 'base64'), '+/=', '-_') FROM {table}");
    let ticket: String = sqlx::query_scalar(AssertSqlSafe(read))
        .fetch_one(&schema.pool())
        .await
        .unwrap();
    assert_eq!(ticket.len(), state.len(), "it looks like a state");
    assert!(challenges.take(&ticket).await.unwrap().is_none());
    assert!(challenges.take(&state).await.unwrap().is_some());
    schema.drop().await;
}
