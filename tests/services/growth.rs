//! A million passkeys: every statement uses an index, and a sign-in costs what it cost with a
//! thousand.

use std::time::{Duration as StdDuration, Instant};

use passkeys::{
    CredentialId,
    store::{
        ChallengeStore as _, CredentialRepository, PostgresChallenges, PostgresRepository,
        SqliteRepository,
    },
    testing::pending_ceremony,
};
use passkeys_tests::Schema;
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, Row as _, SqlitePool,
    sqlite::SqliteConnectOptions,
};
use time::{Duration, OffsetDateTime};

/// How many credentials there are, ten of them to a user.
const FEW: u32 = 1_000;
const MANY: u32 = 1_000_000;

/// The credential with this number, as the SQL below makes it.
fn id(number: u32) -> CredentialId {
    CredentialId::new(format!("{:032}", u64::from(number) * 2_654_435_761)).unwrap()
}

/// The time that looking up a sign-in's credential and its owner's list takes: the median of
/// many, spread over all there are.
async fn lookup(repository: &impl CredentialRepository, all: u32) -> StdDuration {
    let mut times = Vec::new();
    for sample in 0..201 {
        let number = all / 201 * sample;
        let id = id(number);
        let begun = Instant::now();
        let found = repository.find(&id).await.unwrap().unwrap();
        let listed = repository.list(&found.user_id).await.unwrap();
        times.push(begun.elapsed());
        assert_eq!(listed.len(), 10);
        assert!(listed.iter().any(|credential| credential.id == id));
    }
    times.sort();
    times[times.len() / 2]
}

#[tokio::test]
async fn a_million_passkeys_in_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("passkeys.db");
    let repository = SqliteRepository::open(&path).await.unwrap();
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&path))
        .await
        .unwrap();
    let fill = |from: u32, to: u32| {
        let sql = format!(
            "WITH RECURSIVE n(n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM n WHERE n < {to} - 1)
             INSERT INTO passkey_credentials
             SELECT CAST(printf('%032d', n * 2654435761) AS BLOB), 'user ' || (n / 10), zeroblob(77),
             0, '[\"internal\"]', NULL, 1, 1, 'phone', 1, 'none', '2026-01-01 00:00:00.000000', NULL,
             1, NULL FROM n"
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&pool)
    };
    fill(0, FEW).await.unwrap();
    let few = lookup(&repository, FEW).await;
    fill(FEW, MANY).await.unwrap();
    let many = lookup(&repository, MANY).await;
    // A scan would take a thousand times as long; a tree is two levels deeper.
    assert!(many < few * 20, "{few:?} with {FEW}, {many:?} with {MANY}");

    let [insert, others @ ..] = repository.statements();
    for statement in others {
        let explain = format!("EXPLAIN QUERY PLAN {statement}");
        let plan = sqlx::query(AssertSqlSafe(explain))
            .fetch_all(&pool)
            .await
            .unwrap();
        let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        let mut lookups = steps
            .iter()
            .filter(|step| !matches!(step.as_str(), "SCALAR SUBQUERY 1" | "SCAN CONSTANT ROW"));
        let indexed = lookups.all(|step| step.starts_with("SEARCH") && step.contains(" INDEX "));
        assert!(indexed && !steps.is_empty(), "{statement}\n{steps:?}");
    }
    assert!(insert.starts_with("INSERT INTO") && !insert.contains("SELECT"));
}

/// The plan of a statement whatever the values, with `values` in their places.
async fn plan(connection: &mut PgConnection, statement: &str, values: &str) -> String {
    let prepare = format!("PREPARE planned AS {statement}");
    sqlx::raw_sql(AssertSqlSafe(prepare))
        .execute(&mut *connection)
        .await
        .unwrap();
    let explain = format!("EXPLAIN (ANALYZE, BUFFERS) EXECUTE planned({values})");
    let rows = sqlx::raw_sql(AssertSqlSafe(explain))
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    sqlx::raw_sql("DEALLOCATE planned")
        .execute(connection)
        .await
        .unwrap();
    rows.iter()
        .map(|row| row.get::<String, _>(0))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The pages that a plan has touched, in the cache and on disk.
fn pages(plan: &str) -> u32 {
    let buffers = plan
        .lines()
        .find(|line| line.contains("Buffers: shared"))
        .unwrap_or_default();
    let numbers = buffers
        .split(['=', ' '])
        .filter_map(|word| word.parse::<u32>().ok());
    numbers.sum()
}

#[tokio::test]
async fn a_million_passkeys_in_postgres() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let table = schema.table();
    let repository = PostgresRepository::new(schema.pool())
        .table(&table)
        .unwrap();
    repository.migrate().await.unwrap();
    let fill = async |from: u32, to: u32| {
        let sql = format!(
            "INSERT INTO {table}
             SELECT lpad((n * 2654435761)::text, 32, '0')::bytea, 'user ' || (n / 10),
             repeat('k', 77)::bytea, 0, '[\"internal\"]', NULL, true, true, 'phone', true, 'none',
             '2026-01-01Z', NULL, true, NULL FROM generate_series({from}::bigint, {to} - 1) AS n"
        );
        schema.run(&sql).await;
        schema.run(&format!("VACUUM ANALYZE {table}")).await;
    };
    let mut connection = schema.pool().acquire().await.unwrap().detach();
    sqlx::raw_sql("SET plan_cache_mode = force_generic_plan")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut costs = Vec::new();
    for (from, to) in [(0, FEW), (FEW, MANY)] {
        fill(from, to).await;
        lookup(&repository, to).await;
        let [known, next] = [to / 2, to / 2 + 1]
            .map(|number| format!("'{:032}'", u64::from(number) * 2_654_435_761));
        let user = format!("'user {}'", to / 20);
        let [
            _,
            find,
            list,
            record_use,
            suspend,
            rename,
            delete,
            delete_unless_last,
            insert_first,
        ] = repository.statements();
        let now = "'2026-01-02Z'";
        let mut cost = 0;
        for (statement, values) in [
            (find, known.clone()),
            (list, user.clone()),
            (record_use, format!("{known}, {user}, 0, 1, true, {now}")),
            (suspend, format!("{known}, {user}, {now}")),
            (rename, format!("{known}, {user}, 'tablet'")),
            (delete, format!("{known}, {user}")),
            (delete_unless_last, format!("{next}, {user}")),
            // The user has some, so it is not stored.
            (
                insert_first,
                format!(
                    "'new', {user}, 'key', 0, '[]', NULL, true, true, 'phone', true, 'none', {now}, \
                     NULL, true, NULL"
                ),
            ),
        ] {
            let plan = plan(&mut connection, statement, &values).await;
            let indexed = plan.contains("Index") && !plan.contains("Seq Scan");
            // PostgreSQL may rightly scan a table of a few pages.
            assert!(indexed || to == FEW, "{plan}");
            cost += pages(&plan);
        }
        costs.push(cost);
    }
    let [few, many] = costs[..] else {
        unreachable!()
    };
    assert!(
        few > 0 && many < few * 4,
        "{few} pages with {FEW}, {many} with {MANY}"
    );
    connection.close().await.unwrap();
    schema.drop().await;
}

#[tokio::test]
async fn a_hundred_thousand_ceremonies_in_postgres() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let table = schema.table();
    let challenges = PostgresChallenges::new(schema.pool())
        .table(&table)
        .unwrap();
    challenges.migrate().await.unwrap();
    let sql = format!(
        "INSERT INTO {table} SELECT n + 1000, decode(md5(n::text), 'hex'), repeat('c', 200)::bytea,
         '2026-01-01Z'::timestamptz + n * interval '1 s' FROM generate_series(1, 100000) AS n"
    );
    schema.run(&sql).await;
    schema.run(&format!("VACUUM ANALYZE {table}")).await;
    let now = OffsetDateTime::now_utc();
    let state = challenges
        .put(pending_ceremony(now, Duration::minutes(5)))
        .await
        .unwrap();
    assert!(challenges.take(&state).await.unwrap().is_some());

    let mut connection = schema.pool().acquire().await.unwrap().detach();
    sqlx::raw_sql("SET plan_cache_mode = force_generic_plan")
        .execute(&mut connection)
        .await
        .unwrap();
    let [_, take, reclaim] = challenges.statements();
    for (statement, values) in [
        (take, "decode(md5('7'), 'hex')"),
        (reclaim, "'2026-01-02Z'"),
    ] {
        let plan = plan(&mut connection, statement, values).await;
        assert!(
            plan.contains("Index") && !plan.contains("Seq Scan"),
            "{plan}"
        );
    }
    connection.close().await.unwrap();
    schema.drop().await;
}
