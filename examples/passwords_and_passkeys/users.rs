//! The users, in a table with their password hashes.

use std::{fmt, sync::Arc};

use axum_login::{AuthUser, AuthnBackend};
use serde::Deserialize;
use sqlx::SqlitePool;
use tokio::{
    sync::Semaphore,
    task::{JoinError, spawn_blocking},
};

/// A user of the application.
#[derive(Clone)]
pub(crate) struct User {
    id: i64,
    pub(crate) email: String,
    password_hash: String,
    /// True if the user is asked for a passkey after the password.
    pub(crate) second_factor: bool,
}

impl fmt::Debug for User {
    /// `axum-login` writes users to the log at level `debug`, so their hashes are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("User").field(&self.id).finish()
    }
}

impl AuthUser for User {
    type Id = i64;

    fn id(&self) -> i64 {
        self.id
    }

    /// Ends the user's sessions when the password changes.
    fn session_auth_hash(&self) -> &[u8] {
        self.password_hash.as_bytes()
    }
}

/// An e-mail address and a password, as they were typed.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// The table of users.
#[derive(Clone)]
pub(crate) struct Users {
    pool: SqlitePool,
    /// Argon2 takes 19 MiB for each password: this many at a time.
    hashing: Arc<Semaphore>,
    /// Hash that the password is compared with where there is no user.
    nobodys_hash: Arc<str>,
}

pub(crate) type AuthSession = axum_login::AuthSession<Users>;

/// Error of the table of users.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The task that computes a password hash panicked.
    #[error("a password could not be hashed")]
    Hashing(#[from] JoinError),
}

impl Users {
    pub(crate) async fn open(pool: SqlitePool) -> sqlx::Result<Self> {
        // AUTOINCREMENT: the ID of a closed account is not given to another one.
        sqlx::query(
            "CREATE TABLE IF NOT EXISTS users (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                email TEXT NOT NULL UNIQUE COLLATE NOCASE,
                password_hash TEXT NOT NULL
            ) STRICT",
        )
        .execute(&pool)
        .await?;
        let columns = sqlx::query_scalar("SELECT name FROM pragma_table_info('users')");
        let columns: Vec<String> = columns.fetch_all(&pool).await?;
        if !columns.iter().any(|name| name == "second_factor") {
            let add = "ALTER TABLE users ADD COLUMN second_factor INTEGER NOT NULL DEFAULT FALSE";
            sqlx::query(add).execute(&pool).await?;
        }
        Ok(Self {
            pool,
            hashing: Arc::new(Semaphore::new(4)),
            nobodys_hash: password_auth::generate_hash("").into(),
        })
    }

    /// Creates a user. Returns `None` if the address is taken.
    pub(crate) async fn create(&self, new: Credentials) -> Result<Option<User>, Error> {
        let hash = move || password_auth::generate_hash(new.password);
        let password_hash = self.hashing(hash).await?;
        let insert = "INSERT INTO users (email, password_hash) VALUES (?, ?)
            ON CONFLICT DO NOTHING RETURNING id, email, password_hash, second_factor";
        let row = sqlx::query_as(insert).bind(new.email).bind(password_hash);
        Ok(row.fetch_optional(&self.pool).await?.map(user))
    }

    /// Sets whether the user is asked for a passkey after the password.
    pub(crate) async fn set_second_factor(&self, id: i64, on: bool) -> Result<(), Error> {
        let update = sqlx::query("UPDATE users SET second_factor = ? WHERE id = ?");
        update.bind(on).bind(id).execute(&self.pool).await?;
        Ok(())
    }

    pub(crate) async fn delete(&self, user: &User) -> Result<(), Error> {
        let delete = sqlx::query("DELETE FROM users WHERE id = ?").bind(user.id);
        delete.execute(&self.pool).await?;
        Ok(())
    }

    /// Computes a password hash on a thread for it.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        // The semaphore is never closed.
        let permit = self.hashing.clone().acquire_owned().await.ok();
        let work = move || {
            let _permit = permit;
            work()
        };
        Ok(spawn_blocking(work).await?)
    }
}

impl AuthnBackend for Users {
    type User = User;
    type Credentials = Credentials;
    type Error = Error;

    async fn authenticate(&self, typed: Credentials) -> Result<Option<User>, Error> {
        let select = "SELECT id, email, password_hash, second_factor FROM users WHERE email = ?";
        let row = sqlx::query_as(select).bind(typed.email.trim());
        let user = row.fetch_optional(&self.pool).await?.map(user);
        let nobodys = self.nobodys_hash.clone();
        let verify = move || {
            // Takes the same time whether or not the user exists, against user enumeration.
            let hash = user.as_ref().map_or(&*nobodys, |user| &user.password_hash);
            let verified = password_auth::verify_password(typed.password, hash).is_ok();
            user.filter(|_| verified)
        };
        self.hashing(verify).await
    }

    async fn get_user(&self, id: &i64) -> Result<Option<User>, Error> {
        let select = "SELECT id, email, password_hash, second_factor FROM users WHERE id = ?";
        let row = sqlx::query_as(select).bind(id);
        Ok(row.fetch_optional(&self.pool).await?.map(user))
    }
}

fn user((id, email, password_hash, second_factor): (i64, String, String, bool)) -> User {
    User {
        id,
        email,
        password_hash,
        second_factor,
    }
}

impl Credentials {
    /// Returns the credentials of a new user, or the rule that they break.
    pub(crate) fn checked(self) -> Result<Self, &'static str> {
        let email = self.email.trim();
        let usable = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
        match email.split_once('@') {
            Some((name, host)) if usable(name) && usable(host) && email.len() <= 254 => (),
            _ => return Err("Please enter an e-mail address, such as ada@example.com."),
        }
        if !(12..=128).contains(&self.password.chars().count()) {
            return Err("A password has 12 to 128 characters.");
        }
        let email = email.to_owned();
        Ok(Self { email, ..self })
    }
}
