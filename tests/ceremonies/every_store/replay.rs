//! What was answered once is not answered again.

use passkeys::{
    ceremony::Action,
    store::{CredentialRepository as _, MemoryRepository},
    testing::Fault,
};
use passkeys_test_support::{RegistrationExt as _, StepUpExt as _, agree, answer, assert, create};

use super::parts::{device, in_every_store, is_over, is_refused, on, person, registered};

/// A passkey without a counter, as most that synchronise: nothing but the `state` stands against a
/// replay.
#[tokio::test]
async fn a_sign_in_that_succeeded() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        let mut device = registered(&passkeys, "ada")
            .await
            .with_fault(Fault::SignCount(0));
        let request = assert(&passkeys.authentication(), None, &mut device).await;
        passkeys.authentication().finish(&request).await.unwrap();
        for _ in 0..3 {
            is_over(passkeys.authentication().finish(&request).await);
        }
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_that_failed_and_would_succeed_now() {
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
        is_refused(passkeys.authentication().finish(&forged).await);
        is_over(passkeys.authentication().finish(&request).await);
    })
    .await;
}

#[tokio::test]
async fn a_consent_that_was_given() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        let device = registered(&passkeys, "ada").await;
        let mut device = device.with_fault(Fault::SignCount(0));
        let (step_up, ada) = (passkeys.step_up(), person("ada"));
        let action = Action::new("POST", "/transfer", b"{}");
        let request = agree(&step_up, &ada, &action, &mut device).await;
        step_up.finish_as(&ada, &action, &request).await.unwrap();
        for _ in 0..3 {
            is_over(step_up.finish_as(&ada, &action, &request).await);
        }
    })
    .await;
}

/// Otherwise a passkey that its owner has deleted could be put back by whoever has seen it come.
#[tokio::test]
async fn a_registration_whose_passkey_was_deleted_since() {
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
        assert!(passkeys.repository().delete("ada", id).await.unwrap());
        is_over(passkeys.registration().finish_as(&ada, &request).await);
        assert_eq!(passkeys.repository().list("ada").await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_registration_that_failed_and_would_succeed_now() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        let ada = person("ada");
        let request = create(&passkeys.registration(), &ada, &mut device()).await;
        let mut forged = request.clone();
        forged.device_name = Some("a".repeat(256));
        let failed = passkeys.registration().finish_as(&ada, &forged).await;
        assert_eq!(failed.unwrap_err().code(), "invalid_request");
        is_over(passkeys.registration().finish_as(&ada, &request).await);
        assert_eq!(passkeys.repository().list("ada").await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_sign_up_whose_account_has_no_passkey_any_more() {
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
        assert!(passkeys.repository().delete("ada", id).await.unwrap());
        is_over(passkeys.registration().finish_sign_up(&request).await);
    })
    .await;
}

#[tokio::test]
async fn an_old_answer_under_a_new_state() {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        let mut device = registered(&passkeys, "ada")
            .await
            .with_fault(Fault::SignCount(0));
        let old = assert(&passkeys.authentication(), None, &mut device).await;
        passkeys.authentication().finish(&old).await.unwrap();
        let mut new = assert(&passkeys.authentication(), None, &mut device).await;
        new.credential = old.credential;
        is_refused(passkeys.authentication().finish(&new).await);
    })
    .await;
}
