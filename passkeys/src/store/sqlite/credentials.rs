use std::{future::Future, path::Path, sync::Arc, time::Duration};

use sqlx::{
    AssertSqlSafe, Sqlite, SqlitePool,
    query::{Query, QueryAs},
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};
use time::{OffsetDateTime, UtcOffset};
use tokio::time::{Instant, sleep, timeout};

use super::path;
use crate::domain::{credential::Credential, credential_id::CredentialId, user_handle::UserHandle};
use crate::store::{
    CredentialRepository, CredentialUse, Deletion, Description, Insertion, InvalidTableName, Owner,
    StoreError,
    credential_table::{self, Row, Statement, Statements, identifier},
    sql_error,
};

/// Repository in an SQLite file: for one machine, with nothing to install.
///
/// ```no_run
/// # async fn run() -> Result<(), passkeys::store::StoreError> {
/// use passkeys::store::SqliteRepository;
///
/// let repository = SqliteRepository::open("passkeys.db").await?;
/// # Ok(()) }
/// ```
///
/// **Guarantees** every requirement of [`CredentialRepository`], also between processes on one
/// machine. In a file opened by [`open`](Self::open), what was acknowledged survives the end of the
/// process (`kill -9`) and, on disks that flush when they say so, a power failure: each write waits
/// for one flush.
///
/// **Does not** serve several machines (never put the file on a network file system; use
/// `PostgresRepository` instead), and writes one credential at a time.
///
/// **Bound**: the disk's; there is no capacity.
///
/// **Timeout**: [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT) per operation, or
/// [another](Self::timeout), waiting for a connection and for other writers included. Nothing is
/// retried. A write that was abandoned by the timeout may still take effect, entirely and once.
///
/// The table `passkey_credentials` has the form that `fastapi-passkeys` 0.1 creates with
/// SQLAlchemy. [`migrate`](Self::migrate) adds this library's own columns, in a way that lets that
/// package continue to read and write. Times have a precision of one microsecond.
#[derive(Clone, Debug)]
pub struct SqliteRepository {
    pool: SqlitePool,
    timeout: Duration,
    table: String,
    statements: Arc<Statements>,
}

impl SqliteRepository {
    /// Default timeout of one operation.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

    /// Creates a repository in the table `passkey_credentials` of the application's database.
    ///
    /// Call [`migrate`](Self::migrate) before the first use. Durability depends on the settings of
    /// the pool: use write-ahead logging, `synchronous = FULL` and a `busy_timeout` (sqlx sets the
    /// last two by default). An operation fails when either the pool's `busy_timeout` or the
    /// [timeout](Self::timeout) of the repository has passed.
    #[must_use]
    pub fn new(pool: SqlitePool) -> Self {
        Self {
            pool,
            timeout: Self::DEFAULT_TIMEOUT,
            table: credential_table::DEFAULT_TABLE.to_owned(),
            statements: statements(credential_table::DEFAULT_TABLE),
        }
    }

    /// Sets the table. Its name is an SQL identifier.
    ///
    /// # Errors
    ///
    /// [`InvalidTableName`] if it is not a plain SQL identifier of 1 to 54 characters.
    pub fn table(mut self, name: &str) -> Result<Self, InvalidTableName> {
        identifier(name)?.clone_into(&mut self.table);
        self.statements = statements(name);
        Ok(self)
    }

    /// Sets the maximum time of one operation, waiting for a connection and for other writers
    /// included.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Opens the file, creates it if it does not exist, and migrates it.
    ///
    /// The file is set to write-ahead logging, so that sign-ins do not wait for a registration;
    /// SQLite keeps two more files beside it. Other writers are waited for at most
    /// [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be opened or is not an SQLite database, for `:memory:`, and for a
    /// URL, a folder, or a file in a folder that does not exist. Its cause names the path and the fix.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        path::check(path).map_err(StoreError::new)?;
        let at_path = |error| path::explained(path, error);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Self::DEFAULT_TIMEOUT);
        let pool = connect(options).await.map_err(at_path)?;
        let repository = Self::new(pool);
        repository.require_utf8().await?;
        repository.run_migration().await.map_err(at_path)?;
        Ok(repository)
    }

    /// Creates the table, or adds the columns that it lacks, in one transaction.
    ///
    /// Idempotent, and safe if several processes start at once: they migrate one after the other.
    /// Not bounded by the timeout. There is no table of versions, so this does not interfere with
    /// migrations of the application. Which statements run depends on the columns that exist, so
    /// there is no list of them to run by other means.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the encoding of the database is not UTF-8, and if the database fails.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.require_utf8().await?;
        self.run_migration().await.map_err(StoreError::new)
    }

    /// Fails unless every text is stored as it is.
    async fn require_utf8(&self) -> Result<(), StoreError> {
        let encoding = sqlx::query_scalar("PRAGMA encoding").fetch_one(&self.pool);
        let encoding: String = encoding.await.map_err(StoreError::new)?;
        if encoding == "UTF-8" {
            return Ok(());
        }
        Err(StoreError::new(format!(
            "the database has the encoding {encoding}, in which SQLite replaces some characters of user \
             IDs: use a database with the encoding UTF-8, which is the default"
        )))
    }

    /// Returns every statement of the repository, for tests of query plans.
    #[doc(hidden)]
    #[must_use]
    pub fn statements(&self) -> Vec<&str> {
        self.statements.all()
    }

    async fn run_migration(&self) -> Result<(), sqlx::Error> {
        let table = &self.table;
        let run = |sql: String| sqlx::query(AssertSqlSafe(sql));
        // Takes the write lock first: two processes must not both find a column missing.
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        run(CREATE_TABLE.replace("{table}", table))
            .execute(&mut *transaction)
            .await?;
        for (column, definition) in OWN_COLUMNS {
            let known: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM pragma_table_info($1) WHERE name = $2)",
            )
            .bind(table)
            .bind(column)
            .fetch_one(&mut *transaction)
            .await?;
            if !known {
                run(format!(
                    "ALTER TABLE \"{table}\" ADD COLUMN {column} {definition}"
                ))
                .execute(&mut *transaction)
                .await?;
            }
        }
        // A table that SQLAlchemy has created has an index on `user_id` alone, too.
        run(format!(
            "CREATE INDEX IF NOT EXISTS \"ix_{table}_owner\" ON \"{table}\" (user_id, rp_id)"
        ))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }

    /// Runs a statement and returns whether it changed a row.
    async fn execute(&self, query: Query<'_, Sqlite, SqliteArguments>) -> Result<bool, StoreError> {
        let done = self.in_time(query.execute(&self.pool)).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Runs a query and returns its rows.
    async fn fetch(
        &self,
        query: QueryAs<'_, Sqlite, Row, SqliteArguments>,
    ) -> Result<Vec<Row>, StoreError> {
        self.in_time(query.fetch_all(&self.pool)).await
    }

    async fn in_time<T>(
        &self,
        operation: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        timeout(self.timeout, operation)
            .await
            .map_err(|_| StoreError::new("SQLite did not finish the operation within the timeout"))?
            .map_err(|error| sql_error::explained(error, "SqliteRepository::migrate()"))
    }
}

fn statements(table: &str) -> Arc<Statements> {
    Statements::new(&format!("\"{table}\""), "", "", DELETE_UNLESS_LAST).into()
}

/// Opens a pool, and retries while SQLite is busy.
///
/// If several processes set a new file to write-ahead logging at the same moment, SQLite rejects all
/// but one immediately: `busy_timeout` does not apply to that lock.
async fn connect(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let pool = SqlitePoolOptions::new().acquire_timeout(SqliteRepository::DEFAULT_TIMEOUT);
    let deadline = Instant::now() + SqliteRepository::DEFAULT_TIMEOUT;
    loop {
        match pool.clone().connect_with(options.clone()).await {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                sleep(Duration::from_millis(5)).await;
            }
            connected => return connected,
        }
    }
}

fn is_busy(error: &sqlx::Error) -> bool {
    const SQLITE_BUSY: &str = "5";
    let error = error.as_database_error();
    error.is_some_and(|error| error.code().as_deref() == Some(SQLITE_BUSY))
}

/// The same as `fastapi-passkeys` creates with SQLAlchemy.
const CREATE_TABLE: &str = r#"
CREATE TABLE IF NOT EXISTS "{table}" (
    credential_id BLOB NOT NULL,
    user_id VARCHAR(255) NOT NULL,
    public_key BLOB NOT NULL,
    sign_count BIGINT NOT NULL,
    transports JSON NOT NULL,
    aaguid BLOB,
    backup_eligible BOOLEAN NOT NULL,
    backup_state BOOLEAN NOT NULL,
    device_name VARCHAR(255) NOT NULL,
    is_discoverable BOOLEAN NOT NULL,
    attestation_fmt VARCHAR(64),
    created_at DATETIME,
    last_used_at DATETIME,
    PRIMARY KEY (credential_id)
)"#;

/// This library's own columns, with defaults for rows written by `fastapi-passkeys`.
///
/// `backup_eligible` stays without NULL, as that package needs it; a column beside it says whether the
/// flag is known.
const OWN_COLUMNS: [(&str, &str); 6] = [
    ("user_verified", "BOOLEAN NOT NULL DEFAULT 0"),
    ("suspended_at", "DATETIME"),
    ("user_handle", "BLOB"),
    ("rp_id", "VARCHAR(255)"),
    ("backup_eligible_known", "BOOLEAN NOT NULL DEFAULT 1"),
    ("attestation_verified", "BOOLEAN NOT NULL DEFAULT 0"),
];

/// Needs no lock: SQLite has one writer at a time, so nothing changes between the condition and the
/// deletion.
const DELETE_UNLESS_LAST: &str = "
DELETE FROM {table} WHERE credential_id = $1 AND {owned} AND (
    suspended_at IS NOT NULL OR EXISTS (
        SELECT 1 FROM {table} AS other
        WHERE {other owned} AND other.credential_id <> $1 AND other.suspended_at IS NULL
    )
)";

impl CredentialRepository for SqliteRepository {
    async fn insert(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        let insertion = insertion(self.statements.insert.of(owner), credential, owner)
            .bind(i64::try_from(max_credentials).unwrap_or(i64::MAX));
        let stored = self.execute(insertion).await?;
        let exists = stored || self.find(&credential.id).await?.is_some();
        Ok(Insertion::of(stored, exists))
    }

    async fn insert_first(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        self.execute(insertion(
            self.statements.insert_first.of(owner),
            credential,
            owner,
        ))
        .await
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        let query = sqlx::query_as(self.statements.find.sql()).bind(id.as_bytes());
        self.fetch(query)
            .await?
            .pop()
            .map(credential_table::credential)
            .transpose()
    }

    async fn list(&self, owner: Owner<'_>) -> Result<Vec<Credential>, StoreError> {
        let query = sqlx::query_as(self.statements.list.sql(owner))
            .bind(owner.user_id())
            .bind(owner.rp_id());
        credential_table::credentials(self.fetch(query).await?)
    }

    async fn record_use(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        let update = sqlx::query(self.statements.record_use.sql(owner))
            .bind(id.as_bytes())
            .bind(owner.user_id())
            .bind(owner.rp_id())
            .bind(usage.previous_sign_count)
            .bind(usage.sign_count)
            .bind(usage.backup_eligible)
            .bind(usage.backup_state)
            .bind(text(usage.used_at));
        self.execute(update).await
    }

    async fn suspend(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let update = sqlx::query(self.statements.suspend.sql(owner))
            .bind(id.as_bytes())
            .bind(owner.user_id())
            .bind(owner.rp_id())
            .bind(text(at));
        self.execute(update).await
    }

    async fn resume(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        let update = sqlx::query(self.statements.resume.sql(owner))
            .bind(id.as_bytes())
            .bind(owner.user_id())
            .bind(owner.rp_id());
        self.execute(update).await
    }

    async fn rename(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        let update = sqlx::query(self.statements.rename.sql(owner))
            .bind(id.as_bytes())
            .bind(owner.user_id())
            .bind(owner.rp_id())
            .bind(device_name);
        self.execute(update).await
    }

    async fn delete(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        let deletion = sqlx::query(self.statements.delete.sql(owner))
            .bind(id.as_bytes())
            .bind(owner.user_id())
            .bind(owner.rp_id());
        self.execute(deletion).await
    }

    async fn delete_unless_last(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> Result<Deletion, StoreError> {
        let deletion = sqlx::query(self.statements.delete_unless_last.sql(owner))
            .bind(id.as_bytes())
            .bind(owner.user_id())
            .bind(owner.rp_id());
        let deleted = self.execute(deletion).await?;
        let exists = self.find(id).await?.is_some_and(|it| owner.owns(&it));
        Ok(Deletion::of(deleted, exists))
    }

    fn describe(&self) -> Description {
        Description::of::<Self>().does_not("serve several machines")
    }
}

fn insertion<'a>(
    statement: &Statement,
    credential: &'a Credential,
    owner: Owner<'a>,
) -> Query<'a, Sqlite, SqliteArguments> {
    sqlx::query(statement.sql())
        .bind(credential.id.as_bytes())
        .bind(&credential.user_id)
        .bind(&credential.public_key)
        .bind(credential.sign_count)
        .bind(credential_table::transports(credential))
        .bind(
            credential
                .aaguid
                .as_ref()
                .map(|aaguid| &aaguid.as_bytes()[..]),
        )
        .bind(credential.backup_eligible.unwrap_or_default())
        .bind(credential.backup_state)
        .bind(&credential.device_name)
        .bind(credential.discoverable)
        .bind(&credential.attestation_format)
        .bind(text(credential.created_at))
        .bind(credential.last_used_at.map(text))
        .bind(credential.user_verified)
        .bind(credential.suspended_at.map(text))
        .bind(credential.user_handle.as_ref().map(UserHandle::as_bytes))
        .bind(&credential.rp_id)
        .bind(credential.backup_eligible.is_some())
        .bind(credential.attestation_verified)
        .bind(owner.user_id())
        .bind(owner.rp_id())
}

/// Formats a time as SQLAlchemy does: in UTC, to the microsecond, without an offset.
fn text(time: OffsetDateTime) -> String {
    let time = time.to_offset(UtcOffset::UTC);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.microsecond()
    )
}
