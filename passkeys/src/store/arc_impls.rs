//! Implementations of the store traits for `Arc`, so that several relying parties, or the
//! application itself, can share a store that is not `Clone`.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{
    ChallengeStore, CredentialRepository, CredentialUse, Deletion, Description, Insertion, Missing,
    PendingCeremony, StoreError,
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
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        (**self).insert(credential, max_credentials).await
    }

    async fn insert_first(&self, credential: &Credential) -> Result<bool, StoreError> {
        (**self).insert_first(credential).await
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        (**self).find(id).await
    }

    async fn list(&self, user_id: &str) -> Result<Vec<Credential>, StoreError> {
        (**self).list(user_id).await
    }

    async fn record_use(
        &self,
        user_id: &str,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        (**self).record_use(user_id, id, usage).await
    }

    async fn suspend(
        &self,
        user_id: &str,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        (**self).suspend(user_id, id, at).await
    }

    async fn resume(&self, user_id: &str, id: &CredentialId) -> Result<bool, StoreError> {
        (**self).resume(user_id, id).await
    }

    async fn rename(
        &self,
        user_id: &str,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        (**self).rename(user_id, id, device_name).await
    }

    async fn delete(&self, user_id: &str, id: &CredentialId) -> Result<bool, StoreError> {
        (**self).delete(user_id, id).await
    }

    async fn delete_unless_last(
        &self,
        user_id: &str,
        id: &CredentialId,
        rp_id: &str,
    ) -> Result<Deletion, StoreError> {
        (**self).delete_unless_last(user_id, id, rp_id).await
    }

    fn describe(&self) -> Description {
        (**self).describe()
    }

    async fn check(&self) -> Result<(), StoreError> {
        (**self).check().await
    }
}
