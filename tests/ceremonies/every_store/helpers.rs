//! The relying party of these tests, generic over its repository, and helpers.

use std::{marker::PhantomData, sync::Arc};

use axum::http::HeaderMap;
use passkeys::{
    AuthenticationResult, Config, Credential, Error, PasskeyUser, Passkeys, passkeys,
    store::{CredentialRepository, Owner},
    testing::Authenticator,
};
use passkeys_test_support::{RegistrationExt as _, create};
use tokio::{sync::Barrier, task::JoinSet};

pub(crate) use crate::stores::{in_every_repository, in_every_store};

/// Relying party `https://example.com`, generic over its repository.
#[derive(Debug)]
pub(crate) struct Party<R>(PhantomData<R>);

impl<R> Clone for Party<R> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

#[passkeys(rp_id = "example.com", rp_name = "Example", origins = ["https://example.com"])]
impl<R: CredentialRepository> Party<R> {
    type Repository = R;

    fn get_user(&self, headers: HeaderMap) -> PasskeyUser {
        let id = headers.get("x-user").and_then(|id| id.to_str().ok());
        person(id.unwrap_or_default())
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> String {
        login.user_id().to_owned()
    }
}

/// Creates the relying party with this repository.
pub(crate) fn on<R: CredentialRepository>(repository: R) -> Passkeys<Party<R>> {
    Passkeys::new(Party(PhantomData), repository)
}

/// Creates the relying party with this repository and configuration.
pub(crate) fn configured<R: CredentialRepository>(
    repository: R,
    config: Config,
) -> Passkeys<Party<R>> {
    Passkeys::with_config(Party(PhantomData), repository, config)
}

pub(crate) fn person(id: &str) -> PasskeyUser {
    PasskeyUser::new(id, id, id)
}

pub(crate) fn device() -> Authenticator {
    Authenticator::new("https://example.com")
}

/// Registers a passkey for this user, and returns the authenticator that has it.
pub(crate) async fn registered<R: CredentialRepository>(
    passkeys: &Passkeys<Party<R>>,
    id: &str,
) -> Authenticator {
    let mut device = device();
    let request = create(&passkeys.registration(), &person(id), &mut device).await;
    let registered = passkeys
        .registration()
        .finish_as(&person(id), &request)
        .await;
    registered.expect("a registration");
    device
}

/// Returns the only passkey of this user, and panics if there is none or more than one.
pub(crate) async fn only_passkey_of<R: CredentialRepository>(
    repository: &R,
    id: &str,
) -> Credential {
    let [passkey] = &repository
        .list(Owner::everywhere(id))
        .await
        .expect("a list")[..]
    else {
        panic!("{id} does not have one passkey");
    };
    passkey.clone()
}

#[track_caller]
pub(crate) fn assert_challenge_not_found<T>(answer: Result<T, Error>) {
    assert!(
        matches!(answer, Err(Error::ChallengeNotFound)),
        "{:?}",
        answer.err()
    );
}

#[track_caller]
pub(crate) fn assert_authentication_failed<T>(answer: Result<T, Error>) {
    assert!(
        matches!(answer, Err(Error::AuthenticationFailed)),
        "{:?}",
        answer.err()
    );
}

/// Runs all tasks concurrently, started by a barrier, and returns their outputs.
pub(crate) async fn at_once<F: Future<Output: Send + 'static> + Send + 'static>(
    tasks: impl ExactSizeIterator<Item = F>,
) -> Vec<F::Output> {
    let start = Arc::new(Barrier::new(tasks.len()));
    let mut running = JoinSet::new();
    for task in tasks {
        let start = start.clone();
        running.spawn(async move {
            start.wait().await;
            task.await
        });
    }
    running.join_all().await
}
