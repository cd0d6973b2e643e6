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
