//! Repository whose type is chosen at run time.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{CredentialRepository, CredentialUse, Deletion, Description, Insertion, StoreError};
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
    insert(credential: &Credential, max_credentials: usize) -> Insertion;
    insert_first(credential: &Credential) -> bool;
    find(id: &CredentialId) -> Option<Credential>;
    list(user_id: &str) -> Vec<Credential>;
    record_use(user_id: &str, id: &CredentialId, usage: &CredentialUse) -> bool;
    suspend(user_id: &str, id: &CredentialId, at: OffsetDateTime) -> bool;
    resume(user_id: &str, id: &CredentialId) -> bool;
    rename(user_id: &str, id: &CredentialId, device_name: &str) -> bool;
    delete(user_id: &str, id: &CredentialId) -> bool;
    delete_unless_last(user_id: &str, id: &CredentialId, rp_id: &str) -> Deletion;
    check() -> ();
}

// Not by the macro, which compiler messages that list the repositories would mention.
impl CredentialRepository for BoxedRepository {
    async fn insert(
        &self,
        credential: &Credential,
        max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        self.0.insert(credential, max_credentials).await
    }

    async fn insert_first(&self, credential: &Credential) -> Result<bool, StoreError> {
        self.0.insert_first(credential).await
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        self.0.find(id).await
    }

    async fn list(&self, user_id: &str) -> Result<Vec<Credential>, StoreError> {
        self.0.list(user_id).await
    }

    async fn record_use(
        &self,
        user_id: &str,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        self.0.record_use(user_id, id, usage).await
    }

    async fn suspend(
        &self,
        user_id: &str,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        self.0.suspend(user_id, id, at).await
    }

    async fn resume(&self, user_id: &str, id: &CredentialId) -> Result<bool, StoreError> {
        self.0.resume(user_id, id).await
    }

    async fn rename(
        &self,
        user_id: &str,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        self.0.rename(user_id, id, device_name).await
    }

    async fn delete(&self, user_id: &str, id: &CredentialId) -> Result<bool, StoreError> {
        self.0.delete(user_id, id).await
    }

    async fn delete_unless_last(
        &self,
        user_id: &str,
        id: &CredentialId,
        rp_id: &str,
    ) -> Result<Deletion, StoreError> {
        self.0.delete_unless_last(user_id, id, rp_id).await
    }

    fn describe(&self) -> Description {
        self.0.describe()
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.0.check().await
    }
}
