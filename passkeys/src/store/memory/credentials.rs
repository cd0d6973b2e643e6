use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use time::OffsetDateTime;

use crate::domain::{credential::Credential, credential_id::CredentialId};
use crate::store::{
    CredentialRepository, CredentialUse, Deletion, Description, Insertion, Owner, Scope,
    StoreError, capacity::require_capacity,
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
    /// Credentials of each user ID, by RP ID. Many tenants may have users with equal IDs.
    users: HashMap<String, HashMap<Option<String>, Ids>>,
}

/// Credential IDs in the order of `list`.
type Ids = BTreeSet<(OffsetDateTime, CredentialId)>;

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
        owner: Owner<'_>,
        id: &CredentialId,
        change: impl FnOnce(&mut Credential),
    ) -> bool {
        self.lock().owned(owner, id).map(change).is_some()
    }
}

impl Store {
    fn owned(&mut self, owner: Owner<'_>, id: &CredentialId) -> Option<&mut Credential> {
        let credential = self.credentials.get_mut(id)?;
        owner.owns(credential).then_some(credential)
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
                    .entry(credential.rp_id.clone())
                    .or_default()
                    .insert((credential.created_at, credential.id.clone()));
                vacant.insert(credential.clone());
                Ok(true)
            }
        }
    }

    /// Returns the credentials of an owner, in the order of `list` for each RP ID.
    fn of(&self, owner: Owner<'_>) -> impl Iterator<Item = &Credential> {
        let by_rp_id = self.users.get(owner.user_id());
        let at = |rp_id: Option<&str>| by_rp_id?.get(&rp_id.map(str::to_owned));
        let (own, unknown, all) = match owner.scope() {
            Scope::Tenant(rp_id) => (at(Some(rp_id)), None, None),
            Scope::Site(rp_id) => (at(Some(rp_id)), at(None), None),
            Scope::Everywhere => (None, None, by_rp_id.map(HashMap::values)),
        };
        let ids = [own, unknown].into_iter().flatten();
        let ids = ids.chain(all.into_iter().flatten()).flatten();
        ids.filter_map(|(_, id)| self.credentials.get(id))
    }

    fn remove(&mut self, id: &CredentialId) {
        let Some(credential) = self.credentials.remove(id) else {
            return;
        };
        let Some(by_rp_id) = self.users.get_mut(&credential.user_id) else {
            return;
        };
        if let Some(ids) = by_rp_id.get_mut(&credential.rp_id) {
            ids.remove(&(credential.created_at, credential.id));
            if ids.is_empty() {
                by_rp_id.remove(&credential.rp_id);
            }
        }
        if by_rp_id.is_empty() {
            self.users.remove(&credential.user_id);
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
        owner: Owner<'_>,
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        let mut store = self.lock();
        if store.credentials.contains_key(&credential.id) {
            return Ok(Insertion::Exists);
        }
        if store.of(owner).count() >= max_credentials {
            return Ok(Insertion::Full);
        }
        let stored = store.insert(credential, self.capacity)?;
        Ok(Insertion::of(stored, true))
    }

    async fn insert_first(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        let mut store = self.lock();
        if store.of(owner).next().is_some() {
            return Ok(false);
        }
        store.insert(credential, self.capacity)
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        Ok(self.lock().credentials.get(id).cloned())
    }

    async fn list(&self, owner: Owner<'_>) -> Result<Vec<Credential>, StoreError> {
        let mut listed: Vec<_> = self.lock().of(owner).cloned().collect();
        listed.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(listed)
    }

    async fn record_use(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        let mut store = self.lock();
        let current = store.owned(owner, id).filter(|credential| {
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
        owner: Owner<'_>,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        Ok(self.change(owner, id, |credential| {
            credential.suspended_at.get_or_insert(at);
        }))
    }

    async fn resume(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        Ok(self.change(owner, id, |credential| {
            credential.suspended_at = None;
        }))
    }

    async fn rename(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        Ok(self.change(owner, id, |credential| {
            device_name.clone_into(&mut credential.device_name);
        }))
    }

    async fn delete(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        let mut store = self.lock();
        let is_there = store.owned(owner, id).is_some();
        if is_there {
            store.remove(id);
        }
        Ok(is_there)
    }

    async fn delete_unless_last(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> Result<Deletion, StoreError> {
        let mut store = self.lock();
        let Some(credential) = store.owned(owner, id) else {
            return Ok(Deletion::Unknown);
        };
        let usable = |it: &Credential| it.suspended_at.is_none();
        let another = |other: &Credential| other.id != *id && usable(other);
        let deleted = !usable(credential) || store.of(owner).any(another);
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
