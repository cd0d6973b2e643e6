//! Drivers of PostgreSQL. The stores over one satisfy their contract, too: see the list of stores.

use std::{mem, sync::Mutex};

use passkeys::{
    store::{PostgresDriver, PostgresError, PostgresStatement, async_trait},
    testing,
};
use passkeys_tests::{Schema, stores::SqlxDriver};
use sqlx::AssertSqlSafe;

#[tokio::test(flavor = "multi_thread")]
async fn driver_over_a_pool_of_sqlx_satisfies_the_contract() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    testing::postgres_driver(SqlxDriver(schema.pool())).await;
    schema.drop().await;
}

/// Mistake of a driver.
#[derive(Clone, Copy, Debug)]
enum Mistake {
    /// Each statement is in a transaction of its own.
    NoTransaction,
    NeverCommits,
    NoCode,
    NullIsEmpty,
    /// The rows are those of the call before.
    Late,
    ReversedRows,
    OnlyRowsOfTheLast,
    /// The transaction goes on although nobody waits for it.
    CannotBeAbandoned,
}

struct Wrong(SqlxDriver, Mistake, Mutex<Vec<Vec<String>>>);

#[async_trait]
impl PostgresDriver for Wrong {
    async fn run(
        &self,
        statements: &[PostgresStatement],
    ) -> Result<Vec<Vec<String>>, PostgresError> {
        let Self(driver, mistake, _) = self;
        match mistake {
            Mistake::NoTransaction => {
                let mut rows = Vec::new();
                for statement in statements {
                    rows.extend(driver.run(std::slice::from_ref(statement)).await?);
                }
                Ok(rows)
            }
            Mistake::NeverCommits => {
                let mut transaction = driver.0.begin().await.unwrap();
                let mut rows = Vec::new();
                for statement in statements {
                    let mut query = sqlx::query_scalar(AssertSqlSafe(&*statement.sql));
                    for parameter in &statement.parameters {
                        query = query.bind(parameter);
                    }
                    let selected = query.fetch_all(&mut *transaction).await;
                    rows.push(selected.map_err(PostgresError::new)?);
                }
                Ok(rows)
            }
            Mistake::NoCode => driver.run(statements).await.map_err(PostgresError::new),
            Mistake::NullIsEmpty => {
                let mut statements = statements.to_vec();
                for value in statements.iter_mut().flat_map(|it| &mut it.parameters) {
                    value.get_or_insert_default();
                }
                driver.run(&statements).await
            }
            Mistake::Late => {
                let mut rows = driver.run(statements).await?;
                mem::swap(&mut rows, &mut *self.2.lock().unwrap());
                Ok(rows)
            }
            Mistake::ReversedRows => {
                let rows = driver.run(statements).await?;
                Ok(rows.into_iter().rev().collect())
            }
            Mistake::OnlyRowsOfTheLast => {
                let mut rows = driver.run(statements).await?;
                rows.drain(..rows.len() - 1);
                Ok(rows)
            }
            Mistake::CannotBeAbandoned => {
                let (driver, statements) = (driver.clone(), statements.to_vec());
                let run = async move { driver.run(&statements).await };
                tokio::spawn(run).await.unwrap()
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contract_of_drivers_names_the_requirement_that_a_driver_violates() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    for (mistake, requirement) in [
        (Mistake::NoTransaction, "several statements run in one"),
        (Mistake::NoTransaction, "rolls back those before it"),
        (Mistake::NeverCommits, "committed before the method returns"),
        (Mistake::Late, "concurrent calls do not mix"),
        (Mistake::NoCode, "errors have the SQLSTATE"),
        (Mistake::NullIsEmpty, "None is NULL"),
        (Mistake::ReversedRows, "in the order of the statements"),
        (Mistake::OnlyRowsOfTheLast, "the rows of each statement"),
        (
            Mistake::CannotBeAbandoned,
            "an abandoned one is rolled back",
        ),
    ] {
        let wrong = Wrong(SqlxDriver(schema.pool()), mistake, Mutex::default());
        let tested = tokio::spawn(testing::postgres_driver(wrong)).await;
        let panic = tested.expect_err("a violation").into_panic();
        let message = panic.downcast_ref::<String>().unwrap();
        assert!(message.contains(requirement), "{mistake:?}: {message}");
    }
    schema.drop().await;
}
