use std::{
    collections::BTreeMap,
    fmt,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::domain::base64url;
use crate::store::{
    ChallengeStore, Description, Missing, PendingCeremony, StoreError,
    capacity::require_capacity,
    ceremony_format,
    challenge_store::milliseconds,
    reserved::{PENDING_PER_USER, Parts},
};

/// Challenge store in the memory of this process: the default, and right for one process.
///
/// **Guarantees** every requirement of [`ChallengeStore`] within one process, in logarithmic time.
/// Clones share one store.
///
/// **Does not** share ceremonies with a second process: a ceremony finishes where it was begun.
/// Unfinished ceremonies are lost when the process ends; users then begin again.
///
/// **Bound**: [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) ceremonies, or
/// [another number](Self::with_capacity), in an open part, and a quarter as many in a part that is
/// reserved for signed-in users. One takes less than 400 bytes, overhead included, if the user's
/// names have usual lengths (at most 3 KiB if they are as long as the library allows), and a
/// reserved one less than 500, so the default stays under 55 MB.
///
/// - The *open part* has sign-ins and sign-ups. When it is full, the ceremony that expires first
///   makes room: `begin` is open to everybody, so rejecting new ceremonies would let an attacker
///   lock out all users for a whole challenge lifetime. Under a flood of begins a user has
///   *capacity / begins per second* to finish: limit the rate of `begin` in front of the
///   application, and set the capacity to what that rate fills within the challenge lifetime.
/// - The *reserved part* has registrations of further passkeys and step-ups, up to 16 of each
///   signed-in user (fewer with a capacity under 512). One more replaces that user's own oldest, and
///   nobody else's: a flood of sign-ins, or by another user, ends no signed-in user's ceremony. Where this part is full, because thousands of users have pending ceremonies, new
///   ones are put into the open part.
///
/// Expired ceremonies are dropped by [`put`](ChallengeStore::put), two of each part at a time, so
/// that no operation pauses for many. All expired ones are gone after half as many begins.
///
/// **Timeout**: none; operations never wait.
///
/// A `state` carries a check that only the store which issued it can verify. So the audit trail tells a
/// ceremony that has expired ([`Missing::Expired`]) from one of another store of this process, and from one
/// of another process or before a restart, and clients learn nothing from it.
///
/// ```
/// use passkeys::store::MemoryChallenges;
///
/// let challenges = MemoryChallenges::with_capacity(10_000);
/// ```
#[derive(Clone)]
pub struct MemoryChallenges {
    ceremonies: Arc<Mutex<Ceremonies>>,
    capacity: usize,
    /// Number of the store in this process; clones have the same.
    number: u32,
}

#[derive(Default)]
struct Ceremonies {
    open: BTreeMap<Key, Box<[u8]>>,
    reserved: BTreeMap<Key, Reserved>,
    /// Keys of the reserved ceremonies of each user, in the order in which they were begun.
    users: BTreeMap<(User, u64), Key>,
    /// Number of ceremonies that signed-in users have begun so far.
    number: u64,
}

/// Ceremony of a signed-in user.
struct Reserved {
    user: User,
    number: u64,
    packed: Box<[u8]>,
}

/// Digest of a signed-in user.
type User = [u8; 16];

/// Key of a ceremony, and the content of its `state`: ordered by expiry, unguessable because of the
/// random part.
type Key = (i64, [u8; RANDOM_BYTES]);

const RANDOM_BYTES: usize = 16;
const EXPIRY_BYTES: usize = size_of::<i64>();
const KEY_BYTES: usize = EXPIRY_BYTES + RANDOM_BYTES;
const CHECK_BYTES: usize = size_of::<u64>();
const STATE_BYTES: usize = KEY_BYTES + CHECK_BYTES;

/// Number of the next store.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Maximum number of stores that are asked whether a state is theirs.
const MAX_STORES: u32 = 256;

/// Returns the check of a state: a keyed hash, which only this process can compute, of the key and the
/// store.
fn check(number: u32, key: &Key) -> u64 {
    static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    HASHER.hash_one((number, key))
}

impl Ceremonies {
    fn len(&self) -> usize {
        self.open.len() + self.reserved.len()
    }

    /// Drops up to two expired ceremonies of each part. Two go for each one that comes, so expired
    /// ones are soon gone, and never all at once.
    fn reclaim(&mut self, now: i64) {
        for _ in 0..2 {
            if self
                .open
                .first_key_value()
                .is_some_and(|(key, _)| key.0 < now)
            {
                self.open.pop_first();
            }
            if let Some((&key, _)) = self.reserved.first_key_value()
                && key.0 < now
            {
                self.remove_reserved(&key);
            }
        }
    }

    /// Inserts a ceremony into the open part, in which the one that expires first makes room.
    fn insert(&mut self, key: Key, packed: Box<[u8]>, parts: Parts) {
        if self.open.len() >= parts.open {
            self.open.pop_first();
        }
        self.open.insert(key, packed);
    }

    /// Inserts a ceremony of a signed-in user into the reserved part, where the user's own oldest makes
    /// room; into the open part if there is no room.
    fn insert_reserved(&mut self, user: User, key: Key, packed: Box<[u8]>, parts: Parts) {
        let mut own = self.users.range((user, 0)..=(user, u64::MAX));
        if let Some((_, &oldest)) = own.next()
            && 1 + own.count() >= parts.per_user
        {
            self.remove_reserved(&oldest);
        }
        if self.reserved.len() >= parts.reserved {
            return self.insert(key, packed, parts);
        }
        self.number += 1;
        let number = self.number;
        self.users.insert((user, number), key);
        let ceremony = Reserved {
            user,
            number,
            packed,
        };
        self.reserved.insert(key, ceremony);
    }

    fn remove(&mut self, key: &Key) -> Option<Box<[u8]>> {
        let open = self.open.remove(key);
        open.or_else(|| self.remove_reserved(key))
    }

    fn remove_reserved(&mut self, key: &Key) -> Option<Box<[u8]>> {
        let ceremony = self.reserved.remove(key)?;
        self.users.remove(&(ceremony.user, ceremony.number));
        Some(ceremony.packed)
    }
}

impl MemoryChallenges {
    /// Default capacity: at most this many ceremonies that anybody can begin are kept.
    pub const DEFAULT_CAPACITY: usize = 100_000;

    /// Creates an empty store that keeps at most `capacity` ceremonies in the open part, and a quarter
    /// as many in the reserved one. With 0, every `put` fails.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            ceremonies: Arc::default(),
            capacity,
            number: NEXT.fetch_add(1, Relaxed),
        }
    }

    fn state_of(&self, key: &Key) -> String {
        let (expiry, random) = key;
        let mut bytes = [0; STATE_BYTES];
        let (first, rest) = bytes.split_at_mut(EXPIRY_BYTES);
        first.copy_from_slice(&expiry.to_be_bytes());
        let (second, third) = rest.split_at_mut(RANDOM_BYTES);
        second.copy_from_slice(random);
        third.copy_from_slice(&check(self.number, key).to_be_bytes());
        base64url::encode(&bytes)
    }

    /// Takes the only lock. It is held for a few map operations, and never across an `await`.
    fn lock(&self) -> MutexGuard<'_, Ceremonies> {
        self.ceremonies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryChallenges {
    fn default() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }
}

impl fmt::Debug for MemoryChallenges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryChallenges")
            .field("ceremonies", &self.lock().len())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ChallengeStore for MemoryChallenges {
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError> {
        require_capacity(self.capacity)?;
        let packed = ceremony_format::pack(&ceremony)?.into_boxed_slice();
        let mut random = [0; RANDOM_BYTES];
        getrandom::fill(&mut random).map_err(StoreError::new)?;
        let key = (milliseconds(ceremony.expires_at()), random);
        let now = milliseconds(ceremony.begun_at());

        let user = ceremony.begun_by();
        let parts = Parts::of(self.capacity, PENDING_PER_USER);

        let mut ceremonies = self.lock();
        ceremonies.reclaim(now);
        match user {
            Some(user) => ceremonies.insert_reserved(user, key, packed, parts),
            None => ceremonies.insert(key, packed, parts),
        }
        drop(ceremonies);
        Ok(self.state_of(&key))
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        // Of two states that differ in the check only, one must not be the other.
        let issued = |(key, found): &(Key, u64)| *found == check(self.number, key);
        let key = key_of(state).filter(issued);
        let packed = key.and_then(|(key, _)| self.lock().remove(&key));
        packed
            .map(|packed| ceremony_format::unpack(&packed))
            .transpose()
    }

    fn why_missing(&self, state: &str, now: OffsetDateTime) -> Missing {
        let Some((key, found)) = key_of(state) else {
            return Missing::Unknown;
        };
        if found == check(self.number, &key) {
            return if key.0 <= milliseconds(now) {
                Missing::Expired
            } else {
                Missing::Dropped
            };
        }
        let mut others = 0..NEXT.load(Relaxed).min(MAX_STORES);
        if others.any(|number| found == check(number, &key)) {
            Missing::OtherStore
        } else {
            Missing::OtherProcess
        }
    }

    fn describe(&self) -> Description {
        Description::of::<Self>()
            .does_not("serve more than one process; unfinished ceremonies are lost when it ends")
    }
}

fn key_of(state: &str) -> Option<(Key, u64)> {
    // Clients can send any string: decode only what has a state's length.
    (state.len() == (STATE_BYTES * 4).div_ceil(3)).then_some(())?;
    let bytes = base64url::decode(state)?;
    let (expiry, rest) = bytes.split_first_chunk()?;
    let (random, check) = rest.split_first_chunk()?;
    let key = (i64::from_be_bytes(*expiry), *random);
    Some((key, u64::from_be_bytes(check.try_into().ok()?)))
}
