//! Challenges expire: a ceremony can be finished until a millisecond before the end of its
//! lifetime.

use std::time::Duration;

use passkeys::{Passkeys, audit::Reason, ceremony::Action, store::MemoryRepository};
use passkeys_test_support::{
    App, RegistrationExt as _, StepUpExt as _, World, agree, answer, assert, create,
};

use super::helpers::{assert_challenge_not_found, device, in_every_store, person};

const MILLISECOND: Duration = Duration::from_millis(1);

/// Begins one ceremony of each kind and finishes them this long before they expire. Asserts that
/// they succeed, or with a duration of zero, that they are rejected.
async fn finish_before_expiry_by(early: Duration) {
    in_every_store(async |store| {
        let passkeys = Passkeys::new(App, MemoryRepository::default());
        let world = World::of(passkeys.challenges(store));
        let passkeys = &world.passkeys;
        let ada = person("ada");
        let mut phone = device();
        world.register(&ada, &mut phone).await.unwrap();
        let registration = create(&passkeys.registration(), &ada, &mut device()).await;
        let begun = passkeys
            .registration()
            .begin_sign_up(&person("carol"))
            .await
            .unwrap();
        let sign_up = answer(begun, &mut device());
        let sign_in = assert(&passkeys.authentication(), None, &mut phone).await;
        let action = Action::new("POST", "example.com", "/transfer", b"{}");
        let consent = agree(&passkeys.step_up(), &ada, &action, &mut phone).await;

        world
            .clock
            .advance(passkeys.config().challenge_ttl().saturating_sub(early));
        let (registrations, step_up) = (passkeys.registration(), passkeys.step_up());
        let answers = [
            registrations.finish_as(&ada, &registration).await.map(drop),
            registrations.finish_sign_up(&sign_up).await.map(drop),
            passkeys.authentication().finish(&sign_in).await.map(drop),
            step_up.finish_as(&ada, &action, &consent).await.map(drop),
        ];
        for answer in answers {
            if early.is_zero() {
                assert_challenge_not_found(answer);
                // `UnknownState` if the store itself has dropped the expired ceremony.
                let reason = world.audit.last_reason().unwrap();
                assert!(matches!(reason, Reason::Expired | Reason::UnknownState));
            } else {
                answer.unwrap();
            }
        }
    })
    .await;
}

#[tokio::test]
async fn ceremony_finishes_a_millisecond_before_its_challenge_expires() {
    finish_before_expiry_by(MILLISECOND).await;
}

#[tokio::test]
async fn ceremony_is_rejected_at_the_moment_its_challenge_expires() {
    finish_before_expiry_by(Duration::ZERO).await;
}
