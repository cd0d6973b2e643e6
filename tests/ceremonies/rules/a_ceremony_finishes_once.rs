//! Rule 1: ceremonies are single-use; a replayed or failed finish cannot be repeated.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn of_32_identical_sign_ins_at_once_exactly_one_succeeds() {
    let (world, mut device) = ada_registered().await;
    let request = Arc::new(world.assert(None, &mut device).await);
    let mut tasks = JoinSet::new();
    for _ in 0..32 {
        let (passkeys, request) = (world.passkeys.clone(), request.clone());
        tasks.spawn(async move { passkeys.authentication().finish(&request).await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for error in answers.into_iter().filter_map(Result::err) {
        assert!(matches!(error, Error::ChallengeNotFound), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_32_identical_registrations_at_once_exactly_one_succeeds() {
    let world = World::default();
    let request = Arc::new(world.create(&ada(), &mut world.device()).await);
    let mut tasks = JoinSet::new();
    for _ in 0..32 {
        let (passkeys, request) = (world.passkeys.clone(), request.clone());
        tasks.spawn(async move { passkeys.registration().finish(&ada(), &request).await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_failed_finish_ends_it_too() {
    let (world, device) = ada_registered().await;
    let request = world
        .assert(None, &mut device.with_fault(Fault::BrokenSignature))
        .await;
    let failed = world.passkeys.authentication().finish(&request).await;
    assert!(
        matches!(failed, Err(Error::AuthenticationFailed)),
        "{failed:?}"
    );
    let again = world.passkeys.authentication().finish(&request).await;
    assert!(matches!(again, Err(Error::ChallengeNotFound)), "{again:?}");
}
