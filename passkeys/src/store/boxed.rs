//! Repository whose type is chosen at run time.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{
    CredentialRepository, CredentialUse, Deletion, Description, Insertion, Owner, StoreError,
};
use crate::domain::{credential::Credential, credential_id::CredentialId};

/// Any [`CredentialRepository`], chosen at run time: the place of `Arc<dyn CredentialRepository>`.
///
/// [`CredentialRepository`] has asynchronous methods without a box for each call, so there is no
/// `dyn CredentialRepository`. For applications whose repository depends on the configuration or is
/// another one in tests:
///
/// ```
/// use passkeys::{
///     AuthenticationResult, PasskeyUser, Passkeys, passkeys,
///     store::{BoxedRepository, MemoryRepository},
/// };
///
/// #[derive(Clone)]
/// struct App;
///
/// #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
/// impl App {
///     type Repository = BoxedRepository;
/// #   async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #   async fn on_authenticated(&self, _: AuthenticationResult) {}
///     // ..
/// }
///
/// /// Serves any repository: that of the database, or one of a test.
/// fn passkeys(repository: BoxedRepository) -> Passkeys<App> {
///     Passkeys::new(App, repository)
/// }
///
/// let passkeys = passkeys(BoxedRepository::new(MemoryRepository::default()));
/// ```
///
/// A clone shares the repository. Every call allocates its future, which a query of a database
/// outweighs. Guarantees, bounds and timeouts are those of the repository within.
#[derive(Clone)]
pub struct BoxedRepository(Arc<dyn Erased>);

impl BoxedRepository {
    /// Wraps a repository.
    pub fn new(repository: impl CredentialRepository) -> Self {
        Self(Arc::new(repository))
    }
}

impl fmt::Debug for BoxedRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BoxedRepository").finish_non_exhaustive()
    }
}

/// Defines [`CredentialRepository`] with boxed futures, and implements it for every repository.
macro_rules! erase {
    ($($method:ident($($argument:ident: $ty:ty),*) -> $answer:ty;)+) => {
        /// [`CredentialRepository`] with boxed futures.
        #[async_trait]
        trait Erased: Send + Sync {
            $(async fn $method(&self, $($argument: $ty),*) -> Result<$answer, StoreError>;)+
            fn describe(&self) -> Description;
        }

        #[async_trait]
        impl<R: CredentialRepository> Erased for R {
            $(async fn $method(&self, $($argument: $ty),*) -> Result<$answer, StoreError> {
                CredentialRepository::$method(self, $($argument),*).await
            })+

            fn describe(&self) -> Description {
                CredentialRepository::describe(self)
            }
        }
    };
}

erase! {
    insert(owner: Owner<'_>, credential: &Credential, max_credentials: usize) -> Insertion;
    insert_first(owner: Owner<'_>, credential: &Credential) -> bool;
    find(id: &CredentialId) -> Option<Credential>;
    list(owner: Owner<'_>) -> Vec<Credential>;
    record_use(owner: Owner<'_>, id: &CredentialId, usage: &CredentialUse) -> bool;
    suspend(owner: Owner<'_>, id: &CredentialId, at: OffsetDateTime) -> bool;
    resume(owner: Owner<'_>, id: &CredentialId) -> bool;
    rename(owner: Owner<'_>, id: &CredentialId, device_name: &str) -> bool;
    delete(owner: Owner<'_>, id: &CredentialId) -> bool;
    delete_unless_last(owner: Owner<'_>, id: &CredentialId) -> Deletion;
    check() -> ();
}

// Not by the macro, which compiler messages that list the repositories would mention.
impl CredentialRepository for BoxedRepository {
    async fn insert(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        self.0.insert(owner, credential, max_credentials).await
    }

    async fn insert_first(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        self.0.insert_first(owner, credential).await
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        self.0.find(id).await
    }

    async fn list(&self, owner: Owner<'_>) -> Result<Vec<Credential>, StoreError> {
        self.0.list(owner).await
    }

    async fn record_use(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        self.0.record_use(owner, id, usage).await
    }

    async fn suspend(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        self.0.suspend(owner, id, at).await
    }

    async fn resume(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        self.0.resume(owner, id).await
    }

    async fn rename(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        self.0.rename(owner, id, device_name).await
    }

    async fn delete(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        self.0.delete(owner, id).await
    }

    async fn delete_unless_last(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> Result<Deletion, StoreError> {
        self.0.delete_unless_last(owner, id).await
    }

    fn describe(&self) -> Description {
        self.0.describe()
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.0.check().await
    }
}
