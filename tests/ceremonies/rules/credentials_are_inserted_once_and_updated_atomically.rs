//! Rule 6: credential IDs are unique, and each use is one compare-and-swap on the signature
//! counter.

use super::*;

#[tokio::test]
async fn registration_of_a_known_credential_id_is_rejected_and_overwrites_nothing() {
    let (world, mut device) = ada_registered().await;
    let stored = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    let thief = Fault::CredentialId(stored[0].id.as_bytes().to_vec());
    let answer = world
        .register(&bob(), &mut world.device().with_fault(thief))
        .await;
    assert!(
        matches!(answer, Err(Error::CredentialAlreadyExists)),
        "{answer:?}"
    );
    assert_eq!(
        world
            .passkeys
            .repository()
            .list(Owner::everywhere("ada"))
            .await
            .unwrap(),
        stored
    );
    assert_eq!(world.sign_in(&mut device).await.unwrap().user_id(), "ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_assertions_with_one_signature_counter_value_succeed_exactly_once() {
    let (world, device) = ada_registered().await;
    let mut tasks = JoinSet::new();
    for _ in 0..32 {
        let mut copy = device.with_fault(Fault::SignCount(7));
        let request = world.assert(None, &mut copy).await;
        let passkeys = world.passkeys.clone();
        tasks.spawn(async move { passkeys.authentication().finish(&request).await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for error in answers.into_iter().filter_map(Result::err) {
        assert!(matches!(error, Error::AuthenticationFailed), "{error:?}");
    }
}

#[tokio::test]
async fn sign_in_updates_signature_counter_backup_state_and_last_use_together() {
    let world = World::default();
    let mut device = world.device().with_fault(Fault::BackupEligibilityChanged);
    world.register(&ada(), &mut device).await.unwrap();
    world.clock.advance(Duration::from_mins(1));
    let mut synced = device
        .with_fault(Fault::BackedUpIneligible)
        .with_fault(Fault::SignCount(9));
    let login = world.sign_in(&mut synced).await.unwrap();

    let stored = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(stored, *login.credential());
    assert_eq!((stored.sign_count, stored.backup_state), (9, true));
    assert_eq!(
        stored.last_used_at.unwrap() - stored.created_at,
        Duration::from_mins(1)
    );
}
