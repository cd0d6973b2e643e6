//! A repository whose operations are pending at first, as across a network, so that other tasks run
//! in between and requests can be cancelled there.

use passkeys::{
    Credential, CredentialId,
    store::{
        CredentialRepository, CredentialUse, Deletion, Insertion, MemoryRepository, StoreError,
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
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        between_yields(self.0.insert(credential, max_credentials)).await
    }

    async fn insert_first(&self, credential: &Credential) -> Result<bool, StoreError> {
        between_yields(self.0.insert_first(credential)).await
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        between_yields(self.0.find(id)).await
    }

    async fn list(&self, user_id: &str) -> Result<Vec<Credential>, StoreError> {
        between_yields(self.0.list(user_id)).await
    }

    async fn record_use(
        &self,
        user_id: &str,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        between_yields(self.0.record_use(user_id, id, usage)).await
    }

    async fn suspend(
        &self,
        user_id: &str,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        between_yields(self.0.suspend(user_id, id, at)).await
    }

    async fn resume(&self, user_id: &str, id: &CredentialId) -> Result<bool, StoreError> {
        between_yields(self.0.resume(user_id, id)).await
    }

    async fn rename(
        &self,
        user_id: &str,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        between_yields(self.0.rename(user_id, id, device_name)).await
    }

    async fn delete(&self, user_id: &str, id: &CredentialId) -> Result<bool, StoreError> {
        between_yields(self.0.delete(user_id, id)).await
    }

    async fn delete_unless_last(
        &self,
        user_id: &str,
        id: &CredentialId,
        rp_id: &str,
    ) -> Result<Deletion, StoreError> {
        between_yields(self.0.delete_unless_last(user_id, id, rp_id)).await
    }
}
