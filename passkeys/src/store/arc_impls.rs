//! Implementations of the store traits for `Arc`, so that several relying parties, or the
//! application itself, can share a store that is not `Clone`.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{
    ChallengeStore, CredentialRepository, CredentialUse, Deletion, Description, Insertion, Missing,
    Owner, PendingCeremony, StoreError,
};
use crate::domain::{credential::Credential, credential_id::CredentialId};

#[async_trait]
impl<S: ChallengeStore + ?Sized> ChallengeStore for Arc<S> {
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError> {
        (**self).put(ceremony).await
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        (**self).take(state).await
    }

    fn why_missing(&self, state: &str, now: OffsetDateTime) -> Missing {
        (**self).why_missing(state, now)
    }

    fn describe(&self) -> Description {
        (**self).describe()
    }

    async fn check(&self) -> Result<(), StoreError> {
        (**self).check().await
    }
}

impl<R: CredentialRepository> CredentialRepository for Arc<R> {
    async fn insert(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        (**self).insert(owner, credential, max_credentials).await
    }

    async fn insert_first(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        (**self).insert_first(owner, credential).await
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        (**self).find(id).await
    }

    async fn list(&self, owner: Owner<'_>) -> Result<Vec<Credential>, StoreError> {
        (**self).list(owner).await
    }

    async fn record_use(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        (**self).record_use(owner, id, usage).await
    }

    async fn suspend(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        (**self).suspend(owner, id, at).await
    }

    async fn resume(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        (**self).resume(owner, id).await
    }

    async fn rename(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        (**self).rename(owner, id, device_name).await
    }

    async fn delete(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        (**self).delete(owner, id).await
    }

    async fn delete_unless_last(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> Result<Deletion, StoreError> {
        (**self).delete_unless_last(owner, id).await
    }

    fn describe(&self) -> Description {
        (**self).describe()
    }

    async fn check(&self) -> Result<(), StoreError> {
        (**self).check().await
    }
}
