//! The stores that need no server, from the list in `passkeys_test_support::stores`.

use std::sync::Arc;

use passkeys::store::ChallengeStore;
use passkeys_test_support::{challenge_stores, stores::Backend as _};

/// Runs a test with each challenge store that needs no server.
pub(crate) async fn in_every_store(test: impl AsyncFn(Arc<dyn ChallengeStore>)) {
    macro_rules! run {
        ([] $($name:ident: $backend:ty,)*) => {$(
            if let Some(backend) = <$backend>::start().await {
                test(Arc::new(backend.open().await)).await;
                backend.stop().await;
            }
        )*};
    }
    challenge_stores!(embedded, [run]);
}

/// Runs a test, a function that is generic over the repository, with each repository that needs no
/// server.
macro_rules! in_every_repository {
    ($test:expr) => {
        passkeys_test_support::repositories!(
            embedded,
            [passkeys_test_support::run_with_each],
            $test
        )
    };
}
pub(crate) use in_every_repository;
