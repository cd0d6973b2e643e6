//! Every store satisfies the contract. The stores that need a server are tested by the same code, in
//! the program `services`.

use passkeys::{
    store::{ChallengeStore as _, CredentialRepository as _},
    testing::{self, pending_ceremony},
};
use passkeys_test_support::{
    credential, imported,
    stores::{ChallengeBackend, RepositoryBackend},
};
use time::{Duration, OffsetDateTime};

pub(crate) async fn repository_satisfies_the_contract<B: RepositoryBackend>() {
    let Some(backend) = B::start().await else {
        return;
    };
    testing::credential_repository(async || backend.open().await).await;
    backend.stop().await;
}

pub(crate) async fn repository_clones_share_credentials<B: RepositoryBackend>() {
    let Some(backend) = B::start().await else {
        return;
    };
    let store = backend.open().await;
    let new = credential(1, "ada");
    assert!(imported(&store.clone(), &new).await);
    assert_eq!(store.find(&new.id).await.unwrap(), Some(new));
    backend.stop().await;
}

pub(crate) async fn challenge_store_satisfies_the_contract<B: ChallengeBackend>() {
    let Some(backend) = B::start().await else {
        return;
    };
    testing::challenge_store(async || backend.open().await).await;
    backend.stop().await;
}

pub(crate) async fn full_challenge_store_satisfies_the_contract<B: ChallengeBackend>() {
    let Some(backend) = B::start().await else {
        return;
    };
    testing::full_challenge_store(async |capacity| {
        B::with_capacity(backend.open().await, capacity)
    })
    .await;
    backend.stop().await;
}

pub(crate) async fn challenge_store_clones_share_ceremonies<B: ChallengeBackend>() {
    let Some(backend) = B::start().await else {
        return;
    };
    let store = backend.open().await;
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), Duration::minutes(5));
    let state = store.put(ceremony.clone()).await.unwrap();
    let taken = store.clone().take(&state).await.unwrap();
    assert_eq!(taken, Some(ceremony));
    assert_eq!(store.take(&state).await.unwrap(), None, "a replay");
    backend.stop().await;
}

pub(crate) async fn challenge_store_with_capacity_0_fails_every_put<B: ChallengeBackend>() {
    let Some(backend) = B::start().await else {
        return;
    };
    let store = B::with_capacity(backend.open().await, 0);
    for _ in 0..2 {
        let ceremony = pending_ceremony(OffsetDateTime::now_utc(), Duration::minutes(5));
        let error = store.put(ceremony).await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("capacity of 0"), "{cause}");
    }
    backend.stop().await;
}

macro_rules! test_repositories {
    ([] $($name:ident: $backend:ty [$kind:ident],)*) => {
        mod repository_contract {$(
            mod $name {
                use crate::contract::*;

                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn satisfies_the_contract() {
                    repository_satisfies_the_contract::<$backend>().await;
                }

                #[tokio::test]
                async fn clones_share_credentials() {
                    repository_clones_share_credentials::<$backend>().await;
                }
            }
        )*}
    };
}

macro_rules! test_challenge_stores {
    ([] $($name:ident: $backend:ty,)*) => {
        mod challenge_store_contract {$(
            mod $name {
                use crate::contract::*;

                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn satisfies_the_contract() {
                    challenge_store_satisfies_the_contract::<$backend>().await;
                }

                #[tokio::test]
                async fn full_satisfies_the_contract() {
                    full_challenge_store_satisfies_the_contract::<$backend>().await;
                }

                #[tokio::test]
                async fn clones_share_ceremonies() {
                    challenge_store_clones_share_ceremonies::<$backend>().await;
                }

                #[tokio::test]
                async fn with_capacity_0_fails_every_put() {
                    challenge_store_with_capacity_0_fails_every_put::<$backend>().await;
                }
            }
        )*}
    };
}
