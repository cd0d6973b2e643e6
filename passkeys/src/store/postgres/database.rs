//! Connection handling, timeouts and table names of the PostgreSQL stores.

use std::{borrow::Cow, error::Error as _, time::Duration};

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
    sql_error,
};

pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Pool of the application, and the timeout of one operation.
#[derive(Clone, Debug)]
pub(super) struct Database {
    pub(super) pool: PgPool,
    pub(super) timeout: Duration,
    /// Method that creates the table, for messages.
    migrate: &'static str,
}

/// Connection for one operation, until its deadline.
struct Lease {
    connection: PoolConnection<Postgres>,
    deadline: Instant,
    migrate: &'static str,
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
            |result| result.map_err(|error| sql_error::explained(error, self.migrate)),
        )
    }
}

impl Database {
    pub(super) fn new(pool: PgPool, migrate: &'static str) -> Self {
        Self {
            pool,
            timeout: DEFAULT_TIMEOUT,
            migrate,
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
            migrate: self.migrate,
        })
    }

    /// Runs a statement and returns the number of affected rows.
    pub(super) async fn execute<'q>(
        &self,
        query: impl Fn() -> Query<'q, Postgres, PgArguments> + Sync,
    ) -> Result<u64, StoreError> {
        let mut lease = self.lease().await?;
        loop {
            let running = query().execute(&mut *lease.connection);
            let outcome = timeout_at(lease.deadline, running).await;
            if !had_no_effect(&outcome) {
                return Ok(lease.end(outcome)?.rows_affected());
            }
        }
    }

    /// Runs a statement and returns its rows.
    pub(super) async fn fetch<'q, T>(
        &self,
        query: impl Fn() -> QueryAs<'q, Postgres, T, PgArguments> + Sync,
    ) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let mut lease = self.lease().await?;
        loop {
            let running = query().fetch_all(&mut *lease.connection);
            let outcome = timeout_at(lease.deadline, running).await;
            if !had_no_effect(&outcome) {
                return lease.end(outcome);
            }
        }
    }

    /// Takes a lock and then inserts a row, in one transaction. Returns whether the row was inserted
    /// and, as `exists` tells, whether there is one with its key.
    ///
    /// Each statement must see what others have committed before it, also where the database's
    /// default is another isolation level: a snapshot taken before the lock would miss the insertions
    /// that the lock has waited for.
    pub(super) async fn insert_locked<'q>(
        &self,
        lock: impl Fn() -> Query<'q, Postgres, PgArguments> + Sync,
        insertion: impl Fn() -> Query<'q, Postgres, PgArguments> + Sync,
        exists: impl Fn() -> QueryAs<'q, Postgres, (bool,), PgArguments> + Sync,
    ) -> Result<(bool, bool), StoreError> {
        let mut lease = self.lease().await?;
        loop {
            let running = async {
                let mut transaction = lease.connection.begin_with(READ_COMMITTED).await?;
                lock().execute(&mut *transaction).await?;
                let done = insertion().execute(&mut *transaction).await?;
                let inserted = done.rows_affected() > 0;
                let exists = inserted || exists().fetch_one(&mut *transaction).await?.0;
                transaction.commit().await?;
                Ok((inserted, exists))
            };
            let outcome = timeout_at(lease.deadline, running).await;
            if !had_no_effect(&outcome) {
                return lease.end(outcome);
            }
        }
    }

    /// Fails if the database takes no writes, such as a replica.
    pub(super) async fn require_writable(&self) -> Result<(), StoreError> {
        let read_only = || sqlx::query_as("SELECT current_setting('transaction_read_only')");
        let read_only: Vec<(String,)> = self.fetch(read_only).await?;
        if read_only.iter().all(|(read_only,)| read_only == "off") {
            return Ok(());
        }
        Err(StoreError::new(
            "the database is read-only, as a replica is: connect to the primary",
        ))
    }

    /// Fails unless every text can be stored in the database.
    pub(super) async fn require_utf8(&self) -> Result<(), StoreError> {
        let encoding = sqlx::query_scalar("SHOW server_encoding").fetch_one(&self.pool);
        let encoding: String = encoding.await.map_err(StoreError::new)?;
        if encoding == "UTF8" {
            return Ok(());
        }
        Err(StoreError::new(format!(
            "the database has the encoding {encoding}, which cannot store every user ID and every \
             name of a passkey: use a database with the encoding UTF8, as made by `CREATE DATABASE \
             .. ENCODING 'UTF8' TEMPLATE template0`"
        )))
    }

    /// Runs the statements of a schema in one transaction, one process after the other.
    pub(super) async fn migrate(&self, statements: &[String]) -> Result<(), StoreError> {
        /// Key of the advisory lock: `passkeys` in ASCII.
        const LOCK: i64 = i64::from_be_bytes(*b"passkeys");
        let migrate = async {
            let mut transaction = self.pool.begin_with(READ_COMMITTED).await?;
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

/// Begins a transaction whose statements each see what was committed before them, whatever the
/// database's default.
const READ_COMMITTED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// Returns whether PostgreSQL has rolled a statement or a transaction back because of others that run
/// at the same time, so that it can be run again. At the isolation levels `REPEATABLE READ` and
/// `SERIALIZABLE`, which a database may have by default, single statements fail like this, too.
fn had_no_effect<T>(outcome: &Result<Result<T, sqlx::Error>, Elapsed>) -> bool {
    const SERIALIZATION_FAILURE: &str = "40001";
    const DEADLOCK_DETECTED: &str = "40P01";
    let Ok(Err(error)) = outcome else {
        return false;
    };
    matches!(
        code(error).as_deref(),
        Some(SERIALIZATION_FAILURE | DEADLOCK_DETECTED)
    )
}

/// Returns whether a statement had a text that the database's encoding does not have.
pub(super) fn is_about_encoding(error: &StoreError) -> bool {
    const CHARACTER_NOT_IN_REPERTOIRE: &str = "22021";
    const UNTRANSLATABLE_CHARACTER: &str = "22P05";
    let error = error.source().and_then(|cause| cause.downcast_ref());
    let code = error.and_then(code);
    matches!(
        code.as_deref(),
        Some(CHARACTER_NOT_IN_REPERTOIRE | UNTRANSLATABLE_CHARACTER)
    )
}

/// Returns the SQLSTATE of an error.
fn code(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error()?.code()
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
