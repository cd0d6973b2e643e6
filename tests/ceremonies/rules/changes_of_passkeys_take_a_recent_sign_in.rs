//! With the key `fresh`, a further passkey takes a sign-in that recent, or consent by step-up. (Deletion
//! is a route's: `http::fresh`.)

use passkeys::{
    Clock as _,
    ceremony::{Action, Consent},
};

use super::*;

fn fresh_for_10_minutes() -> World {
    let fresh = |config: passkeys::ConfigBuilder| config.fresh(Duration::from_mins(10));
    World::with_config(config(|config| fresh(config).conditional_create(true)))
}

/// Returns Ada, who signed in so many seconds ago; negative ones are in the future.
fn ada_signed_in(world: &World, seconds_ago: i64) -> PasskeyUser {
    let ago = time::Duration::seconds(seconds_ago);
    ada().authenticated_at(world.clock.now() - ago)
}

fn action() -> Action {
    Action::new("POST", "example.com", "/passkeys", b"null")
}

/// Returns Ada's consent to the [`action`].
async fn consent(world: &World, device: &mut Authenticator) -> Consent {
    let request = world.agree(&ada(), &action(), device).await;
    let step_up = world.passkeys.step_up();
    step_up
        .finish_as(&ada(), &action(), &request)
        .await
        .unwrap()
}

#[tokio::test]
async fn further_passkey_is_begun_up_to_the_age_of_the_sign_in_that_fresh_says() {
    let world = fresh_for_10_minutes();
    let registration = world.passkeys.registration();
    for ago in [0, 1, 600, -60] {
        let ada = ada_signed_in(&world, ago);
        registration.begin(&ada).await.unwrap();
        registration.begin_conditional(&ada).await.unwrap();
    }
}

#[tokio::test]
async fn further_passkey_is_rejected_after_a_sign_in_that_is_old_undated_or_in_the_future() {
    let world = fresh_for_10_minutes();
    let registration = world.passkeys.registration();
    for (user, reason) in [
        (ada_signed_in(&world, 601), Reason::SignInTooOld),
        (ada(), Reason::SignInAgeUnknown),
        (ada_signed_in(&world, -61), Reason::SignInInFuture),
    ] {
        for begun in [
            registration.begin(&user).await,
            registration.begin_conditional(&user).await,
        ] {
            let error = begun.unwrap_err();
            assert!(matches!(error, Error::ReauthenticationRequired), "{error}");
            let last = world.audit.events().pop().unwrap();
            assert_eq!(last.kind, AuditKind::RegistrationFailed(reason));
            assert_eq!(last.user_id.as_deref(), Some("ada"));
        }
    }
    assert!(!world.audit.kinds().contains(&AuditKind::RegistrationBegun));
}

#[tokio::test]
async fn age_of_a_sign_in_does_not_matter_without_the_key_fresh() {
    let world = World::default();
    for user in [ada(), ada_signed_in(&world, 1_000_000)] {
        world.passkeys.registration().begin(&user).await.unwrap();
    }
}

#[tokio::test]
async fn sign_up_takes_no_recent_sign_in() {
    let world = fresh_for_10_minutes();
    let begun = world.passkeys.registration().begin_sign_up(&ada()).await;
    begun.unwrap();
}

/// The begin is what is checked: who has named a device for twenty minutes is not turned away.
#[tokio::test]
async fn registration_that_was_begun_after_a_recent_sign_in_finishes_when_it_is_older() {
    let config = config(|config| config.fresh(Duration::from_mins(1)));
    let world = World::with_config(config);
    let user = ada_signed_in(&world, 59);
    let request = world.create(&user, &mut world.device()).await;
    world.clock.advance(Duration::from_mins(5));
    let registration = world.passkeys.registration();
    registration.finish_as(&user, &request).await.unwrap();
}

#[tokio::test]
async fn further_passkey_with_consent_takes_no_recent_sign_in() {
    let world = fresh_for_10_minutes();
    let mut device = world.device();
    let user = ada_signed_in(&world, 0);
    world.register(&user, &mut device).await.unwrap();
    let consent = consent(&world, &mut device).await;
    let registration = world.passkeys.registration().with_consent(&consent);
    registration.begin(&consent.user).await.unwrap();
    registration.begin_conditional(&ada()).await.unwrap();
}

#[tokio::test]
async fn consent_of_one_user_is_none_for_the_passkeys_of_another() {
    let world = fresh_for_10_minutes();
    let mut device = world.device();
    let user = ada_signed_in(&world, 0);
    world.register(&user, &mut device).await.unwrap();
    let consent = consent(&world, &mut device).await;
    let registration = world.passkeys.registration().with_consent(&consent);
    let begun = registration.begin(&bob()).await;
    assert!(matches!(begun, Err(Error::ReauthenticationRequired)));
    assert_eq!(world.audit.last_reason(), Some(Reason::SignInAgeUnknown));
}
