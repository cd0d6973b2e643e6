//! Rule 9: challenges are 32 random bytes, bounded in number, and expire.

use super::*;

#[tokio::test]
async fn challenges_are_32_bytes_and_never_repeat() {
    let world = World::default();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..100 {
        let begun = world.passkeys.authentication().begin().await.unwrap();
        let options = serde_json::to_value(&begun).unwrap();
        let challenge = options["publicKey"]["challenge"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(challenge.len(), 43);
        assert!(seen.insert(challenge));
    }
}

#[tokio::test]
async fn challenges_expire_at_the_end_of_their_lifetime_and_not_before() {
    let (world, mut device) = ada_registered().await;
    let lifetime = world.passkeys.config().challenge_ttl();
    let in_time = world.assert(None, &mut device).await;
    world
        .clock
        .advance(lifetime.saturating_sub(Duration::from_millis(1)));
    world
        .passkeys
        .authentication()
        .finish(&in_time)
        .await
        .unwrap();

    let late = world.assert(None, &mut device).await;
    world.clock.advance(lifetime);
    let answer = world.passkeys.authentication().finish(&late).await;
    assert!(
        matches!(answer, Err(Error::ChallengeNotFound)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::Expired));
}

#[tokio::test]
async fn challenge_store_at_capacity_evicts_the_oldest_ceremony() {
    let passkeys = Passkeys::new(App, MemoryRepository::default())
        .challenges(MemoryChallenges::with_capacity(3));
    let world = World::of(passkeys);
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    let oldest = world.assert(None, &mut device).await;
    let mut newest = oldest.clone();
    for _ in 0..3 {
        world.clock.advance(Duration::from_millis(1));
        newest = world.assert(None, &mut device).await;
    }
    world
        .passkeys
        .authentication()
        .finish(&oldest)
        .await
        .unwrap_err();
    world
        .passkeys
        .authentication()
        .finish(&newest)
        .await
        .unwrap();
}

/// Returns a world whose challenge store is small, and Ada's authenticator.
async fn small_challenge_store() -> (World, Authenticator) {
    let passkeys = Passkeys::new(App, MemoryRepository::default())
        .challenges(MemoryChallenges::with_capacity(64));
    let world = World::of(passkeys);
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    (world, device)
}

#[tokio::test]
async fn flood_of_sign_ins_and_sign_ups_ends_no_ceremony_of_a_signed_in_user() {
    let (world, mut device) = small_challenge_store().await;
    let action = passkeys::ceremony::Action::new("DELETE", "example.com", "/account", b"");
    let registration = world.create(&ada(), &mut world.device()).await;
    let step_up = world.agree(&ada(), &action, &mut device).await;
    for number in 0..200 {
        world.clock.advance(Duration::from_millis(1));
        let authentication = world.passkeys.authentication();
        authentication.begin().await.unwrap();
        authentication.begin_for_user_id("ada").await.unwrap();
        let stranger = PasskeyUser::new(format!("stranger {number}"), "stranger", "Stranger");
        let sign_up = world.passkeys.registration();
        sign_up.begin_sign_up(&stranger).await.unwrap();
    }
    let step_ups = world.passkeys.step_up();
    step_ups.finish_as(&ada(), &action, &step_up).await.unwrap();
    let registrations = world.passkeys.registration();
    registrations
        .finish_as(&ada(), &registration)
        .await
        .unwrap();
}

#[tokio::test]
async fn flood_of_ceremonies_by_one_user_ends_no_ceremony_of_another() {
    let (world, mut device) = small_challenge_store().await;
    let mut bobs = world.device();
    world.register(&bob(), &mut bobs).await.unwrap();
    let action = passkeys::ceremony::Action::new("DELETE", "example.com", "/account", b"");
    let registration = world.create(&ada(), &mut world.device()).await;
    let step_up = world.agree(&ada(), &action, &mut device).await;
    let sign_in = world.assert(None, &mut device).await;
    for _ in 0..200 {
        world.clock.advance(Duration::from_millis(1));
        world.passkeys.registration().begin(&bob()).await.unwrap();
        world
            .passkeys
            .step_up()
            .begin(&bob(), &action)
            .await
            .unwrap();
    }
    let step_ups = world.passkeys.step_up();
    step_ups.finish_as(&ada(), &action, &step_up).await.unwrap();
    let registrations = world.passkeys.registration();
    registrations
        .finish_as(&ada(), &registration)
        .await
        .unwrap();
    world
        .passkeys
        .authentication()
        .finish(&sign_in)
        .await
        .unwrap();
    // The newest of his own are there.
    let newest = world.agree(&bob(), &action, &mut bobs).await;
    step_ups.finish_as(&bob(), &action, &newest).await.unwrap();
}
