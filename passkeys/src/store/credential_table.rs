//! The SQL table of credentials: its name, the statements on it, and the conversion of a row into a
//! credential. Shared by the SQL repositories.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, ColumnIndex, Decode, FromRow, Type};
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::{
    aaguid::Aaguid, credential::Credential, credential_id::CredentialId, transport::Transport,
    user_handle::UserHandle,
};

/// Default name of the table, the same as in `fastapi-passkeys`.
pub(super) const DEFAULT_TABLE: &str = "passkey_credentials";

/// Error returned for a table name that is not a plain SQL identifier.
///
/// A name has 1 to 54 ASCII letters, digits and underscores, and does not start with a digit. The
/// length leaves room for index names, which PostgreSQL limits to 63 characters.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid table name `{0}`: use 1 to 54 ASCII letters, digits and underscores, and no digit \
     first"
)]
pub struct InvalidTableName(String);

passkeys_rules::debug_as_display!(InvalidTableName);

/// Checks that a name can be put into a statement without SQL injection.
pub(super) fn identifier(name: &str) -> Result<&str, InvalidTableName> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let starts = name
        .bytes()
        .next()
        .is_some_and(|byte| !byte.is_ascii_digit());
    if starts && name.len() <= 54 && name.bytes().all(plain) {
        Ok(name)
    } else {
        Err(InvalidTableName(name.to_owned()))
    }
}

/// SQL statements of a repository.
///
/// They are the same for SQLite and PostgreSQL, except for JSON casts and for the locking in
/// `delete_unless_last`.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) insert: Statement,
    pub(super) insert_first: Statement,
    pub(super) find: Statement,
    pub(super) list: Statement,
    pub(super) record_use: Statement,
    pub(super) suspend: Statement,
    pub(super) resume: Statement,
    pub(super) rename: Statement,
    pub(super) delete: Statement,
    pub(super) delete_unless_last: Statement,
}

#[derive(Debug)]
pub(super) struct Statement(Arc<str>);

impl Statement {
    pub(super) fn sql(&self) -> AssertSqlSafe<Arc<str>> {
        AssertSqlSafe(Arc::clone(&self.0))
    }
}

impl Statements {
    pub(super) fn all(&self) -> [&str; 10] {
        let Self {
            insert,
            find,
            list,
            record_use,
            suspend,
            resume,
            rename,
            delete,
            delete_unless_last,
            insert_first,
        } = self;
        [
            insert,
            find,
            list,
            record_use,
            suspend,
            resume,
            rename,
            delete,
            delete_unless_last,
            insert_first,
        ]
        .map(|statement| &*statement.0)
    }

    /// Builds the statements for a table. `table` is quoted; `from_json` and `to_json` are casts
    /// such as `::text`; in `delete_unless_last`, `{table}` stands for the table.
    pub(super) fn new(
        table: &str,
        from_json: &str,
        to_json: &str,
        delete_unless_last: &str,
    ) -> Self {
        let statement = |sql: String| Statement(sql.into());
        let columns = format!(
            "credential_id, user_id, public_key, sign_count, transports{from_json}, aaguid, \
             backup_eligible, backup_state, device_name, is_discoverable, attestation_fmt, \
             created_at, last_used_at, user_verified, suspended_at, user_handle, rp_id, \
             backup_eligible_known, attestation_verified"
        );
        let owned = "credential_id = $1 AND user_id = $2";
        let insert = |row: String| {
            statement(format!(
                "INSERT INTO {table} (credential_id, user_id, public_key, sign_count, transports, \
                 aaguid, backup_eligible, backup_state, device_name, is_discoverable, \
                 attestation_fmt, created_at, last_used_at, user_verified, suspended_at, \
                 user_handle, rp_id, backup_eligible_known, attestation_verified) \
                 {row} ON CONFLICT (credential_id) DO NOTHING"
            ))
        };
        let values = format!(
            "$1, $2, $3, $4, $5{to_json}, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
             $18, $19"
        );
        Self {
            // PostgreSQL requires one type for all uses of a parameter: the column's.
            insert: insert(format!(
                "SELECT {values} WHERE (SELECT count(*) FROM {table} \
                 WHERE user_id = CAST($2 AS VARCHAR) AND (rp_id IS NULL \
                 OR rp_id = COALESCE(CAST($17 AS VARCHAR), rp_id))) < $20"
            )),
            insert_first: insert(format!(
                "SELECT {values} WHERE NOT EXISTS \
                 (SELECT 1 FROM {table} WHERE user_id = CAST($2 AS VARCHAR))"
            )),
            find: statement(format!(
                "SELECT {columns} FROM {table} WHERE credential_id = $1"
            )),
            list: statement(format!("SELECT {columns} FROM {table} WHERE user_id = $1")),
            record_use: statement(format!(
                "UPDATE {table} SET sign_count = $4, backup_eligible = $5, \
                 backup_eligible_known = TRUE, backup_state = $6, last_used_at = $7 \
                 WHERE {owned} AND sign_count = $3 AND suspended_at IS NULL"
            )),
            suspend: statement(format!(
                "UPDATE {table} SET suspended_at = COALESCE(suspended_at, $3) WHERE {owned}"
            )),
            resume: statement(format!(
                "UPDATE {table} SET suspended_at = NULL WHERE {owned}"
            )),
            rename: statement(format!("UPDATE {table} SET device_name = $3 WHERE {owned}")),
            delete: statement(format!("DELETE FROM {table} WHERE {owned}")),
            delete_unless_last: statement(delete_unless_last.replace("{table}", table)),
        }
    }
}

/// Row of `find` and `list`. Its fields are their columns, in order.
#[expect(clippy::struct_excessive_bools, reason = "each is a column")]
pub(super) struct Row {
    credential_id: Vec<u8>,
    user_id: String,
    public_key: Vec<u8>,
    sign_count: i64,
    transports: String,
    aaguid: Option<Vec<u8>>,
    backup_eligible: bool,
    backup_state: bool,
    device_name: String,
    is_discoverable: bool,
    attestation_fmt: Option<String>,
    created_at: Option<OffsetDateTime>,
    last_used_at: Option<OffsetDateTime>,
    user_verified: bool,
    suspended_at: Option<OffsetDateTime>,
    user_handle: Option<Vec<u8>>,
    rp_id: Option<String>,
    backup_eligible_known: bool,
    attestation_verified: bool,
}

impl<'r, R: sqlx::Row> FromRow<'r, R> for Row
where
    usize: ColumnIndex<R>,
    bool: Decode<'r, R::Database> + Type<R::Database>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
    OffsetDateTime: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        Ok(Self {
            credential_id: row.try_get(0)?,
            user_id: row.try_get(1)?,
            public_key: row.try_get(2)?,
            sign_count: row.try_get(3)?,
            transports: row.try_get(4)?,
            aaguid: row.try_get(5)?,
            backup_eligible: row.try_get(6)?,
            backup_state: row.try_get(7)?,
            device_name: row.try_get(8)?,
            is_discoverable: row.try_get(9)?,
            attestation_fmt: row.try_get(10)?,
            created_at: row.try_get(11)?,
            last_used_at: row.try_get(12)?,
            user_verified: row.try_get(13)?,
            suspended_at: row.try_get(14)?,
            user_handle: row.try_get(15)?,
            rp_id: row.try_get(16)?,
            backup_eligible_known: row.try_get(17)?,
            attestation_verified: row.try_get(18)?,
        })
    }
}

/// Converts a row into a credential.
///
/// Rows written by `fastapi-passkeys` have no user handle and no RP ID, may lack `created_at`, and
/// have an `aaguid` of zeros if it is unknown.
pub(super) fn credential(row: Row) -> Result<Credential, StoreError> {
    let transports: Vec<String> = serde_json::from_str(&row.transports).map_err(StoreError::new)?;
    let handle = row.user_handle.map(UserHandle::new);
    Ok(Credential {
        id: CredentialId::new(row.credential_id).map_err(StoreError::new)?,
        user_id: row.user_id,
        user_handle: handle.transpose().map_err(StoreError::new)?,
        rp_id: row.rp_id,
        public_key: row.public_key,
        sign_count: row.sign_count.try_into().map_err(StoreError::new)?,
        transports: transports
            .iter()
            .filter_map(|name| Transport::from_word(name))
            .collect(),
        aaguid: row
            .aaguid
            .and_then(|bytes| Aaguid::new(bytes.try_into().ok()?)),
        backup_eligible: row.backup_eligible_known.then_some(row.backup_eligible),
        backup_state: row.backup_state,
        device_name: row.device_name,
        discoverable: row.is_discoverable,
        attestation_format: row.attestation_fmt,
        attestation_verified: row.attestation_verified,
        created_at: row.created_at.unwrap_or(OffsetDateTime::UNIX_EPOCH),
        last_used_at: row.last_used_at,
        user_verified: row.user_verified,
        suspended_at: row.suspended_at,
    })
}

/// Converts the rows of a user into credentials, in the order of
/// [`CredentialRepository::list`](super::CredentialRepository::list).
///
/// Sorting a user's few rows here is cheaper than an index for the order, and places rows without
/// `created_at` first.
pub(super) fn credentials(rows: Vec<Row>) -> Result<Vec<Credential>, StoreError> {
    let mut credentials: Vec<_> = rows.into_iter().map(credential).collect::<Result<_, _>>()?;
    credentials.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    Ok(credentials)
}

/// Returns the names of the transports as a JSON array.
pub(super) fn transports(credential: &Credential) -> String {
    let names: Vec<_> = credential
        .transports
        .iter()
        .map(|transport| transport.as_str())
        .collect();
    serde_json::Value::from(names).to_string()
}
