use std::{sync::Arc, time::Duration};

#[cfg(feature = "postgres")]
use sqlx::PgPool;
use time::OffsetDateTime;

use super::{
    database::{self, Database, TableName, row},
    driver::PostgresDriver,
    query::Query,
};
use crate::domain::{credential::Credential, credential_id::CredentialId, user_handle::UserHandle};
use crate::store::{
    CredentialRepository, CredentialUse, Deletion, Insertion, InvalidTableName, Owner, StoreError,
    credential_table::{self, Statement, Statements},
};

/// Repository in PostgreSQL 12 or newer: for any number of machines.
///
/// ```no_run
/// # async fn run(pool: passkeys::sqlx::PgPool) -> Result<(), passkeys::store::StoreError> {
/// use passkeys::store::PostgresRepository;
///
/// let repository = PostgresRepository::new(pool); // the application's pool
/// repository.migrate().await?;
/// # Ok(()) }
/// ```
///
/// **Guarantees** every requirement of [`CredentialRepository`] among all processes that use the
/// database, and the durability of the server (with its default `synchronous_commit = on`, what
/// was acknowledged survives a crash of the server).
///
/// **Does not** guarantee more than the server does: after a failover to a lagging replica, what
/// the replica had not received is lost.
///
/// **Bound**: the database's; there is no capacity.
///
/// **Timeout**: [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT) per operation, or
/// [another](Self::timeout), waiting for a connection included. Within it, an operation is run again
/// if PostgreSQL has rolled it back because of concurrent ones, as it does where the database's
/// default isolation level is `REPEATABLE READ` or `SERIALIZABLE`: the guarantees hold at every level.
/// Nothing else is retried. So an operation
/// whose response was lost returns an error and may have taken effect: a registration can fail
/// with `storage_unavailable` although its passkey was stored, but never twice or in part. A
/// statement that is waiting for a lock is abandoned with its connection; set `statement_timeout`
/// on the pool's connections to make the server cancel it in the same time.
///
/// The table `passkey_credentials` has the form that `fastapi-passkeys` 0.1 creates with
/// SQLAlchemy. [`migrate`](Self::migrate) adds this library's own columns, in a way that lets that
/// package continue to read and write. Times have a precision of one microsecond. The encoding of the
/// database must be UTF-8. PostgreSQL text cannot contain NUL: a credential with NUL in a string is
/// rejected with an error, and a user ID with NUL is unknown.
#[derive(Clone, Debug)]
pub struct PostgresRepository {
    database: Database,
    table: TableName,
    statements: Arc<Statements>,
    exists: Arc<str>,
}

impl PostgresRepository {
    /// Default timeout of one operation.
    pub const DEFAULT_TIMEOUT: Duration = database::DEFAULT_TIMEOUT;

    /// Creates a repository in the table `passkey_credentials` of the application's database.
    ///
    /// Call [`migrate`](Self::migrate) before the first use, or run the statements of
    /// [`schema`](Self::schema) by other means.
    #[cfg(feature = "postgres")]
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self::of(Database::new(pool, MIGRATE))
    }

    /// Creates a repository in the table `passkey_credentials`, over a driver of the application. See
    /// [`new`](Self::new).
    #[must_use]
    pub fn with_driver(driver: impl PostgresDriver) -> Self {
        Self::of(Database::with_driver(Arc::new(driver), MIGRATE))
    }

    fn of(database: Database) -> Self {
        let table = TableName::plain(credential_table::DEFAULT_TABLE);
        Self {
            database,
            statements: statements(&table),
            exists: exists(&table),
            table,
        }
    }

    /// Sets the table: `name` or `schema.name`, each an SQL identifier. The schema must exist.
    ///
    /// # Errors
    ///
    /// [`InvalidTableName`] if a part is not a plain SQL identifier of 1 to 54 characters.
    pub fn table(mut self, name: &str) -> Result<Self, InvalidTableName> {
        self.table = TableName::parse(name)?;
        self.statements = statements(&self.table);
        self.exists = exists(&self.table);
        Ok(self)
    }

    /// Sets the maximum time of one operation, waiting for a connection included.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.database.timeout = timeout;
        self
    }

    /// Sets whether connections of the pool go through a pooler in transaction mode, such as `PgBouncer`.
    /// Default: `false`.
    ///
    /// sqlx names a prepared statement once for each connection. Behind such a pooler, the next
    /// transaction can be on another connection of the server, which does not know the name, or has
    /// **another statement** of this name. With `true`, no statement has a name, and each runs in a
    /// transaction, at the price of three more round trips. `PgBouncer` 1.21 with
    /// `max_prepared_statements` replaces the names, and does not need this.
    #[cfg(feature = "postgres")]
    #[must_use]
    pub fn transaction_pooler(mut self, is_used: bool) -> Self {
        self.database.transaction_pooler(is_used);
        self
    }

    /// Creates the table, or adds the columns that it lacks, in one transaction.
    ///
    /// Idempotent, and safe if several processes start at once: they migrate one after the other.
    /// Not bounded by the timeout. There is no table of versions, so this does not interfere with
    /// migrations of the application.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the encoding of the database is not UTF-8, since it could not store every
    /// user ID and device name, and if a statement fails.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.database.require_utf8().await?;
        self.database.migrate(&self.schema()).await
    }

    /// Returns the statements that [`migrate`](Self::migrate) runs, for applications with schema
    /// migrations of their own.
    #[must_use]
    pub fn schema(&self) -> Vec<String> {
        let table = self.table.quoted("");
        let index = self.table.index("owner");
        vec![
            // The same as `fastapi-passkeys` creates with SQLAlchemy.
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
            // This library's own columns, with defaults for rows written by `fastapi-passkeys`.
            // `backup_eligible` stays without NULL, as that package needs it; a column beside it says
            // whether the flag is known.
            format!(
                "ALTER TABLE {table}
    ADD COLUMN IF NOT EXISTS user_verified BOOLEAN NOT NULL DEFAULT FALSE,
    ADD COLUMN IF NOT EXISTS suspended_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN IF NOT EXISTS user_handle BYTEA,
    ADD COLUMN IF NOT EXISTS rp_id VARCHAR(255),
    ADD COLUMN IF NOT EXISTS backup_eligible_known BOOLEAN NOT NULL DEFAULT TRUE,
    ADD COLUMN IF NOT EXISTS attestation_verified BOOLEAN NOT NULL DEFAULT FALSE"
            ),
            // A table that SQLAlchemy has created has an index on `user_id` alone, too.
            format!("CREATE INDEX IF NOT EXISTS {index} ON {table} (user_id, rp_id)"),
        ]
    }

    /// Returns every statement of the repository, for tests of query plans.
    #[doc(hidden)]
    #[must_use]
    pub fn statements(&self) -> Vec<&str> {
        self.statements.all()
    }
}

/// Method that creates the table, for messages.
const MIGRATE: &str = "PostgresRepository::migrate()";

/// Locks the owner's rows: of two concurrent deletions the second waits for the first, and then reads
/// the locked rows as the first has left them. All lock in the same order, so there is no deadlock.
const DELETE_UNLESS_LAST: &str = "
WITH owned AS MATERIALIZED (
    SELECT credential_id, suspended_at IS NULL AS usable
    FROM {table} WHERE {owned} ORDER BY credential_id FOR UPDATE
), gone AS (
    DELETE FROM {table} WHERE credential_id = $1 AND {owned} AND EXISTS (
        SELECT 1 FROM owned WHERE (credential_id <> $1) = usable
    )
    RETURNING 1
), result AS (
    SELECT EXISTS (SELECT 1 FROM gone) AS deleted,
        EXISTS (SELECT 1 FROM owned WHERE credential_id = $1) AS existed
)
SELECT * FROM result";

row! {
    /// Row of [`DELETE_UNLESS_LAST`].
    Outcome { deleted: bool, existed: bool }
}

/// Serializes the insertions of a user's credentials, since a statement does not see uncommitted
/// insertions of others. The lock is held until the transaction ends; the seed of the hash keeps it
/// apart from the application's own advisory locks.
const LOCK_USER: &str = "SELECT pg_advisory_xact_lock(hashtextextended($1, x'706173736b657973'::bigint))::text AS value";

impl PostgresRepository {
    /// Runs an insertion while no other inserts credentials of the user. Returns whether the
    /// credential was stored, and whether its ID exists.
    async fn insert_locked<'q>(
        &'q self,
        credential: &'q Credential,
        insertion: Query<'q>,
    ) -> Result<(bool, bool), StoreError> {
        let lock = Query::new(LOCK_USER).bind(&*credential.user_id);
        let exists = Query::new(&self.exists).bind(credential.id.as_bytes());
        self.database.insert_locked(lock, insertion, exists).await
    }
}

impl CredentialRepository for PostgresRepository {
    async fn insert(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        let max_credentials = i64::try_from(max_credentials).unwrap_or(i64::MAX);
        let insertion =
            insertion(self.statements.insert.of(owner), credential, owner).bind(max_credentials);
        let (stored, exists) = self.insert_locked(credential, insertion).await?;
        Ok(Insertion::of(stored, exists))
    }

    async fn insert_first(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        let insertion = insertion(self.statements.insert_first.of(owner), credential, owner);
        let (stored, _) = self.insert_locked(credential, insertion).await?;
        Ok(stored)
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        let query = Query::new(self.statements.find.text()).bind(id.as_bytes());
        self.database
            .fetch(query)
            .await?
            .pop()
            .map(credential_table::credential)
            .transpose()
    }

    async fn list(&self, owner: Owner<'_>) -> Result<Vec<Credential>, StoreError> {
        if cannot_exist(owner.user_id()) {
            return Ok(Vec::new());
        }
        let query = Query::new(self.statements.list.text(owner))
            .bind(owner.user_id())
            .bind(owner.rp_id());
        credential_table::credentials(self.database.fetch_for_user(query).await?)
    }

    async fn record_use(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        if cannot_exist(owner.user_id()) {
            return Ok(false);
        }
        let update = Query::new(self.statements.record_use.text(owner))
            .bind(id.as_bytes())
            .bind(owner.user_id())
            .bind(owner.rp_id())
            .bind(i64::from(usage.previous_sign_count))
            .bind(i64::from(usage.sign_count))
            .bind(usage.backup_eligible)
            .bind(usage.backup_state)
            .bind(usage.used_at);
        Ok(self.database.execute_for_user(update).await? > 0)
    }

    async fn suspend(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        if cannot_exist(owner.user_id()) {
            return Ok(false);
        }
        let update = Query::new(self.statements.suspend.text(owner))
            .bind(id.as_bytes())
            .bind(owner.user_id())
            .bind(owner.rp_id())
            .bind(at);
        Ok(self.database.execute_for_user(update).await? > 0)
    }

    async fn resume(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        if cannot_exist(owner.user_id()) {
            return Ok(false);
        }
        let update = Query::new(self.statements.resume.text(owner))
            .bind(id.as_bytes())
            .bind(owner.user_id())
            .bind(owner.rp_id());
        Ok(self.database.execute_for_user(update).await? > 0)
    }

    async fn rename(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        if cannot_exist(owner.user_id()) {
            return Ok(false);
        }
        let update = Query::new(self.statements.rename.text(owner))
            .bind(id.as_bytes())
            .bind(owner.user_id())
            .bind(owner.rp_id())
            .bind(device_name);
        Ok(self.database.execute(update).await? > 0)
    }

    async fn delete(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        if cannot_exist(owner.user_id()) {
            return Ok(false);
        }
        let deletion = Query::new(self.statements.delete.text(owner))
            .bind(id.as_bytes())
            .bind(owner.user_id())
            .bind(owner.rp_id());
        Ok(self.database.execute_for_user(deletion).await? > 0)
    }

    async fn delete_unless_last(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> Result<Deletion, StoreError> {
        if cannot_exist(owner.user_id()) {
            return Ok(Deletion::Unknown);
        }
        let deletion = Query::new(self.statements.delete_unless_last.text(owner))
            .bind(id.as_bytes())
            .bind(owner.user_id())
            .bind(owner.rp_id());
        let row = self.database.fetch_for_user(deletion).await?.pop();
        Ok(row.map_or(Deletion::Unknown, |row: Outcome| {
            Deletion::of(row.deleted, row.existed)
        }))
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.database.require_writable().await?;
        self.list(Owner::everywhere("")).await.map(drop)
    }
}

fn statements(table: &TableName) -> Arc<Statements> {
    let table = table.quoted("");
    Statements::new(&table, "::text", "::json", DELETE_UNLESS_LAST).into()
}

fn exists(table: &TableName) -> Arc<str> {
    let table = table.quoted("");
    format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE credential_id = $1) AS found").into()
}

fn insertion<'a>(
    statement: &'a Statement,
    credential: &'a Credential,
    owner: Owner<'a>,
) -> Query<'a> {
    Query::new(statement.text())
        .bind(credential.id.as_bytes())
        .bind(&*credential.user_id)
        .bind(&*credential.public_key)
        .bind(i64::from(credential.sign_count))
        .bind(credential_table::transports(credential))
        .bind(
            credential
                .aaguid
                .as_ref()
                .map(|aaguid| &aaguid.as_bytes()[..]),
        )
        .bind(credential.backup_eligible.unwrap_or_default())
        .bind(credential.backup_state)
        .bind(&*credential.device_name)
        .bind(credential.discoverable)
        .bind(credential.attestation_format.as_deref())
        .bind(credential.created_at)
        .bind(credential.last_used_at)
        .bind(credential.user_verified)
        .bind(credential.suspended_at)
        .bind(credential.user_handle.as_ref().map(UserHandle::as_bytes))
        .bind(credential.rp_id.as_deref())
        .bind(credential.backup_eligible.is_some())
        .bind(credential.attestation_verified)
        .bind(owner.user_id())
        .bind(owner.rp_id())
}

/// Returns whether no stored user can have this ID, which a client may have sent. PostgreSQL would
/// reject a query with NUL in a text.
fn cannot_exist(user_id: &str) -> bool {
    user_id.contains('\0')
}
