//! Rule 3: a registration is finished by the user who began it, and a sign-up creates a new
//! account.

use super::*;

/// A sign-up has no session yet: `finish_sign_up` panics if the service asks for one.
#[tokio::test]
async fn sign_up_is_finished_without_resolving_the_signed_in_user() {
    let world = World::default();
    let registration = world.passkeys.registration();
    let begun = registration.begin_sign_up(&ada()).await.unwrap();
    let request = world.answer(begun, &mut world.device());
    let registered = registration.finish_sign_up(&request).await.unwrap();
    assert!(registered.signed_up());
    assert_eq!(registered.user().id(), "ada");
}

/// The passkey belongs to the account that the sign-up was begun for.
#[tokio::test]
async fn sign_up_finished_while_another_user_is_signed_in_adds_nothing_to_that_user() {
    let world = World::default();
    let registration = world.passkeys.registration();
    let begun = registration.begin_sign_up(&ada()).await.unwrap();
    let request = world.answer(begun, &mut world.device());
    let registered = registration.finish_as(&bob(), &request).await.unwrap();
    assert_eq!(registered.user().id(), "ada");
    let repository = world.passkeys.repository();
    assert_eq!(repository.list(Owner::everywhere("bob")).await.unwrap(), []);
}

/// A further passkey needs its user's session, and a `who` that fails ends the ceremony.
#[tokio::test]
async fn registration_by_a_signed_in_user_is_not_finished_without_a_session() {
    let world = World::default();
    let request = world.create(&ada(), &mut world.device()).await;
    let registration = world.passkeys.registration();
    let answer = registration.finish(&request, signed_out()).await;
    assert!(matches!(answer, Err(Rejection::SignedOut)), "{answer:?}");
    let event = world.audit.events().pop().unwrap();
    let rejected = AuditKind::RegistrationFailed(Reason::NotSignedIn);
    assert_eq!(event.kind, rejected);
    assert_eq!(event.user_id.as_deref(), Some("ada"));

    let again = registration.finish_as(&ada(), &request).await;
    assert!(matches!(again, Err(Error::ChallengeNotFound)), "{again:?}");
    // With an unknown state, `who` is not polled.
    let unknown = registration.finish(&request, signed_out()).await;
    assert!(
        matches!(unknown, Err(Rejection::Passkeys(Error::ChallengeNotFound))),
        "{unknown:?}"
    );
    let kept = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    assert_eq!(kept, []);
}

#[tokio::test]
async fn sign_up_for_a_user_id_that_has_passkeys_is_rejected() {
    let (world, _) = ada_registered().await;
    let answer = world.passkeys.registration().begin_sign_up(&ada()).await;
    assert!(
        matches!(answer, Err(Error::AccountAlreadyExists)),
        "{answer:?}"
    );
}

#[tokio::test]
async fn second_of_two_sign_ups_begun_for_one_account_is_rejected() {
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
    let kept = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    assert_eq!(kept, [first.credential().clone()]);
}
