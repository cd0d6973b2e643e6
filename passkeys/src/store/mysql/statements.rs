//! SQL of the repository, in what MySQL and MariaDB have in common.

use std::sync::Arc;

use sqlx::AssertSqlSafe;

use super::database::TableName;
use crate::store::{Owner, Scope};

/// SQL statements of the repository.
///
/// Parameters are marked by `?`, so they are in the order of the text. An owner is two parameters or one:
/// the user ID, and the RP ID unless the owner is one everywhere.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) lock: Sql,
    pub(super) room: Owned,
    pub(super) insert: Sql,
    pub(super) find: Sql,
    pub(super) list: Owned,
    pub(super) record_use: Owned,
    pub(super) suspend: Owned,
    pub(super) resume: Owned,
    pub(super) rename: Owned,
    pub(super) delete: Owned,
    pub(super) lock_owned: Owned,
}

/// SQL text, made of the name of a table and of constants.
#[derive(Debug)]
pub(super) struct Sql(Arc<str>);

impl Sql {
    pub(super) fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    pub(super) fn sql(&self) -> AssertSqlSafe<Arc<str>> {
        AssertSqlSafe(Arc::clone(&self.0))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

/// Statement on the credentials of an owner, for each scope.
#[derive(Debug)]
pub(super) struct Owned {
    tenant: Sql,
    site: Sql,
    everywhere: Sql,
}

impl Owned {
    /// Creates the statements of a template, in which `{owned}` stands for the condition that a row is the
    /// owner's.
    fn new(template: &str) -> Self {
        let of = |condition: &str| Sql::new(template.replace("{owned}", condition));
        Self {
            tenant: of("user_id = ? AND rp_id = ?"),
            site: of("user_id = ? AND (rp_id = ? OR rp_id IS NULL)"),
            everywhere: of("user_id = ?"),
        }
    }

    pub(super) fn sql(&self, owner: Owner<'_>) -> AssertSqlSafe<Arc<str>> {
        match owner.scope() {
            Scope::Tenant(_) => self.tenant.sql(),
            Scope::Site(_) => self.site.sql(),
            Scope::Everywhere => self.everywhere.sql(),
        }
    }
}

impl Statements {
    pub(super) fn new(table: &TableName) -> Self {
        let locks = table.quoted("_locks");
        let table = table.quoted("");
        let columns = "credential_id, user_id, public_key, sign_count, transports, aaguid, \
                       backup_eligible, backup_state, device_name, is_discoverable, \
                       attestation_fmt, created_at, last_used_at, user_verified, suspended_at, \
                       user_handle, rp_id, backup_eligible_known, attestation_verified";
        // Texts as they are stored, whatever the character set of the connection.
        let select = format!(
            "SELECT {} FROM {table}",
            columns
                .replace("device_name", "CAST(device_name AS BINARY)")
                .replace("attestation_fmt", "CAST(attestation_fmt AS BINARY)")
        );
        let values = vec!["?"; columns.split(", ").count()].join(", ");
        let update = |set: &str| {
            Owned::new(&format!(
                "UPDATE {table} SET {set} WHERE credential_id = ? AND {{owned}}"
            ))
        };
        Self {
            // Changes the row, so that transactions on two nodes of a cluster conflict.
            lock: Sql::new(format!(
                "INSERT INTO {locks} (slot, turn) VALUES (?, 1) \
                 ON DUPLICATE KEY UPDATE turn = turn + 1"
            )),
            room: Owned::new(&format!(
                "SELECT (SELECT count(*) FROM {table} WHERE {{owned}}), \
                 EXISTS (SELECT 1 FROM {table} WHERE credential_id = ?)"
            )),
            insert: Sql::new(format!("INSERT INTO {table} ({columns}) VALUES ({values})")),
            find: Sql::new(format!("{select} WHERE credential_id = ?")),
            list: Owned::new(&format!("{select} WHERE {{owned}}")),
            record_use: Owned::new(&format!(
                "UPDATE {table} SET sign_count = ?, backup_eligible = ?, \
                 backup_eligible_known = TRUE, backup_state = ?, last_used_at = ? \
                 WHERE credential_id = ? AND {{owned}} AND sign_count = ? AND suspended_at IS NULL"
            )),
            suspend: update("suspended_at = COALESCE(suspended_at, ?)"),
            resume: update("suspended_at = NULL"),
            rename: update("device_name = ?"),
            delete: Owned::new(&format!(
                "DELETE FROM {table} WHERE credential_id = ? AND {{owned}}"
            )),
            lock_owned: Owned::new(&format!(
                "SELECT credential_id, suspended_at IS NULL FROM {table} WHERE {{owned}} \
                 ORDER BY credential_id FOR UPDATE"
            )),
        }
    }

    /// Returns every statement on the table of credentials, for tests of query plans.
    pub(super) fn all(&self) -> Vec<&str> {
        let Self {
            lock: _,
            room,
            insert: _,
            find,
            list,
            record_use,
            suspend,
            resume,
            rename,
            delete,
            lock_owned,
        } = self;
        [
            room, list, record_use, suspend, resume, rename, delete, lock_owned,
        ]
        .into_iter()
        .flat_map(|owned| [&owned.tenant, &owned.site, &owned.everywhere])
        .chain([find])
        .map(Sql::text)
        .collect()
    }
}

/// Returns the statements that create the tables.
///
/// What is compared is of a binary type: the comparison of every other type ignores trailing spaces in one
/// of the two servers, and most ignore case. Texts name their character set, so that they do not depend on
/// that of the database.
pub(super) fn schema(table: &TableName) -> Vec<String> {
    let locks = table.quoted("_locks");
    let table = table.quoted("");
    let text = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
    vec![
        format!(
            "CREATE TABLE IF NOT EXISTS {table} (
    credential_id VARBINARY(1023) NOT NULL,
    user_id VARBINARY(255) NOT NULL,
    public_key BLOB NOT NULL,
    sign_count BIGINT NOT NULL,
    transports VARCHAR(255) {text} NOT NULL,
    aaguid BINARY(16),
    backup_eligible BOOLEAN NOT NULL,
    backup_state BOOLEAN NOT NULL,
    device_name VARCHAR(255) {text} NOT NULL,
    is_discoverable BOOLEAN NOT NULL,
    attestation_fmt VARCHAR(64) {text},
    created_at DATETIME(6),
    last_used_at DATETIME(6),
    user_verified BOOLEAN NOT NULL DEFAULT FALSE,
    suspended_at DATETIME(6),
    user_handle VARBINARY(64),
    rp_id VARBINARY(255),
    backup_eligible_known BOOLEAN NOT NULL DEFAULT TRUE,
    attestation_verified BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (credential_id),
    KEY owner (user_id, rp_id)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC"
        ),
        format!(
            "CREATE TABLE IF NOT EXISTS {locks} (
    slot SMALLINT NOT NULL PRIMARY KEY,
    turn BIGINT NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC"
        ),
    ]
}
