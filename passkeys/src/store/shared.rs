//! The stores of an application, which its ceremonies share. With the feature `metrics`, their operations are
//! measured.

use std::sync::Arc;

#[cfg(feature = "metrics")]
use super::measured::Measured;
use super::{ChallengeStore, CredentialRepository};

/// The repository of an application.
#[cfg(feature = "metrics")]
pub(crate) type Repository<R> = Measured<R>;

/// The repository of an application.
#[cfg(not(feature = "metrics"))]
pub(crate) type Repository<R> = Arc<R>;

/// Shares a repository.
pub(crate) fn repository<R: CredentialRepository>(repository: R) -> Repository<R> {
    Repository::new(repository)
}

/// Shares a challenge store.
pub(crate) fn challenges(store: impl ChallengeStore) -> Arc<dyn ChallengeStore> {
    #[cfg(feature = "metrics")]
    return Measured::challenges(store);
    #[cfg(not(feature = "metrics"))]
    return Arc::new(store);
}
