use std::{sync::Arc, time::Duration};

use sha2::{Digest as _, Sha256};
use sqlx::{
    Connection as _, MySql, MySqlConnection, MySqlPool,
    mysql::MySqlArguments,
    query::{Query, QueryAs},
};
use time::OffsetDateTime;

use super::{
    database::{self, Database, Operation, TableName, unless_duplicate, utc},
    statements::{Statements, schema},
};
use crate::domain::{credential::Credential, credential_id::CredentialId, user_handle::UserHandle};
use crate::store::{
    CredentialRepository, CredentialUse, Deletion, Insertion, InvalidTableName, Owner, StoreError,
    credential_table::{self, Row},
};

/// Repository in MySQL 8.0 or MariaDB 10.6, or newer: for any number of machines.
///
/// ```no_run
/// # async fn run(pool: passkeys::sqlx::MySqlPool) -> Result<(), passkeys::store::StoreError> {
/// use passkeys::store::MySqlRepository;
///
/// let repository = MySqlRepository::new(pool); // the application's pool
/// repository.migrate().await?;
/// # Ok(()) }
/// ```
///
/// **Guarantees** every requirement of [`CredentialRepository`] among all processes that use the
/// database, at every isolation level that it may have by default, and the durability of the server (with
/// its default `innodb_flush_log_at_trx_commit = 1`, what was acknowledged survives a crash of the server).
///
/// **Does not** guarantee more than the server does: after a failover to a lagging replica, what
/// the replica had not received is lost. Reads and writes go to the primary: a proxy that sends `SELECT` to
/// replicas must not be between.
///
/// **Bound**: the database's; there is no capacity.
///
/// **Timeout**: [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT) per operation, or
/// [another](Self::timeout), waiting for a connection included. Within it, an operation is run again
/// if the server has rolled it back because of concurrent ones: after a deadlock, a lock wait timeout, or a
/// conflict between the nodes of a cluster. Nothing else is retried. So an operation
/// whose response was lost returns an error and may have taken effect: a registration can fail
/// with `storage_unavailable` although its passkey was stored, but never twice or in part. A
/// statement that is waiting for a lock is abandoned with its connection, and the server goes on waiting for
/// `innodb_lock_wait_timeout` (50 s by default); set it on the pool's connections to end it in the same time.
///
/// IDs are compared byte by byte, and texts are stored as they are, whatever the collation of the database
/// and the character set, SQL mode and time zone of the connection: IDs are `VARBINARY`, times are
/// `DATETIME(6)` in UTC. A value that is longer than its column is rejected with an error, also where the SQL
/// mode is not strict. Times have a precision of one microsecond.
///
/// There are two tables, `passkey_credentials` and `passkey_credentials_locks`. The second has at most 1024
/// rows: a registration locks one of them by the user ID, so that registrations of one user take place one after
/// the other.
#[derive(Clone, Debug)]
pub struct MySqlRepository {
    database: Database,
    table: TableName,
    statements: Arc<Statements>,
}

impl MySqlRepository {
    /// Default timeout of one operation.
    pub const DEFAULT_TIMEOUT: Duration = database::DEFAULT_TIMEOUT;

    /// Creates a repository in the table `passkey_credentials` of the application's database.
    ///
    /// Call [`migrate`](Self::migrate) before the first use, or run the statements of
    /// [`schema`](Self::schema) by other means.
    #[must_use]
    pub fn new(pool: MySqlPool) -> Self {
        let table = TableName::plain(credential_table::DEFAULT_TABLE);
        Self {
            database: Database::new(pool, "MySqlRepository::migrate()"),
            statements: Arc::new(Statements::new(&table)),
            table,
        }
    }

    /// Sets the table: `name` or `database.name`, each an SQL identifier. The database must exist.
    ///
    /// # Errors
    ///
    /// [`InvalidTableName`] if a part is not a plain SQL identifier of 1 to 54 characters.
    pub fn table(mut self, name: &str) -> Result<Self, InvalidTableName> {
        self.table = TableName::parse(name)?;
        self.statements = Arc::new(Statements::new(&self.table));
        Ok(self)
    }

    /// Sets the maximum time of one operation, waiting for a connection included.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.database.timeout = timeout;
        self
    }

    /// Creates the tables that are missing.
    ///
    /// Idempotent, and safe if several processes start at once. Not bounded by the timeout. There is no
    /// table of versions, so this does not interfere with migrations of the application.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.database.migrate(&self.schema()).await
    }

    /// Returns the statements that [`migrate`](Self::migrate) runs, for applications with schema
    /// migrations of their own.
    #[must_use]
    pub fn schema(&self) -> Vec<String> {
        schema(&self.table)
    }

    /// Returns the statements on the table of credentials, for tests of query plans.
    #[doc(hidden)]
    #[must_use]
    pub fn statements(&self) -> Vec<&str> {
        self.statements.all()
    }

    /// Runs a statement and returns whether it found a row to change.
    async fn changes<'q, F>(&self, query: F) -> Result<bool, StoreError>
    where
        F: Fn() -> Query<'q, MySql, MySqlArguments> + Sync,
    {
        Ok(self.database.lease().await?.execute(query).await? > 0)
    }

    async fn insert_locked(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
        max_credentials: u64,
    ) -> Result<Insertion, StoreError> {
        fit(credential)?;
        let insert = Insert {
            statements: &self.statements,
            owner,
            credential,
            max_credentials,
        };
        self.database.lease().await?.run(&insert).await
    }
}

impl CredentialRepository for MySqlRepository {
    async fn insert(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        let max_credentials = u64::try_from(max_credentials).unwrap_or(u64::MAX);
        self.insert_locked(owner, credential, max_credentials).await
    }

    async fn insert_first(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        let insertion = self.insert_locked(owner, credential, 1).await?;
        Ok(insertion == Insertion::Stored)
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        let query = || sqlx::query_as(self.statements.find.sql()).bind(id.as_bytes());
        let mut rows: Vec<Row> = self.database.lease().await?.fetch(query).await?;
        rows.pop().map(credential_table::credential).transpose()
    }

    async fn list(&self, owner: Owner<'_>) -> Result<Vec<Credential>, StoreError> {
        let query = || bind_owner_as(sqlx::query_as(self.statements.list.sql(owner)), owner);
        credential_table::credentials(self.database.lease().await?.fetch(query).await?)
    }

    async fn record_use(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        self.changes(|| {
            let update = sqlx::query(self.statements.record_use.sql(owner))
                .bind(i64::from(usage.sign_count))
                .bind(usage.backup_eligible)
                .bind(usage.backup_state)
                .bind(utc(usage.used_at))
                .bind(id.as_bytes());
            bind_owner(update, owner).bind(i64::from(usage.previous_sign_count))
        })
        .await
    }

    async fn suspend(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        self.changes(|| {
            let update = sqlx::query(self.statements.suspend.sql(owner)).bind(utc(at));
            bind_owner(update.bind(id.as_bytes()), owner)
        })
        .await
    }

    async fn resume(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        self.changes(|| {
            let update = sqlx::query(self.statements.resume.sql(owner));
            bind_owner(update.bind(id.as_bytes()), owner)
        })
        .await
    }

    async fn rename(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        fits("device name", characters(device_name), DEVICE_NAME)?;
        self.changes(|| {
            let update = sqlx::query(self.statements.rename.sql(owner));
            let update = update.bind(device_name.as_bytes()).bind(id.as_bytes());
            bind_owner(update, owner)
        })
        .await
    }

    async fn delete(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        self.changes(|| {
            let deletion = sqlx::query(self.statements.delete.sql(owner));
            bind_owner(deletion.bind(id.as_bytes()), owner)
        })
        .await
    }

    async fn delete_unless_last(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> Result<Deletion, StoreError> {
        let deletion = DeleteUnlessLast {
            statements: &self.statements,
            owner,
            id,
        };
        self.database.lease().await?.run(&deletion).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.database.lease().await?.require_writable().await?;
        self.list(Owner::everywhere("")).await.map(drop)
    }
}

/// Insertion of a credential, while no other inserts credentials of the user.
///
/// The lock comes first: the first query afterwards takes the transaction's snapshot at the isolation level
/// `REPEATABLE READ`, so it sees the insertions that the lock has waited for.
struct Insert<'a> {
    statements: &'a Statements,
    owner: Owner<'a>,
    credential: &'a Credential,
    max_credentials: u64,
}

impl Operation for Insert<'_> {
    type Output = Insertion;

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Insertion, sqlx::Error> {
        let Self {
            statements,
            owner,
            credential,
            max_credentials,
        } = *self;
        let mut transaction = connection.begin().await?;
        let lock = sqlx::query(statements.lock.sql()).bind(slot(&credential.user_id));
        lock.execute(&mut *transaction).await?;
        let room = bind_owner_as(sqlx::query_as(statements.room.sql(owner)), owner);
        let room = room.bind(credential.id.as_bytes());
        let (count, exists): (i64, bool) = room.fetch_one(&mut *transaction).await?;
        let insertion = if exists {
            Insertion::Exists
        } else if u64::try_from(count).is_ok_and(|count| count >= max_credentials) {
            Insertion::Full
        } else {
            let insertion = insertion(statements, credential);
            match unless_duplicate(insertion.execute(&mut *transaction).await)? {
                Some(_) => Insertion::Stored,
                // Another user has been faster.
                None => Insertion::Exists,
            }
        };
        match insertion {
            Insertion::Stored => transaction.commit().await?,
            _ => transaction.rollback().await?,
        }
        Ok(insertion)
    }
}

/// Number of locks for insertions. Users share them, at the cost of waiting for each other.
const SLOTS: u16 = 1024;

fn slot(user_id: &str) -> i16 {
    let digest: [u8; 32] = Sha256::digest(user_id).into();
    let number = u16::from_be_bytes([digest[0], digest[1]]) % SLOTS;
    i16::try_from(number).unwrap_or_default()
}

/// Deletion of a credential, while the owner's rows are locked: of two concurrent deletions the second waits
/// for the first, and then reads the rows as the first has left them, at every isolation level.
struct DeleteUnlessLast<'a> {
    statements: &'a Statements,
    owner: Owner<'a>,
    id: &'a CredentialId,
}

impl Operation for DeleteUnlessLast<'_> {
    type Output = Deletion;

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Deletion, sqlx::Error> {
        let mut transaction = connection.begin().await?;
        let owned = sqlx::query_as(self.statements.lock_owned.sql(self.owner));
        let owned: Vec<(Vec<u8>, bool)> = bind_owner_as(owned, self.owner)
            .fetch_all(&mut *transaction)
            .await?;
        let id = self.id.as_bytes();
        let is_usable = owned.iter().find(|(other, _)| other == id);
        let is_usable = is_usable.map(|(_, is_usable)| *is_usable);
        let others_are_usable = owned
            .iter()
            .any(|(other, is_usable)| other != id && *is_usable);
        let deletion = match is_usable {
            None => Deletion::Unknown,
            Some(true) if !others_are_usable => Deletion::Last,
            Some(_) => Deletion::Deleted,
        };
        if deletion == Deletion::Deleted {
            let deletion = sqlx::query(self.statements.delete.sql(self.owner)).bind(id);
            bind_owner(deletion, self.owner)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
        Ok(deletion)
    }
}

/// Binds the parameters of an owner's condition.
fn bind_owner<'q>(
    query: Query<'q, MySql, MySqlArguments>,
    owner: Owner<'q>,
) -> Query<'q, MySql, MySqlArguments> {
    let query = query.bind(owner.user_id().as_bytes());
    match owner.rp_id() {
        Some(rp_id) => query.bind(rp_id.as_bytes()),
        None => query,
    }
}

/// The same for a query.
fn bind_owner_as<'q, T>(
    query: QueryAs<'q, MySql, T, MySqlArguments>,
    owner: Owner<'q>,
) -> QueryAs<'q, MySql, T, MySqlArguments> {
    let query = query.bind(owner.user_id().as_bytes());
    match owner.rp_id() {
        Some(rp_id) => query.bind(rp_id.as_bytes()),
        None => query,
    }
}

/// Binds the columns of a new row. Texts are bound as bytes, so that the server does not convert them from
/// the character set of the connection.
fn insertion<'a>(
    statements: &'a Statements,
    credential: &'a Credential,
) -> Query<'a, MySql, MySqlArguments> {
    sqlx::query(statements.insert.sql())
        .bind(credential.id.as_bytes())
        .bind(credential.user_id.as_bytes())
        .bind(&credential.public_key)
        .bind(i64::from(credential.sign_count))
        .bind(credential_table::transports(credential).into_bytes())
        .bind(
            credential
                .aaguid
                .as_ref()
                .map(|aaguid| &aaguid.as_bytes()[..]),
        )
        .bind(credential.backup_eligible.unwrap_or_default())
        .bind(credential.backup_state)
        .bind(credential.device_name.as_bytes())
        .bind(credential.discoverable)
        .bind(credential.attestation_format.as_deref().map(str::as_bytes))
        .bind(utc(credential.created_at))
        .bind(credential.last_used_at.map(utc))
        .bind(credential.user_verified)
        .bind(credential.suspended_at.map(utc))
        .bind(credential.user_handle.as_ref().map(UserHandle::as_bytes))
        .bind(credential.rp_id.as_deref().map(str::as_bytes))
        .bind(credential.backup_eligible.is_some())
        .bind(credential.attestation_verified)
}

/// Characters of the column `device_name`.
const DEVICE_NAME: usize = 255;

/// Checks that each value fits into its column. A server whose SQL mode is not strict would truncate it.
fn fit(credential: &Credential) -> Result<(), StoreError> {
    let rp_id = credential.rp_id.as_deref().unwrap_or_default();
    let format = credential.attestation_format.as_deref();
    fits("user ID", credential.user_id.len(), 255)?;
    fits("public key", credential.public_key.len(), 65_535)?;
    fits(
        "list of transports",
        credential_table::transports(credential).len(),
        255,
    )?;
    fits(
        "device name",
        characters(&credential.device_name),
        DEVICE_NAME,
    )?;
    fits(
        "attestation format",
        characters(format.unwrap_or_default()),
        64,
    )?;
    fits("RP ID", rp_id.len(), 255)
}

fn fits(value: &str, length: usize, column: usize) -> Result<(), StoreError> {
    if length <= column {
        return Ok(());
    }
    Err(StoreError::new(format!(
        "the {value} is longer than its column ({length} instead of at most {column})"
    )))
}

fn characters(text: &str) -> usize {
    text.chars().count()
}
