//! Connection handling, timeouts and repetition of operations in MySQL and MariaDB.

use std::{future::Future, time::Duration};

use sqlx::{
    AssertSqlSafe, FromRow, MySql, MySqlConnection, MySqlPool,
    mysql::{MySqlArguments, MySqlDatabaseError, MySqlQueryResult, MySqlRow},
    pool::PoolConnection,
    query::{Query, QueryAs},
};
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};
use tokio::time::{Instant, sleep, timeout_at};

use crate::store::{StoreError, sql_error, table_name};

/// Name of a table, in quotes that MySQL reads as such in every SQL mode.
pub(super) type TableName = table_name::TableName<'`'>;

pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Time before an operation is run again.
const PAUSE: Duration = Duration::from_millis(1);

/// Pool of the application, and the timeout of one operation.
#[derive(Clone, Debug)]
pub(super) struct Database {
    pool: MySqlPool,
    pub(super) timeout: Duration,
    /// Method that creates the tables, for messages.
    migrate: &'static str,
}

/// Statements that have an effect together or not at all, so that they can be run again after the server
/// has rolled them back.
pub(super) trait Operation: Sync {
    type Output: Send;

    fn run(
        &self,
        connection: &mut MySqlConnection,
    ) -> impl Future<Output = Result<Self::Output, sqlx::Error>> + Send;
}

impl Database {
    pub(super) fn new(pool: MySqlPool, migrate: &'static str) -> Self {
        Self {
            pool,
            timeout: DEFAULT_TIMEOUT,
            migrate,
        }
    }

    /// Takes a connection of the pool, for one operation of a store.
    pub(super) async fn lease(&self) -> Result<Lease, StoreError> {
        let deadline = Instant::now() + self.timeout;
        let connection = timeout_at(deadline, self.pool.acquire())
            .await
            .map_err(|_| StoreError::new("no connection to MySQL within the timeout"))?
            .map_err(StoreError::new)?;
        Ok(Lease {
            connection: Some(connection),
            deadline,
            migrate: self.migrate,
        })
    }

    /// Runs the statements of a schema. Each is committed by itself, and without effect where the table
    /// exists.
    pub(super) async fn migrate(&self, statements: &[String]) -> Result<(), StoreError> {
        for statement in statements {
            let statement = sqlx::raw_sql(AssertSqlSafe(statement.as_str()));
            statement
                .execute(&self.pool)
                .await
                .map_err(StoreError::new)?;
        }
        Ok(())
    }
}

/// Connection for one operation of a store, until its deadline.
pub(super) struct Lease {
    /// `None` once a statement has not ended in time.
    connection: Option<PoolConnection<MySql>>,
    deadline: Instant,
    migrate: &'static str,
}

impl Lease {
    /// Runs an operation, and again if the server has rolled it back because of concurrent ones.
    pub(super) async fn run<O: Operation>(
        &mut self,
        operation: &O,
    ) -> Result<O::Output, StoreError> {
        loop {
            let connection = self.connection.as_mut().ok_or_else(too_late)?;
            match timeout_at(self.deadline, operation.run(connection)).await {
                Ok(Ok(output)) => return Ok(output),
                // A moment later, so that the others get ahead.
                Ok(Err(error)) if was_rolled_back(&error) => sleep(PAUSE).await,
                Ok(Err(error)) => return Err(sql_error::explained(error, self.migrate)),
                Err(_) => {
                    // The connection may be in the middle of a statement: do not return it to the pool.
                    drop(self.connection.take().map(PoolConnection::detach));
                    return Err(too_late());
                }
            }
        }
    }

    /// Runs a statement and returns the number of affected rows, or of those that an update has found as
    /// they should be.
    pub(super) async fn execute<'q, F>(&mut self, query: F) -> Result<u64, StoreError>
    where
        F: Fn() -> Query<'q, MySql, MySqlArguments> + Sync,
    {
        Ok(self.run(&Execute(query)).await?.rows_affected())
    }

    /// Inserts a row and returns its generated key, or `None` if it has the key of another.
    pub(super) async fn insert<'q, F>(&mut self, query: F) -> Result<Option<u64>, StoreError>
    where
        F: Fn() -> Query<'q, MySql, MySqlArguments> + Sync,
    {
        let inserted = self.run(&Insert(Execute(query))).await?;
        Ok(inserted.map(|done| done.last_insert_id()))
    }

    /// Runs a query and returns its rows.
    pub(super) async fn fetch<'q, T, F>(&mut self, query: F) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, MySqlRow> + Send + Unpin,
        F: Fn() -> QueryAs<'q, MySql, T, MySqlArguments> + Sync,
    {
        self.run(&Fetch(query)).await
    }

    /// Returns the values of these server variables, as far as the server has them.
    pub(super) async fn variables(
        &mut self,
        names: &[&str],
    ) -> Result<Vec<(String, String)>, StoreError> {
        let names = names.join("', '");
        let show = format!("SHOW VARIABLES WHERE Variable_name IN ('{names}')");
        self.fetch(|| sqlx::query_as(AssertSqlSafe(show.clone())))
            .await
    }

    /// Fails if the server takes no writes, such as a replica, or if its connections do not commit each
    /// statement.
    pub(super) async fn require_writable(&mut self) -> Result<(), StoreError> {
        let read_only = [
            "read_only",
            "innodb_read_only",
            "transaction_read_only",
            "tx_read_only",
        ];
        for (name, value) in self
            .variables(&[&read_only[..], &["autocommit"]].concat())
            .await?
        {
            if name == "autocommit" && value != "ON" {
                return Err(StoreError::new(
                    "connections do not commit what they change (`autocommit` is off): turn it on, for \
                     example by `SET autocommit = 1` in `after_connect` of the pool",
                ));
            }
            if read_only.contains(&&*name) && value != "OFF" {
                return Err(StoreError::new(format!(
                    "the database is read-only, as a replica is (`{name}` is {value}): connect to the \
                     primary"
                )));
            }
        }
        Ok(())
    }
}

fn too_late() -> StoreError {
    StoreError::new("MySQL did not respond within the timeout")
}

/// Single statement, which is a transaction of its own.
struct Execute<F>(F);

impl<'q, F> Operation for Execute<F>
where
    F: Fn() -> Query<'q, MySql, MySqlArguments> + Sync,
{
    type Output = MySqlQueryResult;

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Self::Output, sqlx::Error> {
        (self.0)().execute(connection).await
    }
}

/// Insertion of a row, unless one with its key exists.
struct Insert<F>(Execute<F>);

impl<'q, F> Operation for Insert<F>
where
    F: Fn() -> Query<'q, MySql, MySqlArguments> + Sync,
{
    type Output = Option<MySqlQueryResult>;

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Self::Output, sqlx::Error> {
        unless_duplicate(self.0.run(connection).await)
    }
}

struct Fetch<F>(F);

impl<'q, T, F> Operation for Fetch<F>
where
    T: for<'r> FromRow<'r, MySqlRow> + Send + Unpin,
    F: Fn() -> QueryAs<'q, MySql, T, MySqlArguments> + Sync,
{
    type Output = Vec<T>;

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Self::Output, sqlx::Error> {
        (self.0)().fetch_all(connection).await
    }
}

/// Returns `None` if an insertion has failed because there is a row with its key.
pub(super) fn unless_duplicate<T>(
    outcome: Result<T, sqlx::Error>,
) -> Result<Option<T>, sqlx::Error> {
    const ER_DUP_ENTRY: u16 = 1062;
    match outcome {
        Err(error) if number(&error) == Some(ER_DUP_ENTRY) => Ok(None),
        outcome => outcome.map(Some),
    }
}

/// Returns whether the server has rolled a statement or a transaction back because of others that run at
/// the same time, so that it can be run again.
fn was_rolled_back(error: &sqlx::Error) -> bool {
    // Of MariaDB: a row has changed since the transaction's snapshot (`innodb_snapshot_isolation`).
    const ER_CHECKREAD: u16 = 1020;
    // Rolls back the statement alone, and a transaction of ours is given up then.
    const ER_LOCK_WAIT_TIMEOUT: u16 = 1205;
    // Also a conflict with a transaction on another node of a Galera cluster.
    const ER_LOCK_DEADLOCK: u16 = 1213;
    // The same in MySQL's Group Replication.
    const ER_TRANSACTION_ROLLBACK_DURING_COMMIT: u16 = 3101;
    matches!(
        number(error),
        Some(
            ER_CHECKREAD
                | ER_LOCK_WAIT_TIMEOUT
                | ER_LOCK_DEADLOCK
                | ER_TRANSACTION_ROLLBACK_DURING_COMMIT
        )
    )
}

/// Returns the number of a server's error.
fn number(error: &sqlx::Error) -> Option<u16> {
    let error = error.as_database_error()?;
    let error = error.try_downcast_ref::<MySqlDatabaseError>()?;
    Some(error.number())
}

/// Returns a time as a column of type `DATETIME` has it: in UTC, whatever the time zone of the connection.
pub(super) fn utc(time: OffsetDateTime) -> PrimitiveDateTime {
    let time = time.to_offset(UtcOffset::UTC);
    PrimitiveDateTime::new(time.date(), time.time())
}
