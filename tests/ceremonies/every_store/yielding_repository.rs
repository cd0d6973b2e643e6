//! A repository whose operations are pending at first, as across a network, so that other tasks run
//! in between and requests can be cancelled there.

use passkeys::{
    Credential, CredentialId,
    store::{
        CredentialRepository, CredentialUse, Deletion, Insertion, MemoryRepository, Owner,
        StoreError,
    },
};
use time::OffsetDateTime;
use tokio::task::yield_now;

/// `MemoryRepository` that yields to other tasks before and after each operation.
#[derive(Clone, Debug, Default)]
pub(crate) struct YieldingRepository(MemoryRepository);

async fn between_yields<T>(operation: impl Future<Output = T>) -> T {
    yield_now().await;
    let answer = operation.await;
    yield_now().await;
    answer
}

impl CredentialRepository for YieldingRepository {
    async fn insert(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        between_yields(self.0.insert(owner, credential, max_credentials)).await
    }

    async fn insert_first(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        between_yields(self.0.insert_first(owner, credential)).await
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        between_yields(self.0.find(id)).await
    }

    async fn list(&self, owner: Owner<'_>) -> Result<Vec<Credential>, StoreError> {
        between_yields(self.0.list(owner)).await
    }

    async fn record_use(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        between_yields(self.0.record_use(owner, id, usage)).await
    }

    async fn suspend(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        between_yields(self.0.suspend(owner, id, at)).await
    }

    async fn resume(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        between_yields(self.0.resume(owner, id)).await
    }

    async fn rename(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        between_yields(self.0.rename(owner, id, device_name)).await
    }

    async fn delete(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        between_yields(self.0.delete(owner, id)).await
    }

    async fn delete_unless_last(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> Result<Deletion, StoreError> {
        between_yields(self.0.delete_unless_last(owner, id)).await
    }
}
