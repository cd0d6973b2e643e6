use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use async_trait::async_trait;
#[cfg(feature = "postgres")]
use sqlx::PgPool;

use super::{
    database::{self, Database, Exists, TableName, row},
    driver::PostgresDriver,
    query::Query,
};
use crate::store::{
    ChallengeStore, InvalidTableName, PendingCeremony, StoreError,
    capacity::require_capacity,
    ceremony_format, credential_table,
    reserved::{PENDING_PER_USER, Parts},
    ticket::Ticket,
};

/// Challenge store in PostgreSQL 12 or newer: for any number of machines, in the database that
/// holds the passkeys.
///
/// ```no_run
/// # async fn run(pool: passkeys::sqlx::PgPool) -> Result<(), passkeys::store::StoreError> {
/// use passkeys::store::PostgresChallenges;
///
/// let challenges = PostgresChallenges::new(pool);
/// challenges.migrate().await?;
/// # Ok(()) }
/// ```
///
/// **Guarantees** every requirement of [`ChallengeStore`] among all processes that use the
/// database: a ceremony begun on one machine can be finished on another, once. Read access to the
/// table is not enough to redeem a ceremony.
///
/// **Does not** provide durability, by design: the table is `UNLOGGED`, which saves a write to the
/// write-ahead log per `begin`. After a crash or a failover of the server, unfinished ceremonies
/// are gone, users begin again, and none is accepted twice.
///
/// **Bound**: at most [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) ceremonies are kept, or
/// [another number](Self::with_capacity), of about 400 bytes on disk each. They form a ring: when
/// it is full, the oldest makes room. A quarter as many are kept beside it for signed-in users, 16
/// of each (fewer with a capacity under 512, and one more for each that the user begins at the same
/// moment); a further one replaces the user's own oldest. One `put` in 32 deletes expired ones. See
/// [`MemoryChallenges`](crate::store::MemoryChallenges) for what the bound means under a flood.
///
/// **Timeout**: [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT) per operation, or
/// [another](Self::timeout), waiting for a connection included. Within it, a statement is run again if
/// PostgreSQL has rolled it back because of concurrent ones, as it does at the isolation levels
/// `REPEATABLE READ` and `SERIALIZABLE`. Nothing else is retried: a `take` whose response was lost has
/// taken the ceremony, and the user begins again.
#[derive(Clone)]
pub struct PostgresChallenges {
    database: Database,
    capacity: usize,
    puts: Arc<AtomicU32>,
    sql: Arc<Sql>,
}

struct Sql {
    schema: [String; 5],
    put: String,
    make_room: String,
    put_reserved: String,
    take: String,
    reclaim: String,
    check: String,
}

impl Sql {
    fn new(name: &TableName) -> Self {
        let table = name.quoted("");
        let ring = name.quoted("_ring");
        let replaced = "ticket = EXCLUDED.ticket, ceremony = EXCLUDED.ceremony, \
                        expires_at = EXCLUDED.expires_at, begun_by = EXCLUDED.begun_by";
        let index = name.index("expiry");
        let users = name.index("begun_by");
        Sql {
            schema: [
                format!(
                    "CREATE UNLOGGED TABLE IF NOT EXISTS {table} (
    slot BIGINT NOT NULL PRIMARY KEY,
    ticket BYTEA NOT NULL UNIQUE,
    ceremony BYTEA NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL
)"
                ),
                format!("CREATE INDEX IF NOT EXISTS {index} ON {table} (expires_at)"),
                format!("CREATE SEQUENCE IF NOT EXISTS {ring} MINVALUE 0 CYCLE"),
                format!("ALTER TABLE {table} ADD COLUMN IF NOT EXISTS begun_by BYTEA"),
                format!(
                    "CREATE INDEX IF NOT EXISTS {users} ON {table} (begun_by, expires_at) \
                     WHERE begun_by IS NOT NULL"
                ),
            ],
            put: format!(
                "INSERT INTO {table} (slot, ticket, ceremony, expires_at) \
                 VALUES (nextval('{ring}') % $1, $2, $3, $4) \
                 ON CONFLICT (slot) DO UPDATE SET {replaced}"
            ),
            // Names the user twice: meanwhile a slot that has expired may have become another's.
            make_room: format!(
                "DELETE FROM {table} WHERE begun_by = $1 AND slot = ANY (ARRAY (\
                 SELECT slot FROM {table} WHERE begun_by = $1 \
                 ORDER BY expires_at DESC, slot OFFSET $2))"
            ),
            // The reserved slots are the negative ones. Takes the first free one of several; a
            // concurrent `put` may be faster.
            put_reserved: format!(
                "WITH next AS MATERIALIZED (SELECT nextval('{ring}') AS number) \
                 INSERT INTO {table} (slot, ticket, ceremony, expires_at, begun_by) \
                 SELECT slot, $2, $3, $4, $5 FROM (\
                 SELECT -1 - (next.number + step) % $1 AS slot \
                 FROM next, generate_series(0, LEAST($1, {CANDIDATES}) - 1) AS step) AS candidate \
                 WHERE NOT EXISTS (SELECT 1 FROM {table} AS other \
                 WHERE other.slot = candidate.slot AND other.expires_at >= $6) LIMIT 1 \
                 ON CONFLICT (slot) DO UPDATE SET {replaced} WHERE {table}.expires_at < $6"
            ),
            check: format!(
                "SELECT EXISTS (SELECT slot, ticket, ceremony, expires_at, begun_by \
                 FROM {table} LIMIT 0) AS found"
            ),
            take: format!("DELETE FROM {table} WHERE ticket = $1 RETURNING ceremony"),
            // An array, so that the planner looks up its few slots instead of joining tables.
            reclaim: format!(
                "DELETE FROM {table} WHERE slot = ANY (ARRAY (SELECT slot FROM {table} \
                 WHERE expires_at < $1 ORDER BY expires_at LIMIT {} FOR UPDATE SKIP LOCKED))",
                2 * RECLAIM_EVERY
            ),
        }
    }
}

/// One `put` in this many deletes expired ceremonies, at most twice as many: they go faster than
/// new ones come.
const RECLAIM_EVERY: u32 = 32;

/// Reserved slots of which a `put` takes the first free one.
const CANDIDATES: u32 = 16;

/// How often a `put` looks for a free reserved slot. It needs a second time only if a concurrent one
/// was faster, or if the part is nearly full.
const ATTEMPTS: u32 = 4;

/// Method that creates the table, for messages.
const MIGRATE: &str = "PostgresChallenges::migrate()";

impl PostgresChallenges {
    /// Default capacity: at most this many ceremonies that anybody can begin are kept.
    pub const DEFAULT_CAPACITY: usize = 1_000_000;

    /// Default timeout of one operation.
    pub const DEFAULT_TIMEOUT: Duration = database::DEFAULT_TIMEOUT;

    /// Creates a store in the table `passkey_challenges` of the application's database.
    ///
    /// Call [`migrate`](Self::migrate) before the first use, or run the statements of
    /// [`schema`](Self::schema) by other means.
    #[cfg(feature = "postgres")]
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self::of(Database::new(pool, MIGRATE))
    }

    /// Creates a store in the table `passkey_challenges`, over a driver of the application. See
    /// [`new`](Self::new).
    #[must_use]
    pub fn with_driver(driver: impl PostgresDriver) -> Self {
        Self::of(Database::with_driver(Arc::new(driver), MIGRATE))
    }

    fn of(database: Database) -> Self {
        Self {
            database,
            capacity: Self::DEFAULT_CAPACITY,
            puts: Arc::default(),
            sql: Arc::new(Sql::new(&TableName::plain("passkey_challenges"))),
        }
    }

    /// Sets the table: `name` or `schema.name`, each an SQL identifier. The schema must exist.
    ///
    /// # Errors
    ///
    /// [`InvalidTableName`] if a part is not a plain SQL identifier of 1 to 54 characters.
    pub fn table(mut self, name: &str) -> Result<Self, InvalidTableName> {
        self.sql = Arc::new(Sql::new(&TableName::parse(name)?));
        Ok(self)
    }

    /// Sets how many ceremonies are kept at most that anybody can begin. A quarter as many are kept
    /// for signed-in users. With 0, every `put` fails.
    #[must_use]
    pub fn with_capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// Sets the maximum time of one operation, waiting for a connection included.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.database.timeout = timeout;
        self
    }

    /// Sets whether connections of the pool go through a pooler in transaction mode, such as `PgBouncer`.
    /// See [`PostgresRepository::transaction_pooler`](super::PostgresRepository::transaction_pooler).
    /// Default: `false`.
    #[cfg(feature = "postgres")]
    #[must_use]
    pub fn transaction_pooler(mut self, is_used: bool) -> Self {
        self.database.transaction_pooler(is_used);
        self
    }

    /// Creates the table if it is missing, in one transaction. Idempotent, and safe if several
    /// processes start at once: they migrate one after the other. Not bounded by the timeout.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.database.migrate(&self.sql.schema).await
    }

    /// Returns the statements that [`migrate`](Self::migrate) runs, for applications with schema
    /// migrations of their own.
    #[must_use]
    pub fn schema(&self) -> Vec<String> {
        self.sql.schema.to_vec()
    }

    /// Returns every statement of the store, for tests of query plans.
    #[doc(hidden)]
    #[must_use]
    pub fn statements(&self) -> [&str; 5] {
        let Sql {
            put,
            make_room,
            put_reserved,
            take,
            reclaim,
            ..
        } = &*self.sql;
        [put, make_room, put_reserved, take, reclaim].map(String::as_str)
    }

    /// Puts a ceremony of a signed-in user into the reserved part, where the user's own oldest makes
    /// room. Returns whether the part had room.
    async fn put_reserved(
        &self,
        ceremony: &PendingCeremony,
        user: [u8; 16],
        ticket: &Ticket,
        written: &[u8],
        parts: Parts,
    ) -> Result<bool, StoreError> {
        let digest = ticket.digest();
        let make_room = Query::new(&self.sql.make_room)
            .bind(&user[..])
            .bind(bigint(parts.per_user - 1));
        self.database.execute(make_room).await?;
        let put = Query::new(&self.sql.put_reserved)
            .bind(bigint(parts.reserved))
            .bind(&digest[..])
            .bind(written)
            .bind(ceremony.expires_at())
            .bind(&user[..])
            .bind(ceremony.begun_at());
        for _ in 0..ATTEMPTS {
            if self.database.execute(put.clone()).await? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

row! {
    /// Row of the statement `take`.
    Taken {
        #[serde(deserialize_with = "credential_table::bytes")]
        ceremony: Vec<u8>
    }
}

fn bigint(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
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
        require_capacity(self.capacity)?;
        let ticket = Ticket::random()?;
        let written = ceremony_format::write(&ceremony)?;
        let parts = Parts::of(self.capacity, PENDING_PER_USER);
        let reserved = match ceremony.begun_by() {
            Some(user) => {
                self.put_reserved(&ceremony, user, &ticket, &written, parts)
                    .await?
            }
            None => false,
        };
        if !reserved {
            let digest = ticket.digest();
            let put = Query::new(&self.sql.put)
                .bind(bigint(parts.open))
                .bind(&digest[..])
                .bind(&written[..])
                .bind(ceremony.expires_at());
            self.database.execute(put).await?;
        }
        if self
            .puts
            .fetch_add(1, Relaxed)
            .is_multiple_of(RECLAIM_EVERY)
        {
            let reclaim = Query::new(&self.sql.reclaim).bind(ceremony.begun_at());
            self.database.execute(reclaim).await?;
        }
        Ok(ticket.state())
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        let Some(ticket) = Ticket::from_state(state) else {
            return Ok(None);
        };
        let digest = ticket.digest();
        let take = Query::new(&self.sql.take).bind(&digest[..]);
        let taken = self.database.fetch::<Taken>(take).await?.pop();
        Ok(taken.and_then(|taken| ceremony_format::read(&taken.ceremony)))
    }

    async fn check(&self) -> Result<(), StoreError> {
        require_capacity(self.capacity)?;
        self.database.require_writable().await?;
        let check = Query::new(&self.sql.check);
        self.database.fetch::<Exists>(check).await.map(drop)
    }
}
