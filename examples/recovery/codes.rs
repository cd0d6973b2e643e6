//! Recovery codes: eight to an account, each good for one recovery.
//!
//! A code is its number and 80 random bits: `3-7K2M-Q9XA-T4VB-C1WD`. Only a hash of it is kept. The
//! number says which hash to compare with, so that an attempt costs one.

use std::sync::Arc;

use passkeys::time::OffsetDateTime;
use sqlx::SqlitePool;
use tokio::{
    sync::Semaphore,
    task::{JoinError, spawn_blocking},
};

use crate::error::AppError;

/// How many codes an account has.
const CODES: i64 = 8;

/// How many attempts an account allows in [`WINDOW`], right or wrong.
const ATTEMPTS: i64 = 5;

/// In seconds.
const WINDOW: i64 = 15 * 60;

/// Crockford's alphabet, without letters that look like others.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#[derive(Clone)]
pub(crate) struct Codes {
    pool: SqlitePool,
    /// Argon2 takes 19 MiB for each code: this many at a time.
    hashing: Arc<Semaphore>,
    /// Hash that a code is compared with where there is none.
    nobodys_hash: Arc<str>,
}

impl Codes {
    pub(crate) async fn open(pool: SqlitePool) -> sqlx::Result<Self> {
        for table in [
            "CREATE TABLE IF NOT EXISTS recovery_codes (
                account TEXT NOT NULL,
                number INTEGER NOT NULL,
                hash TEXT NOT NULL,
                PRIMARY KEY (account, number)
            ) STRICT",
            "CREATE TABLE IF NOT EXISTS recovery_attempts (
                account TEXT PRIMARY KEY NOT NULL,
                since INTEGER NOT NULL,
                attempts INTEGER NOT NULL
            ) STRICT",
        ] {
            sqlx::query(table).execute(&pool).await?;
        }
        Ok(Self {
            pool,
            hashing: Arc::new(Semaphore::new(4)),
            nobodys_hash: password_auth::generate_hash("").into(),
        })
    }

    /// Makes new codes, which replace all earlier ones. They cannot be read again.
    pub(crate) async fn replace(&self, account: &str) -> Result<Vec<String>, AppError> {
        let codes = (1..=CODES).map(random_code);
        let codes = codes.collect::<Result<Vec<_>, _>>()?;
        let secrets: Vec<_> = codes.iter().map(|code| parsed(code).1).collect();
        let hash = move || secrets.iter().map(password_auth::generate_hash).collect();
        let hashes: Vec<String> = self.hashing(hash).await?;

        let mut transaction = self.pool.begin().await?;
        let delete = sqlx::query("DELETE FROM recovery_codes WHERE account = ?").bind(account);
        delete.execute(&mut *transaction).await?;
        for (number, hash) in (1..=CODES).zip(hashes) {
            let insert = "INSERT INTO recovery_codes (account, number, hash) VALUES (?, ?, ?)";
            let insert = sqlx::query(insert).bind(account).bind(number).bind(hash);
            insert.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(codes)
    }

    /// Returns how many codes are left.
    pub(crate) async fn left(&self, account: &str) -> sqlx::Result<i64> {
        sqlx::query_scalar("SELECT COUNT(*) FROM recovery_codes WHERE account = ?")
            .bind(account)
            .fetch_one(&self.pool)
            .await
    }

    /// Uses a code up. Returns `false` if it is wrong, used, or one attempt too many. Takes the same time
    /// whatever the reason, and also if there is no account, against user enumeration.
    pub(crate) async fn redeem(
        &self,
        account: Option<&str>,
        code: &str,
        now: OffsetDateTime,
    ) -> Result<bool, AppError> {
        let (number, secret) = parsed(code);
        let allowed = self.count_attempt(account, now).await?;
        let select = "SELECT hash FROM recovery_codes WHERE account = ? AND number = ?";
        let kept = sqlx::query_scalar(select).bind(account).bind(number);
        let kept: Option<String> = kept.fetch_optional(&self.pool).await?;
        let kept = kept.filter(|_| allowed);

        let (hash, nobodys) = (kept.clone(), self.nobodys_hash.clone());
        let verify = move || {
            let hash = hash.as_deref().unwrap_or(&nobodys);
            password_auth::verify_password(secret, hash).is_ok()
        };
        let verified = self.hashing(verify).await?;

        // Of several concurrent requests with one code, one deletes it.
        let delete = "DELETE FROM recovery_codes WHERE account = ? AND number = ? AND hash = ?";
        let delete = sqlx::query(delete).bind(account).bind(number);
        let delete = delete.bind(kept.filter(|_| verified));
        Ok(delete.execute(&self.pool).await?.rows_affected() == 1)
    }

    /// Counts an attempt before it is made, so that concurrent ones are not more. Returns whether it is
    /// allowed.
    async fn count_attempt(
        &self,
        account: Option<&str>,
        now: OffsetDateTime,
    ) -> sqlx::Result<bool> {
        let count = "INSERT INTO recovery_attempts (account, since, attempts)
            SELECT id, ?2, 1 FROM accounts WHERE id = ?1
            ON CONFLICT DO UPDATE SET
                attempts = CASE WHEN since <= ?2 - ?3 THEN 1 ELSE attempts + 1 END,
                since = CASE WHEN since <= ?2 - ?3 THEN ?2 ELSE since END
            RETURNING attempts <= ?4";
        let count = sqlx::query_scalar(count).bind(account);
        let count = count.bind(now.unix_timestamp()).bind(WINDOW).bind(ATTEMPTS);
        Ok(count.fetch_optional(&self.pool).await?.unwrap_or(false))
    }

    /// Computes hashes on a thread for them.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        // The semaphore is never closed.
        let permit = self.hashing.clone().acquire_owned().await.ok();
        let work = move || {
            let _permit = permit;
            work()
        };
        spawn_blocking(work).await
    }
}

/// Returns a random code with this number, as it is shown.
fn random_code(number: i64) -> Result<String, getrandom::Error> {
    let mut random = [0; 10];
    getrandom::fill(&mut random)?;
    let bits = random
        .iter()
        .fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let mut code = number.to_string();
    for place in 0..16 {
        if place % 4 == 0 {
            code.push('-');
        }
        let letter = bits >> (5 * place) & 31;
        code.push(char::from(ALPHABET[letter as usize]));
    }
    Ok(code)
}

/// Returns the number of a code and its letters, however it was typed: in small letters, without
/// hyphens, with an O for a zero.
fn parsed(code: &str) -> (i64, String) {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    let mut letters = letters
        .take(32)
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            letter => letter,
        });
    let number = letters.next().and_then(|letter| letter.to_digit(10));
    (number.map_or(0, i64::from), letters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_codes_are_random_and_can_be_typed_carelessly() {
        let code = random_code(3).unwrap();
        assert_ne!(code, random_code(3).unwrap());
        let (number, secret) = parsed(&code);
        assert_eq!((number, secret.len()), (3, 16));
        let careless = code
            .to_lowercase()
            .replace('-', " ")
            .replace('0', "o")
            .replace('1', "l");
        assert_eq!(parsed(&careless), (3, secret));
    }

    #[test]
    fn text_that_is_no_recovery_code_is_parsed_without_a_panic() {
        for text in ["", "-", "x", "9", "💥", &"7".repeat(100_000)] {
            let (number, secret) = parsed(text);
            assert!((0..10).contains(&number) && secret.len() < 32);
        }
    }
}
