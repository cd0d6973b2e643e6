use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use redis::{
    Client, FromRedisValue, InfoDict, IntoConnectionInfo, Pipeline, ProtocolVersion,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::time::timeout;

use crate::store::{
    ChallengeStore, PendingCeremony, StoreError, codec, milliseconds, ticket::Ticket,
};

/// Unfinished ceremonies in Redis (6.2 or newer) or Valkey: any number of machines.
///
/// ```no_run
/// # async fn run() -> Result<(), passkeys::store::StoreError> {
/// use passkeys::store::RedisChallenges;
///
/// let challenges = RedisChallenges::connect("redis://localhost").await?;
/// # Ok(()) }
/// ```
///
/// **Gives** every promise of [`ChallengeStore`] among all processes that use the server: a
/// ceremony begun on one machine finishes on another, once. What waits cannot be redeemed by
/// somebody who reads the database. A ceremony is redeemed by the very server process that was
/// given it: after a restart or a failover what waited is gone, and nothing is accepted twice,
/// although a server may come back with keys that had been taken.
///
/// **Does not give** durability, by intention; people begin again. It does not speak Redis
/// Cluster's protocol: name one primary, or what leads to it.
///
/// **Bound**: a ceremony takes about 500 bytes, and is deleted by the server when it expires.
/// [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) of them wait, or [another
/// number](Self::capacity); beyond it those begun first make room, up to one in 64 at a time.
/// (Those that were finished since count until they are the oldest.) See
/// [`MemoryChallenges`](crate::store::MemoryChallenges) for what the bound means under a flood.
///
/// **Waits** at most [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT), or
/// [another time](Self::timeout). A lost connection is replaced in the background. No command is
/// sent twice: a `take` whose answer was lost has taken the ceremony, and the person begins
/// again.
///
/// The commands are `SET`, `GETDEL`, `UNLINK`, `RPUSH`, `LPOP`, `PEXPIRE` and `INFO`, on keys
/// that start with `passkeys:` or [another prefix](Self::prefix).
#[derive(Clone)]
pub struct RedisChallenges {
    connection: ConnectionManager,
    prefix: String,
    capacity: usize,
    timeout: Duration,
    /// The `run_id` of the server process that was heard last.
    server: Arc<Mutex<String>>,
}

impl RedisChallenges {
    /// How many ceremonies wait at most unless another capacity is set.
    pub const DEFAULT_CAPACITY: usize = 100_000;

    /// How long an operation may take unless another time is set.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);

    /// Connects to `redis://[user:password@]host[:port][/database]`, or `unix:` and a path;
    /// `rediss://` where the application enables a TLS feature of the `redis` crate.
    ///
    /// Fails when the server is not there. After that, connections are replaced as often as it
    /// takes.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let info = url.into_connection_info().map_err(StoreError::new)?;
        // With RESP3 a connection's end is noticed, and the next one made, before anybody asks.
        let settings = info
            .redis_settings()
            .clone()
            .set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings)).map_err(StoreError::new)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Self::DEFAULT_TIMEOUT))
            .set_response_timeout(None)
            .set_max_delay(Duration::from_millis(500));
        let connecting = client.get_connection_manager_with_config(config);
        let connection = timeout(Self::DEFAULT_TIMEOUT, connecting)
            .await
            .map_err(StoreError::new)?
            .map_err(StoreError::new)?;
        Ok(Self::new(connection))
    }

    /// Uses a connection that the application has already. Its response timeout holds beside
    /// this store's own.
    #[must_use]
    pub fn new(connection: ConnectionManager) -> Self {
        Self {
            connection,
            prefix: "passkeys:".to_owned(),
            capacity: Self::DEFAULT_CAPACITY,
            timeout: Self::DEFAULT_TIMEOUT,
            server: Arc::default(),
        }
    }

    /// Starts keys like this, to keep applications on one server apart.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Lets at most this many ceremonies wait; at least one.
    #[must_use]
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity.max(1);
        self
    }

    /// Lets an operation take this long.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn key(&self, ticket: &Ticket) -> String {
        format!(
            "{}{}",
            self.prefix,
            crate::domain::base64url::encode(&ticket.digest())
        )
    }

    /// Lists the keys of the ceremonies begun last, oldest first.
    fn ring(&self) -> String {
        format!("{}ring", self.prefix)
    }

    async fn run<T: FromRedisValue>(&self, pipeline: &Pipeline) -> Result<T, StoreError> {
        let mut connection = self.connection.clone();
        timeout(self.timeout, pipeline.query_async(&mut connection))
            .await
            .map_err(|_| StoreError::new("no answer from Redis within the timeout"))?
            .map_err(StoreError::new)
    }

    /// Stores a ceremony for the server process that was heard last. Answers how many are in the
    /// ring, and whether another process took it in, which would not give it out again.
    async fn store(
        &self,
        key: &str,
        written: &[u8],
        ttl: i64,
    ) -> Result<(usize, bool), StoreError> {
        let mut server = self.server().clone();
        let value = [server.as_bytes(), written].concat();
        let mut pipeline = redis::pipe();
        pipeline
            .cmd("SET")
            .arg(key)
            .arg(value)
            .arg("PX")
            .arg(ttl)
            .ignore();
        pipeline.cmd("RPUSH").arg(self.ring()).arg(key);
        pipeline.cmd("PEXPIRE").arg(self.ring()).arg(ttl).ignore();
        pipeline.cmd("INFO").arg("server");
        let (length, info): (usize, InfoDict) = self.run(&pipeline).await?;
        let answered = run_id(&info)?;
        let moved = answered != server;
        if moved {
            server.clone_from(&answered);
            *self.server() = server;
        }
        Ok((length, moved))
    }

    fn server(&self) -> std::sync::MutexGuard<'_, String> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes room: drops the excess of the ring, and some more so as not to do this every time.
    async fn evict(&self, length: usize) -> Result<(), StoreError> {
        let Some(excess) = length
            .checked_sub(self.capacity)
            .filter(|excess| *excess > 0)
        else {
            return Ok(());
        };
        let spare = (self.capacity / 64).min(256);
        let mut pop = redis::pipe();
        pop.cmd("LPOP").arg(self.ring()).arg(excess + spare);
        let (keys,): (Vec<String>,) = self.run(&pop).await?;
        if keys.is_empty() {
            return Ok(());
        }
        let mut unlink = redis::pipe();
        unlink.cmd("UNLINK").arg(keys).ignore();
        self.run(&unlink).await
    }
}

/// Names the server process, and no other before or after it.
fn run_id(info: &InfoDict) -> Result<String, StoreError> {
    let id: Option<String> = info.get("run_id");
    id.ok_or_else(|| StoreError::new("the server does not tell its `run_id`"))
}

impl fmt::Debug for RedisChallenges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisChallenges")
            .field("prefix", &self.prefix)
            .field("capacity", &self.capacity)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ChallengeStore for RedisChallenges {
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError> {
        let ticket = Ticket::fresh()?;
        let key = self.key(&ticket);
        let written = codec::write(&ceremony)?;
        // The server has a clock of its own; only the span is the same for both.
        let ttl = milliseconds(ceremony.expires_at()) - milliseconds(ceremony.begun_at());
        let ttl = ttl.max(1);
        let (mut length, moved) = self.store(&key, &written, ttl).await?;
        if moved {
            // The first time, or after a restart.
            length = self.store(&key, &written, ttl).await?.0;
        }
        self.evict(length).await?;
        Ok(ticket.state())
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        let Some(ticket) = Ticket::from_state(state) else {
            return Ok(None);
        };
        let mut pipeline = redis::pipe();
        pipeline.cmd("GETDEL").arg(self.key(&ticket));
        pipeline.cmd("INFO").arg("server");
        let (value, info): (Option<Vec<u8>>, InfoDict) = self.run(&pipeline).await?;
        let server = run_id(&info)?;
        let written = value
            .as_deref()
            .and_then(|value| value.strip_prefix(server.as_bytes()));
        Ok(written.and_then(codec::read))
    }
}
