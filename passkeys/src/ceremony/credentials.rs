//! The credentials of one relying party.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::{
    Credential, CredentialId,
    domain::error::StoreError,
    store::{CredentialRepository, CredentialUse, Deletion, Insertion, Owner, Repository, Scope},
};

/// Credentials of one relying party: the only way from the ceremonies to the repository.
///
/// Every method adds the RP ID to what it passes, so that no ceremony reads or changes a credential of
/// another tenant, whatever user ID or credential ID it has.
pub(crate) struct Credentials<R> {
    repository: Repository<R>,
    rp_id: Arc<str>,
    /// Set for a relying party that is one of several of the application.
    is_tenant: bool,
}

/// Credential that was looked up by its ID.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for each request, and it is soon taken apart"
)]
pub(super) enum Found {
    /// A credential of the relying party.
    Own(Credential),
    /// A credential of another relying party, which counts as unknown.
    Other {
        /// RP ID of the credential. `None`: it has none, or is of another tenant, which no tenant's log or
        /// audit trail names.
        rp_id: Option<String>,
    },
    /// There is none.
    None,
}

impl<R> Clone for Credentials<R> {
    fn clone(&self) -> Self {
        Self {
            repository: self.repository.clone(),
            rp_id: Arc::clone(&self.rp_id),
            is_tenant: self.is_tenant,
        }
    }
}

impl<R> Credentials<R> {
    /// Creates the credentials of an application's only relying party, or of one that is a tenant.
    pub(crate) fn new(repository: Repository<R>, rp_id: Arc<str>, is_tenant: bool) -> Self {
        Self {
            repository,
            rp_id,
            is_tenant,
        }
    }

    /// Returns the credentials of a tenant in the same repository.
    pub(super) fn of_tenant(&self, rp_id: Arc<str>) -> Self {
        Self::new(self.repository.clone(), rp_id, true)
    }

    /// Returns the repository, for the application.
    pub(crate) fn repository(&self) -> &R {
        &self.repository
    }

    /// Returns a user of the relying party.
    fn owner<'a>(&'a self, user_id: &'a str) -> Owner<'a> {
        if self.is_tenant {
            Owner::of_tenant(&self.rp_id, user_id)
        } else {
            Owner::of_site(&self.rp_id, user_id)
        }
    }

    /// Returns an account of the application: the user of a tenant, or that of every RP ID that an
    /// application with one relying party has had.
    fn account<'a>(&'a self, user_id: &'a str) -> Owner<'a> {
        if self.is_tenant {
            Owner::of_tenant(&self.rp_id, user_id)
        } else {
            Owner::everywhere(user_id)
        }
    }

    /// Returns whether a credential is of the relying party.
    pub(super) fn contain(&self, credential: &Credential) -> bool {
        self.scope().contains(credential.rp_id.as_deref())
    }

    fn scope(&self) -> Scope<'_> {
        self.owner("").scope()
    }
}

impl<R: CredentialRepository> Credentials<R> {
    /// Returns the credential with this ID, if it is of the relying party.
    pub(super) async fn find(&self, id: &CredentialId) -> Result<Found, StoreError> {
        Ok(match self.repository.find(id).await? {
            Some(credential) if self.contain(&credential) => Found::Own(credential),
            Some(other) => Found::Other {
                rp_id: other.rp_id.filter(|_| !self.is_tenant),
            },
            None => Found::None,
        })
    }

    /// Returns the credential with this ID, if it is this user's at the relying party.
    pub(super) async fn find_own(
        &self,
        user_id: &str,
        id: &CredentialId,
    ) -> Result<Option<Credential>, StoreError> {
        let found = self.repository.find(id).await?;
        Ok(found.filter(|it| self.owner(user_id).owns(it)))
    }

    /// Returns the credentials of a user at the relying party, oldest first.
    pub(super) async fn list(&self, user_id: &str) -> Result<Vec<Credential>, StoreError> {
        self.repository.list(self.owner(user_id)).await
    }

    /// Returns the credentials of an [account](Self::account), oldest first.
    pub(super) async fn list_of_account(
        &self,
        user_id: &str,
    ) -> Result<Vec<Credential>, StoreError> {
        self.repository.list(self.account(user_id)).await
    }

    pub(super) async fn insert(
        &self,
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        let owner = self.owner(&credential.user_id);
        self.repository
            .insert(owner, credential, max_credentials)
            .await
    }

    /// Stores the first credential of an [account](Self::account).
    pub(super) async fn insert_first(&self, credential: &Credential) -> Result<bool, StoreError> {
        let account = self.account(&credential.user_id);
        self.repository.insert_first(account, credential).await
    }

    pub(super) async fn record_use(
        &self,
        credential: &Credential,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        let owner = self.owner(&credential.user_id);
        let repository = &self.repository;
        repository.record_use(owner, &credential.id, usage).await
    }

    pub(super) async fn suspend(
        &self,
        credential: &Credential,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let owner = self.owner(&credential.user_id);
        self.repository.suspend(owner, &credential.id, at).await
    }

    pub(super) async fn resume(&self, credential: &Credential) -> Result<bool, StoreError> {
        let owner = self.owner(&credential.user_id);
        self.repository.resume(owner, &credential.id).await
    }

    pub(super) async fn rename(
        &self,
        credential: &Credential,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        let owner = self.owner(&credential.user_id);
        let repository = &self.repository;
        repository.rename(owner, &credential.id, device_name).await
    }

    pub(super) async fn delete(&self, credential: &Credential) -> Result<bool, StoreError> {
        let owner = self.owner(&credential.user_id);
        self.repository.delete(owner, &credential.id).await
    }

    /// Deletes a credential of an [account](Self::account).
    pub(super) async fn delete_of_account(
        &self,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        let account = self.account(&credential.user_id);
        self.repository.delete(account, &credential.id).await
    }

    pub(super) async fn delete_unless_last(
        &self,
        credential: &Credential,
    ) -> Result<Deletion, StoreError> {
        let owner = self.owner(&credential.user_id);
        let repository = &self.repository;
        repository.delete_unless_last(owner, &credential.id).await
    }
}
