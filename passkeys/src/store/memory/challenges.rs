use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use crate::domain::base64url;
use crate::store::{ChallengeStore, PendingCeremony, StoreError, codec, milliseconds};

/// Unfinished ceremonies in this process's memory: the default, and right for one process.
///
/// **Gives** every promise of [`ChallengeStore`] within one process, in logarithmic time.
///
/// **Does not give** anything to a second process: a ceremony finishes where it was begun, and
/// those that wait are lost when the process ends (people then begin again).
///
/// **Bound**: [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) ceremonies, or
/// [another](Self::with_capacity). One takes less than 400 bytes, all told, where the user's
/// names are of usual length (and at most 2.5 KiB where they are as long as the library lets
/// them be), so the default stays under 40 MB. When it is full, the ceremony that expires first
/// makes room: `begin` is open to everybody, and refusing new ceremonies would let anybody lock
/// everyone out for a whole challenge lifetime. So under a flood a person has *capacity / begins
/// per second* to finish; limit the rate of `begin` in front of the application, and let the
/// capacity be what that rate fills within the challenge lifetime.
///
/// Expired ceremonies are reclaimed two at a time by every `put`, never all at once: nothing
/// pauses, and what has expired is gone after half as many begins.
pub struct MemoryChallenges {
    waiting: Mutex<BTreeMap<Key, Box<[u8]>>>,
    capacity: usize,
}

/// Ordered by expiry, and unguessable by the random part.
type Key = (i64, [u8; RANDOM_BYTES]);

const RANDOM_BYTES: usize = 16;
const EXPIRY_BYTES: usize = size_of::<i64>();

impl MemoryChallenges {
    /// How many ceremonies wait at most unless another capacity is set.
    pub const DEFAULT_CAPACITY: usize = 100_000;

    /// A store for at most `capacity` unfinished ceremonies.
    ///
    /// With none at all, no ceremony can be finished.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            waiting: Mutex::default(),
            capacity,
        }
    }

    /// The one lock. Held for a few map operations, and never across an `await`.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Box<[u8]>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
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
            .field("waiting", &self.lock().len())
            .field("capacity", &self.capacity)
            .finish()
    }
}

#[async_trait]
impl ChallengeStore for MemoryChallenges {
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError> {
        let packed = codec::pack(&ceremony)?.into_boxed_slice();
        let mut random = [0; RANDOM_BYTES];
        getrandom::fill(&mut random).map_err(StoreError::new)?;
        let key = (milliseconds(ceremony.expires_at()), random);
        let now = milliseconds(ceremony.begun_at());

        let mut waiting = self.lock();
        for _ in 0..2 {
            // One comes for every two that go, so the expired are gone soon and never at once.
            let Some(first) = waiting.first_entry() else {
                break;
            };
            if first.key().0 < now {
                first.remove();
            }
        }
        if waiting.len() >= self.capacity {
            waiting.pop_first();
        }
        if self.capacity > 0 {
            waiting.insert(key, packed);
        }
        drop(waiting);
        Ok(state_of(&key))
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        let packed = key_of(state).and_then(|key| self.lock().remove(&key));
        packed.map(|packed| codec::unpack(&packed)).transpose()
    }
}

fn state_of((expiry, random): &Key) -> String {
    let mut bytes = [0; EXPIRY_BYTES + RANDOM_BYTES];
    bytes[..EXPIRY_BYTES].copy_from_slice(&expiry.to_be_bytes());
    bytes[EXPIRY_BYTES..].copy_from_slice(random);
    base64url::encode(&bytes)
}

fn key_of(state: &str) -> Option<Key> {
    // A peer sends what it likes; only what can be a key is worth decoding.
    (state.len() == (EXPIRY_BYTES + RANDOM_BYTES) * 4 / 3).then_some(())?;
    let bytes = base64url::decode(state)?;
    let (expiry, random) = bytes.split_first_chunk()?;
    Some((i64::from_be_bytes(*expiry), random.try_into().ok()?))
}
