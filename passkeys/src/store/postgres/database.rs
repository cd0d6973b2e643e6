//! Connection handling, timeouts and table names of the PostgreSQL stores.

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
    credential_table::{InvalidTableName, identifier},
};

pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Pool of the application, and the timeout of one operation.
#[derive(Clone, Debug)]
pub(super) struct Database {
    pub(super) pool: PgPool,
    pub(super) timeout: Duration,
}

/// Connection for one operation, until its deadline.
struct Lease {
    connection: PoolConnection<Postgres>,
    deadline: Instant,
}

impl Lease {
    fn end<T>(self, outcome: Result<Result<T, sqlx::Error>, Elapsed>) -> Result<T, StoreError> {
        outcome.map_or_else(
            |_| {
                // The connection may be in the middle of a statement: do not return it to the pool.
                drop(self.connection.detach());
                Err(StoreError::new(
                    "PostgreSQL did not respond within the timeout",
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

    /// Runs a statement and returns the number of affected rows.
    pub(super) async fn execute(
        &self,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<u64, StoreError> {
        let mut lease = self.lease().await?;
        let outcome = timeout_at(lease.deadline, query.execute(&mut *lease.connection)).await;
        Ok(lease.end(outcome)?.rows_affected())
    }

    /// Runs a statement that takes a lock and then another one, in one transaction. Returns the
    /// number of rows that the second affected.
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

    /// Runs a statement and returns its rows.
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

    /// Runs the statements of a schema in one transaction, one process after the other.
    pub(super) async fn migrate(&self, statements: &[String]) -> Result<(), StoreError> {
        /// Key of the advisory lock: `passkeys` in ASCII.
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

/// Name of a table: `name` or `schema.name`.
#[derive(Clone, Debug)]
pub(super) struct TableName {
    schema: Option<String>,
    name: String,
}

impl TableName {
    /// Uses a name that is known to be an SQL identifier.
    pub(super) fn plain(name: &str) -> Self {
        Self {
            schema: None,
            name: name.to_owned(),
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, InvalidTableName> {
        let (schema, name) = match text.split_once('.') {
            None => (None, text),
            Some((schema, name)) => (Some(identifier(schema)?.to_owned()), name),
        };
        Ok(Self {
            schema,
            name: identifier(name)?.to_owned(),
        })
    }

    /// Returns the quoted name with a suffix, ready to be put into a statement.
    pub(super) fn quoted(&self, suffix: &str) -> String {
        let Self { schema, name } = self;
        match schema {
            None => format!("\"{name}{suffix}\""),
            Some(schema) => format!("\"{schema}\".\"{name}{suffix}\""),
        }
    }

    /// Returns the quoted name of the index on a column. It is in the table's schema.
    pub(super) fn index(&self, column: &str) -> String {
        format!("\"ix_{}_{column}\"", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::TableName;

    #[test]
    fn table_names_may_have_a_schema_and_cannot_inject_sql() {
        let name = TableName::parse("auth.keys").unwrap();
        assert_eq!(name.quoted(""), "\"auth\".\"keys\"");
        assert_eq!(name.quoted("_ring"), "\"auth\".\"keys_ring\"");
        assert_eq!(name.index("user_id"), "\"ix_keys_user_id\"");
        let name = TableName::parse("keys_2").unwrap();
        assert_eq!(name.quoted(""), "\"keys_2\"");
        let longest = "k".repeat(54);
        assert!(TableName::parse(&longest).is_ok());
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
            assert!(TableName::parse(name).is_err(), "{name}");
        }
    }
}
