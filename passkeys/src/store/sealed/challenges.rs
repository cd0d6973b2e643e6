use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use time::OffsetDateTime;

use super::replay_guard::{Key, NONCE_BYTES, ReplayGuard, TAKEN_PER_USER};
use crate::domain::{
    base64url,
    secret::{self, WeakSecret},
};
use crate::store::{
    ChallengeStore, Description, Missing, PendingCeremony, StoreError, capacity::require_capacity,
    ceremony_format, challenge_store::milliseconds, reserved::Parts,
};

/// Challenge store without storage: the client keeps the ceremony, encrypted, as `state`.
///
/// The ceremony is sealed with XChaCha20-Poly1305: nobody without the secret can read, change or
/// forge one. Every process that has the secret can finish what another one began, and unfinished
/// ceremonies take no memory.
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
/// **Guarantees** every requirement of [`ChallengeStore`] within one process: a taken ceremony is
/// remembered until it expires, so it is single-use. Clones share this memory.
///
/// **Does not** prevent replay between processes, nor across a restart: *each process* accepts a
/// `state` once. An attacker with a copy of a whole `finish` request can send it again to another
/// process until the ceremony expires. A registration is still stored only once, and a passkey
/// with a signature counter still signs in only once, since the repository guarantees both; a
/// passkey without a signature counter (most synced ones) signs in again. Where that matters, use
/// `RedisChallenges` (feature `redis`) or `PostgresChallenges` (feature `postgres`), or route each
/// client to one process.
///
/// **Rotation**: the secret of [`new`](Self::new) seals, and all open. If processes are not
/// replaced all at once, first add the new secret to them as a previous one. Remove an old secret
/// when the ceremonies sealed with it have expired.
///
/// **Length**: the `state` of a sign-in that names a user is padded: its length does not depend on
/// the user, nor on their existence.
///
/// **Bound**: `state` is at most 8 KiB long (typically 220 to 700 bytes). At most
/// [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) taken ceremonies are remembered, or
/// [another number](Self::with_capacity), in 70 bytes each. When the memory is full, the one that
/// expires first is forgotten, and from then on every ceremony that expires no later than that is
/// rejected, so that none is accepted twice.
///
/// Ceremonies that signed-in users have begun (registrations of further passkeys, step-ups) are
/// remembered apart, a quarter as many, in 140 bytes each, and the last 128 of each user (fewer with a
/// capacity under 4096). Beyond that, the user's own ceremonies that expire first are rejected, and
/// nobody else's: a flood of sign-ins, or by another user, ends no signed-in user's ceremony.
///
/// **Timeout**: none; operations never wait.
#[derive(Clone)]
pub struct SealedChallenges {
    keys: Arc<Vec<XChaCha20Poly1305>>,
    capacity: usize,
    guard: Arc<Mutex<ReplayGuard>>,
}

/// Length of the authentication tag of a sealed ceremony.
const TAG_BYTES: usize = 16;
/// Maximum length of a `state`.
const MAX_STATE_BYTES: usize = 8 * 1024;
/// Domain separation: distinguishes the key derivation and the sealed data from every other use of
/// the secret.
const CONTEXT: &[u8] = b"passkeys: sealed ceremony, form 1";

impl SealedChallenges {
    /// Default capacity: at most this many taken ceremonies are remembered.
    pub const DEFAULT_CAPACITY: usize = 500_000;

    /// Creates a store that seals with a secret of at least 32 bytes from a random source.
    ///
    /// The key is derived from the secret, so the secret may have other uses and any encoding:
    /// base64 text from an environment variable is fine.
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] if the secret is shorter than 32 bytes.
    pub fn new(secret: impl AsRef<[u8]>) -> Result<Self, WeakSecret> {
        let sealed = Self {
            keys: Arc::default(),
            capacity: Self::DEFAULT_CAPACITY,
            guard: Arc::default(),
        };
        sealed.with_previous(secret)
    }

    /// Also opens ceremonies that were sealed with this secret, after a rotation. Each one is
    /// tried in turn, so keep them few.
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] if the secret is shorter than 32 bytes.
    pub fn with_previous(mut self, secret: impl AsRef<[u8]>) -> Result<Self, WeakSecret> {
        Arc::make_mut(&mut self.keys).push(cipher(secret.as_ref())?);
        Ok(self)
    }

    /// Sets how many taken ceremonies are remembered at most. With 0, every `put` fails: without a
    /// memory, nothing would be single-use.
    #[must_use]
    pub fn with_capacity(mut self, capacity: usize) -> Self {
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
        require_capacity(self.capacity)?;
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(StoreError::new)?;
        let written = ceremony_format::write_padded(&ceremony)?;
        let mut sealed = nonce.to_vec();
        let payload = Payload {
            msg: &written,
            aad: CONTEXT,
        };
        let key = self
            .keys
            .first()
            .ok_or_else(|| StoreError::new("the store has no key"))?;
        sealed.extend(
            key.encrypt((&nonce).into(), payload)
                .map_err(StoreError::new)?,
        );
        let state = base64url::encode(&sealed);
        if state.len() > MAX_STATE_BYTES {
            return Err(StoreError::new(
                "the sealed ceremony exceeds 8 KiB: the user's names are too long",
            ));
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
        let Some(ceremony) = opened.and_then(|written| ceremony_format::read_padded(&written))
        else {
            return Ok(None);
        };
        let key: Key = (milliseconds(ceremony.expires_at()), *nonce);
        // A time that has certainly passed.
        let now = milliseconds(ceremony.begun_at());
        let parts = Parts::of(self.capacity, TAKEN_PER_USER);
        let user = ceremony.begun_by();
        let mut guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted = match user {
            Some(user) => guard.admit_reserved(user, key, now, parts),
            None => guard.admit(key, now, parts),
        };
        Ok(admitted.then_some(ceremony))
    }

    fn why_missing(&self, state: &str, _: OffsetDateTime) -> Missing {
        if state.len() > MAX_STATE_BYTES {
            return Missing::Unknown;
        }
        let bytes = base64url::decode(state).unwrap_or_default();
        match bytes.split_first_chunk::<NONCE_BYTES>() {
            Some((nonce, sealed)) if sealed.len() > TAG_BYTES => {
                match self.open(nonce.into(), sealed) {
                    // It was not admitted again.
                    Some(_) => Missing::Taken,
                    None => Missing::OtherProcess,
                }
            }
            _ => Missing::Unknown,
        }
    }

    fn describe(&self) -> Description {
        Description::of::<Self>().does_not("prevent replay between processes, nor across a restart")
    }

    async fn check(&self) -> Result<(), StoreError> {
        require_capacity(self.capacity)
    }
}
