//! The accounts, in a table of the application's own beside the table of the library.

use sqlx::SqlitePool;

#[derive(Clone)]
pub(crate) struct Accounts(SqlitePool);

impl Accounts {
    pub(crate) async fn open(pool: SqlitePool) -> sqlx::Result<Self> {
        sqlx::query(
            "CREATE TABLE IF NOT EXISTS accounts (
                id TEXT PRIMARY KEY NOT NULL,
                name TEXT NOT NULL UNIQUE COLLATE NOCASE
            ) STRICT",
        )
        .execute(&pool)
        .await?;
        Ok(Self(pool))
    }

    pub(crate) async fn name(&self, id: &str) -> sqlx::Result<Option<String>> {
        sqlx::query_scalar("SELECT name FROM accounts WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.0)
            .await
    }

    pub(crate) async fn is_taken(&self, name: &str) -> sqlx::Result<bool> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts WHERE name = ?)")
            .bind(name)
            .fetch_one(&self.0)
            .await
    }

    /// Returns the ID of the account and the name as it was entered at sign-up.
    pub(crate) async fn with_name(&self, name: &str) -> sqlx::Result<Option<(String, String)>> {
        sqlx::query_as("SELECT id, name FROM accounts WHERE name = ?")
            .bind(name)
            .fetch_optional(&self.0)
            .await
    }

    /// Creates an account. Returns `false` if the name is taken.
    pub(crate) async fn create(&self, id: &str, name: &str) -> sqlx::Result<bool> {
        let created =
            sqlx::query("INSERT INTO accounts (id, name) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .bind(id)
                .bind(name)
                .execute(&self.0)
                .await?;
        Ok(created.rows_affected() == 1)
    }
}

/// Returns the name without surrounding whitespace, or `None` if it is not valid.
pub(crate) fn usable(name: &str) -> Option<&str> {
    let name = name.trim();
    let length = name.chars().count();
    ((1..=64).contains(&length) && !name.contains(char::is_control)).then_some(name)
}
