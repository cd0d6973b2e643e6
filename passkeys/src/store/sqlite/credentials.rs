use std::{path::Path, sync::Arc, time::Duration};

use sqlx::{
    AssertSqlSafe, Sqlite, SqlitePool,
    query::Query,
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};
use time::{OffsetDateTime, UtcOffset};
use tokio::time::{Instant, sleep};

use crate::store::{
    CredentialRepository, CredentialUse, Deletion, InvalidTableName, StoreError,
    sql::{self, Statement, Statements},
};
use crate::{Credential, CredentialId};

/// Passkeys in an SQLite file: one machine, nothing to install.
///
/// ```no_run
/// # async fn run() -> Result<(), passkeys::store::StoreError> {
/// use passkeys::store::SqliteRepository;
///
/// let repository = SqliteRepository::open("passkeys.db").await?;
/// # Ok(()) }
/// ```
///
/// **Gives** every promise of [`CredentialRepository`], between processes on one machine too. In
/// a file that [`open`](Self::open) opened, what was acknowledged survives the process (`kill
/// -9`) and, on disks that keep their word about flushing, the loss of power: each write waits
/// for one flush.
///
/// **Does not give** service to many machines (never put the file on a network file system; use
/// [`PostgresRepository`](crate::store::PostgresRepository)), and writes one at a time. When a write
/// fails or waits for the file longer than it may, the answer is an error and nothing has
/// changed.
///
/// The table is `passkey_credentials`, in the form that `fastapi-passkeys` 0.1 writes with
/// SQLAlchemy; [`migrate`](Self::migrate) adds the columns that are this library's own in a way
/// that lets that package go on reading and writing. Times are kept to the microsecond.
#[derive(Clone, Debug)]
pub struct SqliteRepository {
    pool: SqlitePool,
    table: String,
    statements: Arc<Statements>,
}

impl SqliteRepository {
    /// How long an operation of a repository that was [opened](Self::open) waits for a
    /// connection, and then for other writers, before it fails.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

    /// A repository in a database that the application has open.
    ///
    /// Call [`migrate`](Self::migrate) before the first use. Durability and waiting are the
    /// pool's: give it `synchronous = FULL` and a `busy_timeout`, as sqlx does by default, and
    /// write-ahead logging.
    #[must_use]
    pub fn new(pool: SqlitePool) -> Self {
        Self::of(pool, sql::DEFAULT_TABLE)
    }

    /// The same, with another table. Its name is an SQL identifier.
    pub fn with_table(pool: SqlitePool, table: &str) -> Result<Self, InvalidTableName> {
        sql::identifier(table).map(|table| Self::of(pool, table))
    }

    /// Opens the file, creates it if need be, and migrates it.
    ///
    /// It is set to write-ahead logging, so people can sign in while someone registers; two more
    /// files appear beside it and belong to it.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        if path == Path::new(":memory:") {
            return Err(StoreError::new(
                "each connection would have a memory of its own; use `MemoryRepository`",
            ));
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Self::DEFAULT_TIMEOUT);
        let pool = connect(options).await.map_err(StoreError::new)?;
        let repository = Self::new(pool);
        repository.migrate().await?;
        Ok(repository)
    }

    fn of(pool: SqlitePool, table: &str) -> Self {
        Self {
            pool,
            table: table.to_owned(),
            statements: Statements::new(&format!("\"{table}\""), "", "", DELETE_UNLESS_LAST).into(),
        }
    }

    /// Brings the table to the form that this release needs: creates it, or adds what it lacks.
    ///
    /// One transaction, which waits for others that migrate; doing it again changes nothing. It
    /// neither reads nor writes a table of versions, so it does not meet migrations of the
    /// application's own.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.bring_up_to_date().await.map_err(StoreError::new)
    }

    /// Every statement of the repository, for tests that ask the server for its plans.
    #[doc(hidden)]
    #[must_use]
    pub fn statements(&self) -> [&str; 9] {
        self.statements.all()
    }

    async fn bring_up_to_date(&self) -> Result<(), sqlx::Error> {
        let table = &self.table;
        let run = |sql: String| sqlx::query(AssertSqlSafe(sql));
        // The write lock from the start: two processes must not both find a column missing.
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
        // The name that SQLAlchemy gives it, so that there are not two.
        run(format!(
            "CREATE INDEX IF NOT EXISTS \"ix_{table}_user_id\" ON \"{table}\" (user_id)"
        ))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }
}

/// Of processes that set a new file to write-ahead logging at the same moment SQLite refuses all
/// but one at once: this is not a lock that `busy_timeout` waits for.
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

/// As `fastapi-passkeys` has SQLAlchemy create it.
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

/// This library's own, with defaults for the rows that others write.
const OWN_COLUMNS: [(&str, &str); 2] = [
    ("user_verified", "BOOLEAN NOT NULL DEFAULT 0"),
    ("suspended_at", "DATETIME"),
];

/// SQLite has one writer at a time: nothing changes between the question and the deletion.
const DELETE_UNLESS_LAST: &str = "
DELETE FROM {table} WHERE credential_id = $1 AND user_id = $2 AND (
    suspended_at IS NOT NULL OR EXISTS (
        SELECT 1 FROM {table} AS other
        WHERE other.user_id = $2 AND other.credential_id <> $1 AND other.suspended_at IS NULL
    )
)";

impl CredentialRepository for SqliteRepository {
    async fn insert(&self, credential: &Credential) -> Result<bool, StoreError> {
        let insertion = insertion(&self.statements.insert, credential);
        changed(insertion.execute(&self.pool).await)
    }

    async fn insert_first(&self, credential: &Credential) -> Result<bool, StoreError> {
        let insertion = insertion(&self.statements.insert_first, credential);
        changed(insertion.execute(&self.pool).await)
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        let row = sqlx::query_as(self.statements.find.sql())
            .bind(id.as_bytes())
            .fetch_optional(&self.pool)
            .await;
        row.map_err(StoreError::new)?
            .map(sql::credential)
            .transpose()
    }

    async fn list(&self, user_id: &str) -> Result<Vec<Credential>, StoreError> {
        let rows = sqlx::query_as(self.statements.list.sql())
            .bind(user_id)
            .fetch_all(&self.pool)
            .await;
        sql::credentials(rows.map_err(StoreError::new)?)
    }

    async fn record_use(
        &self,
        user_id: &str,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        let update = sqlx::query(self.statements.record_use.sql())
            .bind(id.as_bytes())
            .bind(user_id)
            .bind(usage.previous_sign_count)
            .bind(usage.sign_count)
            .bind(usage.backup_state)
            .bind(text(usage.used_at));
        changed(update.execute(&self.pool).await)
    }

    async fn suspend(
        &self,
        user_id: &str,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let update = sqlx::query(self.statements.suspend.sql())
            .bind(id.as_bytes())
            .bind(user_id)
            .bind(text(at));
        changed(update.execute(&self.pool).await)
    }

    async fn rename(
        &self,
        user_id: &str,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        let update = sqlx::query(self.statements.rename.sql())
            .bind(id.as_bytes())
            .bind(user_id)
            .bind(device_name);
        changed(update.execute(&self.pool).await)
    }

    async fn delete(&self, user_id: &str, id: &CredentialId) -> Result<bool, StoreError> {
        let deletion = sqlx::query(self.statements.delete.sql())
            .bind(id.as_bytes())
            .bind(user_id);
        changed(deletion.execute(&self.pool).await)
    }

    async fn delete_unless_last(
        &self,
        user_id: &str,
        id: &CredentialId,
    ) -> Result<Deletion, StoreError> {
        let deletion = sqlx::query(self.statements.delete_unless_last.sql())
            .bind(id.as_bytes())
            .bind(user_id);
        let deleted = changed(deletion.execute(&self.pool).await)?;
        let kept = self.find(id).await?.is_some_and(|it| it.user_id == user_id);
        Ok(Deletion::of(deleted, kept))
    }
}

fn insertion<'a>(
    statement: &Statement,
    credential: &'a Credential,
) -> Query<'a, Sqlite, SqliteArguments> {
    sqlx::query(statement.sql())
        .bind(credential.id.as_bytes())
        .bind(&credential.user_id)
        .bind(&credential.public_key)
        .bind(credential.sign_count)
        .bind(sql::transports(credential))
        .bind(
            credential
                .aaguid
                .as_ref()
                .map(|aaguid| &aaguid.as_bytes()[..]),
        )
        .bind(credential.backup_eligible)
        .bind(credential.backup_state)
        .bind(&credential.device_name)
        .bind(credential.discoverable)
        .bind(&credential.attestation_format)
        .bind(text(credential.created_at))
        .bind(credential.last_used_at.map(text))
        .bind(credential.user_verified)
        .bind(credential.suspended_at.map(text))
}

fn changed(
    result: Result<sqlx::sqlite::SqliteQueryResult, sqlx::Error>,
) -> Result<bool, StoreError> {
    result
        .map(|done| done.rows_affected() > 0)
        .map_err(StoreError::new)
}

/// A time as SQLAlchemy writes it: in UTC, to the microsecond, without saying so.
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
