//! Concurrent registrations: replays, one credential ID for several users, and one account for
//! several sign-ups.

use passkeys::{
    Config, Error,
    store::{CredentialRepository, MemoryRepository, Owner},
    testing::{Authenticator, Fault},
};
use passkeys_test_support::{RegistrationExt as _, answer, assert, create};

use super::{
    helpers::{
        assert_challenge_not_found, at_once, configured, device, in_every_repository,
        in_every_store, on, person,
    },
    yielding_repository::YieldingRepository,
};

const ROUNDS: usize = 10;
const AT_ONCE: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_replays_of_one_registration_store_exactly_one_passkey() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        for _ in 0..ROUNDS {
            let request = create(&passkeys.registration(), &person("ada"), &mut device()).await;
            let answers = at_once((0..AT_ONCE).map(|_| {
                let (passkeys, request) = (passkeys.clone(), request.clone());
                async move {
                    passkeys
                        .registration()
                        .finish_as(&person("ada"), &request)
                        .await
                }
            }))
            .await;
            assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
            answers
                .into_iter()
                .filter(Result::is_err)
                .for_each(assert_challenge_not_found);
        }
        assert_eq!(
            passkeys
                .repository()
                .list(Owner::everywhere("ada"))
                .await
                .unwrap()
                .len(),
            ROUNDS
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_registrations_of_one_credential_id_by_many_users_succeed_exactly_once() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        for round in 0..ROUNDS {
            let id = vec![u8::try_from(round).unwrap(); 16];
            let mut contenders = Vec::new();
            for number in 0..AT_ONCE {
                let who = format!("user {number}");
                let mut device = device().with_fault(Fault::CredentialId(id.clone()));
                let request = create(&passkeys.registration(), &person(&who), &mut device).await;
                contenders.push((who, device, request));
            }
            let answers = at_once(contenders.into_iter().map(|(who, device, request)| {
                let passkeys = passkeys.clone();
                async move {
                    let registration = passkeys.registration();
                    let registered = registration.finish_as(&person(&who), &request).await;
                    (who, device, registered)
                }
            }))
            .await;
            let mut winners = 0;
            for (who, mut device, registered) in answers {
                let sign_in = assert(&passkeys.authentication(), None, &mut device).await;
                let signed_in = passkeys.authentication().finish(&sign_in).await;
                match registered {
                    Ok(registered) => {
                        winners += 1;
                        assert_eq!(registered.user_id(), who);
                        assert_eq!(signed_in.unwrap().user_id(), who);
                    }
                    Err(error) => {
                        assert!(matches!(error, Error::CredentialAlreadyExists), "{error:?}");
                        super::helpers::assert_authentication_failed(signed_in);
                    }
                }
            }
            assert_eq!(winners, 1);
        }
    }
    test(YieldingRepository::default()).await;
    in_every_repository!(test);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_registrations_of_one_user_are_all_stored() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        let registered = at_once((0..AT_ONCE).map(|_| {
            let passkeys = passkeys.clone();
            async move {
                let (registration, ada) = (passkeys.registration(), person("ada"));
                let request = create(&registration, &ada, &mut device()).await;
                let registered = registration.finish_as(&ada, &request).await.unwrap();
                registered.credential().clone()
            }
        }));
        let mut registered = registered.await;
        registered.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        assert_eq!(
            passkeys
                .repository()
                .list(Owner::everywhere("ada"))
                .await
                .unwrap(),
            registered
        );
    }
    test(YieldingRepository::default()).await;
    in_every_repository!(test);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_registrations_of_one_user_do_not_exceed_max_credentials() {
    async fn test(repository: impl CredentialRepository) {
        let config = Config::builder("example.com", ["https://example.com"]).max_credentials(3);
        let passkeys = configured(repository, config.build().unwrap());
        let (registration, ada) = (passkeys.registration(), person("ada"));
        let mut requests = Vec::new();
        for _ in 0..AT_ONCE {
            requests.push(create(&registration, &ada, &mut device()).await);
        }
        let finished = at_once(requests.into_iter().map(|request| {
            let (passkeys, ada) = (passkeys.clone(), ada.clone());
            async move { passkeys.registration().finish_as(&ada, &request).await }
        }));
        let (registered, rejected): (Vec<_>, Vec<_>) =
            finished.await.into_iter().partition(Result::is_ok);
        assert_eq!(registered.len(), 3);
        for error in rejected.into_iter().filter_map(Result::err) {
            assert!(matches!(error, Error::TooManyCredentials), "{error:?}");
        }
        assert_eq!(
            passkeys
                .repository()
                .list(Owner::everywhere("ada"))
                .await
                .unwrap()
                .len(),
            3
        );
    }
    test(YieldingRepository::default()).await;
    in_every_repository!(test);
}

/// The passkeys of rejected sign-ups must not be usable even temporarily, so each contender tries
/// to sign in while it signs up.
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_sign_ups_for_one_account_succeed_exactly_once() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        for _ in 0..ROUNDS {
            let mut contenders = Vec::new();
            for _ in 0..AT_ONCE {
                let begun = passkeys
                    .registration()
                    .begin_sign_up(&person("ada"))
                    .await
                    .unwrap();
                let mut device = device();
                contenders.push((answer(begun, &mut device), device));
            }
            let answers = at_once(contenders.into_iter().map(|(request, mut device)| {
                let passkeys = passkeys.clone();
                async move {
                    let (signed_up, signed_in) = tokio::join!(
                        async { passkeys.registration().finish_sign_up(&request).await },
                        signs_in(&passkeys, &mut device)
                    );
                    (signed_up, signed_in, device)
                }
            }))
            .await;
            let mut winners = 0;
            for (signed_up, signed_in, mut device) in answers {
                match signed_up {
                    Ok(_) => {
                        winners += 1;
                        assert!(signs_in(&passkeys, &mut device).await);
                    }
                    Err(error) => {
                        assert!(matches!(error, Error::AccountAlreadyExists), "{error:?}");
                        assert!(
                            !signed_in,
                            "signed in with the passkey of a rejected sign-up"
                        );
                    }
                }
            }
            let left = passkeys
                .repository()
                .list(Owner::everywhere("ada"))
                .await
                .unwrap();
            assert_eq!(left.len(), winners);
            assert_eq!(winners, 1);
            assert!(
                passkeys
                    .repository()
                    .delete(Owner::everywhere("ada"), &left[0].id)
                    .await
                    .unwrap()
            );
        }
    }
    test(YieldingRepository::default()).await;
    in_every_repository!(test);
}

/// Returns whether at least one of four sign-ins succeeds.
async fn signs_in<R: CredentialRepository>(
    passkeys: &passkeys::Passkeys<super::helpers::Party<R>>,
    device: &mut Authenticator,
) -> bool {
    let mut signed_in = false;
    for _ in 0..4 {
        let request = assert(&passkeys.authentication(), None, device).await;
        signed_in |= passkeys.authentication().finish(&request).await.is_ok();
    }
    signed_in
}
