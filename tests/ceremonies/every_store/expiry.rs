//! A ceremony can be finished until a millisecond before its lifetime is over, and then no more.

use std::time::Duration;

use passkeys::{Passkeys, audit::Reason, ceremony::Action, store::MemoryRepository};
use passkeys_test_support::{
    App, RegistrationExt as _, StepUpExt as _, World, agree, answer, assert, create,
};

use super::parts::{device, in_every_store, is_over, person};

const MILLISECOND: Duration = Duration::from_millis(1);

/// Begins everything, waits for so long less than the lifetime, and answers whether each was
/// finished.
async fn finished_before_the_end_by(early: Duration) {
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
        let action = Action::new("POST", "/transfer", b"{}");
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
                is_over(answer);
                // Whether the store has forgotten it or the library has looked at its time.
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
async fn a_millisecond_before_the_end_is_in_time() {
    finished_before_the_end_by(MILLISECOND).await;
}

#[tokio::test]
async fn the_end_itself_is_too_late() {
    finished_before_the_end_by(Duration::ZERO).await;
}
