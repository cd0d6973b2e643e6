//! What the two PostgreSQL stores share.

use std::time::Duration;

use sqlx::{
    AssertSqlSafe, Connection as _, FromRow, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgArguments, PgRow},
    query::{Query, QueryAs},
};
use tokio::time::{Instant, error::Elapsed, timeout_at};

use crate::store::{
    StoreError,
    sql::{self, InvalidTableName},
};

pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// The application's pool, and how long one operation may take.
#[derive(Clone, Debug)]
pub(super) struct Database {
    pub(super) pool: PgPool,
    pub(super) timeout: Duration,
}

/// A connection for one statement, until the deadline.
struct Lease {
    connection: PoolConnection<Postgres>,
    deadline: Instant,
}

impl Lease {
    fn end<T>(self, outcome: Result<Result<T, sqlx::Error>, Elapsed>) -> Result<T, StoreError> {
        outcome.map_or_else(
            |_| {
                // Nobody knows what this connection is doing: the pool must not have it back.
                drop(self.connection.detach());
                Err(StoreError::new(
                    "no answer from PostgreSQL within the timeout",
                ))
            },
            |result| result.map_err(StoreError::new),
        )
    }
}

impl Database {
    pub(super) fn new(pool: PgPool) -> Self {
        Self {
            pool,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    async fn lease(&self) -> Result<Lease, StoreError> {
        let deadline = Instant::now() + self.timeout;
        let connection = timeout_at(deadline, self.pool.acquire())
            .await
            .map_err(|_| StoreError::new("no connection to PostgreSQL within the timeout"))?
            .map_err(StoreError::new)?;
        Ok(Lease {
            connection,
            deadline,
        })
    }

    /// Runs a statement and answers how many rows it touched.
    pub(super) async fn execute(
        &self,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<u64, StoreError> {
        let mut lease = self.lease().await?;
        let outcome = timeout_at(lease.deadline, query.execute(&mut *lease.connection)).await;
        Ok(lease.end(outcome)?.rows_affected())
    }

    /// Runs a statement in one transaction with another, which comes before it and takes a lock,
    /// and answers how many rows it touched.
    pub(super) async fn execute_after(
        &self,
        lock: Query<'_, Postgres, PgArguments>,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<u64, StoreError> {
        let mut lease = self.lease().await?;
        let both = async {
            let mut transaction = lease.connection.begin().await?;
            lock.execute(&mut *transaction).await?;
            let done = query.execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(done.rows_affected())
        };
        let outcome = timeout_at(lease.deadline, both).await;
        lease.end(outcome)
    }

    /// Runs a statement and answers its rows.
    pub(super) async fn fetch<T>(
        &self,
        query: QueryAs<'_, Postgres, T, PgArguments>,
    ) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let mut lease = self.lease().await?;
        let outcome = timeout_at(lease.deadline, query.fetch_all(&mut *lease.connection)).await;
        lease.end(outcome)
    }

    /// Runs statements of the schema in one transaction, one process after the other.
    pub(super) async fn migrate(&self, statements: &[String]) -> Result<(), StoreError> {
        /// Spells `passkeys`.
        const LOCK: i64 = i64::from_be_bytes(*b"passkeys");
        let migrate = async {
            let mut transaction = self.pool.begin().await?;
            sqlx::query("SELECT pg_advisory_xact_lock($1)")
                .bind(LOCK)
                .execute(&mut *transaction)
                .await?;
            for statement in statements {
                let statement = AssertSqlSafe(statement.as_str());
                sqlx::raw_sql(statement).execute(&mut *transaction).await?;
            }
            transaction.commit().await
        };
        migrate.await.map_err(StoreError::new)
    }
}

/// A table's quoted name, and the bare one for the names made from it.
///
/// It may be `schema.table`.
pub(super) fn table(name: &str) -> Result<(String, &str), InvalidTableName> {
    match name.split_once('.') {
        None => sql::identifier(name).map(|table| (format!("\"{table}\""), table)),
        Some((schema, table)) => {
            let (schema, table) = (sql::identifier(schema)?, sql::identifier(table)?);
            Ok((format!("\"{schema}\".\"{table}\""), table))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn a_table_may_have_a_schema_and_cannot_leave_its_quotes() {
        assert_eq!(
            table("auth.keys").unwrap(),
            ("\"auth\".\"keys\"".to_owned(), "keys")
        );
        assert_eq!(table("keys_2").unwrap().0, "\"keys_2\"");
        let longest = "k".repeat(54);
        assert!(table(&longest).is_ok());
        for name in [
            "",
            ".",
            "a.",
            ".a",
            "a.b.c",
            "2a",
            "a b",
            "a\"b",
            "a;b",
            "ä",
            &format!("{longest}k"),
        ] {
            assert!(table(name).is_err(), "{name}");
        }
    }
}
