//! Query plans: every statement looks rows up by an index, and locks few of them.

use passkeys::store::{CredentialRepository as _, Owner};
use passkeys_test_support::stores::{Backend as _, RepositoryBackend as _};
use passkeys_tests::{MySqlDatabase, stores::MySql};
use sqlx::{AssertSqlSafe, MySqlPool, Row as _};

use super::challenges;

/// Returns the access method and the estimated number of rows of each step of a statement's plan.
async fn plan(pool: &MySqlPool, statement: &str) -> Vec<(String, Option<i64>)> {
    let explain = format!("EXPLAIN FORMAT = TRADITIONAL {statement}");
    let rows = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(pool).await;
    let rows = rows.unwrap_or_else(|error| panic!("{statement}: {error}"));
    let steps = rows.iter().map(|row| {
        // Servers differ in the types of these columns.
        let text = |column| row.try_get_unchecked::<Option<String>, _>(column).unwrap();
        let access = text("type").unwrap_or_else(|| text("Extra").unwrap_or_default());
        (access, text("rows").and_then(|rows| rows.parse().ok()))
    });
    steps.collect()
}

/// Checks that each step of a statement, with values in the place of parameters, reads at most this many rows,
/// by an index.
async fn looks_up(pool: &MySqlPool, statement: &str, most: i64) {
    for (access, rows) in plan(pool, statement).await {
        let is_lookup = matches!(
            access.as_str(),
            "const" | "eq_ref" | "ref" | "ref_or_null" | "range" | "index_merge"
        );
        let is_nothing = ["No tables used", "no matching row", "impossible where"]
            .iter()
            .any(|nothing| access.to_lowercase().contains(&nothing.to_lowercase()));
        assert!(
            (is_lookup && rows.is_none_or(|rows| rows <= most)) || is_nothing,
            "{statement}: {access}, {rows:?} rows"
        );
    }
}

#[tokio::test]
async fn statements_of_the_repository_look_rows_up_by_an_index() {
    let Some(backend) = MySql::start().await else {
        return;
    };
    let repository = backend.open().await;
    backend.fill(&repository, 0..100_000).await;
    let pool = backend.database().unwrap().pool();
    let listed = repository
        .list(Owner::of_tenant("example.com", "user 7"))
        .await;
    assert_eq!(listed.unwrap().len(), 10, "the values are those of rows");
    let id = format!("credential_id = '{:032}'", 70_u64 * 2_654_435_761);
    for statement in repository.statements() {
        let statement = statement
            .replace("credential_id = ?", &id)
            .replace("user_id = ?", "user_id = 'user 7'")
            .replace("rp_id = ?", "rp_id = 'example.com'")
            .replace('?', "1");
        looks_up(&pool, &statement, 20).await;
    }
    backend.stop().await;
}

#[tokio::test]
async fn statements_of_the_challenge_store_look_rows_up_by_an_index() {
    let Some(database) = MySqlDatabase::create().await else {
        return;
    };
    let pool = database.pool();
    let challenges = challenges(&database, &pool).await;
    let digits = "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 \
                  UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
    let numbers = format!(
        "(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d AS n \
         FROM {digits} a, {digits} b, {digits} c, {digits} d) AS numbers"
    );
    let digest = |of: &str| format!("LEFT(UNHEX(SHA2({of}, 256)), 16)");
    let (ticket, user) = (digest("n"), digest("n DIV 8"));
    database
        .run(&format!(
            "INSERT INTO t0 (ticket, ceremony, expires_at, server_id)
             SELECT {ticket}, REPEAT('c', 200), '2030-01-01' + INTERVAL n SECOND, 1 FROM {numbers};
             INSERT INTO t0_reserved (slot, begun_by, ticket, ceremony, expires_at, server_id)
             SELECT n, {user}, {ticket}, REPEAT('c', 200), '2030-01-01' + INTERVAL n SECOND, 1
             FROM {numbers};
             ANALYZE TABLE t0, t0_reserved"
        ))
        .await;
    for statement in challenges.statements() {
        let statement = statement
            .replace("ticket = ?", &format!("ticket = {}", digest("7")))
            .replace("begun_by = ?", &format!("begun_by = {}", digest("7")))
            .replace("expires_at < ?", "expires_at < '2026-01-01'")
            .replace("? - ? *", "20 - 10 *")
            .replace('?', "1");
        looks_up(&pool, &statement, 200).await;
    }
    database.drop().await;
}
