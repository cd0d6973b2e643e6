use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use crate::domain::base64url;
use crate::store::{
    ChallengeStore, PendingCeremony, StoreError, capacity::require_capacity, ceremony_format,
    challenge_store::milliseconds,
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
/// [another](Self::with_capacity). One takes less than 400 bytes, overhead included, if the user's
/// names have usual lengths (at most 3 KiB if they are as long as the library allows), so the
/// default stays under 40 MB. When the store is full, the ceremony that expires first makes room:
/// `begin` is open to everybody, so rejecting new ceremonies would let an attacker lock out all
/// users for a whole challenge lifetime. Under a flood of begins a user has *capacity / begins per
/// second* to finish: limit the rate of `begin` in front of the application, and set the capacity
/// to what that rate fills within the challenge lifetime.
///
/// Expired ceremonies are dropped by [`put`](ChallengeStore::put), two at a time, so that no
/// operation pauses for many. All expired ones are gone after half as many begins.
///
/// **Timeout**: none; operations never wait.
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
}

type Ceremonies = BTreeMap<Key, Box<[u8]>>;

/// Key of a ceremony, and the content of its `state`: ordered by expiry, unguessable because of the
/// random part.
type Key = (i64, [u8; RANDOM_BYTES]);

const RANDOM_BYTES: usize = 16;
const EXPIRY_BYTES: usize = size_of::<i64>();

impl MemoryChallenges {
    /// Default capacity: at most this many ceremonies are kept.
    pub const DEFAULT_CAPACITY: usize = 100_000;

    /// Creates an empty store that keeps at most `capacity` ceremonies. With 0, every `put` fails.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            ceremonies: Arc::default(),
            capacity,
        }
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
            .finish()
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

        let mut ceremonies = self.lock();
        for _ in 0..2 {
            // Two go for each one that comes, so expired ones are soon gone, and never all at once.
            let Some(first) = ceremonies.first_entry() else {
                break;
            };
            if first.key().0 < now {
                first.remove();
            }
        }
        if ceremonies.len() >= self.capacity {
            ceremonies.pop_first();
        }
        ceremonies.insert(key, packed);
        drop(ceremonies);
        Ok(state_of(&key))
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        let packed = key_of(state).and_then(|key| self.lock().remove(&key));
        packed
            .map(|packed| ceremony_format::unpack(&packed))
            .transpose()
    }
}

fn state_of((expiry, random): &Key) -> String {
    let mut bytes = [0; EXPIRY_BYTES + RANDOM_BYTES];
    bytes[..EXPIRY_BYTES].copy_from_slice(&expiry.to_be_bytes());
    bytes[EXPIRY_BYTES..].copy_from_slice(random);
    base64url::encode(&bytes)
}

fn key_of(state: &str) -> Option<Key> {
    // Clients can send any string: decode only what has a key's length.
    (state.len() == (EXPIRY_BYTES + RANDOM_BYTES) * 4 / 3).then_some(())?;
    let bytes = base64url::decode(state)?;
    let (expiry, random) = bytes.split_first_chunk()?;
    Some((i64::from_be_bytes(*expiry), random.try_into().ok()?))
}
