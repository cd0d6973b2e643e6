//! Replay: each ceremony state is single-use, whether its finish succeeded or failed.

use passkeys::{
    ceremony::Action,
    store::{CredentialRepository as _, MemoryRepository, Owner},
    testing::Fault,
};
use passkeys_test_support::{RegistrationExt as _, StepUpExt as _, agree, answer, assert, create};
use serde_json::value::RawValue;

use super::helpers::{
    assert_authentication_failed, assert_challenge_not_found, device, in_every_store, on, person,
    registered,
};

/// With a passkey that has no signature counter, as most synced ones, only the single-use `state`
/// prevents the replay.
#[tokio::test]
async fn replay_of_a_successful_sign_in_is_rejected() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        let mut device = registered(&passkeys, "ada")
            .await
            .with_fault(Fault::SignCount(0));
        let request = assert(&passkeys.authentication(), None, &mut device).await;
        passkeys.authentication().finish(&request).await.unwrap();
        for _ in 0..3 {
            assert_challenge_not_found(passkeys.authentication().finish(&request).await);
        }
    })
    .await;
}

#[tokio::test]
async fn state_of_a_failed_sign_in_cannot_be_replayed_with_a_valid_assertion() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        let mut device = registered(&passkeys, "ada").await;
        let request = assert(&passkeys.authentication(), None, &mut device).await;
        let mut forged = request.clone();
        forged.credential = assert(
            &passkeys.authentication(),
            None,
            &mut device.with_fault(Fault::BrokenSignature),
        )
        .await
        .credential;
        assert_authentication_failed(passkeys.authentication().finish(&forged).await);
        assert_challenge_not_found(passkeys.authentication().finish(&request).await);
    })
    .await;
}

#[tokio::test]
async fn replay_of_a_successful_step_up_is_rejected() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        let device = registered(&passkeys, "ada").await;
        let mut device = device.with_fault(Fault::SignCount(0));
        let (step_up, ada) = (passkeys.step_up(), person("ada"));
        let action = Action::new("POST", "example.com", "/transfer", b"{}");
        let request = agree(&step_up, &ada, &action, &mut device).await;
        step_up.finish_as(&ada, &action, &request).await.unwrap();
        for _ in 0..3 {
            assert_challenge_not_found(step_up.finish_as(&ada, &action, &request).await);
        }
    })
    .await;
}

/// Otherwise an observer of the registration could restore a passkey that its owner has deleted.
#[tokio::test]
async fn replay_of_a_registration_does_not_restore_a_deleted_passkey() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        let ada = person("ada");
        let request = create(&passkeys.registration(), &ada, &mut device()).await;
        let registered = passkeys
            .registration()
            .finish_as(&ada, &request)
            .await
            .unwrap();
        let id = &registered.credential().id;
        assert!(
            passkeys
                .repository()
                .delete(Owner::everywhere("ada"), id)
                .await
                .unwrap()
        );
        assert_challenge_not_found(passkeys.registration().finish_as(&ada, &request).await);
        assert_eq!(
            passkeys
                .repository()
                .list(Owner::everywhere("ada"))
                .await
                .unwrap(),
            []
        );
    })
    .await;
}

#[tokio::test]
async fn state_of_a_failed_registration_cannot_be_replayed_with_a_valid_request() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        let ada = person("ada");
        let request = create(&passkeys.registration(), &ada, &mut device()).await;
        let mut forged = request.clone();
        forged.credential = RawValue::from_string("{}".to_owned()).unwrap();
        let failed = passkeys.registration().finish_as(&ada, &forged).await;
        assert_eq!(failed.unwrap_err().code(), "invalid_request");
        assert_challenge_not_found(passkeys.registration().finish_as(&ada, &request).await);
        assert_eq!(
            passkeys
                .repository()
                .list(Owner::everywhere("ada"))
                .await
                .unwrap(),
            []
        );
    })
    .await;
}

#[tokio::test]
async fn replay_of_a_sign_up_does_not_restore_a_deleted_passkey() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        let begun = passkeys
            .registration()
            .begin_sign_up(&person("ada"))
            .await
            .unwrap();
        let request = answer(begun, &mut device());
        let signed_up = passkeys
            .registration()
            .finish_sign_up(&request)
            .await
            .unwrap();
        let id = &signed_up.credential().id;
        assert!(
            passkeys
                .repository()
                .delete(Owner::everywhere("ada"), id)
                .await
                .unwrap()
        );
        assert_challenge_not_found(passkeys.registration().finish_sign_up(&request).await);
    })
    .await;
}

#[tokio::test]
async fn replay_of_an_old_assertion_under_a_new_state_is_rejected() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        let mut device = registered(&passkeys, "ada")
            .await
            .with_fault(Fault::SignCount(0));
        let old = assert(&passkeys.authentication(), None, &mut device).await;
        passkeys.authentication().finish(&old).await.unwrap();
        let mut new = assert(&passkeys.authentication(), None, &mut device).await;
        new.credential = old.credential;
        assert_authentication_failed(passkeys.authentication().finish(&new).await);
    })
    .await;
}
