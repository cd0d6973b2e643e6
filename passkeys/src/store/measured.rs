//! Stores whose operations are measured, for the feature `metrics`.

use std::{ops::Deref, sync::Arc};

use async_trait::async_trait;
use metrics::SharedString;
use time::OffsetDateTime;

use super::{
    ChallengeStore, CredentialRepository, CredentialUse, Deletion, Description, Insertion, Missing,
    Owner, PendingCeremony, StoreError,
};
use crate::{
    domain::{credential::Credential, credential_id::CredentialId},
    measure::stored,
};

/// A store, and its name for metrics.
pub(crate) struct Measured<S: ?Sized> {
    store: Arc<S>,
    name: SharedString,
}

impl<R: CredentialRepository> Measured<R> {
    pub(crate) fn new(repository: R) -> Self {
        Self {
            name: repository.describe().name.into(),
            store: Arc::new(repository),
        }
    }
}

impl Measured<dyn ChallengeStore> {
    pub(crate) fn challenges(store: impl ChallengeStore) -> Arc<dyn ChallengeStore> {
        Arc::new(Self {
            name: store.describe().name.into(),
            store: Arc::new(store),
        })
    }
}

impl<S: ?Sized> Clone for Measured<S> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            name: self.name.clone(),
        }
    }
}

impl<S: ?Sized> Deref for Measured<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.store
    }
}

#[async_trait]
impl ChallengeStore for Measured<dyn ChallengeStore> {
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError> {
        stored(&self.name, "put", self.store.put(ceremony)).await
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        stored(&self.name, "take", self.store.take(state)).await
    }

    fn why_missing(&self, state: &str, now: OffsetDateTime) -> Missing {
        self.store.why_missing(state, now)
    }

    fn describe(&self) -> Description {
        self.store.describe()
    }

    async fn check(&self) -> Result<(), StoreError> {
        stored(&self.name, "check", self.store.check()).await
    }
}

impl<R: CredentialRepository> CredentialRepository for Measured<R> {
    async fn insert(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        let insertion = self.store.insert(owner, credential, max_credentials);
        stored(&self.name, "insert", insertion).await
    }

    async fn insert_first(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        let insertion = self.store.insert_first(owner, credential);
        stored(&self.name, "insert_first", insertion).await
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        stored(&self.name, "find", self.store.find(id)).await
    }

    async fn list(&self, owner: Owner<'_>) -> Result<Vec<Credential>, StoreError> {
        stored(&self.name, "list", self.store.list(owner)).await
    }

    async fn record_use(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        let recorded = self.store.record_use(owner, id, usage);
        stored(&self.name, "record_use", recorded).await
    }

    async fn suspend(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let suspended = self.store.suspend(owner, id, at);
        stored(&self.name, "suspend", suspended).await
    }

    async fn resume(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        stored(&self.name, "resume", self.store.resume(owner, id)).await
    }

    async fn rename(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        let renamed = self.store.rename(owner, id, device_name);
        stored(&self.name, "rename", renamed).await
    }

    async fn delete(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        stored(&self.name, "delete", self.store.delete(owner, id)).await
    }

    async fn delete_unless_last(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> Result<Deletion, StoreError> {
        let deletion = self.store.delete_unless_last(owner, id);
        stored(&self.name, "delete_unless_last", deletion).await
    }

    fn describe(&self) -> Description {
        self.store.describe()
    }

    async fn check(&self) -> Result<(), StoreError> {
        stored(&self.name, "check", self.store.check()).await
    }
}
