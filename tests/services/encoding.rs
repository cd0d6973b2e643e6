//! PostgreSQL databases and text: those that are not UTF-8 are rejected, and text that a database
//! cannot hold is no user's ID.

use std::error::Error as _;

use passkeys::{
    store::{
        CredentialRepository as _, CredentialUse, Deletion, Owner, PostgresChallenges,
        PostgresRepository,
    },
    testing,
};
use passkeys_test_support::{credential, imported};
use passkeys_tests::Schema;
use sqlx::{AssertSqlSafe, PgPool};
use time::OffsetDateTime;

/// Creates a database with this encoding in the server of the tests, and connects to it.
async fn database(schema: &Schema, encoding: &str) -> (PgPool, String) {
    let name = format!("{}_{encoding}", schema.table().replace('.', "_")).to_lowercase();
    schema.run(&format!("DROP DATABASE IF EXISTS {name}")).await;
    let create = format!(
        "CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    );
    schema.run(&create).await;
    let options = schema.pool().connect_options().as_ref().clone();
    let pool = PgPool::connect_with(options.database(&name)).await.unwrap();
    (pool, name)
}

#[tokio::test]
async fn migration_of_a_database_that_is_not_utf_8_fails_with_the_reason() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    for encoding in ["LATIN1", "SQL_ASCII", "EUC_JP"] {
        let (pool, name) = database(&schema, encoding).await;
        let repository = PostgresRepository::new(pool.clone());
        let error = repository.migrate().await.unwrap_err();
        let cause = error.source().unwrap().to_string();
        assert!(cause.contains(&format!("encoding {encoding},")), "{cause}");
        assert!(
            cause.contains("ENCODING 'UTF8' TEMPLATE template0"),
            "{cause}"
        );
        let tables = sqlx::query_scalar::<_, i64>(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'",
        );
        assert_eq!(
            tables.fetch_one(&pool).await.unwrap(),
            0,
            "nothing is created"
        );
        pool.close().await;
        schema.run(&format!("DROP DATABASE {name}")).await;
    }
    schema.drop().await;
}

/// The table was created by other means than `migrate`.
#[tokio::test]
async fn user_id_that_the_database_cannot_hold_is_unknown() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let (pool, name) = database(&schema, "LATIN1").await;
    let repository = PostgresRepository::new(pool.clone());
    for statement in repository.schema() {
        let run = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&pool);
        run.await.unwrap();
    }
    let own = credential(1, "Zoë");
    assert!(imported(&repository, &own).await);
    assert_eq!(
        repository.list(Owner::everywhere("Zoë")).await.unwrap(),
        std::slice::from_ref(&own)
    );
    let now = OffsetDateTime::UNIX_EPOCH;
    let usage = CredentialUse::new(0, 1, true, true, now);
    for user in ["Зоя", "ゾーイ", "👩‍💻", "a\0b"] {
        assert_eq!(repository.list(Owner::everywhere(user)).await.unwrap(), []);
        assert!(
            !repository
                .record_use(Owner::everywhere(user), &own.id, &usage)
                .await
                .unwrap()
        );
        assert!(
            !repository
                .suspend(Owner::everywhere(user), &own.id, now)
                .await
                .unwrap()
        );
        assert!(
            !repository
                .delete(Owner::everywhere(user), &own.id)
                .await
                .unwrap()
        );
        let deletion = repository.delete_unless_last(Owner::everywhere(user), &own.id);
        assert_eq!(deletion.await.unwrap(), Deletion::Unknown);
        // What cannot be stored is an error, and not silently another text.
        assert!(
            repository
                .insert(Owner::everywhere(user), &credential(2, user), 20)
                .await
                .is_err()
        );
        assert!(
            repository
                .rename(Owner::everywhere("Zoë"), &own.id, user)
                .await
                .is_err()
        );
    }
    assert_eq!(repository.find(&own.id).await.unwrap(), Some(own));
    pool.close().await;
    schema.run(&format!("DROP DATABASE {name}")).await;
    schema.drop().await;
}

/// Ceremonies are stored as bytes.
#[tokio::test(flavor = "multi_thread")]
async fn challenge_store_satisfies_the_contract_in_a_database_that_is_not_utf_8() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let (pool, name) = database(&schema, "LATIN1").await;
    testing::challenge_store(async || {
        let table = schema.table().replace('.', "_");
        let challenges = PostgresChallenges::new(pool.clone()).table(&table).unwrap();
        challenges.migrate().await.unwrap();
        challenges
    })
    .await;
    pool.close().await;
    schema.run(&format!("DROP DATABASE {name}")).await;
    schema.drop().await;
}
