//! Rule 3: a registration is finished by the user who began it, and a sign-up creates a new account.

use super::*;

#[tokio::test]
async fn a_sign_ups_state_is_not_finished_as_somebody_signed_in() {
    let world = World::default();
    let begun = world
        .passkeys
        .registration()
        .begin_sign_up(&ada())
        .await
        .unwrap();
    let mut request = world.create(&ada(), &mut world.device()).await;
    request.state = begun.state;
    let answer = world.passkeys.registration().finish(&ada(), &request).await;
    assert!(
        matches!(answer, Err(Error::ChallengeNotFound)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::OtherPurpose));
}

#[tokio::test]
async fn a_signed_in_users_state_is_not_finished_as_a_sign_up() {
    let world = World::default();
    let request = world.create(&ada(), &mut world.device()).await;
    let answer = world.passkeys.registration().finish_sign_up(&request).await;
    assert!(
        matches!(answer, Err(Error::ChallengeNotFound)),
        "{answer:?}"
    );
}

#[tokio::test]
async fn nobody_signs_up_as_an_account_that_has_passkeys() {
    let (world, _) = ada_registered().await;
    let answer = world.passkeys.registration().begin_sign_up(&ada()).await;
    assert!(
        matches!(answer, Err(Error::AccountAlreadyExists)),
        "{answer:?}"
    );
}

#[tokio::test]
async fn of_two_sign_ups_begun_for_one_account_only_the_first_is_finished() {
    let world = World::default();
    let registration = world.passkeys.registration();
    let mut requests = Vec::new();
    for _ in 0..2 {
        let begun = registration.begin_sign_up(&ada()).await.unwrap();
        requests.push(world.answer(begun, &mut world.device()));
    }
    let first = registration.finish_sign_up(&requests[0]).await.unwrap();
    let second = registration.finish_sign_up(&requests[1]).await;
    assert!(
        matches!(second, Err(Error::AccountAlreadyExists)),
        "{second:?}"
    );
    let kept = world.passkeys.repository().list("ada").await.unwrap();
    assert_eq!(kept, [first.credential().clone()]);
}
