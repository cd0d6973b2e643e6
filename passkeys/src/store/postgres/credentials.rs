use std::{sync::Arc, time::Duration};

use sqlx::{PgPool, Postgres, postgres::PgArguments, query::Query};
use time::OffsetDateTime;

use super::database::{self, Database};
use crate::store::{
    CredentialRepository, CredentialUse, Deletion, InvalidTableName, StoreError,
    sql::{self, Statement, Statements},
};
use crate::{Credential, CredentialId};

/// Passkeys in PostgreSQL 12 or newer: any number of machines.
///
/// ```no_run
/// # async fn run(pool: sqlx::PgPool) -> Result<(), passkeys::store::StoreError> {
/// use passkeys::store::PostgresRepository;
///
/// let repository = PostgresRepository::new(pool); // the pool the application has already
/// repository.migrate().await?;
/// # Ok(()) }
/// ```
///
/// **Gives** every promise of [`CredentialRepository`], among all processes that use the
/// database, and durability as the server has it (`synchronous_commit = on`, its default: what
/// was acknowledged survives a crash of the server).
///
/// **Does not give** more than the server: one that fails over to a replica which lags behind
/// forgets what the replica had not yet received.
///
/// **Waits** at most [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT), or
/// [another time](Self::timeout), for a connection and the answer together. Nothing is tried
/// twice. So an operation whose answer was lost reports an error and may have happened: a
/// registration can fail with `storage_unavailable` and its passkey be there, never doubled and
/// never half. A statement that waits for a lock ends with its connection; set
/// `statement_timeout` for the pool's connections to have the server give up as early.
///
/// The table is `passkey_credentials`, in the form that `fastapi-passkeys` 0.1 writes with
/// SQLAlchemy; [`migrate`](Self::migrate) adds the columns that are this library's own in a way
/// that lets that package go on reading and writing. Times are kept to the microsecond.
/// PostgreSQL's text cannot hold NUL: a credential with one in its strings is refused with an
/// error, and no user has an id with one.
#[derive(Clone, Debug)]
pub struct PostgresRepository {
    database: Database,
    table: String,
    index: String,
    statements: Arc<Statements>,
}

impl PostgresRepository {
    /// How long an operation may take unless another time is set.
    pub const DEFAULT_TIMEOUT: Duration = database::DEFAULT_TIMEOUT;

    /// A repository in the application's database. Call [`migrate`](Self::migrate) before the
    /// first use, or have [`schema`](Self::schema) applied by other means.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        let table = format!("\"{}\"", sql::DEFAULT_TABLE);
        Self::of(pool, table, sql::DEFAULT_TABLE)
    }

    /// The same, with another table: `table` or `schema.table`, each an SQL identifier. The
    /// schema must exist.
    pub fn with_table(pool: PgPool, table: &str) -> Result<Self, InvalidTableName> {
        let (quoted, bare) = database::table(table)?;
        Ok(Self::of(pool, quoted, bare))
    }

    fn of(pool: PgPool, table: String, bare: &str) -> Self {
        Self {
            database: Database::new(pool),
            statements: Statements::new(&table, "::text", "::json", DELETE_UNLESS_LAST).into(),
            // The name that SQLAlchemy gives it, so that there are not two.
            index: format!("\"ix_{bare}_user_id\""),
            table,
        }
    }

    /// Lets an operation take this long.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.database.timeout = timeout;
        self
    }

    /// Brings the table to the form that this release needs: creates it, or adds what it lacks.
    ///
    /// One transaction, which waits for others that migrate (without the timeout of other
    /// operations); doing it again changes nothing. It keeps no table of versions, so it does
    /// not meet migrations of the application's own.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.database.migrate(&self.schema()).await
    }

    /// The statements that [`migrate`](Self::migrate) runs, for those who change schemas by
    /// other means.
    #[must_use]
    pub fn schema(&self) -> Vec<String> {
        let Self { table, index, .. } = self;
        vec![
            // As `fastapi-passkeys` has SQLAlchemy create it.
            format!(
                "CREATE TABLE IF NOT EXISTS {table} (
    credential_id BYTEA NOT NULL,
    user_id VARCHAR(255) NOT NULL,
    public_key BYTEA NOT NULL,
    sign_count BIGINT NOT NULL,
    transports JSON NOT NULL,
    aaguid BYTEA,
    backup_eligible BOOLEAN NOT NULL,
    backup_state BOOLEAN NOT NULL,
    device_name VARCHAR(255) NOT NULL,
    is_discoverable BOOLEAN NOT NULL,
    attestation_fmt VARCHAR(64),
    created_at TIMESTAMP WITH TIME ZONE,
    last_used_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (credential_id)
)"
            ),
            // This library's own, with defaults for the rows that others write.
            format!(
                "ALTER TABLE {table}
    ADD COLUMN IF NOT EXISTS user_verified BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN IF NOT EXISTS suspended_at TIMESTAMP WITH TIME ZONE"
            ),
            format!("CREATE INDEX IF NOT EXISTS {index} ON {table} (user_id)"),
        ]
    }

    /// Every statement of the repository, for tests that ask the server for its plans.
    #[doc(hidden)]
    #[must_use]
    pub fn statements(&self) -> [&str; 9] {
        self.statements.all()
    }
}

/// Of two at once, the second waits for the first and then sees what it has left: a row that is
/// locked is read as it has become. All lock in one order, so none waits for another in a circle.
const DELETE_UNLESS_LAST: &str = "
WITH owned AS MATERIALIZED (
    SELECT credential_id, suspended_at FROM {table} WHERE user_id = $2
    ORDER BY credential_id FOR UPDATE
), gone AS (
    DELETE FROM {table} WHERE credential_id = $1 AND user_id = $2 AND EXISTS (
        SELECT 1 FROM owned WHERE (credential_id = $1 AND suspended_at IS NOT NULL)
            OR (credential_id <> $1 AND suspended_at IS NULL)
    )
    RETURNING 1
)
SELECT EXISTS (SELECT 1 FROM gone), EXISTS (SELECT 1 FROM owned WHERE credential_id = $1)";

/// One after the other inserts the first credential of a user, and sees what those before have
/// inserted: statements do not see what others are about to. The lock is held until the transaction
/// ends; the number keeps it apart from the application's own.
const LOCK_USER: &str =
    "SELECT pg_advisory_xact_lock(hashtextextended($1, x'706173736b657973'::bigint))";

impl CredentialRepository for PostgresRepository {
    async fn insert(&self, credential: &Credential) -> Result<bool, StoreError> {
        let insertion = insertion(&self.statements.insert, credential);
        Ok(self.database.execute(insertion).await? > 0)
    }

    async fn insert_first(&self, credential: &Credential) -> Result<bool, StoreError> {
        let lock = sqlx::query(LOCK_USER).bind(&credential.user_id);
        let insertion = insertion(&self.statements.insert_first, credential);
        Ok(self.database.execute_after(lock, insertion).await? > 0)
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        let query = sqlx::query_as(self.statements.find.sql()).bind(id.as_bytes());
        self.database
            .fetch(query)
            .await?
            .pop()
            .map(sql::credential)
            .transpose()
    }

    async fn list(&self, user_id: &str) -> Result<Vec<Credential>, StoreError> {
        if unknowable(user_id) {
            return Ok(Vec::new());
        }
        let query = sqlx::query_as(self.statements.list.sql()).bind(user_id);
        sql::credentials(self.database.fetch(query).await?)
    }

    async fn record_use(
        &self,
        user_id: &str,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        if unknowable(user_id) {
            return Ok(false);
        }
        let update = sqlx::query(self.statements.record_use.sql())
            .bind(id.as_bytes())
            .bind(user_id)
            .bind(i64::from(usage.previous_sign_count))
            .bind(i64::from(usage.sign_count))
            .bind(usage.backup_state)
            .bind(usage.used_at);
        Ok(self.database.execute(update).await? > 0)
    }

    async fn suspend(
        &self,
        user_id: &str,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        if unknowable(user_id) {
            return Ok(false);
        }
        let update = sqlx::query(self.statements.suspend.sql())
            .bind(id.as_bytes())
            .bind(user_id)
            .bind(at);
        Ok(self.database.execute(update).await? > 0)
    }

    async fn rename(
        &self,
        user_id: &str,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        if unknowable(user_id) {
            return Ok(false);
        }
        let update = sqlx::query(self.statements.rename.sql())
            .bind(id.as_bytes())
            .bind(user_id)
            .bind(device_name);
        Ok(self.database.execute(update).await? > 0)
    }

    async fn delete(&self, user_id: &str, id: &CredentialId) -> Result<bool, StoreError> {
        if unknowable(user_id) {
            return Ok(false);
        }
        let deletion = sqlx::query(self.statements.delete.sql())
            .bind(id.as_bytes())
            .bind(user_id);
        Ok(self.database.execute(deletion).await? > 0)
    }

    async fn delete_unless_last(
        &self,
        user_id: &str,
        id: &CredentialId,
    ) -> Result<Deletion, StoreError> {
        if unknowable(user_id) {
            return Ok(Deletion::Unknown);
        }
        let deletion = sqlx::query_as(self.statements.delete_unless_last.sql())
            .bind(id.as_bytes())
            .bind(user_id);
        let answer = self.database.fetch(deletion).await?.pop();
        let (deleted, kept) = answer.unwrap_or_default();
        Ok(Deletion::of(deleted, kept))
    }
}

fn insertion<'a>(
    statement: &Statement,
    credential: &'a Credential,
) -> Query<'a, Postgres, PgArguments> {
    sqlx::query(statement.sql())
        .bind(credential.id.as_bytes())
        .bind(&credential.user_id)
        .bind(&credential.public_key)
        .bind(i64::from(credential.sign_count))
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
        .bind(credential.created_at)
        .bind(credential.last_used_at)
        .bind(credential.user_verified)
        .bind(credential.suspended_at)
}

/// Whether no user can have this id, which a peer may have sent: asking the server would be an
/// error there.
fn unknowable(user_id: &str) -> bool {
    user_id.contains('\0')
}
