use std::error::Error;

use async_trait::async_trait;

/// Access to PostgreSQL through a driver of the application: another version of sqlx, `SeaORM`, Diesel,
/// `tokio-postgres` and every other one that can run SQL.
///
/// [`PostgresRepository::with_driver`](super::PostgresRepository::with_driver) and
/// [`PostgresChallenges::with_driver`](super::PostgresChallenges::with_driver) take an implementation, so
/// that the stores use the pool that the application has. With sqlx 0.9, pass the pool itself to `new`
/// (feature `postgres`).
///
/// A driver has one method, and everything it passes on is text: a statement's parameters, and the one
/// column of its rows. No type of a driver has to be mapped. The example `postgres_drivers` of the
/// repository has implementations for sqlx 0.8, `SeaORM` 1 and 2, Diesel and `tokio-postgres`, of some 30
/// lines each.
///
/// ```
/// use passkeys::store::{PostgresDriver, PostgresError, PostgresStatement, async_trait};
///
/// # mod pool {
/// #     #[derive(Debug)]
/// #     pub struct Error { pub sqlstate: Option<String> }
/// #     impl std::fmt::Display for Error {
/// #         fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("failed") }
/// #     }
/// #     impl std::error::Error for Error {}
/// #     pub struct Pool;
/// #     pub struct Transaction;
/// #     impl Pool { pub async fn begin(&self) -> Result<Transaction, Error> { Ok(Transaction) } }
/// #     impl Transaction {
/// #         pub async fn texts(&mut self, _: &str, _: &[Option<String>]) -> Result<Vec<String>, Error> { Ok(vec![]) }
/// #         pub async fn commit(self) -> Result<(), Error> { Ok(()) }
/// #     }
/// # }
/// struct MyDriver(pool::Pool);
///
/// #[async_trait]
/// impl PostgresDriver for MyDriver {
///     async fn run(
///         &self,
///         statements: &[PostgresStatement],
///     ) -> Result<Vec<Vec<String>>, PostgresError> {
///         let run = async {
///             // Rolls back when it is dropped.
///             let mut transaction = self.0.begin().await?;
///             let mut rows = Vec::new();
///             for statement in statements {
///                 rows.push(transaction.texts(&statement.sql, &statement.parameters).await?);
///             }
///             transaction.commit().await?;
///             Ok(rows)
///         };
///         run.await.map_err(|error: pool::Error| {
///             let code = error.sqlstate.clone();
///             PostgresError::new(error).with_code(code)
///         })
///     }
/// }
/// ```
///
/// # Requirements
///
/// - Several statements run in order on one connection, in one transaction that is committed before the
///   method returns, and rolled back if one of them fails. A single statement may run without one. The
///   first statement may be `SET TRANSACTION ..`, which has no effect after another statement.
/// - The rows of each statement are returned, in the order of the statements.
/// - The library abandons an operation at its timeout by dropping the future. A connection that is in
///   the middle of a statement or a transaction then must not serve others.
/// - Nothing is retried.
/// - If the connection goes through a pooler in transaction mode, such as `PgBouncer`, no prepared
///   statement may be expected on a connection after the transaction in which it was made.
///
/// `passkeys::testing::postgres_driver` (feature `testing`) tests a driver against this; then test the
/// stores over it, with `passkeys::testing::credential_repository` and
/// `passkeys::testing::challenge_store`.
///
/// # Errors
///
/// [`PostgresError`] with the `SQLSTATE` of the server, if it has sent one: operations that the server
/// has rolled back because of concurrent ones (`40001`, `40P01`) are run again by the stores.
#[async_trait]
pub trait PostgresDriver: Send + Sync + 'static {
    /// Runs statements and returns the rows of each. A row is its only column, which is text, has the
    /// name `value`, and is never NULL.
    async fn run(
        &self,
        statements: &[PostgresStatement],
    ) -> Result<Vec<Vec<String>>, PostgresError>;
}

/// SQL statement of a store, for a [`PostgresDriver`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostgresStatement {
    /// SQL with the placeholders `$1`, `$2` and so on, the type of each of which is text.
    ///
    /// Has no value that a client has sent, and is the same for each call of a store's method.
    pub sql: String,
    /// Values of the placeholders. `None` is NULL.
    pub parameters: Vec<Option<String>>,
}

impl PostgresStatement {
    /// Creates a statement, for tests of drivers.
    #[must_use]
    pub fn new(sql: impl Into<String>, parameters: Vec<Option<String>>) -> Self {
        Self {
            sql: sql.into(),
            parameters,
        }
    }
}

// Without the parameters, which the log must not have.
impl std::fmt::Debug for PostgresStatement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStatement")
            .field("sql", &self.sql)
            .finish_non_exhaustive()
    }
}

/// Error of a [`PostgresDriver`]: the driver's own, and the `SQLSTATE` that the server has sent.
#[derive(thiserror::Error)]
#[error("{source}")]
pub struct PostgresError {
    source: Box<dyn Error + Send + Sync>,
    code: Option<String>,
}

passkeys_rules::debug_as_display!(PostgresError);

impl PostgresError {
    /// Wraps the error of a driver.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: source.into(),
            code: None,
        }
    }

    /// Sets the five characters of the `SQLSTATE`, such as `40001`. `None` if the error is not one of
    /// the server.
    #[must_use]
    pub fn with_code(mut self, code: Option<impl Into<String>>) -> Self {
        self.code = code.map(Into::into);
        self
    }

    /// Returns the `SQLSTATE`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }
}
