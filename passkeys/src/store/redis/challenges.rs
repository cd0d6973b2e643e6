use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
#[cfg(feature = "redis-sentinel")]
use redis::sentinel::SentinelClient;
use redis::{
    Client, Cmd, FromRedisValue, InfoDict, IntoConnectionInfo, ProtocolVersion, RedisError, Value,
    aio::{ConnectionLike, ConnectionManagerConfig},
};
use tokio::time::timeout;

use super::{
    connection::{Connection, Shared},
    url,
};
use crate::domain::base64url;
use crate::store::{
    ChallengeStore, PendingCeremony, StoreError,
    capacity::require_capacity,
    ceremony_format,
    challenge_store::milliseconds,
    reserved::{PENDING_PER_USER, Parts},
    ticket::Ticket,
};

/// Challenge store in Redis (6.2 or newer) or Valkey: for any number of machines.
///
/// ```no_run
/// # async fn run() -> Result<(), passkeys::store::StoreError> {
/// use passkeys::store::RedisChallenges;
///
/// let challenges = RedisChallenges::connect("redis://localhost").await?;
/// # Ok(()) }
/// ```
///
/// **Guarantees** every requirement of [`ChallengeStore`] among all processes that use the server:
/// a ceremony begun on one machine can be finished on another, once. Read access to the database is
/// not enough to redeem a ceremony. A ceremony can only be taken from the very server process that
/// stored it: after a restart or a failover all unfinished ceremonies are gone, and none is
/// accepted twice, even if the server comes back with keys that had been taken.
///
/// **Does not** provide durability, by design: users begin again.
///
/// **TLS**: `rediss://`, if the application enables a TLS feature of the crate `redis`, such as
/// `tokio-rustls-comp` with `tls-rustls-webpki-roots`, and rustls has a cryptography provider.
///
/// **Sentinel**: [`sentinel`](Self::sentinel) (feature `redis-sentinel`) connects to the primary, and to
/// the new one after a failover.
///
/// **Cluster**: [`new`](Self::new) takes a `ClusterConnection`. All keys have one hash tag, so that the
/// node of its slot has all of them. After a failover of this node, or when the slot has moved to another
/// one, unfinished ceremonies are gone.
///
/// **Bound**: a ceremony takes about 500 bytes, and the server deletes it when it expires. At most
/// [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) are kept, or [another
/// number](Self::with_capacity); beyond it the oldest makes room. A quarter as many are kept beside
/// them for signed-in users, 16 of each (fewer with a capacity under 512); a further one replaces the
/// user's own oldest. Ceremonies that were finished count until they are the oldest. See
/// [`MemoryChallenges`](crate::store::MemoryChallenges) for what the bound means under a flood.
///
/// **Timeout**: [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT) per operation, or
/// [another](Self::timeout). A lost connection is replaced in the background. No command is sent
/// twice: a `take` whose response was lost has taken the ceremony, and the user begins again.
///
/// The commands are `SET`, `GETDEL`, `UNLINK`, `RPUSH`, `LPOP`, `LLEN`, `ZADD`, `ZREM`,
/// `ZCARD`, `ZREMRANGEBYSCORE`, `PEXPIRE`, `EVAL` and `INFO`, on keys that start with `{passkeys}:` or
/// [another prefix](Self::prefix).
#[derive(Clone)]
pub struct RedisChallenges {
    connection: Arc<dyn Connection>,
    prefix: String,
    capacity: usize,
    timeout: Duration,
    /// `run_id` of the server process that responded last.
    server: Arc<Mutex<String>>,
}

impl RedisChallenges {
    /// Default capacity: at most this many ceremonies that anybody can begin are kept.
    pub const DEFAULT_CAPACITY: usize = 100_000;

    /// Default timeout of one operation, and the timeout of [`connect`](Self::connect).
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);

    /// Connects to `redis://[user:password@]host[:port][/database]` or `unix:path`; to
    /// `rediss://..` as well if the application enables a TLS feature of the `redis` crate.
    ///
    /// Once connected, a lost connection is replaced in the background, without limit.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the URL is invalid, or no connection could be made within
    /// [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT).
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        url::check(url).map_err(StoreError::new)?;
        let info = url.into_connection_info().map_err(StoreError::new)?;
        let address = info.addr().to_string();
        // With RESP3 a closed connection is noticed, and replaced, before the next command.
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
        match timeout(Self::DEFAULT_TIMEOUT, connecting).await {
            Ok(Ok(connection)) => Ok(Self::new(connection)),
            Ok(Err(error)) => Err(StoreError::new(format!(
                "no connection to Redis at `{address}`: {error}"
            ))),
            Err(_) => {
                let limit = Self::DEFAULT_TIMEOUT;
                let cause = last_cause(&client).await;
                Err(StoreError::new(format!(
                    "no connection to Redis at `{address}` within {limit:?}{cause}"
                )))
            }
        }
    }

    /// Creates a store on a connection of the application that replaces what it has lost: a
    /// [`ConnectionManager`](crate::redis::aio::ConnectionManager), or a `ClusterConnection` of the feature
    /// `cluster-async` of the crate `redis`. The connection's response timeout applies in addition to the
    /// store's.
    #[must_use]
    pub fn new(connection: impl ConnectionLike + Clone + Send + Sync + 'static) -> Self {
        Self::on(Arc::new(Shared(connection)))
    }

    /// Connects to the primary that Redis Sentinel names, and to the new one after a failover.
    ///
    /// The client has the server type `Master`, and the passwords and certificates of the servers. While
    /// Sentinel elects a primary, operations fail.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use passkeys::{
    ///     redis::sentinel::{SentinelClient, SentinelServerType},
    ///     store::RedisChallenges,
    /// };
    ///
    /// let sentinels = vec!["redis://sentinel-1:26379", "redis://sentinel-2:26379"];
    /// let primary = SentinelServerType::Master;
    /// let client = SentinelClient::build(sentinels, "mymaster".to_owned(), None, primary)?;
    /// let challenges = RedisChallenges::sentinel(client).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError`] if no connection could be made within [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT).
    #[cfg(feature = "redis-sentinel")]
    pub async fn sentinel(client: SentinelClient) -> Result<Self, StoreError> {
        let connecting = super::sentinel::Primary::connect(client);
        let primary = timeout(Self::DEFAULT_TIMEOUT, connecting)
            .await
            .map_err(|_| {
                let limit = Self::DEFAULT_TIMEOUT;
                StoreError::new(format!(
                    "no connection to the primary of Redis, or to Sentinel, within {limit:?}"
                ))
            })?
            .map_err(StoreError::new)?;
        Ok(Self::on(Arc::new(primary)))
    }

    fn on(connection: Arc<dyn Connection>) -> Self {
        Self {
            connection,
            prefix: "{passkeys}:".to_owned(),
            capacity: Self::DEFAULT_CAPACITY,
            timeout: Self::DEFAULT_TIMEOUT,
            server: Arc::default(),
        }
    }

    /// Sets the prefix of all keys, so that several applications can share one server. Default:
    /// `{passkeys}:`.
    ///
    /// With Redis Cluster, it has to contain a hash tag, such as `{shop}:`: the keys must be in one slot.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets how many ceremonies are kept at most that anybody can begin. A quarter as many are kept
    /// for signed-in users. With 0, every `put` fails.
    #[must_use]
    pub fn with_capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// Sets the maximum time of one operation.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn key(&self, ticket: &Ticket) -> String {
        format!("{}{}", self.prefix, base64url::encode(&ticket.digest()))
    }

    /// Key of the list of ceremony keys that anybody can begin, oldest first.
    fn ring(&self) -> String {
        format!("{}ring", self.prefix)
    }

    /// Key of the set of ceremony keys of signed-in users, by expiry.
    fn reserved(&self) -> String {
        format!("{}reserved", self.prefix)
    }

    /// Key of the list of ceremony keys of a signed-in user, oldest first.
    fn user(&self, user: &[u8; 16]) -> String {
        format!("{}user:{}", self.prefix, base64url::encode(user))
    }

    async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        if let Ok(response) = timeout(self.timeout, self.connection.send(command)).await {
            return T::from_redis_value(response.map_err(explained)?).map_err(StoreError::new);
        }
        self.connection.timed_out().await;
        Err(StoreError::new("Redis did not respond within the timeout"))
    }

    /// Stores a ceremony, marked with the server process that responded last. If that was in fact
    /// another process, marks it anew: otherwise `take` would not return the ceremony.
    async fn store(&self, key: &str, ceremony: &PendingCeremony) -> Result<(), StoreError> {
        let written = ceremony_format::write(ceremony)?;
        // The server has its own clock, so it gets a lifetime instead of a point in time.
        let now = milliseconds(ceremony.begun_at());
        let expiry = milliseconds(ceremony.expires_at());
        let lifetime = (expiry - now).max(1);
        let parts = Parts::of(self.capacity, PENDING_PER_USER);
        let mut keys = vec![key.to_owned(), self.ring(), self.reserved()];
        keys.extend(ceremony.begun_by().map(|user| self.user(&user)));

        let server = self.server().clone();
        let mut put = redis::cmd("EVAL");
        put.arg(PUT).arg(keys.len()).arg(keys);
        put.arg([server.as_bytes(), &written].concat())
            .arg(lifetime);
        put.arg(now).arg(expiry);
        put.arg(parts.open).arg(parts.reserved).arg(parts.per_user);
        let info: InfoDict = self.run(&put).await?;
        let current = run_id(&info)?;
        if current == server {
            return Ok(());
        }
        // The first `put`, or the first after a restart of the server. A ceremony that has made room for
        // another one since does not come back: it would not be counted.
        let mut mark = redis::cmd("SET");
        mark.arg(key);
        mark.arg([current.as_bytes(), &written].concat());
        mark.arg("XX").arg("PX").arg(lifetime);
        *self.server() = current;
        self.run::<Value>(&mark).await.map(drop)
    }

    fn server(&self) -> std::sync::MutexGuard<'_, String> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts a ceremony. One of a signed-in user, whose list is the fourth key, goes into the reserved part,
/// where the user's own oldest makes room, unless the part is full; every other one into the ring, where
/// the oldest makes room. A script, so that no other `put` comes between.
const PUT: &str = "
local key, ring, reserved, user = unpack(KEYS)
local value, lifetime, now, expiry, open, capacity, per_user = unpack(ARGV)
local function drop(key)
    redis.call('UNLINK', key)
    redis.call('ZREM', reserved, key)
end
local function push(list)
    local length = redis.call('RPUSH', list, key)
    redis.call('PEXPIRE', list, lifetime)
    return length
end
local is_reserved = false
if user then
    redis.call('ZREMRANGEBYSCORE', reserved, '-inf', '(' .. now)
    for _ = tonumber(per_user), redis.call('LLEN', user) do
        drop(redis.call('LPOP', user))
    end
    is_reserved = redis.call('ZCARD', reserved) < tonumber(capacity)
end
if is_reserved then
    push(user)
    redis.call('ZADD', reserved, expiry, key)
    redis.call('PEXPIRE', reserved, lifetime)
else
    for _ = tonumber(open) + 1, push(ring) do
        drop(redis.call('LPOP', ring))
    end
end
redis.call('SET', key, value, 'PX', lifetime)
return redis.call('INFO', 'server')
";

/// Takes a ceremony, and names the server process that had it. A script, so that in a cluster both are of
/// the same node.
const TAKE: &str = "
local value = redis.call('GETDEL', KEYS[1])
redis.call('ZREM', KEYS[2], KEYS[1])
return {value, redis.call('INFO', 'server')}
";

/// Reads a key of the store, and names the server process.
const CHECK: &str = "
redis.call('LLEN', KEYS[1])
return redis.call('INFO', 'server')
";

/// Returns why a client cannot connect, as the end of a sentence: its connection manager tries again
/// without saying so.
async fn last_cause(client: &Client) -> String {
    let attempt = client.get_multiplexed_async_connection();
    match timeout(Duration::from_secs(1), attempt).await {
        Ok(Err(error)) => format!(": {error}"),
        Ok(Ok(_)) | Err(_) => String::new(),
    }
}

/// Error of keys that are in several slots of a cluster.
#[derive(thiserror::Error)]
#[error(
    "{0}: set a prefix with a hash tag, such as `prefix(\"{{shop}}:\")`, which puts them in one slot"
)]
struct SeveralSlots(RedisError);

passkeys_rules::debug_as_display!(SeveralSlots);

/// Returns the error of a command, with what to do.
fn explained(error: RedisError) -> StoreError {
    if error.code() == Some("CROSSSLOT") {
        StoreError::new(SeveralSlots(error))
    } else {
        StoreError::new(error)
    }
}

/// Returns the ID of the server process, which changes with every restart.
fn run_id(info: &InfoDict) -> Result<String, StoreError> {
    let id: Option<String> = info.get("run_id");
    id.ok_or_else(|| StoreError::new("the response to `INFO server` has no `run_id`"))
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
        require_capacity(self.capacity)?;
        let ticket = Ticket::random()?;
        self.store(&self.key(&ticket), &ceremony).await?;
        Ok(ticket.state())
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        let Some(ticket) = Ticket::from_state(state) else {
            return Ok(None);
        };
        let mut take = redis::cmd("EVAL");
        take.arg(TAKE).arg(2);
        take.arg(self.key(&ticket)).arg(self.reserved());
        let (value, info): (Option<Vec<u8>>, InfoDict) = self.run(&take).await?;
        let server = run_id(&info)?;
        let written = value
            .as_deref()
            .and_then(|value| value.strip_prefix(server.as_bytes()));
        Ok(written.and_then(ceremony_format::read))
    }

    async fn check(&self) -> Result<(), StoreError> {
        require_capacity(self.capacity)?;
        let mut check = redis::cmd("EVAL");
        check.arg(CHECK).arg(1).arg(self.ring());
        let info: InfoDict = self.run(&check).await?;
        run_id(&info).map(drop)
    }
}
