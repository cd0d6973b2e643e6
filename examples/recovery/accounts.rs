//! The accounts.

use passkeys::PasskeyUser;
use serde::Serialize;
use sqlx::SqlitePool;

#[derive(Clone)]
pub(crate) struct Accounts(SqlitePool);

#[derive(Clone, Serialize)]
pub(crate) struct Account {
    #[serde(skip)]
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) name: String,
}

impl Account {
    pub(crate) fn of(user: &PasskeyUser) -> Self {
        let [id, email, name] = [user.id(), user.name(), user.display_name()].map(str::to_owned);
        Self { id, email, name }
    }

    pub(crate) fn user(&self) -> PasskeyUser {
        PasskeyUser::new(&self.id, &self.email, &self.name)
    }
}

impl Accounts {
    pub(crate) async fn open(pool: SqlitePool) -> sqlx::Result<Self> {
        sqlx::query(
            "CREATE TABLE IF NOT EXISTS accounts (
                id TEXT PRIMARY KEY NOT NULL,
                email TEXT NOT NULL UNIQUE COLLATE NOCASE,
                name TEXT NOT NULL
            ) STRICT",
        )
        .execute(&pool)
        .await?;
        Ok(Self(pool))
    }

    pub(crate) async fn get(&self, id: &str) -> sqlx::Result<Option<Account>> {
        let select = "SELECT id, email, name FROM accounts WHERE id = ?";
        let row = sqlx::query_as(select).bind(id);
        Ok(row.fetch_optional(&self.0).await?.map(account))
    }

    pub(crate) async fn with_address(&self, email: &str) -> sqlx::Result<Option<Account>> {
        let select = "SELECT id, email, name FROM accounts WHERE email = ?";
        let row = sqlx::query_as(select).bind(email);
        Ok(row.fetch_optional(&self.0).await?.map(account))
    }

    /// Creates an account. Returns `false` if the address is taken.
    pub(crate) async fn create(&self, new: &Account) -> sqlx::Result<bool> {
        let insert = "INSERT INTO accounts (id, email, name) VALUES (?, ?, ?)
            ON CONFLICT DO NOTHING";
        let insert = sqlx::query(insert).bind(&new.id);
        let created = insert.bind(&new.email).bind(&new.name);
        Ok(created.execute(&self.0).await?.rows_affected() == 1)
    }
}

fn account((id, email, name): (String, String, String)) -> Account {
    Account { id, email, name }
}

/// Returns the name without surrounding whitespace, or `None` if it is not valid.
pub(crate) fn usable(name: &str) -> Option<&str> {
    let name = name.trim();
    let length = name.chars().count();
    ((1..=64).contains(&length) && !name.contains(char::is_control)).then_some(name)
}

/// Returns the e-mail address without surrounding whitespace, or `None` if it is not valid.
pub(crate) fn address(email: &str) -> Option<&str> {
    let email = email.trim();
    let part = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
    let (name, host) = email.split_once('@')?;
    (part(name) && part(host) && email.len() <= 254).then_some(email)
}
