//! Growth tests: every statement uses an index, and a sign-in with a million passkeys costs what it
//! costs with a thousand.

use std::time::{Duration as StdDuration, Instant};

use passkeys::{
    sqlx::{
        self, AssertSqlSafe, Connection as _, PgConnection, Row as _, SqlitePool,
        sqlite::SqliteConnectOptions,
    },
    store::{ChallengeStore as _, CredentialRepository, Owner, PostgresChallenges},
    testing::pending_ceremony,
};
use passkeys_test_support::{
    repositories,
    stores::{Backend as _, DurableBackend as _, RepositoryBackend, Sqlite, numbered_id},
};
use passkeys_tests::{Schema, stores::Postgres};
use time::{Duration, OffsetDateTime};

/// Number of credentials to compare with; each user has ten.
const FEW: u32 = 1_000;

/// Returns the time that it takes to find a credential and to list those of its owner: the median
/// of 201, spread over all credentials.
async fn lookup(repository: &impl CredentialRepository, all: u32) -> StdDuration {
    let mut times = Vec::new();
    for sample in 0..201 {
        let number = all / 201 * sample;
        let id = numbered_id(number);
        let begun = Instant::now();
        let found = repository.find(&id).await.unwrap().unwrap();
        let listed = repository
            .list(Owner::everywhere(&found.user_id))
            .await
            .unwrap();
        times.push(begun.elapsed());
        assert_eq!(listed.len(), 10);
        assert!(listed.iter().any(|credential| credential.id == id));
    }
    times.sort();
    times[times.len() / 2]
}

async fn lookup_time_does_not_grow<B: RepositoryBackend>() {
    let Some(backend) = B::start().await else {
        return;
    };
    let repository = backend.open().await;
    backend.fill(&repository, 0..FEW).await;
    let few = lookup(&repository, FEW).await;
    backend.fill(&repository, FEW..B::MANY).await;
    let many = lookup(&repository, B::MANY).await;
    // A scan would take a hundred times as long or more; a tree is two levels deeper.
    let limit = few.max(StdDuration::from_micros(20)) * 20;
    assert!(
        many < limit,
        "{few:?} with {FEW}, {many:?} with {}",
        B::MANY
    );
    backend.stop().await;
}

macro_rules! test_growth {
    ([] $($name:ident: $backend:ty [$kind:ident],)*) => {$(
        mod $name {
            #[tokio::test]
            async fn lookup_time_does_not_grow_with_the_number_of_credentials() {
                super::lookup_time_does_not_grow::<$backend>().await;
            }
        }
    )*};
}

repositories!(embedded, [test_growth]);
repositories!(on_servers, [test_growth]);

#[tokio::test]
async fn sqlite_statements_use_an_index() {
    let directory = tempfile::tempdir().unwrap();
    let location = Sqlite::install(directory.path()).unwrap().location();
    let repository = Sqlite::open_at(&location).await;
    let options = SqliteConnectOptions::new().filename(&location);
    let pool = SqlitePool::connect_with(options).await.unwrap();

    for statement in repository.statements() {
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
}

/// Returns the generic plan of a statement, run with `values` as its parameters.
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

/// Returns the number of pages that a plan has read, from the cache and from disk.
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
async fn postgres_statements_use_an_index_and_read_few_pages() {
    let Some(backend) = Postgres::start().await else {
        return;
    };
    let repository = backend.open().await;
    let schema = backend.schema().unwrap();
    let mut connection = schema.pool().acquire().await.unwrap().detach();
    sqlx::raw_sql("SET plan_cache_mode = force_generic_plan")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut costs = Vec::new();
    for (from, to) in [(0, FEW), (FEW, Postgres::MANY)] {
        backend.fill(&repository, from..to).await;
        let [known, next] = [to / 2, to / 2 + 1]
            .map(|number| format!("'{:032}'", u64::from(number) * 2_654_435_761));
        let user = format!("'user {}'", to / 20);
        let statements = repository.statements();
        let (find, of_owners) = statements.split_last().unwrap();
        let now = "'2026-01-02Z'";
        let new = format!(
            "'new', {user}, 'key', 0, '[]', NULL, true, true, 'phone', true, 'none', {now}, NULL, \
             true, NULL, NULL, 'example.com', true, false"
        );
        let mut cost = 0;
        let mut values = vec![(*find, known.clone())];
        // For a tenant, for a site and everywhere.
        let scopes = ["'example.com'", "'example.com'", "NULL"];
        for (statement, rp_id) in of_owners
            .chunks(3)
            .flat_map(|three| three.iter().zip(scopes))
        {
            let owner = format!("{user}, {rp_id}");
            // In the order of `Statements::all`.
            let all = [
                // The user has ten credentials, or nine, so that it is not stored.
                format!("{new}, {owner}, 9"),
                owner.clone(),
                format!("{known}, {owner}, 0, 1, true, true, {now}"),
                format!("{known}, {owner}, {now}"),
                format!("{known}, {owner}"),
                format!("{known}, {owner}, 'tablet'"),
                format!("{known}, {owner}"),
                format!("{next}, {owner}"),
                format!("{new}, {owner}"),
            ];
            values.push((*statement, all[(values.len() - 1) / 3].clone()));
        }
        for (statement, values) in values {
            let plan = plan(&mut connection, statement, &values).await;
            let indexed = plan.contains("Index") && !plan.contains("Seq Scan");
            // PostgreSQL may scan a table of a few pages.
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
        "{few} pages with {FEW}, {many} with {}",
        Postgres::MANY
    );
    connection.close().await.unwrap();
    backend.stop().await;
}

#[tokio::test]
async fn postgres_challenge_statements_use_an_index() {
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
         '2026-01-01Z'::timestamptz + n * interval '1 s' FROM generate_series(1, 100000) AS n;
         INSERT INTO {table} SELECT -n, decode(md5('of ' || n), 'hex'), repeat('c', 200)::bytea,
         '2026-01-01Z'::timestamptz + n * interval '1 s', decode(md5((n / 8)::text), 'hex')
         FROM generate_series(1, 100000) AS n"
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
    let [_, make_room, put_reserved, take, reclaim] = challenges.statements();
    for (statement, values) in [
        (make_room, "decode(md5('7'), 'hex'), 7"),
        (
            put_reserved,
            "250000, 'ticket', 'ceremony', '2026-01-02Z', decode(md5('7'), 'hex'), '2026-01-01Z'",
        ),
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

/// Ten thousand tenants, each with a passkey of a user whose ID is the same.
#[tokio::test]
async fn postgres_reads_few_pages_for_a_tenant_whose_users_have_the_ids_of_ten_thousand_others() {
    let Some(backend) = Postgres::start().await else {
        return;
    };
    let repository = backend.open().await;
    let schema = backend.schema().unwrap();
    let mut connection = schema.pool().acquire().await.unwrap().detach();
    sqlx::raw_sql("SET plan_cache_mode = force_generic_plan")
        .execute(&mut connection)
        .await
        .unwrap();
    for number in 0..10_000 {
        let mut credential = passkeys_test_support::credential(number, "1");
        credential.rp_id = Some(format!("t{number}.example"));
        let owner = Owner::of_tenant("", "1");
        let inserted = repository.insert(owner, &credential, usize::MAX).await;
        inserted.unwrap();
    }
    let statements = repository.statements();
    // Those of `insert`, then those of `list`, for a tenant first.
    let list = statements[3];
    let table = list
        .split_once("FROM ")
        .unwrap()
        .1
        .split(' ')
        .next()
        .unwrap();
    schema.run(&format!("VACUUM ANALYZE {table}")).await;
    let plan = plan(&mut connection, list, "'1', 't77.example'").await;
    assert!(plan.contains("Index") && pages(&plan) < 10, "{plan}");
    connection.close().await.unwrap();
    backend.stop().await;
}
