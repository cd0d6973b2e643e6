//! Rule 1: ceremonies are single-use; a replayed or failed finish cannot be repeated.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn replaying_a_sign_in_32_times_concurrently_succeeds_exactly_once() {
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
async fn replaying_a_registration_32_times_concurrently_succeeds_exactly_once() {
    let world = World::default();
    let request = Arc::new(world.create(&ada(), &mut world.device()).await);
    let mut tasks = JoinSet::new();
    for _ in 0..32 {
        let (passkeys, request) = (world.passkeys.clone(), request.clone());
        tasks.spawn(async move { passkeys.registration().finish_as(&ada(), &request).await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
}

#[tokio::test]
async fn failed_finish_consumes_the_ceremony_state() {
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

#[tokio::test]
async fn malformed_credential_consumes_the_ceremony_state_of_its_registration() {
    let world = World::default();
    let good = world.create(&ada(), &mut world.device()).await;
    let mut malformed = good.clone();
    malformed.credential = raw(&json!({ "id": 7 }));
    let registration = world.passkeys.registration();
    let failed = registration.finish_as(&ada(), &malformed).await;
    assert!(
        matches!(failed, Err(Error::InvalidRequest(_))),
        "{failed:?}"
    );
    let event = world.audit.events().pop().unwrap();
    let rejected = AuditKind::RegistrationFailed(Reason::Malformed);
    assert_eq!(event.kind, rejected);
    assert_eq!(event.user_id.as_deref(), Some("ada"));

    let again = registration.finish_as(&ada(), &good).await;
    assert!(matches!(again, Err(Error::ChallengeNotFound)), "{again:?}");
}

#[tokio::test]
async fn malformed_credential_consumes_the_ceremony_state_of_its_sign_in() {
    let (world, mut device) = ada_registered().await;
    for user_id in [None, Some("ada")] {
        let good = world.assert(user_id, &mut device).await;
        let mut malformed = good.clone();
        malformed.credential = raw(&json!({ "id": 7 }));
        let authentication = world.passkeys.authentication();
        let failed = authentication.finish(&malformed).await;
        assert!(
            matches!(failed, Err(Error::InvalidRequest(_))),
            "{failed:?}"
        );
        let event = world.audit.events().pop().unwrap();
        let rejected = AuditKind::AuthenticationFailed(Reason::Malformed);
        assert_eq!(event.kind, rejected);
        assert_eq!(event.user_id.as_deref(), user_id);

        let again = authentication.finish(&good).await;
        assert!(matches!(again, Err(Error::ChallengeNotFound)), "{again:?}");
    }
}
