use time::OffsetDateTime;

use super::{CredentialRepository, CredentialUse, StoreError};
use crate::{Credential, CredentialId};

/// Credentials in memory.
#[derive(Debug, Default)]
pub struct MemoryRepository {}

impl CredentialRepository for MemoryRepository {
    async fn insert(&self, _: &Credential) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn find(&self, _: &CredentialId) -> Result<Option<Credential>, StoreError> {
        Ok(None)
    }
    async fn list(&self, _: &str) -> Result<Vec<Credential>, StoreError> {
        Ok(vec![])
    }
    async fn record_use(
        &self,
        _: &str,
        _: &CredentialId,
        _: &CredentialUse,
    ) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn suspend(
        &self,
        _: &str,
        _: &CredentialId,
        _: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn rename(&self, _: &str, _: &CredentialId, _: &str) -> Result<bool, StoreError> {
        Ok(false)
    }
    async fn delete(&self, _: &str, _: &CredentialId) -> Result<bool, StoreError> {
        Ok(false)
    }
}
