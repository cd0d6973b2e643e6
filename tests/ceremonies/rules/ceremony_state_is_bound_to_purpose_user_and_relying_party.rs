//! Rule 2: a ceremony state is bound to its purpose, user and relying party.

use super::*;

#[tokio::test]
async fn registration_state_is_rejected_by_a_sign_in() {
    let (world, mut device) = ada_registered().await;
    let mut sign_in = world.assert(None, &mut device).await;
    sign_in.state = world.create(&ada(), &mut world.device()).await.state;
    let answer = world.passkeys.authentication().finish(&sign_in).await;
    assert!(
        matches!(answer, Err(Error::ChallengeNotFound)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::OtherPurpose));
}

#[tokio::test]
async fn sign_in_state_is_rejected_by_a_registration() {
    let (world, mut device) = ada_registered().await;
    let mut registration = world.create(&ada(), &mut world.device()).await;
    registration.state = world.assert(None, &mut device).await.state;
    let answer = world
        .passkeys
        .registration()
        .finish_as(&ada(), &registration)
        .await;
    assert!(
        matches!(answer, Err(Error::ChallengeNotFound)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::OtherPurpose));
}

#[tokio::test]
async fn registration_state_of_another_user_is_rejected() {
    let world = World::default();
    let request = world.create(&ada(), &mut world.device()).await;
    let answer = world
        .passkeys
        .registration()
        .finish_as(&bob(), &request)
        .await;
    assert!(
        matches!(answer, Err(Error::ChallengeNotFound)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::OtherUser));
}

#[tokio::test]
async fn registration_state_of_another_relying_party_is_rejected() {
    let shared = Arc::new(MemoryChallenges::default());
    let party = |config: Config| {
        let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
        World::of(passkeys.challenges(shared.clone()))
    };
    let example = party(config(|example| example));
    let other = party(Config::new("example.org", ["https://example.org"]).unwrap());

    let request = example.create(&ada(), &mut example.device()).await;
    let answer = other
        .passkeys
        .registration()
        .finish_as(&ada(), &request)
        .await;
    assert!(
        matches!(answer, Err(Error::ChallengeNotFound)),
        "{answer:?}"
    );
    assert_eq!(other.audit.last_reason(), Some(Reason::OtherRelyingParty));
}
