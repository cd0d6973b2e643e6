//! Statements over a pool of sqlx.

use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, PgPool, Postgres, postgres::PgArguments,
    query::Query as SqlxQuery,
};
use tokio::time::{Instant, timeout_at};

use super::{
    database::{Answer, Failure, Rows, Step},
    query::{Parameter, Query},
};

/// Begins a transaction whose statements each see what was committed before them, whatever the
/// database's default.
const READ_COMMITTED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// Pool of the application.
#[derive(Clone)]
pub(super) struct Pool {
    pool: PgPool,
    /// True if a connection of the pool can be another one of the server after each transaction.
    pub(super) transaction_pooler: bool,
}

impl Pool {
    pub(super) fn new(pool: PgPool) -> Self {
        Self {
            pool,
            transaction_pooler: false,
        }
    }

    /// Runs steps on one connection; several in one transaction.
    pub(super) async fn run(
        &self,
        steps: &[Step<'_>],
        deadline: Instant,
    ) -> Result<Vec<Answer>, Failure> {
        let mut connection = timeout_at(deadline, self.pool.acquire())
            .await
            .map_err(|_| Failure::NoConnection)?
            .map_err(Failure::Sqlx)?;
        let outcome = timeout_at(deadline, self.run_on(&mut connection, steps)).await;
        if let Ok(outcome) = outcome {
            return outcome.map_err(Failure::Sqlx);
        }
        // The connection may be in the middle of a statement: do not return it to the pool.
        drop(connection.detach());
        Err(Failure::NoResponse)
    }

    async fn run_on(
        &self,
        connection: &mut PgConnection,
        steps: &[Step<'_>],
    ) -> Result<Vec<Answer>, sqlx::Error> {
        if let [step] = steps
            && !self.transaction_pooler
        {
            return Ok(vec![self.step(connection, step).await?]);
        }
        // Behind a pooler in transaction mode, a single statement needs a transaction, too: it is
        // prepared and then executed, which can be on two connections otherwise.
        let mut transaction = connection.begin_with(READ_COMMITTED).await?;
        let mut answers = Vec::<Answer>::with_capacity(steps.len());
        for step in steps {
            let changed = answers.last().is_some_and(|answer| answer.affected > 0);
            answers.push(if matches!(step, Step::FetchUnlessChanged(_)) && changed {
                Answer::default()
            } else {
                self.step(&mut transaction, step).await?
            });
        }
        transaction.commit().await?;
        Ok(answers)
    }

    async fn step(
        &self,
        connection: &mut PgConnection,
        step: &Step<'_>,
    ) -> Result<Answer, sqlx::Error> {
        let (Step::Execute(query)
        | Step::Fetch(query)
        | Step::FetchUnlessChanged(query)
        | Step::Lock(query)) = step;
        let done = match step {
            Step::Fetch(_) | Step::FetchUnlessChanged(_) => {
                let rows = self.bound(query).fetch_all(connection).await?;
                return Ok(Answer {
                    affected: 0,
                    rows: Rows::Sqlx(rows),
                });
            }
            Step::Execute(_) | Step::Lock(_) => self.bound(query).execute(connection).await?,
        };
        Ok(Answer {
            affected: done.rows_affected(),
            rows: Rows::default(),
        })
    }

    fn bound<'q>(&self, query: &Query<'q>) -> SqlxQuery<'q, Postgres, PgArguments> {
        let bound = sqlx::query(AssertSqlSafe(query.sql)).persistent(!self.transaction_pooler);
        query
            .parameters
            .iter()
            .cloned()
            .fold(bound, |bound, value| match value {
                Parameter::Boolean(value) => bound.bind(value),
                Parameter::Bytes(value) => bound.bind(value),
                Parameter::Integer(value) => bound.bind(value),
                Parameter::Text(value) => bound.bind(value),
                Parameter::Time(value) => bound.bind(value),
            })
    }

    /// Runs statements without parameters in one transaction.
    pub(super) async fn migrate(&self, statements: &[String]) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin_with(READ_COMMITTED).await?;
        for statement in statements {
            let statement = AssertSqlSafe(statement.as_str());
            sqlx::raw_sql(statement).execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }
}
