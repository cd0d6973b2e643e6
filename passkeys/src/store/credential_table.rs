//! The SQL table of credentials: its name, the statements on it, and the conversion of a row into a
//! credential. Shared by the SQL repositories.

use std::sync::Arc;

use sqlx::AssertSqlSafe;
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::{
    aaguid::Aaguid, credential::Credential, credential_id::CredentialId, transport::Transport,
};

/// Default name of the table, the same as in `fastapi-passkeys`.
pub(super) const DEFAULT_TABLE: &str = "passkey_credentials";

/// Error returned for a table name that is not a plain SQL identifier.
///
/// A name has 1 to 54 ASCII letters, digits and underscores, and does not start with a digit. The
/// length leaves room for index names, which PostgreSQL limits to 63 characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid table name `{0}`: use 1 to 54 ASCII letters, digits and underscores, and no digit \
     first"
)]
pub struct InvalidTableName(String);

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
    pub(super) fn all(&self) -> [&str; 9] {
        let Self {
            insert,
            find,
            list,
            record_use,
            suspend,
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
             created_at, last_used_at, user_verified, suspended_at"
        );
        let owned = "credential_id = $1 AND user_id = $2";
        let insert = |row: String| {
            statement(format!(
                "INSERT INTO {table} (credential_id, user_id, public_key, sign_count, transports, \
                 aaguid, backup_eligible, backup_state, device_name, is_discoverable, \
                 attestation_fmt, created_at, last_used_at, user_verified, suspended_at) \
                 {row} ON CONFLICT (credential_id) DO NOTHING"
            ))
        };
        let values =
            format!("$1, $2, $3, $4, $5{to_json}, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15");
        Self {
            insert: insert(format!("VALUES ({values})")),
            // PostgreSQL requires one type for both uses of `$2`: the column's.
            insert_first: insert(format!(
                "SELECT {values} WHERE NOT EXISTS \
                 (SELECT 1 FROM {table} WHERE user_id = CAST($2 AS VARCHAR))"
            )),
            find: statement(format!(
                "SELECT {columns} FROM {table} WHERE credential_id = $1"
            )),
            list: statement(format!("SELECT {columns} FROM {table} WHERE user_id = $1")),
            record_use: statement(format!(
                "UPDATE {table} SET sign_count = $4, backup_state = $5, last_used_at = $6 \
                 WHERE {owned} AND sign_count = $3 AND suspended_at IS NULL"
            )),
            suspend: statement(format!(
                "UPDATE {table} SET suspended_at = COALESCE(suspended_at, $3) WHERE {owned}"
            )),
            rename: statement(format!("UPDATE {table} SET device_name = $3 WHERE {owned}")),
            delete: statement(format!("DELETE FROM {table} WHERE {owned}")),
            delete_unless_last: statement(delete_unless_last.replace("{table}", table)),
        }
    }
}

/// Row of `find` and `list`: their columns in order.
pub(super) type Row = (
    Vec<u8>,                // credential_id
    String,                 // user_id
    Vec<u8>,                // public_key
    i64,                    // sign_count
    String,                 // transports
    Option<Vec<u8>>,        // aaguid
    bool,                   // backup_eligible
    bool,                   // backup_state
    String,                 // device_name
    bool,                   // is_discoverable
    Option<String>,         // attestation_fmt
    Option<OffsetDateTime>, // created_at
    Option<OffsetDateTime>, // last_used_at
    bool,                   // user_verified
    Option<OffsetDateTime>, // suspended_at
);

/// Converts a row into a credential.
///
/// Rows written by `fastapi-passkeys` may lack `created_at`, and have an `aaguid` of zeros if it is
/// unknown.
pub(super) fn credential(row: Row) -> Result<Credential, StoreError> {
    let transports: Vec<String> = serde_json::from_str(&row.4).map_err(StoreError::new)?;
    Ok(Credential {
        id: CredentialId::new(row.0).map_err(StoreError::new)?,
        user_id: row.1,
        public_key: row.2,
        sign_count: row.3.try_into().map_err(StoreError::new)?,
        transports: transports
            .iter()
            .filter_map(|name| Transport::from_word(name))
            .collect(),
        aaguid: row.5.and_then(|bytes| Aaguid::new(bytes.try_into().ok()?)),
        backup_eligible: row.6,
        backup_state: row.7,
        device_name: row.8,
        discoverable: row.9,
        attestation_format: row.10,
        created_at: row.11.unwrap_or(OffsetDateTime::UNIX_EPOCH),
        last_used_at: row.12,
        user_verified: row.13,
        suspended_at: row.14,
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
