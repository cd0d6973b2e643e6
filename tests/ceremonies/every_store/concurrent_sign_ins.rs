//! Sign-ins that run concurrently with each other, and with changes of their passkey.

use std::{collections::BTreeSet, sync::Arc};

use passkeys::{
    Config, SignCount, UserHandle,
    ceremony::FinishAuthentication,
    store::{CredentialRepository, MemoryRepository, Owner},
    testing::{Authenticator, Fault},
};
use passkeys_test_support::{RegistrationExt as _, assert, create, imported};
use time::OffsetDateTime;
use tokio::join;

use super::{
    helpers::{
        assert_authentication_failed, at_once, configured, device, in_every_repository,
        in_every_store, on, only_passkey_of, person, registered,
    },
    yielding_repository::YieldingRepository,
};

const ROUNDS: usize = 25;
const AT_ONCE: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_replays_of_one_sign_in_succeed_exactly_once() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        // Without a signature counter, only the challenge store prevents the replay.
        let mut device = registered(&passkeys, "ada")
            .await
            .with_fault(Fault::SignCount(0));
        for _ in 0..ROUNDS {
            let request = assert(&passkeys.authentication(), None, &mut device).await;
            let answers = at_once((0..AT_ONCE).map(|_| {
                let (passkeys, request) = (passkeys.clone(), request.clone());
                async move { passkeys.authentication().finish(&request).await }
            }))
            .await;
            let (succeeded, failed): (Vec<_>, Vec<_>) =
                answers.into_iter().partition(Result::is_ok);
            assert_eq!(succeeded.len(), 1);
            failed
                .into_iter()
                .for_each(super::helpers::assert_challenge_not_found);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signature_counter_never_decreases_under_concurrent_sign_ins() {
    async fn test(repository: impl CredentialRepository + Clone) {
        for policy in [SignCount::Reject, SignCount::Report] {
            let config = Config::builder("example.com", ["https://example.com"]);
            let config = config.sign_count(policy).build().unwrap();
            let passkeys = configured(repository.clone(), config);
            let device = registered(&passkeys, "ada").await;
            let passkey = only_passkey_of(&repository, "ada").await;
            let mut before = 0;
            for round in 0..5 {
                let mut requests: Vec<FinishAuthentication> = Vec::new();
                for number in 1..=AT_ONCE {
                    let count = u32::try_from(round * AT_ONCE / 2 + number).unwrap();
                    let mut copy = device.with_fault(Fault::SignCount(count));
                    requests.push(assert(&passkeys.authentication(), None, &mut copy).await);
                }
                let answers = at_once(requests.into_iter().map(|request| {
                    let (passkeys, id) = (passkeys.clone(), passkey.id.clone());
                    async move {
                        let seen = passkeys.repository().find(&id).await.unwrap().unwrap();
                        let login = passkeys.authentication().finish(&request).await.ok();
                        let then = passkeys.repository().find(&id).await.unwrap().unwrap();
                        assert!(seen.sign_count <= then.sign_count, "the counter decreased");
                        login.map(|login| (login.clone_suspected(), login.credential().sign_count))
                    }
                }))
                .await;
                let logins: Vec<_> = answers.into_iter().flatten().collect();
                let advanced = logins.iter().filter(|(suspected, _)| !suspected);
                let advanced: Vec<u32> = advanced.map(|(_, count)| *count).collect();
                let distinct: BTreeSet<_> = advanced.iter().collect();
                assert_eq!(
                    distinct.len(),
                    advanced.len(),
                    "one counter value was accepted twice"
                );
                let after = only_passkey_of(&repository, "ada").await.sign_count;
                let highest = advanced.into_iter().max().unwrap_or(before);
                assert_eq!(after, highest, "an accepted counter value was not stored");
                assert!(after >= before);
                before = after;
            }
            assert!(
                repository
                    .delete(Owner::everywhere("ada"), &passkey.id)
                    .await
                    .unwrap()
            );
        }
    }
    in_every_repository!(test);
}

/// With `sign_count = "suspend"`, the second clone suspends the passkey, whichever it is.
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_clones_with_one_counter_value_sign_in_once_and_suspend_the_passkey() {
    async fn test(repository: impl CredentialRepository + Clone) {
        let config = Config::builder("example.com", ["https://example.com"]);
        let config = config.sign_count(SignCount::Suspend).build().unwrap();
        let passkeys = configured(repository.clone(), config);
        for _ in 0..5 {
            let device = registered(&passkeys, "ada").await;
            let mut requests = Vec::new();
            for _ in 0..AT_ONCE {
                let mut copy = device.with_fault(Fault::SignCount(7));
                requests.push(assert(&passkeys.authentication(), None, &mut copy).await);
            }
            let answers = at_once(requests.into_iter().map(|request| {
                let passkeys = passkeys.clone();
                async move { passkeys.authentication().finish(&request).await }
            }))
            .await;
            assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
            answers
                .into_iter()
                .filter(Result::is_err)
                .for_each(assert_authentication_failed);
            let passkey = only_passkey_of(&repository, "ada").await;
            assert_eq!(passkey.sign_count, 7);
            assert!(passkey.suspended_at.is_some());
            assert!(
                repository
                    .delete(Owner::everywhere("ada"), &passkey.id)
                    .await
                    .unwrap()
            );
        }
    }
    in_every_repository!(test);
}

/// Sign-ins of different users, and with different passkeys of one user, do not affect each other.
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_sign_ins_of_different_passkeys_all_succeed() {
    async fn test(repository: impl CredentialRepository + Clone) {
        let passkeys = on(repository);
        let mut devices = Vec::new();
        for number in 0..AT_ONCE {
            let who = if number % 2 == 0 { "ada" } else { "bob" };
            devices.push((who, registered(&passkeys, who).await));
        }
        let answers = at_once(devices.into_iter().map(|(who, mut device)| {
            let passkeys = passkeys.clone();
            async move {
                for _ in 0..3 {
                    let request = assert(&passkeys.authentication(), None, &mut device).await;
                    let login = passkeys.authentication().finish(&request).await.unwrap();
                    assert_eq!(login.user_id(), who);
                }
            }
        }));
        assert_eq!(answers.await.len(), AT_ONCE);
        for who in ["ada", "bob"] {
            for passkey in passkeys
                .repository()
                .list(Owner::everywhere(who))
                .await
                .unwrap()
            {
                assert_eq!(passkey.sign_count, 3);
            }
        }
    }
    in_every_repository!(test);
}

/// Registers a passkey and returns its authenticator, the stored credential, and a signed
/// assertion.
async fn signed(
    passkeys: &passkeys::Passkeys<super::helpers::Party<impl CredentialRepository>>,
) -> (
    Authenticator,
    passkeys::Credential,
    Arc<FinishAuthentication>,
) {
    let mut device = registered(passkeys, "ada").await;
    let passkey = only_passkey_of(passkeys.repository(), "ada").await;
    let request = assert(&passkeys.authentication(), None, &mut device).await;
    (device, passkey, Arc::new(request))
}

#[tokio::test(flavor = "multi_thread")]
async fn deletion_wins_over_a_concurrent_sign_in() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        for _ in 0..ROUNDS {
            let (mut device, passkey, request) = signed(&passkeys).await;
            let (authentication, repository) = (passkeys.authentication(), passkeys.repository());
            let (_, deleted) = join!(
                authentication.finish(&request),
                repository.delete(Owner::everywhere("ada"), &passkey.id)
            );
            assert!(deleted.unwrap());
            assert_eq!(
                repository.find(&passkey.id).await.unwrap(),
                None,
                "the deleted passkey is back"
            );
            let request = assert(&authentication, None, &mut device).await;
            assert_authentication_failed(authentication.finish(&request).await);
        }
    }
    test(YieldingRepository::default()).await;
    in_every_repository!(test);
}

#[tokio::test(flavor = "multi_thread")]
async fn suspension_wins_over_a_concurrent_sign_in() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        for _ in 0..ROUNDS {
            let (mut device, passkey, request) = signed(&passkeys).await;
            let (authentication, repository) = (passkeys.authentication(), passkeys.repository());
            let now = OffsetDateTime::now_utc();
            let (login, suspended) = join!(
                authentication.finish(&request),
                repository.suspend(Owner::everywhere("ada"), &passkey.id, now)
            );
            assert!(suspended.unwrap());
            let after = only_passkey_of(repository, "ada").await;
            assert!(after.suspended_at.is_some(), "the suspension was lost");
            assert_eq!(
                after.sign_count,
                u32::from(login.is_ok()),
                "counter and outcome differ"
            );
            let request = assert(&authentication, None, &mut device).await;
            assert_authentication_failed(authentication.finish(&request).await);
            assert!(
                repository
                    .delete(Owner::everywhere("ada"), &passkey.id)
                    .await
                    .unwrap()
            );
        }
    }
    test(YieldingRepository::default()).await;
    in_every_repository!(test);
}

#[tokio::test(flavor = "multi_thread")]
async fn rename_and_concurrent_sign_in_are_both_kept() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        for _ in 0..ROUNDS {
            let (_, passkey, request) = signed(&passkeys).await;
            let (authentication, repository) = (passkeys.authentication(), passkeys.repository());
            let (login, renamed) = join!(
                authentication.finish(&request),
                repository.rename(Owner::everywhere("ada"), &passkey.id, "Phone")
            );
            login.unwrap();
            assert!(renamed.unwrap());
            let after = only_passkey_of(repository, "ada").await;
            assert_eq!((after.sign_count, after.device_name.as_str()), (1, "Phone"));
            assert!(
                repository
                    .delete(Owner::everywhere("ada"), &passkey.id)
                    .await
                    .unwrap()
            );
        }
    }
    test(YieldingRepository::default()).await;
    in_every_repository!(test);
}

/// Ada's passkey is deleted and Eve registers its ID while Ada signs in with it.
#[tokio::test(flavor = "multi_thread")]
async fn sign_in_during_a_change_of_its_credential_ids_owner_never_signs_in_the_new_owner() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        for _ in 0..ROUNDS {
            let (_, passkey, request) = signed(&passkeys).await;
            let mut eves = device().with_fault(Fault::CredentialId(passkey.id.as_bytes().to_vec()));
            let (registration, eve) = (passkeys.registration(), person("eve"));
            let registers = create(&registration, &eve, &mut eves).await;
            let (authentication, repository) = (passkeys.authentication(), passkeys.repository());
            let (login, ()) = join!(authentication.finish(&request), async {
                assert!(
                    repository
                        .delete(Owner::everywhere("ada"), &passkey.id)
                        .await
                        .unwrap()
                );
                registration.finish_as(&eve, &registers).await.unwrap();
            });
            if let Ok(login) = login {
                assert_eq!(login.user_id(), "ada");
            }
            let eves = only_passkey_of(repository, "eve").await;
            assert_eq!(
                (eves.sign_count, eves.last_used_at),
                (0, None),
                "Ada's sign-in was recorded on it"
            );
            assert!(
                repository
                    .delete(Owner::everywhere("eve"), &eves.id)
                    .await
                    .unwrap()
            );
        }
    }
    test(YieldingRepository::default()).await;
    in_every_repository!(test);
}

/// The replacement differs only in its owner, with another user handle, or only in its public key. Its counter is lower than
/// the one that Ada has signed, so the counter check alone would accept it.
#[tokio::test(flavor = "multi_thread")]
async fn sign_in_is_not_recorded_on_a_credential_whose_owner_or_key_was_replaced_meanwhile() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        registered(&passkeys, "bob").await;
        let (authentication, repository) = (passkeys.authentication(), passkeys.repository());
        let bobs = only_passkey_of(repository, "bob").await;
        for round in 0..ROUNDS {
            let mut device = registered(&passkeys, "ada")
                .await
                .with_fault(Fault::SignCount(9));
            let request = assert(&authentication, None, &mut device).await;
            let passkey = only_passkey_of(repository, "ada").await;
            let mut other = passkey.clone();
            other.sign_count = 5;
            if round % 2 == 0 {
                other.user_id = "eve".into();
                // With the same handle it would be Eve's sign-in, if the replacement came first.
                other.user_handle = UserHandle::random().ok();
            } else {
                other.public_key.clone_from(&bobs.public_key);
            }
            let (_, ()) = join!(authentication.finish(&request), async {
                assert!(
                    repository
                        .delete(Owner::everywhere("ada"), &passkey.id)
                        .await
                        .unwrap()
                );
                assert!(imported(repository, &other).await);
            });
            let after = repository.find(&passkey.id).await.unwrap();
            assert_eq!(
                after.as_ref(),
                Some(&other),
                "Ada's sign-in was recorded on it"
            );
            let owner = &other.user_id;
            assert!(
                repository
                    .delete(Owner::everywhere(owner), &passkey.id)
                    .await
                    .unwrap()
            );
        }
    }
    test(YieldingRepository::default()).await;
    in_every_repository!(test);
}
