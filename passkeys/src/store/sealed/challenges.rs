use std::{
    collections::BTreeSet,
    fmt,
    sync::{Mutex, PoisonError},
};

use crate::store::{ChallengeStore, PendingCeremony, StoreError, codec, milliseconds};
use crate::{WeakSecret, domain::base64url, domain::secret};
use async_trait::async_trait;
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};

/// Unfinished ceremonies in the hands of the browser: nothing to install, nothing to share but
/// a secret.
///
/// `state` is the ceremony itself, sealed with XChaCha20-Poly1305: nobody without the secret can
/// read, change or invent one. Any process with the secret finishes what another began, and
/// nothing waits in memory between the calls.
///
/// ```
/// # fn run() -> Result<(), passkeys::WeakSecret> {
/// # let secret = [7; 32]; let last_months = [8; 32];
/// use passkeys::store::SealedChallenges;
///
/// let challenges = SealedChallenges::new(&secret)?.with_previous(&last_months)?;
/// # Ok(()) }
/// # run().unwrap();
/// ```
///
/// **Gives** every promise of [`ChallengeStore`] within one process: what was taken is
/// remembered until it expires, so it is taken once.
///
/// **Does not give** that between processes, nor across a restart: *each process* accepts a
/// `state` once. Somebody who has got hold of a whole `finish` request, as sent, can send it
/// again to another process while the ceremony lasts. A registration is still stored once, and
/// a passkey with a counter still signs in once, for those are the repository's promises; a
/// passkey without a counter (most that synchronise) signs in again. Where that matters, use
/// [`RedisChallenges`](crate::store::RedisChallenges) or
/// [`PostgresChallenges`](crate::store::PostgresChallenges), or send each browser to one process.
///
/// **Rotating**: the first secret seals, all open. Give processes the new secret as previous
/// one first if they are not replaced at once; drop an old one when the ceremonies that it
/// sealed have expired.
///
/// **Bound**: `state` has at most 8 KiB (typically 400 bytes), and
/// [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) taken ceremonies are remembered, or
/// [another number](Self::capacity), 70 bytes each. When that is full, the one that expires
/// first is forgotten and with it everything that expires no later: refused, never accepted
/// twice.
pub struct SealedChallenges {
    keys: Vec<XChaCha20Poly1305>,
    capacity: usize,
    guard: Mutex<Guard>,
}

/// What has been taken, by expiry and nonce.
struct Guard {
    taken: BTreeSet<(i64, [u8; NONCE_BYTES])>,
    /// Whatever expires then or before counts as taken.
    floor: i64,
}

const NONCE_BYTES: usize = 24;
/// What a `state` may have.
const MAX_STATE_BYTES: usize = 8 * 1024;
/// Distinguishes what is sealed and what keys are made for from every other use of the secret.
const CONTEXT: &[u8] = b"passkeys: sealed ceremony, form 1";

impl SealedChallenges {
    /// How many taken ceremonies are remembered unless another capacity is set.
    pub const DEFAULT_CAPACITY: usize = 500_000;

    /// Ceremonies sealed with a secret of 32 bytes or more, from a random source.
    ///
    /// The key is derived from it, so the secret may serve other purposes, too, and be in any
    /// form: base64 from the environment will do.
    pub fn new(secret: impl AsRef<[u8]>) -> Result<Self, WeakSecret> {
        let sealed = Self {
            keys: Vec::new(),
            capacity: Self::DEFAULT_CAPACITY,
            guard: Mutex::new(Guard {
                taken: BTreeSet::new(),
                floor: i64::MIN,
            }),
        };
        sealed.with_previous(secret)
    }

    /// Also opens what was sealed with this secret. One more to try, so keep them few.
    pub fn with_previous(mut self, secret: impl AsRef<[u8]>) -> Result<Self, WeakSecret> {
        self.keys.push(cipher(secret.as_ref())?);
        Ok(self)
    }

    /// Remembers at most this many taken ceremonies.
    #[must_use]
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    fn open(&self, nonce: &XNonce, sealed: &[u8]) -> Option<Vec<u8>> {
        self.keys.iter().find_map(|key| {
            key.decrypt(
                nonce,
                Payload {
                    msg: sealed,
                    aad: CONTEXT,
                },
            )
            .ok()
        })
    }
}

fn cipher(secret: &[u8]) -> Result<XChaCha20Poly1305, WeakSecret> {
    let key = secret::derive(secret, CONTEXT)?;
    Ok(XChaCha20Poly1305::new((&*key).into()))
}

impl Guard {
    /// Whether the ceremony had not been taken before. `now` is known to have been reached.
    fn admit(&mut self, expiry: i64, nonce: [u8; NONCE_BYTES], now: i64, capacity: usize) -> bool {
        if expiry <= self.floor || !self.taken.insert((expiry, nonce)) {
            return false;
        }
        for _ in 0..2 {
            // One comes for every two that go, so the expired are gone soon and never at once.
            let full = self.taken.len() > capacity;
            if self
                .taken
                .first()
                .is_some_and(|(expiry, _)| full || *expiry < now)
            {
                self.floor = self
                    .taken
                    .pop_first()
                    .map_or(self.floor, |(expiry, _)| expiry);
            }
        }
        true
    }
}

impl fmt::Debug for SealedChallenges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedChallenges")
            .field("keys", &self.keys.len())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ChallengeStore for SealedChallenges {
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(StoreError::new)?;
        let written = codec::write(&ceremony)?;
        let mut sealed = nonce.to_vec();
        let payload = Payload {
            msg: &written,
            aad: CONTEXT,
        };
        let key = self
            .keys
            .first()
            .ok_or_else(|| StoreError::new("there is no key"))?;
        sealed.extend(
            key.encrypt((&nonce).into(), payload)
                .map_err(StoreError::new)?,
        );
        let state = base64url::encode(&sealed);
        if state.len() > MAX_STATE_BYTES {
            return Err(StoreError::new("the ceremony is too large to be sealed"));
        }
        Ok(state)
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        if state.len() > MAX_STATE_BYTES {
            return Ok(None);
        }
        let bytes = base64url::decode(state).unwrap_or_default();
        let Some((nonce, sealed)) = bytes.split_first_chunk() else {
            return Ok(None);
        };
        let opened = self.open(nonce.into(), sealed);
        let Some(ceremony) = opened.and_then(|written| codec::read(&written)) else {
            return Ok(None);
        };
        let expiry = milliseconds(ceremony.expires_at());
        let now = milliseconds(ceremony.begun_at());
        let mut guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted = guard.admit(expiry, *nonce, now, self.capacity);
        Ok(admitted.then_some(ceremony))
    }
}
