//! SQL of the challenge store, in what MySQL and MariaDB have in common.

use super::{database::TableName, statements::Sql};

/// Maximum number of expired ceremonies that a `put` deletes from a table: twice as many as have come since
/// the last time, so that they go faster than new ones come.
pub(super) const RECLAIMED: usize = 64;

/// SQL statements of the challenge store. Parameters are in the order of the text.
pub(super) struct Statements {
    pub(super) schema: [String; 2],
    pub(super) put: Sql,
    pub(super) drop_oldest: Sql,
    pub(super) of_user: Sql,
    pub(super) occupied: Sql,
    pub(super) drop_expired: Sql,
    pub(super) put_reserved: Sql,
    pub(super) open: Part,
    pub(super) reserved: Part,
}

/// Statements on one of the two tables.
pub(super) struct Part {
    pub(super) find: Sql,
    pub(super) take: Sql,
    pub(super) expired: Sql,
    pub(super) reclaim: Sql,
    pub(super) check: Sql,
}

impl Part {
    /// `key` is the primary key.
    fn new(table: &str, key: &str) -> Self {
        // The same text for any number of keys, so that it is prepared once.
        let keys = vec!["?"; RECLAIMED].join(", ");
        Self {
            find: Sql::new(format!(
                "SELECT {key}, ceremony FROM {table} WHERE ticket = ? AND server_id = @@server_id"
            )),
            // By the primary key, in whose order all statements lock.
            take: Sql::new(format!(
                "DELETE FROM {table} WHERE {key} = ? AND ticket = ?"
            )),
            expired: Sql::new(format!(
                "SELECT {key} FROM {table} WHERE expires_at < ? ORDER BY expires_at LIMIT {RECLAIMED}"
            )),
            // A slot may have become another ceremony's.
            reclaim: Sql::new(format!(
                "DELETE FROM {table} WHERE {key} IN ({keys}) AND expires_at < ?"
            )),
            check: Sql::new(format!(
                "SELECT {key}, ceremony FROM {table} WHERE ticket = ''"
            )),
        }
    }
}

impl Statements {
    pub(super) fn new(name: &TableName) -> Self {
        let table = name.quoted("");
        let reserved = name.quoted("_reserved");
        let columns = "ticket BINARY(16) NOT NULL,
    ceremony BLOB NOT NULL,
    expires_at DATETIME(6) NOT NULL,
    server_id BIGINT UNSIGNED NOT NULL,
    UNIQUE KEY ticket (ticket),
    KEY expiry (expires_at)";
        let engine = "ENGINE = InnoDB ROW_FORMAT = DYNAMIC";
        Self {
            schema: [
                format!(
                    "CREATE TABLE IF NOT EXISTS {table} (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    {columns}
) {engine}"
                ),
                format!(
                    "CREATE TABLE IF NOT EXISTS {reserved} (
    slot BIGINT NOT NULL PRIMARY KEY,
    id BIGINT NOT NULL AUTO_INCREMENT,
    begun_by BINARY(16) NOT NULL,
    {columns},
    UNIQUE KEY id (id),
    KEY begun_by (begun_by, id)
) {engine}"
                ),
            ],
            put: Sql::new(format!(
                "INSERT INTO {table} (ticket, ceremony, expires_at, server_id) \
                 VALUES (?, ?, ?, @@server_id)"
            )),
            // Servers that write in turn leave gaps between the numbers.
            drop_oldest: Sql::new(format!(
                "DELETE FROM {table} WHERE id <= ? - ? * CAST(@@auto_increment_increment AS SIGNED)"
            )),
            of_user: Sql::new(format!(
                "SELECT slot, ticket FROM {reserved} WHERE begun_by = ? ORDER BY id DESC"
            )),
            occupied: Sql::new(format!(
                "SELECT slot, expires_at < ? FROM {reserved} \
                 WHERE (slot >= ? AND slot < ?) OR slot < ?"
            )),
            drop_expired: Sql::new(format!(
                "DELETE FROM {reserved} WHERE slot = ? AND expires_at < ?"
            )),
            put_reserved: Sql::new(format!(
                "INSERT INTO {reserved} (slot, begun_by, ticket, ceremony, expires_at, server_id) \
                 VALUES (?, ?, ?, ?, ?, @@server_id)"
            )),
            open: Part::new(&table, "id"),
            reserved: Part::new(&reserved, "slot"),
        }
    }
}
