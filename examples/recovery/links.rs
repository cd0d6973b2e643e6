//! Links in mails, each good for one use, and what a used link or code allows: one new passkey.

use passkeys::time::OffsetDateTime;
use sha2::{Digest as _, Sha256};
use sqlx::SqlitePool;

use crate::error::AppError;

/// How long a link is good for, and then the permission to create a passkey. In seconds.
pub(crate) const MINUTES_15: i64 = 15 * 60;

/// An address gets at most one mail in this time, in seconds.
const BETWEEN_MAILS: i64 = 5 * 60;

#[derive(Clone)]
pub(crate) struct Links {
    pool: SqlitePool,
    origin: String,
}

impl Links {
    pub(crate) async fn open(pool: SqlitePool, origin: &str) -> sqlx::Result<Self> {
        for table in [
            "CREATE TABLE IF NOT EXISTS links (
                digest BLOB PRIMARY KEY NOT NULL,
                email TEXT NOT NULL COLLATE NOCASE,
                sent_at INTEGER NOT NULL
            ) STRICT",
            "CREATE TABLE IF NOT EXISTS recoveries (
                id BLOB PRIMARY KEY NOT NULL,
                account TEXT NOT NULL,
                allowed_at INTEGER NOT NULL
            ) STRICT",
        ] {
            sqlx::query(table).execute(&pool).await?;
        }
        let origin = origin.to_owned();
        Ok(Self { pool, origin })
    }

    /// Returns a new link for the owner of an address, or `None` if the last one was sent just now.
    pub(crate) async fn create(
        &self,
        email: &str,
        now: OffsetDateTime,
    ) -> Result<Option<String>, AppError> {
        let now = now.unix_timestamp();
        let expired = sqlx::query("DELETE FROM links WHERE sent_at <= ?").bind(now - MINUTES_15);
        expired.execute(&self.pool).await?;
        let token = random_token()?;
        // Earlier links stay good: otherwise anybody could end those of others by asking for more.
        let insert = "INSERT INTO links (digest, email, sent_at) SELECT ?1, ?2, ?3
            WHERE NOT EXISTS (SELECT 1 FROM links WHERE email = ?2 AND sent_at > ?3 - ?4)";
        let insert = sqlx::query(insert).bind(digest(&token)).bind(email);
        let insert = insert.bind(now).bind(BETWEEN_MAILS);
        let created = insert.execute(&self.pool).await?.rows_affected() == 1;
        // Behind the `#`, which browsers do not send: it is in no log of a server or a proxy, and a mail
        // filter that opens links does not use it up.
        Ok(created.then(|| format!("{}/#link={token}", self.origin)))
    }

    /// Uses a link up, and all others to its address, which is returned. Of several concurrent requests
    /// with one link, one gets it.
    pub(crate) async fn redeem(
        &self,
        token: &str,
        now: OffsetDateTime,
    ) -> sqlx::Result<Option<String>> {
        let delete = "DELETE FROM links WHERE email =
            (SELECT email FROM links WHERE digest = ? AND sent_at > ?) RETURNING email";
        let delete = sqlx::query_scalar(delete).bind(digest(token));
        let delete = delete.bind(now.unix_timestamp() - MINUTES_15);
        delete.fetch_optional(&self.pool).await
    }

    /// Allows one new passkey for an account. Returns the ID of this permission.
    pub(crate) async fn allow_recovery(
        &self,
        account: &str,
        now: OffsetDateTime,
    ) -> Result<String, AppError> {
        let now = now.unix_timestamp();
        let expired = "DELETE FROM recoveries WHERE allowed_at <= ?";
        let expired = sqlx::query(expired).bind(now - MINUTES_15);
        expired.execute(&self.pool).await?;
        let id = random_token()?;
        let insert = "INSERT INTO recoveries (id, account, allowed_at) VALUES (?, ?, ?)";
        let insert = sqlx::query(insert)
            .bind(digest(&id))
            .bind(account)
            .bind(now);
        insert.execute(&self.pool).await?;
        Ok(id)
    }

    /// Returns the account for which a new passkey is allowed.
    pub(crate) async fn recovering(
        &self,
        id: &str,
        now: OffsetDateTime,
    ) -> sqlx::Result<Option<String>> {
        sqlx::query_scalar("SELECT account FROM recoveries WHERE id = ? AND allowed_at > ?")
            .bind(digest(id))
            .bind(now.unix_timestamp() - MINUTES_15)
            .fetch_optional(&self.pool)
            .await
    }

    /// Ends every permission for an account. Returns whether this one was among them: of several
    /// concurrent registrations, that is true for one.
    pub(crate) async fn complete_recovery(&self, id: &str, account: &str) -> sqlx::Result<bool> {
        let delete = sqlx::query_scalar("DELETE FROM recoveries WHERE account = ? RETURNING id");
        let ended: Vec<Vec<u8>> = delete.bind(account).fetch_all(&self.pool).await?;
        Ok(ended.contains(&digest(id)))
    }
}

/// Returns 256 random bits, in hexadecimal.
fn random_token() -> Result<String, getrandom::Error> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    Ok(random.map(|byte| format!("{byte:02x}")).concat())
}

/// Returns the digest by which a token is stored: a copy of the database opens no account. A token has
/// 256 random bits, so nothing slower is needed.
fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}
