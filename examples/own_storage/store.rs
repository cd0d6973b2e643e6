use passkeys::store::{ChallengeStore, CredentialRepository, CredentialUse};
use passkeys::store::{
    Deletion, Insertion, Owner, PendingCeremony, Scope, StoreError, async_trait,
};
use passkeys::{Credential, CredentialId};
use sqlx::{SqlitePool, types::Json};
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

/// Adds to a statement the condition that a document is the owner's: parameters 1 to 3. A tenant owns those of
/// its RP ID, and an application with one relying party those without one, too.
macro_rules! owned {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " owner = ?1 AND (?2 IS NULL OR rp_id = ?2 OR (rp_id IS NULL AND ?3)) ",
            $after
        )
    };
}

/// Returns the first three parameters: the user ID, the RP ID unless every one counts, and whether documents
/// without an RP ID do.
fn parameters(owner: Owner<'_>) -> (&str, Option<&str>, bool) {
    let without_rp_id = matches!(owner.scope(), Scope::Site(_));
    (owner.user_id(), owner.rp_id(), without_rp_id)
}

impl CredentialRepository for Documents {
    async fn insert(&self, owner: Owner<'_>, new: &Credential, max: usize) -> Done<Insertion> {
        let insert = owned!(
            "INSERT INTO credentials SELECT ?4, ?5, ?6, ?7, ?8 WHERE ?9 >
            (SELECT count(*) FROM credentials WHERE",
            ") ON CONFLICT DO NOTHING"
        );
        let (user, rp, none) = parameters(owner);
        let (id, created) = (new.id.as_bytes(), nanoseconds(new.created_at));
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        let (of, at) = (&new.user_id, &new.rp_id);
        let stored = execute!(
            self,
            insert,
            user,
            rp,
            none,
            id,
            of,
            at,
            created,
            Json(new),
            max
        )?;
        Ok(Insertion::of(stored, self.find(&new.id).await?.is_some()))
    }

    async fn insert_first(&self, owner: Owner<'_>, new: &Credential) -> Done<bool> {
        let insert = owned!(
            "INSERT INTO credentials SELECT ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS
            (SELECT 1 FROM credentials WHERE",
            ") ON CONFLICT DO NOTHING"
        );
        let (user, rp, none) = parameters(owner);
        let (id, created) = (new.id.as_bytes(), nanoseconds(new.created_at));
        let (of, at) = (&new.user_id, &new.rp_id);
        execute!(self, insert, user, rp, none, id, of, at, created, Json(new))
    }

    async fn find(&self, id: &CredentialId) -> Done<Option<Credential>> {
        let select = "SELECT document FROM credentials WHERE id = ?";
        Ok(fetch!(self, select, id.as_bytes()).next())
    }

    async fn list(&self, owner: Owner<'_>) -> Done<Vec<Credential>> {
        let select = owned!(
            "SELECT document FROM credentials WHERE",
            "ORDER BY created, id"
        );
        let (user, rp, none) = parameters(owner);
        Ok(fetch!(self, select, user, rp, none).collect())
    }

    async fn record_use(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Done<bool> {
        let update = owned!(
            "UPDATE credentials SET document = json_patch(document, ?5) WHERE id = ?4 AND",
            "AND document ->> 'sign_count' = ?6 AND document ->> 'suspended_at' IS NULL"
        );
        let (user, rp, none) = parameters(owner);
        let (id, previous) = (id.as_bytes(), usage.previous_sign_count);
        execute!(self, update, user, rp, none, id, Json(usage), previous)
    }

    async fn suspend(&self, owner: Owner<'_>, id: &CredentialId, at: OffsetDateTime) -> Done<bool> {
        let update = owned!(
            "UPDATE credentials SET document = json_set(document, '$.suspended_at',
            coalesce(document ->> 'suspended_at', ?5)) WHERE id = ?4 AND",
            ""
        );
        let (user, rp, none) = parameters(owner);
        let at = at.format(&Rfc3339).map_err(StoreError::new)?;
        execute!(self, update, user, rp, none, id.as_bytes(), at)
    }

    async fn resume(&self, owner: Owner<'_>, id: &CredentialId) -> Done<bool> {
        let update = owned!(
            "UPDATE credentials SET document = json_set(document, '$.suspended_at', NULL)
            WHERE id = ?4 AND",
            ""
        );
        let (user, rp, none) = parameters(owner);
        execute!(self, update, user, rp, none, id.as_bytes())
    }

    async fn rename(&self, owner: Owner<'_>, id: &CredentialId, name: &str) -> Done<bool> {
        let update = owned!(
            "UPDATE credentials SET document = json_set(document, '$.device_name', ?5)
            WHERE id = ?4 AND",
            ""
        );
        let (user, rp, none) = parameters(owner);
        execute!(self, update, user, rp, none, id.as_bytes(), name)
    }

    async fn delete(&self, owner: Owner<'_>, id: &CredentialId) -> Done<bool> {
        let delete = owned!("DELETE FROM credentials WHERE id = ?4 AND", "");
        let (user, rp, none) = parameters(owner);
        execute!(self, delete, user, rp, none, id.as_bytes())
    }

    async fn delete_unless_last(&self, owner: Owner<'_>, id: &CredentialId) -> Done<Deletion> {
        // Another one that can sign in is left, or this one cannot.
        let delete = owned!(
            "DELETE FROM credentials WHERE id = ?4 AND EXISTS (SELECT 1 FROM credentials WHERE
            (id <> ?4) = (document ->> 'suspended_at' IS NULL) AND",
            ") AND owner = ?1 AND (?2 IS NULL OR rp_id = ?2 OR (rp_id IS NULL AND ?3))"
        );
        let (user, rp, none) = parameters(owner);
        let deleted = execute!(self, delete, user, rp, none, id.as_bytes())?;
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
