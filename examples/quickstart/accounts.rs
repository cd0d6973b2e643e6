//! Who has an account: a table of the application's own, beside the library's.

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

    /// The id of the account, and the name as its owner writes it.
    pub(crate) async fn with_name(&self, name: &str) -> sqlx::Result<Option<(String, String)>> {
        sqlx::query_as("SELECT id, name FROM accounts WHERE name = ?")
            .bind(name)
            .fetch_optional(&self.0)
            .await
    }

    /// Answers `false`, and changes nothing, if somebody has this name.
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

/// The name without the space around it, if an account can have it.
pub(crate) fn usable(name: &str) -> Option<&str> {
    let name = name.trim();
    let length = name.chars().count();
    ((1..=64).contains(&length) && !name.contains(char::is_control)).then_some(name)
}
