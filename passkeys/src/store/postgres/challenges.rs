use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, PgPool};

use super::database::{self, Database};
use crate::store::{
    ChallengeStore, InvalidTableName, PendingCeremony, StoreError, codec, ticket::Ticket,
};

/// Unfinished ceremonies in PostgreSQL 12 or newer: any number of machines, with nothing but the
/// database that holds the passkeys.
///
/// **Gives** every promise of [`ChallengeStore`] among all processes that use the database: a
/// ceremony begun on one machine finishes on another, once. What waits cannot be redeemed by
/// somebody who reads the table.
///
/// **Does not give** durability, by intention: the table is `UNLOGGED`, which spares the
/// write-ahead log a write per `begin`. When the server crashes or fails over, what waits is
/// gone, people begin again, and nothing is accepted twice.
///
/// **Bound**: [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) ceremonies, or
/// [another number](Self::capacity), of about 400 bytes of disk each; they wait in a ring, and
/// when it is full the oldest makes room. Expired ones are deleted in passing, by one `put` in
/// 32. See [`MemoryChallenges`](crate::store::MemoryChallenges) for what the bound means under a flood.
///
/// **Waits** at most [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT), or
/// [another time](Self::timeout), for a connection and the answer together. Nothing is tried
/// twice: a `take` whose answer was lost has taken the ceremony, and the person begins again.
#[derive(Clone)]
pub struct PostgresChallenges {
    database: Database,
    capacity: i64,
    puts: Arc<AtomicU32>,
    sql: Arc<Sql>,
}

struct Sql {
    schema: [String; 3],
    put: String,
    take: String,
    reclaim: String,
}

/// One `put` in this many reclaims twice as many, so there is less to do each time.
const RECLAIM_EVERY: u32 = 32;

impl PostgresChallenges {
    /// How many ceremonies wait at most unless another capacity is set.
    pub const DEFAULT_CAPACITY: u32 = 1_000_000;

    /// How long an operation may take unless another time is set.
    pub const DEFAULT_TIMEOUT: Duration = database::DEFAULT_TIMEOUT;

    /// A store in the application's database, in the table `passkey_challenges`. Call
    /// [`migrate`](Self::migrate) before the first use, or have [`schema`](Self::schema) applied
    /// by other means.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self::of(
            pool,
            "\"passkey_challenges\"",
            "\"passkey_challenges_ring\"",
            "passkey_challenges",
        )
    }

    /// The same, with another table: `table` or `schema.table`, each an SQL identifier. The
    /// schema must exist.
    pub fn with_table(pool: PgPool, table: &str) -> Result<Self, InvalidTableName> {
        let (quoted, bare) = database::table(table)?;
        let ring = format!("{}_ring\"", quoted.trim_end_matches('"'));
        Ok(Self::of(pool, &quoted, &ring, bare))
    }

    fn of(pool: PgPool, table: &str, ring: &str, bare: &str) -> Self {
        let sql = Sql {
            schema: [
                format!(
                    "CREATE UNLOGGED TABLE IF NOT EXISTS {table} (
    slot BIGINT NOT NULL PRIMARY KEY,
    ticket BYTEA NOT NULL UNIQUE,
    ceremony BYTEA NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL
)"
                ),
                format!("CREATE INDEX IF NOT EXISTS \"ix_{bare}_expiry\" ON {table} (expires_at)"),
                format!("CREATE SEQUENCE IF NOT EXISTS {ring} MINVALUE 0 CYCLE"),
            ],
            put: format!(
                "INSERT INTO {table} (slot, ticket, ceremony, expires_at) \
                 VALUES (nextval('{ring}') % $1, $2, $3, $4) \
                 ON CONFLICT (slot) DO UPDATE SET ticket = EXCLUDED.ticket, \
                 ceremony = EXCLUDED.ceremony, expires_at = EXCLUDED.expires_at"
            ),
            take: format!("DELETE FROM {table} WHERE ticket = $1 RETURNING ceremony"),
            // An array, so that the planner looks its few slots up instead of joining tables.
            reclaim: format!(
                "DELETE FROM {table} WHERE slot = ANY (ARRAY (SELECT slot FROM {table} \
                 WHERE expires_at < $1 ORDER BY expires_at LIMIT {} FOR UPDATE SKIP LOCKED))",
                2 * RECLAIM_EVERY
            ),
        };
        Self {
            database: Database::new(pool),
            capacity: Self::DEFAULT_CAPACITY.into(),
            puts: Arc::default(),
            sql: Arc::new(sql),
        }
    }

    /// Lets at most this many ceremonies wait; at least one.
    #[must_use]
    pub fn capacity(mut self, capacity: u32) -> Self {
        self.capacity = capacity.max(1).into();
        self
    }

    /// Lets an operation take this long.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.database.timeout = timeout;
        self
    }

    /// Creates the table where it is missing: one transaction, which waits for others that
    /// migrate. Doing it again changes nothing.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.database.migrate(self.schema()).await
    }

    /// The statements that [`migrate`](Self::migrate) runs, for those who change schemas by
    /// other means.
    #[must_use]
    pub fn schema(&self) -> &[String] {
        &self.sql.schema
    }

    /// Every statement of the store, for tests that ask the server for its plans.
    #[doc(hidden)]
    #[must_use]
    pub fn statements(&self) -> [&str; 3] {
        [&self.sql.put, &self.sql.take, &self.sql.reclaim]
    }
}

impl fmt::Debug for PostgresChallenges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresChallenges")
            .field("database", &self.database)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ChallengeStore for PostgresChallenges {
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError> {
        let ticket = Ticket::fresh()?;
        let put = sqlx::query(AssertSqlSafe(self.sql.put.as_str()))
            .bind(self.capacity)
            .bind(ticket.digest())
            .bind(codec::write(&ceremony)?)
            .bind(ceremony.expires_at());
        self.database.execute(put).await?;
        if self
            .puts
            .fetch_add(1, Relaxed)
            .is_multiple_of(RECLAIM_EVERY)
        {
            let reclaim =
                sqlx::query(AssertSqlSafe(self.sql.reclaim.as_str())).bind(ceremony.begun_at());
            self.database.execute(reclaim).await?;
        }
        Ok(ticket.state())
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        let Some(ticket) = Ticket::from_state(state) else {
            return Ok(None);
        };
        let take = sqlx::query_as(AssertSqlSafe(self.sql.take.as_str())).bind(ticket.digest());
        let taken: Option<(Vec<u8>,)> = self.database.fetch(take).await?.pop();
        Ok(taken.and_then(|(written,)| codec::read(&written)))
    }
}
