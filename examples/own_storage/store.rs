use passkeys::store::{ChallengeStore, CredentialRepository, CredentialUse};
use passkeys::store::{Deletion, Insertion, PendingCeremony, StoreError, async_trait};
use passkeys::{Credential, CredentialId};
use sqlx::{SqlitePool, types::Json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// Credentials and ceremonies as JSON documents, with the columns that queries use.
const SCHEMA: &str = "
    CREATE TABLE credentials (id BLOB PRIMARY KEY, owner TEXT, created INTEGER, document TEXT);
    CREATE INDEX owned ON credentials (owner, created, id);
    CREATE TABLE ceremonies (state TEXT PRIMARY KEY, user BLOB, expires INTEGER, document TEXT);
    CREATE INDEX expiring ON ceremonies (expires);
    CREATE INDEX begun ON ceremonies (user, expires);
";

/// Both stores, over one SQLite database. It has one writer, so each statement is atomic.
#[derive(Clone)]
pub(crate) struct Documents {
    pool: SqlitePool,
    /// How many ceremonies are kept.
    capacity: i64,
}

type Done<T> = Result<T, StoreError>;

/// Executes a statement and returns whether it changed a row.
macro_rules! execute {
    ($this:expr, $statement:expr, $($value:expr),*) => {{
        let done = sqlx::query($statement)$(.bind($value))*.execute(&$this.pool).await;
        done.map(|done| done.rows_affected() > 0).map_err(StoreError::new)
    }};
}

/// Returns the documents that a query selects.
macro_rules! fetch {
    ($this:expr, $query:expr, $($value:expr),*) => {{
        let rows = sqlx::query_scalar($query)$(.bind($value))*.fetch_all(&$this.pool).await;
        rows.map_err(StoreError::new)?.into_iter().map(|Json(document)| document)
    }};
}

impl Documents {
    pub(crate) async fn create(pool: SqlitePool, capacity: i64) -> Done<Self> {
        let created = sqlx::raw_sql(SCHEMA).execute(&pool).await;
        created
            .map(|_| Self { pool, capacity })
            .map_err(StoreError::new)
    }
}

impl CredentialRepository for Documents {
    async fn insert(&self, new: &Credential, max: usize) -> Done<Insertion> {
        let insert = "INSERT INTO credentials SELECT ?1, ?2, ?3, ?4 WHERE ?6 >
            (SELECT count(*) FROM credentials WHERE owner = ?2 AND
            coalesce(document ->> 'rp_id', ?5, '') = coalesce(?5, document ->> 'rp_id', ''))
            ON CONFLICT DO NOTHING";
        let (id, created) = (new.id.as_bytes(), nanoseconds(new.created_at));
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let (owner, rp_id) = (&new.user_id, &new.rp_id);
        let stored = execute!(self, insert, id, owner, created, Json(new), rp_id, max)?;
        Ok(Insertion::of(stored, self.find(&new.id).await?.is_some()))
    }

    async fn insert_first(&self, new: &Credential) -> Done<bool> {
        let insert = "INSERT INTO credentials SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS
            (SELECT 1 FROM credentials WHERE owner = ?2) ON CONFLICT DO NOTHING";
        let (id, created) = (new.id.as_bytes(), nanoseconds(new.created_at));
        execute!(self, insert, id, &new.user_id, created, Json(new))
    }

    async fn find(&self, id: &CredentialId) -> Done<Option<Credential>> {
        let select = "SELECT document FROM credentials WHERE id = ?";
        Ok(fetch!(self, select, id.as_bytes()).next())
    }

    async fn list(&self, user: &str) -> Done<Vec<Credential>> {
        let select = "SELECT document FROM credentials WHERE owner = ? ORDER BY created, id";
        Ok(fetch!(self, select, user).collect())
    }

    async fn record_use(&self, user: &str, id: &CredentialId, usage: &CredentialUse) -> Done<bool> {
        let update = "UPDATE credentials SET document = json_patch(document, ?) WHERE owner = ?
            AND id = ? AND document ->> 'sign_count' = ? AND document ->> 'suspended_at' IS NULL";
        let (id, previous) = (id.as_bytes(), usage.previous_sign_count);
        execute!(self, update, Json(usage), user, id, previous)
    }

    async fn suspend(&self, user: &str, id: &CredentialId, at: OffsetDateTime) -> Done<bool> {
        let update = "UPDATE credentials SET document = json_set(document, '$.suspended_at',
            coalesce(document ->> 'suspended_at', ?)) WHERE owner = ? AND id = ?";
        let at = at.format(&Rfc3339).map_err(StoreError::new)?;
        execute!(self, update, at, user, id.as_bytes())
    }

    async fn resume(&self, user: &str, id: &CredentialId) -> Done<bool> {
        let update = "UPDATE credentials SET document = json_set(document, '$.suspended_at', NULL)
            WHERE owner = ? AND id = ?";
        execute!(self, update, user, id.as_bytes())
    }

    async fn rename(&self, user: &str, id: &CredentialId, name: &str) -> Done<bool> {
        let update = "UPDATE credentials SET document = json_set(document, '$.device_name', ?)
            WHERE owner = ? AND id = ?";
        execute!(self, update, name, user, id.as_bytes())
    }

    async fn delete(&self, user: &str, id: &CredentialId) -> Done<bool> {
        let delete = "DELETE FROM credentials WHERE owner = ? AND id = ?";
        execute!(self, delete, user, id.as_bytes())
    }

    async fn delete_unless_last(&self, user: &str, id: &CredentialId, rp: &str) -> Done<Deletion> {
        let delete =
            "DELETE FROM credentials WHERE owner = ?1 AND id = ?2 AND EXISTS (SELECT 1 FROM
            credentials WHERE owner = ?1 AND (id <> ?2) = (document ->> 'suspended_at' IS NULL AND
            coalesce(document ->> 'rp_id', ?3) = ?3))";
        let deleted = execute!(self, delete, user, id.as_bytes(), rp)?;
        let kept = self.find(id).await?.is_some_and(|it| it.user_id == user);
        Ok(Deletion::of(deleted, kept))
    }
}

#[async_trait]
impl ChallengeStore for Documents {
    async fn put(&self, ceremony: PendingCeremony) -> Done<String> {
        // Deletes what has expired, and the oldest beyond the capacity, so that the table is bounded.
        // Signed-in users have a part of their own, and eight places in it: nobody else's ceremonies
        // push theirs out.
        let clean = "DELETE FROM ceremonies WHERE expires < ?1
            OR state IN (SELECT state FROM ceremonies WHERE user = ?2
                ORDER BY expires DESC, rowid DESC LIMIT -1 OFFSET 7)
            OR state IN (SELECT state FROM ceremonies WHERE user IS NULL
                ORDER BY expires DESC LIMIT -1 OFFSET ?3 - 1)";
        let user = ceremony.begun_by().map(Vec::from);
        execute!(
            self,
            clean,
            nanoseconds(ceremony.begun_at()),
            &user,
            self.capacity
        )?;
        // A state needs 128 random bits, and a version 4 UUID has 122.
        let state = format!("{}{}", Uuid::new_v4(), Uuid::new_v4());
        // Where their part is full, too, new ones are like everybody's.
        let insert = "INSERT INTO ceremonies SELECT ?1, CASE WHEN ?5 / 4 >
            (SELECT count(*) FROM ceremonies WHERE user IS NOT NULL) THEN ?2 END, ?3, ?4";
        let expires = nanoseconds(ceremony.expires_at());
        let document = Json(&ceremony);
        execute!(self, insert, &state, user, expires, document, self.capacity).map(|_| state)
    }

    async fn take(&self, state: &str) -> Done<Option<PendingCeremony>> {
        let take = "DELETE FROM ceremonies WHERE state = ? RETURNING document";
        Ok(fetch!(self, take, state).next())
    }
}

fn nanoseconds(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos()).unwrap_or(i64::MAX)
}
