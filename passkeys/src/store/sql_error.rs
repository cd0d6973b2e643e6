//! Errors of SQL databases, with what to do.

use super::StoreError;

/// Error of a statement on a table that does not exist, or lacks columns.
#[derive(thiserror::Error)]
#[error("{message}: call `{migrate}` when the program starts, before the first request")]
struct NotMigrated {
    message: String,
    migrate: &'static str,
}

passkeys_rules::debug_as_display!(NotMigrated);

/// Returns the error of a statement. If the table or a column is missing, names the method that creates
/// them.
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub(super) fn explained(error: sqlx::Error, migrate: &'static str) -> StoreError {
    let known = error.as_database_error().and_then(|error| {
        let code = error.code();
        explained_code(code.as_deref(), &error.message(), migrate)
    });
    known.unwrap_or_else(|| StoreError::new(error))
}

/// Returns what to do about an error of a database with this code, if it is one of a known cause.
pub(super) fn explained_code(
    code: Option<&str>,
    message: &dyn ToString,
    migrate: &'static str,
) -> Option<StoreError> {
    let (code, message) = (code.unwrap_or_default(), message.to_string());
    if is_about_schema(code, &message) {
        Some(StoreError::new(NotMigrated { message, migrate }))
    } else if is_about_prepared_statements(code) {
        Some(StoreError::new(Pooled { message }))
    } else {
        None
    }
}

/// Error of a prepared statement that is on another connection of the server.
#[derive(thiserror::Error)]
#[error(
    "{message}: the connection goes through a pooler in transaction mode, such as PgBouncer: call \
     `transaction_pooler(true)` on the store"
)]
struct Pooled {
    message: String,
}

passkeys_rules::debug_as_display!(Pooled);

/// Returns whether an error of PostgreSQL is that a prepared statement exists already, or does not exist.
fn is_about_prepared_statements(code: &str) -> bool {
    matches!(code, "42P05" | "26000")
}

fn is_about_schema(code: &str, message: &str) -> bool {
    match code {
        // Undefined table, undefined column: of PostgreSQL, and of MySQL and MariaDB.
        "42P01" | "42703" | "42S02" | "42S22" => true,
        // SQLite has one code for all mistakes in a statement.
        "1" => {
            message.starts_with("no such table")
                || message.starts_with("no such column")
                || message.contains(" has no column named ")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_about_schema;

    #[test]
    fn missing_tables_and_columns_are_told_from_other_errors() {
        for (code, message) in [
            ("42P01", "relation \"passkey_credentials\" does not exist"),
            ("42703", "column \"rp_id\" does not exist"),
            ("42S02", "Table 'app.passkey_credentials' doesn't exist"),
            ("42S22", "Unknown column 'rp_id' in 'field list'"),
            ("1", "no such table: passkey_credentials"),
            ("1", "no such column: rp_id"),
            ("1", "table passkey_credentials has no column named rp_id"),
        ] {
            assert!(is_about_schema(code, message), "{message}");
        }
        for (code, message) in [
            ("23505", "duplicate key value violates unique constraint"),
            ("1", "near \"FROM\": syntax error"),
            ("23000", "Duplicate entry 'x' for key 'PRIMARY'"),
            ("5", "database is locked"),
            ("42501", "permission denied for table passkey_credentials"),
        ] {
            assert!(!is_about_schema(code, message), "{message}");
        }
    }
}
