use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use time::OffsetDateTime;

use crate::store::{CredentialRepository, CredentialUse, Deletion, StoreError};
use crate::{Credential, CredentialId};

/// Passkeys in this process's memory: for tests, demonstrations and first steps.
///
/// **Gives** every promise of [`CredentialRepository`] within one process; clones share one
/// store. `list` costs what the user's own passkeys cost, however many others there are.
///
/// **Does not give** durability: when the process ends, nobody can sign in any more. Use
/// `SqliteRepository` (feature `sqlite`) for the real thing on one
/// machine.
///
/// **Bound**: [`DEFAULT_LIMIT`](Self::DEFAULT_LIMIT) passkeys, or
/// [another](Self::with_limit); a typical one takes about 1 KiB. At the limit, registrations
/// are refused with `storage_unavailable`, and everything else goes on.
#[derive(Clone)]
pub struct MemoryRepository {
    store: Arc<Mutex<Store>>,
    limit: usize,
}

#[derive(Default)]
struct Store {
    credentials: HashMap<CredentialId, Credential>,
    /// Each user's credentials in the order of `list`.
    users: HashMap<String, BTreeSet<(OffsetDateTime, CredentialId)>>,
}

impl MemoryRepository {
    /// How many passkeys are kept unless another limit is set.
    pub const DEFAULT_LIMIT: usize = 100_000;

    /// An empty repository for at most `limit` passkeys.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self {
            store: Arc::default(),
            limit,
        }
    }

    /// The one lock. Held for a few map operations, and never across an `await`.
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

    fn insert(&mut self, credential: &Credential, limit: usize) -> Result<bool, StoreError> {
        let full = self.credentials.len() >= limit;
        match self.credentials.entry(credential.id.clone()) {
            Entry::Occupied(_) => Ok(false),
            Entry::Vacant(_) if full => Err(StoreError::new(
                "the memory repository holds as many passkeys as it may",
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

    /// A user's credentials in the order of `list`.
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
        Self::with_limit(Self::DEFAULT_LIMIT)
    }
}

impl fmt::Debug for MemoryRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryRepository")
            .field("credentials", &self.lock().credentials.len())
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

impl CredentialRepository for MemoryRepository {
    async fn insert(&self, credential: &Credential) -> Result<bool, StoreError> {
        self.lock().insert(credential, self.limit)
    }

    async fn insert_first(&self, credential: &Credential) -> Result<bool, StoreError> {
        let mut store = self.lock();
        if store.users.contains_key(&credential.user_id) {
            return Ok(false);
        }
        store.insert(credential, self.limit)
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
    ) -> Result<Deletion, StoreError> {
        let mut store = self.lock();
        let Some(credential) = store.owned(user_id, id) else {
            return Ok(Deletion::Unknown);
        };
        let suspended = credential.suspended_at.is_some();
        let usable = |other: &Credential| other.id != *id && other.suspended_at.is_none();
        let deleted = suspended || store.of(user_id).any(usable);
        if deleted {
            store.remove(id);
        }
        Ok(Deletion::of(deleted, true))
    }
}
