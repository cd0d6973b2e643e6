use std::{sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{TASKS, Verdict, Violation, kept};
use crate::store::{PostgresDriver, PostgresError, PostgresStatement};

/// Tests a [`PostgresDriver`] against the requirements of the trait.
///
/// The driver is of a database for tests, in which this function creates and drops tables. The stores over
/// the driver are tested by [`credential_repository`](super::credential_repository),
/// [`challenge_store`](super::challenge_store) and
/// [`full_challenge_store`](super::full_challenge_store).
///
/// # Panics
///
/// If the driver violates a requirement. The message lists every violated requirement, and how it
/// was violated.
pub async fn postgres_driver(driver: impl PostgresDriver) {
    let driver = Driver(Arc::new(driver));
    let mut verdict = Verdict::on("PostgresDriver");
    macro_rules! requirements {
        ($($requirement:literal: $check:ident,)*) => {
            $(verdict.check($requirement, $check(driver.clone())).await;)*
        };
    }
    requirements! {
        "rows: the rows of each statement are returned, in the order of the statements": rows_in_order,
        "parameters: every text is passed on exactly, and None is NULL": parameters_are_exact,
        "transaction: several statements run in one": one_transaction,
        "transaction: it is committed before the method returns": committed,
        "transaction: a statement that fails rolls back those before it": rolled_back,
        "transaction: an abandoned one is rolled back": abandoned,
        "errors have the SQLSTATE of operations that the server has rolled back": code_of_rollback,
        "concurrent calls do not mix their statements": concurrent_calls,
    }
    verdict.announce();
}

#[derive(Clone)]
struct Driver(Arc<dyn PostgresDriver>);

impl Driver {
    async fn run(&self, statements: &[&str]) -> Result<Vec<Vec<String>>, PostgresError> {
        let statements = statements.iter().map(|sql| statement(sql, &[]));
        self.0.run(&statements.collect::<Vec<_>>()).await
    }

    /// Returns the only row of a statement.
    async fn value(&self, sql: &str, parameters: &[Option<&str>]) -> Result<String, Violation> {
        let rows = self.0.run(&[statement(sql, parameters)]).await?;
        let rows = rows.concat();
        match <[String; 1]>::try_from(rows) {
            Ok([value]) => Ok(value),
            Err(rows) => Err(Violation(format!("1 row was expected, not {rows:?}"))),
        }
    }

    async fn table_exists(&self, name: &str) -> Result<bool, Violation> {
        let sql = "SELECT (to_regclass($1::text) IS NOT NULL)::text AS value";
        Ok(self.value(sql, &[Some(name)]).await? == "true")
    }
}

impl From<PostgresError> for Violation {
    fn from(error: PostgresError) -> Self {
        Self(format!("a statement returned an error: {error}"))
    }
}

fn statement(sql: &str, parameters: &[Option<&str>]) -> PostgresStatement {
    let parameters = parameters.iter().map(|value| value.map(str::to_owned));
    PostgresStatement::new(sql, parameters.collect())
}

/// Returns the name of a table that no other test has.
fn unused_table() -> Result<String, Violation> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|error| Violation(error.to_string()))?;
    Ok(format!("driver_{:016x}", u64::from_ne_bytes(random)))
}

async fn rows_in_order(driver: Driver) -> Result<(), Violation> {
    let three = "SELECT n::text AS value FROM generate_series(1, 3) AS n ORDER BY n";
    let none = "SELECT 'x'::text AS value WHERE false";
    let rows = driver.run(&[three, none, "SELECT 'last' AS value"]).await?;
    let expected: [&[&str]; 3] = [&["1", "2", "3"], &[], &["last"]];
    kept(rows == expected, format!("the rows were {rows:?}"))
}

async fn parameters_are_exact(driver: Driver) -> Result<(), Violation> {
    for text in [
        "",
        " ",
        "it's \"quoted\"",
        "\\x41 \\n",
        "null",
        "$1",
        "ä€😀\n\t",
        &"k".repeat(20_000),
    ] {
        let value = driver
            .value("SELECT $1::text AS value", &[Some(text)])
            .await?;
        kept(value == text, format!("{text:?} became {value:?}"))?;
    }
    let sql = "SELECT concat($2::text, ',', ($1::text IS NULL)::text) AS value";
    let value = driver.value(sql, &[None, Some("b")]).await?;
    kept(value == "b,true", format!("NULL and `b` became {value:?}"))
}

async fn one_transaction(driver: Driver) -> Result<(), Violation> {
    let level = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE";
    let id = "SELECT txid_current()::text AS value";
    let current = "SELECT current_setting('transaction_isolation') AS value";
    let rows = driver.run(&[level, id, id, current]).await?;
    let [_, first, second, current] = &rows[..] else {
        return Err(Violation(format!("the rows were {rows:?}")));
    };
    kept(
        first == second,
        "the statements had transactions of their own",
    )?;
    kept(
        current == &["serializable"],
        format!("`{level}` had no effect: the level is {current:?}"),
    )
}

async fn committed(driver: Driver) -> Result<(), Violation> {
    let table = unused_table()?;
    driver
        .run(&[&format!("CREATE TABLE {table} ()"), "SELECT 'x' AS value"])
        .await?;
    let exists = driver.table_exists(&table).await?;
    driver
        .run(&[&format!("DROP TABLE IF EXISTS {table}")])
        .await?;
    kept(exists, "a table that was created does not exist")
}

async fn rolled_back(driver: Driver) -> Result<(), Violation> {
    let table = unused_table()?;
    let create = format!("CREATE TABLE {table} ()");
    let outcome = driver
        .run(&[&create, "SELECT (1 / 0)::text AS value"])
        .await;
    kept(outcome.is_err(), "a division by zero was no error")?;
    kept(
        !driver.table_exists(&table).await?,
        "a table of the failed transaction exists",
    )
}

async fn abandoned(driver: Driver) -> Result<(), Violation> {
    let table = unused_table()?;
    let create = format!("CREATE TABLE {table} ()");
    let slow = [&*create, "SELECT pg_sleep(0.5)::text AS value"];
    let outcome = timeout(Duration::from_millis(100), driver.run(&slow)).await;
    kept(outcome.is_err(), "half a second passed in a tenth of one")?;
    sleep(Duration::from_secs(1)).await;
    for _ in 0..TASKS {
        // Would commit the transaction, if the connection was used again as it is.
        driver
            .run(&["SELECT 'x' AS value", "SELECT 'x' AS value"])
            .await?;
    }
    kept(
        !driver.table_exists(&table).await?,
        "a table of the abandoned transaction exists",
    )
}

async fn code_of_rollback(driver: Driver) -> Result<(), Violation> {
    let fails = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$";
    match driver.run(&[fails]).await {
        Err(error) if error.code() == Some("40001") => Ok(()),
        Err(error) => Err(Violation(format!(
            "the code of a serialization failure is {:?}",
            error.code()
        ))),
        Ok(_) => Err(Violation("a serialization failure was no error".to_owned())),
    }
}

async fn concurrent_calls(driver: Driver) -> Result<(), Violation> {
    let mut calls = JoinSet::new();
    for number in 0..TASKS {
        let driver = driver.clone();
        calls.spawn(async move {
            let number = number.to_string();
            // Each statement is another one, for drivers that name those that they prepare.
            let sql = format!("SELECT '{number}' || $1::text AS value");
            let value = driver.value(&sql, &[Some(&number)]).await?;
            kept(
                value == number.repeat(2),
                format!("`{number}{number}` became {value:?}"),
            )
        });
    }
    calls.join_all().await.into_iter().collect()
}
