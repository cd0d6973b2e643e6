//! The SQL table of credentials: its name, the statements on it, and the conversion of a row into a
//! credential. Shared by the SQL repositories.

#[cfg(any(feature = "sqlite", feature = "postgres-driver"))]
use std::sync::Arc;

#[cfg(feature = "sqlite")]
use sqlx::AssertSqlSafe;
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
use sqlx::{ColumnIndex, Decode, FromRow, Type};
use time::OffsetDateTime;

use super::StoreError;
#[cfg(any(feature = "sqlite", feature = "postgres-driver"))]
use super::{Owner, Scope};
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
/// `delete_unless_last`. Parameters are, in this order: the credential ID, the owner's user ID, the owner's RP
/// ID ([`Owner::rp_id`]), and the others. In an insertion, those of the new credential come first.
#[cfg(any(feature = "sqlite", feature = "postgres-driver"))]
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) insert: Owned,
    pub(super) insert_first: Owned,
    pub(super) find: Statement,
    pub(super) list: Owned,
    pub(super) record_use: Owned,
    pub(super) suspend: Owned,
    pub(super) resume: Owned,
    pub(super) rename: Owned,
    pub(super) delete: Owned,
    pub(super) delete_unless_last: Owned,
}

#[cfg(any(feature = "sqlite", feature = "postgres-driver"))]
#[derive(Debug)]
pub(super) struct Statement(Arc<str>);

#[cfg(any(feature = "sqlite", feature = "postgres-driver"))]
impl Statement {
    #[cfg(feature = "sqlite")]
    pub(super) fn sql(&self) -> AssertSqlSafe<Arc<str>> {
        AssertSqlSafe(Arc::clone(&self.0))
    }

    #[cfg(feature = "postgres-driver")]
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Statement on the credentials of an owner, for each scope: so a query of a tenant's uses the index on user ID
/// and RP ID, however many tenants have users with equal IDs.
#[cfg(any(feature = "sqlite", feature = "postgres-driver"))]
#[derive(Debug)]
pub(super) struct Owned {
    tenant: Statement,
    site: Statement,
    everywhere: Statement,
}

#[cfg(any(feature = "sqlite", feature = "postgres-driver"))]
impl Owned {
    /// Creates the statements of a template, in which `{owned}` stands for the condition that a row is the
    /// owner's, and `{other owned}` for that on rows of the table with the alias `other`.
    fn new(template: &str, user_id: &str, rp_id: &str) -> Self {
        let of = |scope: &str| {
            let condition = |alias: &str| {
                scope
                    .replace("{alias}", alias)
                    .replace("{user_id}", user_id)
                    .replace("{rp_id}", rp_id)
            };
            let sql = template
                .replace("{owned}", &condition(""))
                .replace("{other owned}", &condition("other."));
            Statement(sql.into())
        };
        Self {
            tenant: of("{alias}user_id = {user_id} AND {alias}rp_id = {rp_id}"),
            site: of(
                "{alias}user_id = {user_id} AND ({alias}rp_id = {rp_id} OR {alias}rp_id IS NULL)",
            ),
            // The parameter is NULL.
            everywhere: of("{alias}user_id = {user_id} AND CAST({rp_id} AS VARCHAR) IS NULL"),
        }
    }

    /// Returns the statement for the scope of an owner.
    #[cfg(feature = "sqlite")]
    pub(super) fn sql(&self, owner: Owner<'_>) -> AssertSqlSafe<Arc<str>> {
        self.of(owner).sql()
    }

    /// Returns the statement for the scope of an owner.
    #[cfg(feature = "postgres-driver")]
    pub(super) fn text(&self, owner: Owner<'_>) -> &str {
        self.of(owner).text()
    }

    pub(super) fn of(&self, owner: Owner<'_>) -> &Statement {
        match owner.scope() {
            Scope::Tenant(_) => &self.tenant,
            Scope::Site(_) => &self.site,
            Scope::Everywhere => &self.everywhere,
        }
    }

    fn all(&self) -> [&Statement; 3] {
        [&self.tenant, &self.site, &self.everywhere]
    }
}

#[cfg(any(feature = "sqlite", feature = "postgres-driver"))]
impl Statements {
    pub(super) fn all(&self) -> Vec<&str> {
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
        let owned = [
            insert,
            list,
            record_use,
            suspend,
            resume,
            rename,
            delete,
            delete_unless_last,
            insert_first,
        ];
        let statements = owned.into_iter().flat_map(Owned::all).chain([find]);
        statements.map(|statement| &*statement.0).collect()
    }

    /// Builds the statements for a table. `table` is quoted; `from_json` and `to_json` are casts
    /// such as `::text`; in `delete_unless_last`, `{table}` stands for the table, and conditions as in
    /// [`Owned::new`].
    pub(super) fn new(
        table: &str,
        from_json: &str,
        to_json: &str,
        delete_unless_last: &str,
    ) -> Self {
        let columns = format!(
            "credential_id, user_id, public_key, sign_count, transports{from_json}, aaguid, \
             backup_eligible, backup_state, device_name, is_discoverable, attestation_fmt, \
             created_at, last_used_at, user_verified, suspended_at, user_handle, rp_id, \
             backup_eligible_known, attestation_verified"
        );
        let insert = |condition: &str| {
            let statement = format!(
                "INSERT INTO {table} (credential_id, user_id, public_key, sign_count, transports, \
                 aaguid, backup_eligible, backup_state, device_name, is_discoverable, \
                 attestation_fmt, created_at, last_used_at, user_verified, suspended_at, \
                 user_handle, rp_id, backup_eligible_known, attestation_verified) \
                 SELECT $1, $2, $3, $4, $5{to_json}, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
                 $16, $17, $18, $19 WHERE {condition} ON CONFLICT (credential_id) DO NOTHING"
            );
            Owned::new(&statement, "$20", "$21")
        };
        let change = |statement: &str| Owned::new(statement, "$2", "$3");
        let update = |set: &str| {
            change(&format!(
                "UPDATE {table} SET {set} WHERE credential_id = $1 AND {{owned}}"
            ))
        };
        Self {
            insert: insert(&format!(
                "(SELECT count(*) FROM {table} WHERE {{owned}}) < $22"
            )),
            insert_first: insert(&format!(
                "NOT EXISTS (SELECT 1 FROM {table} WHERE {{owned}})"
            )),
            find: Statement(
                format!("SELECT {columns} FROM {table} WHERE credential_id = $1").into(),
            ),
            list: Owned::new(
                &format!("SELECT {columns} FROM {table} WHERE {{owned}}"),
                "$1",
                "$2",
            ),
            record_use: change(&format!(
                "UPDATE {table} SET sign_count = $5, backup_eligible = $6, \
                 backup_eligible_known = TRUE, backup_state = $7, last_used_at = $8 \
                 WHERE credential_id = $1 AND {{owned}} AND sign_count = $4 AND suspended_at IS NULL"
            )),
            suspend: update("suspended_at = COALESCE(suspended_at, $4)"),
            resume: update("suspended_at = NULL"),
            rename: update("device_name = $4"),
            delete: change(&format!(
                "DELETE FROM {table} WHERE credential_id = $1 AND {{owned}}"
            )),
            delete_unless_last: change(&delete_unless_last.replace("{table}", table)),
        }
    }
}

/// Row of `find` and `list`. Its fields are their columns, in order, and have their names.
#[cfg_attr(feature = "postgres-driver", derive(serde::Deserialize))]
#[expect(clippy::struct_excessive_bools, reason = "each is a column")]
pub(super) struct Row {
    #[cfg_attr(feature = "postgres-driver", serde(deserialize_with = "bytes"))]
    credential_id: Vec<u8>,
    user_id: String,
    #[cfg_attr(feature = "postgres-driver", serde(deserialize_with = "bytes"))]
    public_key: Vec<u8>,
    sign_count: i64,
    transports: String,
    #[cfg_attr(
        feature = "postgres-driver",
        serde(deserialize_with = "optional_bytes")
    )]
    aaguid: Option<Vec<u8>>,
    backup_eligible: bool,
    backup_state: bool,
    device_name: String,
    is_discoverable: bool,
    attestation_fmt: Option<String>,
    #[cfg_attr(
        feature = "postgres-driver",
        serde(with = "time::serde::rfc3339::option")
    )]
    created_at: Option<OffsetDateTime>,
    #[cfg_attr(
        feature = "postgres-driver",
        serde(with = "time::serde::rfc3339::option")
    )]
    last_used_at: Option<OffsetDateTime>,
    user_verified: bool,
    #[cfg_attr(
        feature = "postgres-driver",
        serde(with = "time::serde::rfc3339::option")
    )]
    suspended_at: Option<OffsetDateTime>,
    #[cfg_attr(
        feature = "postgres-driver",
        serde(deserialize_with = "optional_bytes")
    )]
    user_handle: Option<Vec<u8>>,
    rp_id: Option<String>,
    backup_eligible_known: bool,
    attestation_verified: bool,
}

/// Deserializes bytes of a column in JSON, which PostgreSQL writes as `\x` and hexadecimal digits.
#[cfg(feature = "postgres-driver")]
pub(super) fn bytes<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    optional_bytes(from)?.ok_or_else(|| serde::de::Error::custom("NULL"))
}

#[cfg(feature = "postgres-driver")]
fn optional_bytes<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
    let text: Option<String> = serde::Deserialize::deserialize(from)?;
    let bytes = text.map(|text| {
        from_hex(&text).ok_or_else(|| {
            serde::de::Error::custom(
                "bytes are not hexadecimal: the connection needs the default of `bytea_output`, `hex`",
            )
        })
    });
    bytes.transpose()
}

#[cfg(feature = "postgres-driver")]
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.strip_prefix("\\x")?.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    let bytes = pairs.iter().map(byte).collect();
    if rest.is_empty() { bytes } else { None }
}

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
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
        // Texts unchecked: in MySQL those that are compared are bytes. They are UTF-8, or an error.
        Ok(Self {
            credential_id: row.try_get(0)?,
            user_id: row.try_get_unchecked(1)?,
            public_key: row.try_get(2)?,
            sign_count: row.try_get(3)?,
            transports: row.try_get_unchecked(4)?,
            aaguid: row.try_get(5)?,
            backup_eligible: row.try_get(6)?,
            backup_state: row.try_get(7)?,
            device_name: row.try_get_unchecked(8)?,
            is_discoverable: row.try_get(9)?,
            attestation_fmt: row.try_get_unchecked(10)?,
            created_at: row.try_get(11)?,
            last_used_at: row.try_get(12)?,
            user_verified: row.try_get(13)?,
            suspended_at: row.try_get(14)?,
            user_handle: row.try_get(15)?,
            rp_id: row.try_get_unchecked(16)?,
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
