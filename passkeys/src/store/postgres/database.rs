//! Connection handling, timeouts and table names of the PostgreSQL stores.

use std::{fmt, sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
#[cfg(feature = "postgres")]
use sqlx::{FromRow, postgres::PgRow};
use tokio::time::{Instant, timeout_at};

#[cfg(feature = "postgres")]
use super::pool::Pool;
use super::{
    driver::{PostgresDriver, PostgresError, PostgresStatement},
    query::Query,
};
use crate::store::{StoreError, sql_error, table_name};

pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Pool or driver of the application, and the timeout of one operation.
#[derive(Clone)]
pub(super) struct Database {
    backend: Backend,
    pub(super) timeout: Duration,
    /// Method that creates the table, for messages.
    migrate: &'static str,
}

#[derive(Clone)]
enum Backend {
    #[cfg(feature = "postgres")]
    Sqlx(Pool),
    Driver(Arc<dyn PostgresDriver>),
}

/// One statement of an operation. Several run in one transaction, each of which sees what others have
/// committed before it, also where the database's default is another isolation level.
pub(super) enum Step<'q> {
    /// Waits for a lock: a snapshot taken before it would miss what the lock has waited for. The
    /// statement returns a text.
    Lock(Query<'q>),
    /// Changes rows, and counts them.
    Execute(Query<'q>),
    /// Returns rows.
    Fetch(Query<'q>),
    /// The same, but may be left out if the step before has changed rows.
    FetchUnlessChanged(Query<'q>),
}

/// Result of a [`Step`].
#[derive(Default)]
pub(super) struct Answer {
    pub(super) affected: u64,
    pub(super) rows: Rows,
}

pub(super) enum Rows {
    #[cfg(feature = "postgres")]
    Sqlx(Vec<PgRow>),
    /// Objects, with a member for each column.
    Json(Vec<String>),
}

impl Default for Rows {
    fn default() -> Self {
        Self::Json(Vec::new())
    }
}

impl Rows {
    fn decode<T: Row>(self) -> Result<Vec<T>, StoreError> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Sqlx(rows) => {
                let rows = rows.iter().map(T::from_row);
                rows.collect::<Result<_, _>>().map_err(StoreError::new)
            }
            Self::Json(rows) => {
                let rows = rows.iter().map(|row| serde_json::from_str(row));
                rows.collect::<Result<_, _>>().map_err(StoreError::new)
            }
        }
    }
}

/// Row as both backends return it.
#[cfg(feature = "postgres")]
pub(super) trait Row: DeserializeOwned + for<'r> FromRow<'r, PgRow> {}
#[cfg(feature = "postgres")]
impl<T: DeserializeOwned + for<'r> FromRow<'r, PgRow>> Row for T {}

/// Row as drivers return it.
#[cfg(not(feature = "postgres"))]
pub(super) trait Row: DeserializeOwned {}
#[cfg(not(feature = "postgres"))]
impl<T: DeserializeOwned> Row for T {}

/// Defines a row with these columns.
macro_rules! row {
    ($(#[$meta:meta])* $name:ident { $($(#[$attribute:meta])* $column:ident: $ty:ty),+ }) => {
        $(#[$meta])*
        #[derive(serde::Deserialize)]
        pub(super) struct $name {
            $($(#[$attribute])* pub(super) $column: $ty),+
        }

        #[cfg(feature = "postgres")]
        impl sqlx::FromRow<'_, sqlx::postgres::PgRow> for $name {
            fn from_row(row: &sqlx::postgres::PgRow) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                Ok(Self {
                    $($column: row.try_get(stringify!($column))?),+
                })
            }
        }
    };
}
pub(super) use row;

row! {
    /// Setting of the server.
    Setting { value: String }
}

row! {
    /// Row of a statement that says whether there is something.
    Exists { found: bool }
}

/// Reason why an operation failed.
pub(super) enum Failure {
    #[cfg(feature = "postgres")]
    NoConnection,
    NoResponse,
    #[cfg(feature = "postgres")]
    Sqlx(sqlx::Error),
    Driver(PostgresError),
    Other(StoreError),
}

impl Failure {
    /// Returns the `SQLSTATE` of the server.
    fn code(&self) -> Option<String> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Sqlx(error) => Some(error.as_database_error()?.code()?.into_owned()),
            Self::Driver(error) => error.code().map(str::to_owned),
            #[cfg(feature = "postgres")]
            Self::NoConnection => None,
            Self::NoResponse | Self::Other(_) => None,
        }
    }

    /// Returns whether PostgreSQL has rolled a statement or a transaction back because of others that
    /// run at the same time, so that it can be run again. At the isolation levels `REPEATABLE READ` and
    /// `SERIALIZABLE`, which a database may have by default, single statements fail like this, too.
    fn had_no_effect(&self) -> bool {
        const SERIALIZATION_FAILURE: &str = "40001";
        const DEADLOCK_DETECTED: &str = "40P01";
        matches!(
            self.code().as_deref(),
            Some(SERIALIZATION_FAILURE | DEADLOCK_DETECTED)
        )
    }

    /// Returns whether a statement had a text that the database's encoding does not have.
    fn is_about_encoding(&self) -> bool {
        const CHARACTER_NOT_IN_REPERTOIRE: &str = "22021";
        const UNTRANSLATABLE_CHARACTER: &str = "22P05";
        matches!(
            self.code().as_deref(),
            Some(CHARACTER_NOT_IN_REPERTOIRE | UNTRANSLATABLE_CHARACTER)
        )
    }

    fn explained(self, migrate: &'static str) -> StoreError {
        match self {
            #[cfg(feature = "postgres")]
            Self::NoConnection => StoreError::new("no connection to PostgreSQL within the timeout"),
            Self::NoResponse => StoreError::new("PostgreSQL did not respond within the timeout"),
            #[cfg(feature = "postgres")]
            Self::Sqlx(error) => sql_error::explained(error, migrate),
            Self::Driver(error) => sql_error::explained_code(error.code(), &error, migrate)
                .unwrap_or_else(|| StoreError::new(error)),
            Self::Other(error) => error,
        }
    }
}

impl Database {
    #[cfg(feature = "postgres")]
    pub(super) fn new(pool: sqlx::PgPool, migrate: &'static str) -> Self {
        Self {
            backend: Backend::Sqlx(Pool::new(pool)),
            timeout: DEFAULT_TIMEOUT,
            migrate,
        }
    }

    pub(super) fn with_driver(driver: Arc<dyn PostgresDriver>, migrate: &'static str) -> Self {
        Self {
            backend: Backend::Driver(driver),
            timeout: DEFAULT_TIMEOUT,
            migrate,
        }
    }

    /// Sets whether a connection can be another one of the server after each transaction. Drivers know
    /// themselves.
    #[cfg(feature = "postgres")]
    pub(super) fn transaction_pooler(&mut self, is_used: bool) {
        if let Backend::Sqlx(pool) = &mut self.backend {
            pool.transaction_pooler = is_used;
        }
    }

    /// Runs the steps of an operation until it has taken effect or failed.
    async fn run(&self, steps: &[Step<'_>]) -> Result<Vec<Answer>, Failure> {
        let deadline = Instant::now() + self.timeout;
        loop {
            let outcome = match &self.backend {
                #[cfg(feature = "postgres")]
                Backend::Sqlx(pool) => pool.run(steps, deadline).await,
                Backend::Driver(driver) => run(&**driver, steps, deadline).await,
            };
            match outcome {
                Err(failure) if failure.had_no_effect() => {}
                outcome => return outcome,
            }
        }
    }

    async fn run_one(&self, step: Step<'_>) -> Result<Answer, Failure> {
        let answers = self.run(&[step]).await?;
        Ok(answers.into_iter().next().unwrap_or_default())
    }

    /// Runs a statement and returns the number of affected rows.
    pub(super) async fn execute(&self, query: Query<'_>) -> Result<u64, StoreError> {
        let answer = self.run_one(Step::Execute(query)).await;
        let answer = answer.map_err(|failure| failure.explained(self.migrate))?;
        Ok(answer.affected)
    }

    /// Runs a statement and returns its rows.
    pub(super) async fn fetch<T: Row>(&self, query: Query<'_>) -> Result<Vec<T>, StoreError> {
        let answer = self.run_one(Step::Fetch(query)).await;
        let answer = answer.map_err(|failure| failure.explained(self.migrate))?;
        answer.rows.decode()
    }

    /// As [`execute`](Self::execute) of a statement on one user, who is unknown if the database's
    /// encoding does not have their ID, which a client may have sent. `migrate` rejects such a
    /// database, but an application can create the table by other means.
    pub(super) async fn execute_for_user(&self, query: Query<'_>) -> Result<u64, StoreError> {
        match self.run_one(Step::Execute(query)).await {
            Err(failure) if failure.is_about_encoding() => Ok(0),
            answer => Ok(answer
                .map_err(|failure| failure.explained(self.migrate))?
                .affected),
        }
    }

    /// As [`fetch`](Self::fetch) of a statement on one user; see
    /// [`execute_for_user`](Self::execute_for_user).
    pub(super) async fn fetch_for_user<T: Row>(
        &self,
        query: Query<'_>,
    ) -> Result<Vec<T>, StoreError> {
        match self.run_one(Step::Fetch(query)).await {
            Err(failure) if failure.is_about_encoding() => Ok(Vec::new()),
            answer => answer
                .map_err(|failure| failure.explained(self.migrate))?
                .rows
                .decode(),
        }
    }

    /// Takes a lock and then inserts a row, in one transaction. Returns whether the row was inserted
    /// and, as `exists` tells, whether there is one with its key.
    pub(super) async fn insert_locked(
        &self,
        lock: Query<'_>,
        insertion: Query<'_>,
        exists: Query<'_>,
    ) -> Result<(bool, bool), StoreError> {
        let steps = [
            Step::Lock(lock),
            Step::Execute(insertion),
            Step::FetchUnlessChanged(exists),
        ];
        let answers = self.run(&steps).await;
        let answers = answers.map_err(|failure| failure.explained(self.migrate))?;
        let Ok([_, insertion, exists]) = <[Answer; 3]>::try_from(answers) else {
            return Err(wrong_number_of_answers());
        };
        let inserted = insertion.affected > 0;
        let exists = exists.rows.decode::<Exists>()?;
        Ok((inserted, exists.iter().any(|row| row.found)))
    }

    /// Fails if the database takes no writes, such as a replica.
    pub(super) async fn require_writable(&self) -> Result<(), StoreError> {
        let query = Query::new("SELECT current_setting('transaction_read_only') AS value");
        let read_only = self.fetch::<Setting>(query).await?;
        if read_only.iter().all(|setting| setting.value == "off") {
            return Ok(());
        }
        Err(StoreError::new(
            "the database is read-only, as a replica is: connect to the primary",
        ))
    }

    /// Fails unless every text can be stored in the database.
    pub(super) async fn require_utf8(&self) -> Result<(), StoreError> {
        let query = Query::new("SELECT current_setting('server_encoding') AS value");
        let encoding = self.fetch::<Setting>(query).await?.pop();
        let encoding = encoding.map(|setting| setting.value).unwrap_or_default();
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
        let lock = format!("SELECT pg_advisory_xact_lock({LOCK})::text AS value");
        let statements = [&[lock], statements].concat();
        let migrated = match &self.backend {
            #[cfg(feature = "postgres")]
            Backend::Sqlx(pool) => pool.migrate(&statements).await.map_err(Failure::Sqlx),
            Backend::Driver(driver) => {
                let statements = statements
                    .iter()
                    .map(|sql| PostgresStatement::new(sql, vec![]));
                let statements = [in_read_committed()].into_iter().chain(statements);
                let statements = statements.collect::<Vec<_>>();
                driver
                    .run(&statements)
                    .await
                    .map(drop)
                    .map_err(Failure::Driver)
            }
        };
        migrated.map_err(|failure| failure.explained(self.migrate))
    }
}

/// Runs the steps of an operation over a driver.
async fn run(
    driver: &dyn PostgresDriver,
    steps: &[Step<'_>],
    deadline: Instant,
) -> Result<Vec<Answer>, Failure> {
    let is_transaction = steps.len() > 1;
    let mut statements = Vec::with_capacity(1 + steps.len());
    statements.extend(is_transaction.then(in_read_committed));
    for step in steps {
        let statement = match step {
            Step::Lock(query) => query.text(),
            Step::Execute(query) => query.affected(),
            Step::Fetch(query) | Step::FetchUnlessChanged(query) => query.rows(),
        };
        statements.push(statement.map_err(Failure::Other)?);
    }
    let answers = timeout_at(deadline, driver.run(&statements))
        .await
        .map_err(|_| Failure::NoResponse)?
        .map_err(Failure::Driver)?;
    if answers.len() != statements.len() {
        return Err(Failure::Other(wrong_number_of_answers()));
    }
    let answers = answers.into_iter().skip(usize::from(is_transaction));
    let answers = answers.zip(steps).map(|(rows, step)| match step {
        Step::Lock(_) => Ok(Answer::default()),
        Step::Execute(_) => {
            let count = rows.first().map_or("", String::as_str);
            let affected = count.parse().map_err(StoreError::new)?;
            let rows = Rows::default();
            Ok(Answer { affected, rows })
        }
        Step::Fetch(_) | Step::FetchUnlessChanged(_) => Ok(Answer {
            affected: 0,
            rows: Rows::Json(rows),
        }),
    });
    answers.collect::<Result<_, _>>().map_err(Failure::Other)
}

fn wrong_number_of_answers() -> StoreError {
    StoreError::new("the driver has returned the rows of another number of statements")
}

/// Returns the first statement of a transaction whose others each see what was committed before them,
/// whatever the database's default.
fn in_read_committed() -> PostgresStatement {
    PostgresStatement::new("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", vec![])
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Name of a table, in quotes of standard SQL.
pub(super) type TableName = table_name::TableName<'"'>;

impl TableName {
    /// Returns the quoted name of the index on a column. It is in the table's schema.
    pub(super) fn index(&self, column: &str) -> String {
        format!("\"ix_{}_{column}\"", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::TableName;

    #[test]
    fn index_is_named_for_the_table_and_the_column_without_the_schema() {
        let name = TableName::parse("auth.keys").unwrap();
        assert_eq!(name.index("user_id"), "\"ix_keys_user_id\"");
    }
}
