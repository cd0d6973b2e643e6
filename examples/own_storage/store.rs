use passkeys::store::{ChallengeStore, CredentialRepository, CredentialUse};
use passkeys::store::{
    Deletion, Insertion, Owner, PendingCeremony, Scope, StoreError, async_trait,
};
use passkeys::{Credential, CredentialId};
use sqlx::{AssertSqlSafe, Row as _, SqlitePool, types::Json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// Credentials and ceremonies as JSON documents, with the columns that queries use.
const SCHEMA: &str = "
    CREATE TABLE credentials (id BLOB PRIMARY KEY, owner TEXT, rp_id TEXT, created INTEGER,
        document TEXT);
    CREATE INDEX owned ON credentials (owner, rp_id);
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

/// Condition that a document is an owner's. A tenant owns those of its RP ID, and an application with one
/// relying party those without one, too.
const OWNED: &str = "owner = ?1 AND (?2 IS NULL OR rp_id = ?2 OR (rp_id IS NULL AND ?3))";

/// Prepares a statement on the documents of an owner, whose values begin at `?4`.
macro_rules! owned {
    ($owner:expr, $statement:expr) => {
        sqlx::query(AssertSqlSafe($statement.replace("OWNED", OWNED)))
            .bind($owner.user_id())
            .bind($owner.rp_id())
            .bind(matches!($owner.scope(), Scope::Site(_)))
    };
}

/// Executes a statement and returns whether it changed a row.
macro_rules! execute {
    ($this:expr, $statement:expr, $($value:expr),*) => {{
        let done = $statement$(.bind($value))*.execute(&$this.pool).await;
        done.map(|done| done.rows_affected() > 0).map_err(StoreError::new)
    }};
}

/// Returns the documents that a query selects.
macro_rules! fetch {
    ($this:expr, $query:expr) => {{
        let rows = $query
            .fetch_all(&$this.pool)
            .await
            .map_err(StoreError::new)?;
        let documents = rows
            .into_iter()
            .map(|row| row.try_get(0).map(|Json(document)| document));
        documents
            .collect::<Result<Vec<_>, _>>()
            .map_err(StoreError::new)
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
    async fn insert(&self, owner: Owner<'_>, new: &Credential, max: usize) -> Done<Insertion> {
        let insert = "INSERT INTO credentials SELECT ?4, ?5, ?6, ?7, ?8 WHERE ?9 >
            (SELECT count(*) FROM credentials WHERE OWNED) ON CONFLICT DO NOTHING";
        let (id, created) = (new.id.as_bytes(), nanoseconds(new.created_at));
        let (insert, of, at) = (owned!(owner, insert), &new.user_id, &new.rp_id);
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let stored = execute!(self, insert, id, of, at, created, Json(new), max)?;
        Ok(Insertion::of(stored, self.find(&new.id).await?.is_some()))
    }

    async fn insert_first(&self, owner: Owner<'_>, new: &Credential) -> Done<bool> {
        let insert = "INSERT INTO credentials SELECT ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS
            (SELECT 1 FROM credentials WHERE OWNED) ON CONFLICT DO NOTHING";
        let (id, created) = (new.id.as_bytes(), nanoseconds(new.created_at));
        let (insert, of, at) = (owned!(owner, insert), &new.user_id, &new.rp_id);
        execute!(self, insert, id, of, at, created, Json(new))
    }

    async fn find(&self, id: &CredentialId) -> Done<Option<Credential>> {
        let select = sqlx::query("SELECT document FROM credentials WHERE id = ?");
        Ok(fetch!(self, select.bind(id.as_bytes()))?.pop())
    }

    async fn list(&self, owner: Owner<'_>) -> Done<Vec<Credential>> {
        let select = "SELECT document FROM credentials WHERE OWNED ORDER BY created, id";
        fetch!(self, owned!(owner, select))
    }

    async fn record_use(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Done<bool> {
        let update = "UPDATE credentials SET document = json_patch(document, ?5) WHERE OWNED AND
            id = ?4 AND document ->> 'sign_count' = ?6 AND document ->> 'suspended_at' IS NULL";
        let (update, previous) = (owned!(owner, update), usage.previous_sign_count);
        execute!(self, update, id.as_bytes(), Json(usage), previous)
    }

    async fn suspend(&self, owner: Owner<'_>, id: &CredentialId, at: OffsetDateTime) -> Done<bool> {
        let update = "UPDATE credentials SET document = json_set(document, '$.suspended_at',
            coalesce(document ->> 'suspended_at', ?5)) WHERE OWNED AND id = ?4";
        let at = at.format(&Rfc3339).map_err(StoreError::new)?;
        execute!(self, owned!(owner, update), id.as_bytes(), at)
    }

    async fn resume(&self, owner: Owner<'_>, id: &CredentialId) -> Done<bool> {
        let update = "UPDATE credentials SET document = json_set(document, '$.suspended_at', NULL)
            WHERE OWNED AND id = ?4";
        execute!(self, owned!(owner, update), id.as_bytes())
    }

    async fn rename(&self, owner: Owner<'_>, id: &CredentialId, name: &str) -> Done<bool> {
        let update = "UPDATE credentials SET document = json_set(document, '$.device_name', ?5)
            WHERE OWNED AND id = ?4";
        execute!(self, owned!(owner, update), id.as_bytes(), name)
    }

    async fn delete(&self, owner: Owner<'_>, id: &CredentialId) -> Done<bool> {
        let delete = "DELETE FROM credentials WHERE OWNED AND id = ?4";
        execute!(self, owned!(owner, delete), id.as_bytes())
    }

    async fn delete_unless_last(&self, owner: Owner<'_>, id: &CredentialId) -> Done<Deletion> {
        // Another one that can sign in is left, or this one cannot.
        let delete = "DELETE FROM credentials WHERE OWNED AND id = ?4 AND EXISTS (SELECT 1 FROM
            credentials WHERE OWNED AND (id <> ?4) = (document ->> 'suspended_at' IS NULL))";
        let deleted = execute!(self, owned!(owner, delete), id.as_bytes())?;
        let kept = self.find(id).await?.is_some_and(|it| owner.owns(&it));
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
        let (clean, now) = (sqlx::query(clean), nanoseconds(ceremony.begun_at()));
        execute!(self, clean, now, &user, self.capacity)?;
        // A state needs 128 random bits, and a version 4 UUID has 122.
        let state = format!("{}{}", Uuid::new_v4(), Uuid::new_v4());
        // Where their part is full, too, new ones are like everybody's.
        let insert = "INSERT INTO ceremonies SELECT ?1, CASE WHEN ?5 / 4 >
            (SELECT count(*) FROM ceremonies WHERE user IS NOT NULL) THEN ?2 END, ?3, ?4";
        let expires = nanoseconds(ceremony.expires_at());
        let document = Json(&ceremony);
        let insert = sqlx::query(insert);
        execute!(self, insert, &state, user, expires, document, self.capacity).map(|_| state)
    }

    async fn take(&self, state: &str) -> Done<Option<PendingCeremony>> {
        let take = sqlx::query("DELETE FROM ceremonies WHERE state = ? RETURNING document");
        Ok(fetch!(self, take.bind(state))?.pop())
    }
}

fn nanoseconds(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos()).unwrap_or(i64::MAX)
}
