use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use time::OffsetDateTime;

use crate::domain::{credential::Credential, credential_id::CredentialId};
use crate::store::{
    CredentialRepository, CredentialUse, Deletion, Description, Insertion, StoreError,
    capacity::require_capacity,
};

/// Repository in the memory of this process: for tests, demonstrations and first steps.
///
/// **Guarantees** every requirement of [`CredentialRepository`] within one process. Clones share
/// one repository. The cost of `list` depends only on the number of the user's own passkeys.
///
/// **Does not** keep anything when the process ends: no user can sign in afterwards. For an
/// application on one machine, use `SqliteRepository` (feature `sqlite`).
///
/// **Bound**: [`DEFAULT_CAPACITY`](Self::DEFAULT_CAPACITY) passkeys, or
/// [another](Self::with_capacity); a typical passkey takes about 1 KiB. When the repository is
/// full, registrations fail with `storage_unavailable`, and everything else continues to work.
///
/// **Timeout**: none; operations never wait.
///
/// ```
/// use passkeys::store::MemoryRepository;
///
/// let repository = MemoryRepository::default();
/// ```
#[derive(Clone)]
pub struct MemoryRepository {
    store: Arc<Mutex<Store>>,
    capacity: usize,
}

#[derive(Default)]
struct Store {
    credentials: HashMap<CredentialId, Credential>,
    /// Credentials of each user, in the order of `list`.
    users: HashMap<String, BTreeSet<(OffsetDateTime, CredentialId)>>,
}

impl MemoryRepository {
    /// Default capacity: at most this many passkeys are kept.
    pub const DEFAULT_CAPACITY: usize = 100_000;

    /// Creates an empty repository that keeps at most `capacity` passkeys. With 0, every insertion
    /// fails.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            store: Arc::default(),
            capacity,
        }
    }

    /// Takes the only lock. It is held for a few map operations, and never across an `await`.
    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(
        &self,
        user_id: &str,
        id: &CredentialId,
        change: impl FnOnce(&mut Credential),
    ) -> bool {
        self.lock().owned(user_id, id).map(change).is_some()
    }
}

impl Store {
    fn owned(&mut self, user_id: &str, id: &CredentialId) -> Option<&mut Credential> {
        let credential = self.credentials.get_mut(id)?;
        (credential.user_id == user_id).then_some(credential)
    }

    /// Stores a credential unless its ID exists. Returns whether it was stored.
    fn insert(&mut self, credential: &Credential, capacity: usize) -> Result<bool, StoreError> {
        require_capacity(capacity)?;
        let full = self.credentials.len() >= capacity;
        match self.credentials.entry(credential.id.clone()) {
            Entry::Occupied(_) => Ok(false),
            Entry::Vacant(_) if full => Err(StoreError::new(
                "the memory repository is full: set a larger capacity by `MemoryRepository::with_capacity`",
            )),
            Entry::Vacant(vacant) => {
                self.users
                    .entry(credential.user_id.clone())
                    .or_default()
                    .insert((credential.created_at, credential.id.clone()));
                vacant.insert(credential.clone());
                Ok(true)
            }
        }
    }

    /// Returns the credentials of a user, in the order of `list`.
    fn of(&self, user_id: &str) -> impl Iterator<Item = &Credential> {
        let ids = self.users.get(user_id).into_iter().flatten();
        ids.filter_map(|(_, id)| self.credentials.get(id))
    }

    fn remove(&mut self, id: &CredentialId) {
        let Some(credential) = self.credentials.remove(id) else {
            return;
        };
        if let Some(ids) = self.users.get_mut(&credential.user_id) {
            ids.remove(&(credential.created_at, credential.id));
            if ids.is_empty() {
                self.users.remove(&credential.user_id);
            }
        }
    }
}

impl Default for MemoryRepository {
    fn default() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }
}

impl fmt::Debug for MemoryRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryRepository")
            .field("credentials", &self.lock().credentials.len())
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

impl CredentialRepository for MemoryRepository {
    async fn insert(
        &self,
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        let mut store = self.lock();
        if store.credentials.contains_key(&credential.id) {
            return Ok(Insertion::Exists);
        }
        let rp_id = credential.rp_id.as_deref();
        let counts = |it: &&Credential| rp_id.is_none_or(|rp_id| it.is_for(rp_id));
        if store.of(&credential.user_id).filter(counts).count() >= max_credentials {
            return Ok(Insertion::Full);
        }
        let stored = store.insert(credential, self.capacity)?;
        Ok(Insertion::of(stored, true))
    }

    async fn insert_first(&self, credential: &Credential) -> Result<bool, StoreError> {
        let mut store = self.lock();
        if store.users.contains_key(&credential.user_id) {
            return Ok(false);
        }
        store.insert(credential, self.capacity)
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        Ok(self.lock().credentials.get(id).cloned())
    }

    async fn list(&self, user_id: &str) -> Result<Vec<Credential>, StoreError> {
        Ok(self.lock().of(user_id).cloned().collect())
    }

    async fn record_use(
        &self,
        user_id: &str,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        let mut store = self.lock();
        let current = store.owned(user_id, id).filter(|credential| {
            credential.sign_count == usage.previous_sign_count && credential.suspended_at.is_none()
        });
        Ok(current
            .map(|credential| {
                credential.sign_count = usage.sign_count;
                credential.backup_eligible = Some(usage.backup_eligible);
                credential.backup_state = usage.backup_state;
                credential.last_used_at = Some(usage.used_at);
            })
            .is_some())
    }

    async fn suspend(
        &self,
        user_id: &str,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        Ok(self.change(user_id, id, |credential| {
            credential.suspended_at.get_or_insert(at);
        }))
    }

    async fn resume(&self, user_id: &str, id: &CredentialId) -> Result<bool, StoreError> {
        Ok(self.change(user_id, id, |credential| {
            credential.suspended_at = None;
        }))
    }

    async fn rename(
        &self,
        user_id: &str,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        Ok(self.change(user_id, id, |credential| {
            device_name.clone_into(&mut credential.device_name);
        }))
    }

    async fn delete(&self, user_id: &str, id: &CredentialId) -> Result<bool, StoreError> {
        let mut store = self.lock();
        let owned = store.owned(user_id, id).is_some();
        if owned {
            store.remove(id);
        }
        Ok(owned)
    }

    async fn delete_unless_last(
        &self,
        user_id: &str,
        id: &CredentialId,
        rp_id: &str,
    ) -> Result<Deletion, StoreError> {
        let mut store = self.lock();
        let Some(credential) = store.owned(user_id, id) else {
            return Ok(Deletion::Unknown);
        };
        let usable = |it: &Credential| it.suspended_at.is_none() && it.is_for(rp_id);
        let another = |other: &Credential| other.id != *id && usable(other);
        let deleted = !usable(credential) || store.of(user_id).any(another);
        if deleted {
            store.remove(id);
        }
        Ok(Deletion::of(deleted, true))
    }

    fn describe(&self) -> Description {
        Description::of::<Self>()
            .does_not("keep passkeys when the process ends")
            .for_development()
    }
}
