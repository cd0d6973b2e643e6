use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use async_trait::async_trait;
use sqlx::{MySql, MySqlPool, mysql::MySqlArguments, query::Query};
use time::OffsetDateTime;

use super::{
    ceremony_statements::{Part, RECLAIMED, Statements},
    database::{self, Database, Lease, TableName, utc},
    statements::Sql,
};
use crate::store::{
    ChallengeStore, InvalidTableName, PendingCeremony, StoreError,
    capacity::require_capacity,
    ceremony_format,
    reserved::{PENDING_PER_USER, Parts},
    ticket::Ticket,
};

/// Challenge store in MySQL 8.0 or MariaDB 10.6, or newer: for any number of machines, in the database that
/// holds the passkeys.
///
/// ```no_run
/// # async fn run(pool: passkeys::sqlx::MySqlPool) -> Result<(), passkeys::store::StoreError> {
/// use passkeys::store::MySqlChallenges;
///
/// let challenges = MySqlChallenges::new(pool);
/// challenges.migrate().await?;
/// # Ok(()) }
/// ```
///
/// **Guarantees** every requirement of [`ChallengeStore`] among all processes that use the
/// database, at every isolation level that it may have by default: a ceremony begun on one machine can be
/// finished on another, once. Read access to the tables is not enough to redeem a ceremony. A ceremony can
/// only be taken from the server that stored it, by its `server_id`: after a failover to a replica all
/// unfinished ceremonies are gone, and none is accepted twice, even if the replica has not received that it
/// was taken.
///
/// **Requires** that the server does not forget what it has committed when it crashes:
/// `innodb_flush_log_at_trx_commit = 1`, its default. With 0 or 2 a ceremony that was taken in the last second
/// before a crash could be accepted again. Nor may a replica evaluate `@@server_id` itself, as it does with
/// `binlog_format = STATEMENT`, which is the default of neither server. [`check`](ChallengeStore::check) fails
/// otherwise.
///
/// **Does not** spread over the nodes of a cluster: connect to one of them at a time. A ceremony is taken
/// from the primary only, so that a proxy that sends `SELECT` to replicas must not be between.
///
/// **Bound**: at most [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) ceremonies are kept, or
/// [another number](Self::with_capacity), of about 500 bytes on disk each; when the store is full, the
/// oldest makes room. Ceremonies that were finished count until they are the oldest. A quarter as many are
/// kept beside them for signed-in users, 16 of each (fewer with a capacity under 512, and one more for each
/// that the user begins at the same moment); a further one replaces the user's own oldest. One `put` in 32
/// deletes expired ones. See [`MemoryChallenges`](crate::store::MemoryChallenges) for what the bound means
/// under a flood.
///
/// **Timeout**: [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT) per operation, or
/// [another](Self::timeout), waiting for a connection included. Within it, a statement is run again if
/// the server has rolled it back because of concurrent ones. Nothing else is retried: a `take` whose response
/// was lost has taken the ceremony, and the user begins again.
///
/// There are two tables, `passkey_challenges` for ceremonies that anybody can begin, and
/// `passkey_challenges_reserved` for those of signed-in users.
#[derive(Clone)]
pub struct MySqlChallenges {
    database: Database,
    capacity: usize,
    puts: Arc<AtomicU32>,
    sql: Arc<Statements>,
}

/// One `put` in this many deletes expired ceremonies.
const RECLAIM_EVERY: u32 = 32;

/// Reserved slots of which a `put` takes the first free one, if that at a random place is not free.
const CANDIDATES: u64 = 128;

/// How often a `put` looks for a free one among these, somewhere else each time. It needs a second time only
/// if a concurrent one was faster, or if the part is nearly full.
const ATTEMPTS: u64 = 2;

/// First character of the `state` of a ceremony in the reserved part.
const RESERVED: char = 'r';

impl MySqlChallenges {
    /// Default capacity: at most this many ceremonies that anybody can begin are kept.
    pub const DEFAULT_CAPACITY: usize = 1_000_000;

    /// Default timeout of one operation.
    pub const DEFAULT_TIMEOUT: Duration = database::DEFAULT_TIMEOUT;

    /// Creates a store in the table `passkey_challenges` of the application's database.
    ///
    /// Call [`migrate`](Self::migrate) before the first use, or run the statements of
    /// [`schema`](Self::schema) by other means.
    #[must_use]
    pub fn new(pool: MySqlPool) -> Self {
        Self {
            database: Database::new(pool, "MySqlChallenges::migrate()"),
            capacity: Self::DEFAULT_CAPACITY,
            puts: Arc::default(),
            sql: Arc::new(Statements::new(&TableName::plain("passkey_challenges"))),
        }
    }

    /// Sets the table: `name` or `database.name`, each an SQL identifier. The database must exist. The table
    /// of signed-in users has this name with `_reserved` at its end.
    ///
    /// # Errors
    ///
    /// [`InvalidTableName`] if a part is not a plain SQL identifier of 1 to 54 characters.
    pub fn table(mut self, name: &str) -> Result<Self, InvalidTableName> {
        self.sql = Arc::new(Statements::new(&TableName::parse(name)?));
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

    /// Creates the tables that are missing. Idempotent, and safe if several processes start at once. Not
    /// bounded by the timeout.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.database.migrate(&self.sql.schema).await
    }

    /// Returns the statements that [`migrate`](Self::migrate) runs, for applications with schema
    /// migrations of their own.
    #[must_use]
    pub fn schema(&self) -> Vec<String> {
        self.sql.schema.to_vec()
    }

    /// Returns the statements that look something up, for tests of query plans.
    #[doc(hidden)]
    #[must_use]
    pub fn statements(&self) -> Vec<&str> {
        let Statements {
            drop_oldest,
            of_user,
            occupied,
            drop_expired,
            open,
            reserved,
            ..
        } = &*self.sql;
        let of_parts = [open, reserved]
            .into_iter()
            .flat_map(|part| [&part.find, &part.take, &part.expired, &part.reclaim]);
        [drop_oldest, of_user, occupied, drop_expired]
            .into_iter()
            .chain(of_parts)
            .map(Sql::text)
            .collect()
    }

    /// Puts a ceremony that anybody can begin, and drops the oldest if there are too many.
    async fn put_open(&self, lease: &mut Lease, new: &New<'_>) -> Result<(), StoreError> {
        let put = || new.bind(sqlx::query(self.sql.put.sql()));
        let id = lease.insert(put).await?.ok_or_else(New::is_not_new)?;
        let (id, capacity) = (bigint(id), bigint(self.capacity));
        if id > capacity {
            let drop_oldest = || {
                sqlx::query(self.sql.drop_oldest.sql())
                    .bind(id)
                    .bind(capacity)
            };
            lease.execute(drop_oldest).await?;
        }
        Ok(())
    }

    /// Puts a ceremony of a signed-in user into the reserved part, where the user's own oldest makes
    /// room. Returns whether the part had room.
    async fn put_reserved(
        &self,
        lease: &mut Lease,
        new: &New<'_>,
        user: [u8; 16],
    ) -> Result<bool, StoreError> {
        let parts = Parts::of(self.capacity, PENDING_PER_USER);
        let of_user = || sqlx::query_as(self.sql.of_user.sql()).bind(user.to_vec());
        let own: Vec<(i64, Vec<u8>)> = lease.fetch(of_user).await?;
        for (slot, ticket) in own.into_iter().skip(parts.per_user - 1) {
            let drop = || {
                let drop = sqlx::query(self.sql.reserved.take.sql()).bind(slot);
                drop.bind(ticket.clone())
            };
            lease.execute(drop).await?;
        }
        let slots = u64::try_from(parts.reserved).unwrap_or(u64::MAX).max(1);
        let put_into = async |lease: &mut Lease, slot: i64| {
            let put = || {
                let put = sqlx::query(self.sql.put_reserved.sql()).bind(slot);
                new.bind(put.bind(user.to_vec()))
            };
            Ok::<_, StoreError>(lease.insert(put).await?.is_some())
        };
        // Most slots are free, unless the part is nearly full.
        if put_into(lease, bigint(new.place(0) % slots)).await? {
            return Ok(true);
        }
        for attempt in 0..ATTEMPTS {
            let start = new.place(attempt) % slots;
            let free = self.free_slot(lease, start, slots, new.now).await?;
            let Some((slot, is_expired)) = free else {
                continue;
            };
            if is_expired {
                let drop_expired = || {
                    let drop = sqlx::query(self.sql.drop_expired.sql()).bind(slot);
                    drop.bind(utc(new.now))
                };
                lease.execute(drop_expired).await?;
            }
            // Unless another `put` has been faster.
            if put_into(lease, slot).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the first reserved slot from `start` on that has no ceremony, or one that has expired.
    async fn free_slot(
        &self,
        lease: &mut Lease,
        start: u64,
        slots: u64,
        now: OffsetDateTime,
    ) -> Result<Option<(i64, bool)>, StoreError> {
        let end = start.saturating_add(CANDIDATES.min(slots));
        let query = || {
            sqlx::query_as(self.sql.occupied.sql())
                .bind(utc(now))
                .bind(bigint(start))
                .bind(bigint(end.min(slots)))
                .bind(bigint(end.saturating_sub(slots)))
        };
        let occupied: Vec<(i64, bool)> = lease.fetch(query).await?;
        let candidates = (start..end).map(|number| bigint(number % slots));
        let free = candidates.into_iter().find_map(|slot| {
            let ceremony = occupied.iter().find(|(other, _)| *other == slot);
            match ceremony {
                None => Some((slot, false)),
                Some((_, true)) => Some((slot, true)),
                Some((_, false)) => None,
            }
        });
        Ok(free)
    }

    /// Deletes expired ceremonies from a table.
    async fn reclaim(
        &self,
        lease: &mut Lease,
        part: &Part,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let expired = || sqlx::query_as(part.expired.sql()).bind(utc(now));
        let mut keys: Vec<(i64,)> = lease.fetch(expired).await?;
        let Some(&last) = keys.last() else {
            return Ok(());
        };
        keys.sort_unstable();
        keys.resize(RECLAIMED, last);
        let reclaim = || {
            let reclaim = sqlx::query(part.reclaim.sql());
            let reclaim = keys
                .iter()
                .fold(reclaim, |reclaim, (key,)| reclaim.bind(*key));
            reclaim.bind(utc(now))
        };
        lease.execute(reclaim).await.map(drop)
    }
}

/// Ceremony to be put.
struct New<'a> {
    ticket: &'a Ticket,
    written: &'a [u8],
    expires_at: OffsetDateTime,
    /// Time in the library's clock.
    now: OffsetDateTime,
}

impl New<'_> {
    fn bind<'q>(
        &'q self,
        query: Query<'q, MySql, MySqlArguments>,
    ) -> Query<'q, MySql, MySqlArguments> {
        query
            .bind(self.ticket.digest().to_vec())
            .bind(self.written)
            .bind(utc(self.expires_at))
    }

    /// Returns a number that is different for each ceremony and each attempt, and as random as the ticket.
    fn place(&self, attempt: u64) -> u64 {
        let digest = self.ticket.digest();
        let random = digest.first_chunk().copied().unwrap_or_default();
        u64::from_be_bytes(random).wrapping_add(attempt * CANDIDATES)
    }

    /// Returns the error of a ticket that exists, which 128 random bits do not.
    fn is_not_new() -> StoreError {
        StoreError::new("a ceremony with the same random number exists")
    }
}

/// Returns a number as MySQL's `BIGINT`.
fn bigint(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

impl fmt::Debug for MySqlChallenges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MySqlChallenges")
            .field("database", &self.database)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ChallengeStore for MySqlChallenges {
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError> {
        require_capacity(self.capacity)?;
        let ticket = Ticket::random()?;
        let new = New {
            ticket: &ticket,
            written: &ceremony_format::write(&ceremony)?,
            expires_at: ceremony.expires_at(),
            now: ceremony.begun_at(),
        };
        let mut lease = self.database.lease().await?;
        let is_reserved = match ceremony.begun_by() {
            Some(user) => self.put_reserved(&mut lease, &new, user).await?,
            None => false,
        };
        if !is_reserved {
            self.put_open(&mut lease, &new).await?;
        }
        let puts = self.puts.fetch_add(1, Relaxed);
        if puts.is_multiple_of(RECLAIM_EVERY) {
            for part in [&self.sql.open, &self.sql.reserved] {
                self.reclaim(&mut lease, part, new.now).await?;
            }
        }
        let state = ticket.state();
        Ok(if is_reserved {
            format!("{RESERVED}{state}")
        } else {
            state
        })
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        let (part, ticket) = match Ticket::from_state(state) {
            Some(ticket) => (&self.sql.open, ticket),
            None => match state.strip_prefix(RESERVED).and_then(Ticket::from_state) {
                Some(ticket) => (&self.sql.reserved, ticket),
                None => return Ok(None),
            },
        };
        let digest = ticket.digest().to_vec();
        let mut lease = self.database.lease().await?;
        let find = || sqlx::query_as(part.find.sql()).bind(&digest);
        let found: Option<(i64, Vec<u8>)> = lease.fetch(find).await?.pop();
        let Some((key, written)) = found else {
            return Ok(None);
        };
        // A ticket is that of one ceremony. Of all that have found it, one deletes it.
        let take = || sqlx::query(part.take.sql()).bind(key).bind(&digest);
        let is_taken = lease.execute(take).await? > 0;
        Ok(if is_taken {
            ceremony_format::read(&written)
        } else {
            None
        })
    }

    async fn check(&self) -> Result<(), StoreError> {
        require_capacity(self.capacity)?;
        let mut lease = self.database.lease().await?;
        lease.require_writable().await?;
        for (name, value) in lease
            .variables(&["innodb_flush_log_at_trx_commit", "binlog_format"])
            .await?
        {
            let problem = match (&*name, &*value) {
                ("innodb_flush_log_at_trx_commit", "0" | "2") => {
                    "the server may forget at a crash that a ceremony was taken, so that it could be \
                     accepted twice: set it to 1, its default"
                }
                ("binlog_format", "STATEMENT") => {
                    "a replica would take ceremonies of the primary for its own, so that after a failover \
                     one could be accepted twice: set it to ROW"
                }
                _ => continue,
            };
            return Err(StoreError::new(format!("`{name}` is {value}: {problem}")));
        }
        for part in [&self.sql.open, &self.sql.reserved] {
            let check = || sqlx::query(part.check.sql());
            lease.execute(check).await?;
        }
        Ok(())
    }
}
