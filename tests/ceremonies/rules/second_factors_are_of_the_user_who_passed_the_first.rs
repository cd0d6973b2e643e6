//! Rules 2 and 3 for second factors: the state is bound to the user who has passed the first factor, who is
//! asked for again when it is finished, and finishes nothing else. That neither a sign-in nor any other
//! ceremony finishes as a second factor, nor the reverse, is `every_store::cross_ceremony_confusion`.

use passkeys::ceremony::FinishAuthentication;

use super::*;

/// Begins a second factor and signs its challenge. Returns the request that finishes it.
async fn begun(
    world: &World,
    user: &PasskeyUser,
    device: &mut Authenticator,
) -> FinishAuthentication {
    let authentication = world.passkeys.authentication();
    let begun = authentication.begin_second_factor(user).await.unwrap();
    let options = serde_json::to_value(&begun).unwrap();
    FinishAuthentication::new(raw(&device.get(&options).unwrap()), begun.state)
}

async fn is(user: PasskeyUser) -> Result<PasskeyUser, Error> {
    Ok(user)
}

#[tokio::test]
async fn second_factor_of_the_user_who_passed_the_first_signs_in_and_the_result_says_so() {
    let (world, mut device) = ada_registered().await;
    let request = begun(&world, &ada(), &mut device).await;
    let authentication = world.passkeys.authentication();
    let result = authentication
        .finish_second_factor(&request, is(ada()))
        .await;
    let result = result.unwrap();
    assert_eq!(result.user_id(), "ada");
    assert!(result.is_second_factor());
    assert!(result.credential().last_used_at.is_some());
    assert_eq!(
        world.audit.kinds()[2..],
        [
            AuditKind::SecondFactorBegun,
            AuditKind::SecondFactorSucceeded
        ]
    );
    let replayed = authentication
        .finish_second_factor(&request, is(ada()))
        .await;
    assert!(
        matches!(replayed, Err(Error::ChallengeNotFound)),
        "{replayed:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::Replayed));
}

/// Otherwise a password would count for nothing.
#[tokio::test]
async fn ordinary_sign_in_of_the_same_user_is_no_second_factor() {
    let (world, mut device) = ada_registered().await;
    for user_id in [None, Some("ada")] {
        let request = world.assert(user_id, &mut device).await;
        let result = world.passkeys.authentication().finish(&request).await;
        assert!(!result.unwrap().is_second_factor());
    }
}

#[tokio::test]
async fn second_factor_asks_again_who_has_passed_the_first_after_its_state_was_taken() {
    let (world, mut device) = ada_registered().await;
    let authentication = world.passkeys.authentication();
    let request = begun(&world, &ada(), &mut device).await;
    let before = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    let ended = authentication
        .finish_second_factor(&request, signed_out())
        .await;
    assert!(matches!(ended, Err(Rejection::SignedOut)), "{ended:?}");
    assert_eq!(
        world.audit.kinds().last(),
        Some(&AuditKind::SecondFactorFailed(Reason::NotSignedIn))
    );
    let again = authentication
        .finish_second_factor(&request, is(ada()))
        .await;
    assert!(matches!(again, Err(Error::ChallengeNotFound)), "{again:?}");

    let unknown = FinishAuthentication::new(request.credential, "unknown");
    let who = async { panic!("asked although there is no ceremony") };
    let rejected: Result<_, Error> = authentication.finish_second_factor(&unknown, who).await;
    assert!(
        matches!(rejected, Err(Error::ChallengeNotFound)),
        "{rejected:?}"
    );
    let after = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    assert_eq!(before, after, "the passkey does not count as used");
}

#[tokio::test]
async fn second_factor_begun_for_another_user_is_rejected() {
    let (world, mut device) = ada_registered().await;
    let request = begun(&world, &ada(), &mut device).await;
    let authentication = world.passkeys.authentication();
    let answer = authentication
        .finish_second_factor(&request, is(bob()))
        .await;
    assert!(
        matches!(answer, Err(Error::ChallengeNotFound)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::OtherUser));
}

#[tokio::test]
async fn second_factor_with_the_passkey_of_another_user_is_rejected() {
    let (world, mut adas) = ada_registered().await;
    let mut bobs = world.device();
    world.register(&bob(), &mut bobs).await.unwrap();
    let mut request = begun(&world, &bob(), &mut bobs).await;
    let mut anyone = world.assert(None, &mut adas).await;
    std::mem::swap(&mut request.credential, &mut anyone.credential);
    let authentication = world.passkeys.authentication();
    let answer = authentication
        .finish_second_factor(&request, is(bob()))
        .await;
    assert!(
        matches!(answer, Err(Error::AuthenticationFailed)),
        "{answer:?}"
    );
    assert_eq!(
        world.audit.kinds().last(),
        Some(&AuditKind::SecondFactorFailed(Reason::NotOwner))
    );
}

#[tokio::test]
async fn second_factor_rejects_a_passkey_that_was_registered_after_it_was_begun() {
    let (world, _) = ada_registered().await;
    let authentication = world.passkeys.authentication();
    let begun = authentication.begin_second_factor(&ada()).await.unwrap();
    world.clock.advance(Duration::from_millis(1));
    let mut later = world.device();
    world.register(&ada(), &mut later).await.unwrap();
    let mut unlisted = serde_json::to_value(&begun).unwrap();
    unlisted["publicKey"]["allowCredentials"] = json!([]);
    let credential = raw(&later.get(&unlisted).unwrap());
    let request = FinishAuthentication::new(credential, begun.state);
    let answer = authentication
        .finish_second_factor(&request, is(ada()))
        .await;
    assert!(
        matches!(answer, Err(Error::AuthenticationFailed)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::NotAllowed));
}

#[tokio::test]
async fn second_factor_lists_the_usable_passkeys_of_the_user_and_does_not_begin_without_one() {
    let passkeys = Passkeys::new(App, MemoryRepository::default()).empty_allow_credentials();
    let world = World::of(passkeys);
    let authentication = world.passkeys.authentication();
    let none = authentication.begin_second_factor(&ada()).await;
    assert!(matches!(none, Err(Error::NoPasskeys)), "{none:?}");

    let registered = world.register(&ada(), &mut world.device()).await.unwrap();
    let id = &registered.credential().id;
    // Not only discoverable passkeys, so the list is there whatever sign-ins have.
    let begun = authentication.begin_second_factor(&ada()).await.unwrap();
    let allowed = &serde_json::to_value(&begun).unwrap()["publicKey"]["allowCredentials"];
    assert_eq!(allowed[0]["id"], id.to_string());
    assert_eq!(allowed.as_array().unwrap().len(), 1);

    let repository = world.passkeys.repository();
    let now = time::OffsetDateTime::UNIX_EPOCH;
    assert!(
        repository
            .suspend(Owner::everywhere("ada"), id, now)
            .await
            .unwrap()
    );
    let suspended = authentication.begin_second_factor(&ada()).await;
    assert!(matches!(suspended, Err(Error::NoPasskeys)), "{suspended:?}");

    let empty = PasskeyUser::new("", "a", "a");
    let invalid = authentication.begin_second_factor(&empty).await;
    assert!(matches!(invalid, Err(Error::InvalidUser(_))), "{invalid:?}");
}

/// The user is not signed in yet, and has passed more than anybody can.
#[tokio::test]
async fn flood_of_sign_ins_ends_no_second_factor() {
    let challenges = MemoryChallenges::with_capacity(64);
    let passkeys = Passkeys::new(App, MemoryRepository::default()).challenges(challenges);
    let world = World::of(passkeys);
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    let request = begun(&world, &ada(), &mut device).await;
    let authentication = world.passkeys.authentication();
    for _ in 0..200 {
        world.clock.advance(Duration::from_millis(1));
        authentication.begin().await.unwrap();
    }
    let finished = authentication.finish_second_factor(&request, is(ada()));
    finished.await.unwrap();
}

/// Whoever knows the password can begin second factors. They have passed less than a user who is signed
/// in.
#[tokio::test]
async fn flood_of_second_factors_ends_no_ceremony_of_the_signed_in_user() {
    let (world, mut device) = ada_registered().await;
    let action = passkeys::ceremony::Action::new("DELETE", "example.com", "/account", b"");
    let registration = world.create(&ada(), &mut world.device()).await;
    let step_up = world.agree(&ada(), &action, &mut device).await;
    for _ in 0..200 {
        world.clock.advance(Duration::from_millis(1));
        let authentication = world.passkeys.authentication();
        authentication.begin_second_factor(&ada()).await.unwrap();
    }
    let step_ups = world.passkeys.step_up();
    step_ups.finish_as(&ada(), &action, &step_up).await.unwrap();
    let registrations = world.passkeys.registration();
    let finished = registrations.finish_as(&ada(), &registration).await;
    finished.unwrap();
}

#[test]
fn audit_events_of_second_factors_have_names_of_their_own_and_belong_to_authentication() {
    let failed = AuditKind::SecondFactorFailed(Reason::Signature);
    for (kind, name, reason) in [
        (AuditKind::SecondFactorBegun, "second_factor_begun", None),
        (
            AuditKind::SecondFactorSucceeded,
            "second_factor_succeeded",
            None,
        ),
        (failed, "second_factor_failed", Some(Reason::Signature)),
    ] {
        assert_eq!(kind.as_str(), name);
        assert_eq!(kind.ceremony(), Some("authentication"));
        assert_eq!(kind.reason(), reason);
    }
}
