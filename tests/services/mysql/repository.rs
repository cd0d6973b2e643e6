//! The repository: its tables, its timeout, and the waiting of its transactions.

use std::time::Duration as StdDuration;

use passkeys::store::{
    CredentialRepository as _, Deletion, MySqlChallenges, MySqlRepository, Owner, StoreError,
};
use passkeys_test_support::{credential, imported};
use passkeys_tests::MySqlDatabase;
use sqlx::{AssertSqlSafe, MySqlPool, mysql::MySqlPoolOptions};
use tokio::{task::JoinSet, time::timeout};

use super::{PATIENCE, cause, repository};
use crate::eventually;

#[tokio::test]
async fn missing_tables_are_named_with_what_to_do() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let repository = MySqlRepository::new(database.pool());
    let advice =
        "call `MySqlRepository::migrate()` when the program starts, before the first request";
    let own = credential(1, "ada");
    for told in [
        cause(repository.check().await),
        cause(repository.list(Owner::everywhere("ada")).await),
        cause(repository.find(&own.id).await),
        cause(repository.insert(Owner::everywhere("ada"), &own, 20).await),
    ] {
        assert!(told.contains("doesn't exist: "), "{told}");
        assert!(told.ends_with(advice), "{told}");
    }
    repository.migrate().await.unwrap();
    repository.check().await.unwrap();
    database
        .run("ALTER TABLE passkey_credentials DROP COLUMN rp_id")
        .await;
    let told = cause(repository.check().await);
    assert!(
        told.starts_with("Unknown column 'rp_id'") && told.ends_with(advice),
        "{told}"
    );
    database.drop().await;
}

#[tokio::test]
async fn timeout_fails_the_operation_and_costs_no_connection() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    // A single connection: if it were lost, or left in the middle of a statement, later operations
    // would fail.
    let pool = MySqlPoolOptions::new()
        .max_connections(1)
        .connect_with(database.options())
        .await
        .unwrap();
    let table = database.table();
    let repository = MySqlRepository::new(pool).table(&table).unwrap();
    repository.migrate().await.unwrap();
    let (ada, own) = (Owner::everywhere("ada"), credential(1, "ada"));
    assert!(imported(&repository, &own).await);

    let hasty = repository.clone().timeout(StdDuration::from_millis(200));
    let mut blocker = database.pool().begin().await.unwrap();
    let lock = format!("UPDATE {table} SET device_name = 'locked'");
    sqlx::raw_sql(AssertSqlSafe(lock))
        .execute(&mut *blocker)
        .await
        .unwrap();
    for _ in 0..3 {
        let renaming = hasty.rename(ada, &own.id, "phone");
        let renamed = timeout(StdDuration::from_secs(30), renaming);
        let told = cause(renamed.await.expect("a result in time"));
        assert_eq!(told, "MySQL did not respond within the timeout");
        let deleting = hasty.delete_unless_last(ada, &own.id);
        let deleted = timeout(StdDuration::from_secs(30), deleting);
        assert!(deleted.await.expect("a result in time").is_err());
    }
    blocker.rollback().await.unwrap();
    assert!(repository.rename(ada, &own.id, "phone").await.unwrap());
    database.drop().await;
}

#[tokio::test]
async fn missing_server_is_an_error_with_its_cause() {
    let pool = MySqlPool::connect_lazy("mysql://nobody@127.0.0.1:1/nothing").unwrap();
    let repository = MySqlRepository::new(pool.clone()).timeout(StdDuration::from_millis(500));
    cause(repository.list(Owner::everywhere("ada")).await);
    let challenges = MySqlChallenges::new(pool).timeout(StdDuration::from_millis(500));
    cause(passkeys::store::ChallengeStore::check(&challenges).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_migrations_succeed() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let (credentials, ceremonies) = (database.table(), database.table());
    let mut starting = JoinSet::new();
    for _ in 0..8 {
        let repository = MySqlRepository::new(database.pool()).table(&credentials);
        let challenges = MySqlChallenges::new(database.pool()).table(&ceremonies);
        let (repository, challenges) = (repository.unwrap(), challenges.unwrap());
        starting.spawn(async move {
            repository.migrate().await.unwrap();
            challenges.migrate().await.unwrap();
        });
    }
    starting.join_all().await;
    database.drop().await;
}

/// An application runs the statements with its own migrations, in one script.
#[tokio::test]
async fn schema_is_what_migrate_creates_and_can_be_run_by_other_means() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let repository = MySqlRepository::new(database.pool());
    let challenges = MySqlChallenges::new(database.pool());
    let script = [repository.schema(), challenges.schema()].concat();
    database.run(&script.join(";\n")).await;
    repository.check().await.unwrap();
    passkeys::store::ChallengeStore::check(&challenges)
        .await
        .unwrap();
    // Without effect where the tables are there, also where a user of the database may not create any.
    repository.migrate().await.unwrap();
    database.drop().await;
}

/// Another transaction has changed the user's rows and is not committed yet.
#[tokio::test]
async fn delete_unless_last_waits_for_uncommitted_changes_of_the_users_rows() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let table = database.table();
    let repository = MySqlRepository::new(database.pool()).table(&table).unwrap();
    repository.migrate().await.unwrap();
    let (first, second) = (credential(1, "ada"), credential(2, "ada"));
    for credential in [&first, &second] {
        assert!(imported(&repository, credential).await);
    }
    let name = table.split('.').next_back().unwrap();
    let waiting = format!(
        "SELECT count(*) FROM information_schema.innodb_trx \
         WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE '%`{name}`%FOR UPDATE'"
    );
    for (at, deletion) in [("now()", Deletion::Last), ("NULL", Deletion::Deleted)] {
        let mut other = database.pool().begin().await.unwrap();
        // Changes both rows, and suspends one or none.
        let change = format!(
            "UPDATE {table} SET device_name = 'changed', \
             suspended_at = CASE WHEN credential_id = ? THEN {at} END"
        );
        let change = sqlx::query(AssertSqlSafe(change)).bind(second.id.as_bytes());
        change.execute(&mut *other).await.unwrap();
        let (repository, id) = (repository.clone(), first.id.clone());
        let deleting = tokio::spawn(async move {
            let deletion = repository.delete_unless_last(Owner::everywhere("ada"), &id);
            deletion.await.unwrap()
        });
        let waits = eventually(async || {
            let waits = sqlx::query_scalar::<_, i64>(AssertSqlSafe(waiting.as_str()));
            let waits = waits.fetch_one(&database.pool()).await.unwrap();
            (waits > 0)
                .then_some(())
                .ok_or_else(|| StoreError::new("the deletion does not wait"))
        });
        waits.await;
        other.commit().await.unwrap();
        assert_eq!(deleting.await.unwrap(), deletion);
    }
    database.drop().await;
}

/// Registrations of one user lock a row of the second table, which does not grow with the users.
#[tokio::test(flavor = "multi_thread")]
async fn table_of_locks_is_bounded() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let repository = repository(&database, &database.pool()).await;
    let repository = repository.timeout(PATIENCE);
    let mut calls = JoinSet::new();
    for number in 0..1500 {
        let repository = repository.clone();
        calls.spawn(async move {
            let own = credential(number, &format!("user {number}"));
            assert!(imported(&repository, &own).await);
        });
    }
    calls.join_all().await;
    let locks = super::rows(&database.pool(), "t0_locks").await;
    assert!((500..=1024).contains(&locks), "{locks} locks");
    database.drop().await;
}
