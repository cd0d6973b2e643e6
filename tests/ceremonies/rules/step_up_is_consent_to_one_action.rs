//! A step-up is the consent of one user to one action.

use passkeys::{
    PasskeyUser,
    ceremony::{Action, FinishStepUp},
};

use super::*;

fn transfer() -> Action {
    Action::new(
        "POST",
        "example.com",
        "/transfer?from=1",
        br#"{"to":"bob","amount":5}"#,
    )
}

/// Asserts the opaque error for an unknown ceremony, and the true reason in the audit trail.
#[track_caller]
fn assert_challenge_not_found<T: std::fmt::Debug>(
    world: &World,
    answer: Result<T, Error>,
    why: Reason,
) {
    assert!(
        matches!(answer, Err(Error::ChallengeNotFound)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(why));
}

/// Asserts the opaque error for a failed step-up, and the true reason in the audit trail.
#[track_caller]
fn assert_authentication_failed<T: std::fmt::Debug>(
    world: &World,
    answer: Result<T, Error>,
    why: Reason,
) {
    assert!(
        matches!(answer, Err(Error::AuthenticationFailed)),
        "{answer:?}"
    );
    let last = *world.audit.kinds().last().unwrap();
    assert_eq!(last, AuditKind::StepUpFailed(why));
}

#[tokio::test]
async fn step_up_returns_the_user_and_records_the_use_of_the_passkey() {
    let (world, mut device) = ada_registered().await;
    let request = world.agree(&ada(), &transfer(), &mut device).await;
    world.clock.advance(Duration::from_secs(1));
    let step_up = world.passkeys.step_up();
    let consent = step_up
        .finish_as(&ada(), &transfer(), &request)
        .await
        .unwrap();
    let (result, user) = (consent.result, consent.user);
    assert_eq!(user.id(), "ada");
    assert_eq!((result.user_id(), result.user_verified()), ("ada", true));
    let stored = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    assert_eq!(*result.credential(), stored[0]);
    assert_eq!(stored[0].sign_count, 1);
    assert!(stored[0].last_used_at > Some(stored[0].created_at));
    let kinds = world.audit.kinds();
    assert_eq!(
        kinds[kinds.len() - 2..],
        [AuditKind::StepUpBegun, AuditKind::StepUpSucceeded]
    );
    assert!(!kinds.contains(&AuditKind::AuthenticationSucceeded));
}

#[tokio::test]
async fn step_up_allows_every_passkey_of_the_user_that_is_not_suspended() {
    let (world, mut phone) = ada_registered().await;
    let mut lost = world.device();
    let suspended = world.register(&ada(), &mut lost).await.unwrap();
    let id = &suspended.credential().id;
    let repository = world.passkeys.repository();
    let now = suspended.credential().created_at;
    assert!(
        repository
            .suspend(Owner::everywhere("ada"), id, now)
            .await
            .unwrap()
    );

    let step_up = world.passkeys.step_up();
    let begun = step_up.begin(&ada(), &transfer()).await.unwrap();
    let begun = serde_json::to_value(begun).unwrap();
    let allowed = &begun["publicKey"]["allowCredentials"];
    assert_eq!(allowed.as_array().unwrap().len(), 1);
    assert!(phone.get(&begun).is_some() && lost.get(&begun).is_none());
}

#[tokio::test]
async fn step_up_cannot_begin_for_a_user_without_a_passkey() {
    let (world, _) = ada_registered().await;
    let answer = world.passkeys.step_up().begin(&bob(), &transfer()).await;
    assert!(matches!(answer, Err(Error::NoPasskeys)), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn replaying_a_step_up_32_times_concurrently_succeeds_exactly_once() {
    let (world, device) = ada_registered().await;
    // Without a signature counter, which would also reject the replays.
    let mut device = device.with_fault(Fault::SignCount(0));
    let request = Arc::new(world.agree(&ada(), &transfer(), &mut device).await);
    let mut tasks = JoinSet::new();
    for _ in 0..32 {
        let (passkeys, request) = (world.passkeys.clone(), request.clone());
        tasks.spawn(async move {
            let step_up = passkeys.step_up();
            step_up.finish_as(&ada(), &transfer(), &request).await
        });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for error in answers.into_iter().filter_map(Result::err) {
        assert!(matches!(error, Error::ChallengeNotFound), "{error:?}");
    }
}

#[tokio::test]
async fn step_up_is_rejected_for_any_other_method_host_path_query_or_body() {
    let (world, mut device) = ada_registered().await;
    let body = br#"{"to":"bob","amount":5}"#.as_slice();
    for other in [
        Action::new("PUT", "example.com", "/transfer?from=1", body),
        Action::new("PATCH", "example.com", "/transfer?from=1", body),
        Action::new("POST", "staging.example.com", "/transfer?from=1", body),
        Action::new("POST", "example.com:8443", "/transfer?from=1", body),
        Action::new("POST", "", "/transfer?from=1", body),
        Action::new("POST", "example.com", "/donate?from=1", body),
        Action::new("POST", "example.com", "/transfer?from=2", body),
        Action::new("POST", "example.com", "/transfer", body),
        Action::new(
            "POST",
            "example.com",
            "/transfer?from=1",
            br#"{"to":"bob","amount":50}"#,
        ),
        // Equivalent JSON, but not the same bytes.
        Action::new(
            "POST",
            "example.com",
            "/transfer?from=1",
            br#"{"to":"bob", "amount":5}"#,
        ),
        Action::new("POST", "example.com", "/transfer?from=1", b""),
    ] {
        let request = world.agree(&ada(), &transfer(), &mut device).await;
        let step_up = world.passkeys.step_up();
        let answer = step_up.finish_as(&ada(), &other, &request).await;
        assert_challenge_not_found(&world, answer, Reason::OtherAction);
        // The attempt has consumed the state, for the original action as well.
        let answer = step_up.finish_as(&ada(), &transfer(), &request).await;
        assert_challenge_not_found(&world, answer, Reason::Replayed);
    }
}

#[tokio::test]
async fn step_up_accepts_the_method_and_the_host_in_any_case() {
    let (world, mut device) = ada_registered().await;
    let body = br#"{"to":"bob","amount":5}"#.as_slice();
    for same in [
        Action::new("post", "example.com", "/transfer?from=1", body),
        Action::new("POST", "EXAMPLE.com", "/transfer?from=1", body),
    ] {
        let request = world.agree(&ada(), &transfer(), &mut device).await;
        let step_up = world.passkeys.step_up();
        step_up.finish_as(&ada(), &same, &request).await.unwrap();
    }
    // `fetch()` sends these as they are.
    let patch = |method| Action::new(method, "example.com", "/", b"");
    assert_ne!(patch("patch"), patch("PATCH"));
}

#[test]
fn actions_that_split_the_same_bytes_differently_are_not_equal() {
    let actions = [
        Action::new("POST", "example.com", "/a", b"b"),
        Action::new("POST", "example.com", "/ab", b""),
        Action::new("POST/", "example.com", "a", b"b"),
        Action::new("", "example.com", "POST/a", b"b"),
        Action::new("", "example.com", "", b"POST/ab"),
        Action::new("POST", "example.com/", "a", b"b"),
        Action::new("POST", "", "example.com/a", b"b"),
    ];
    for (number, action) in actions.iter().enumerate() {
        assert!(!actions[..number].contains(action), "{number}");
    }
}

#[tokio::test]
async fn step_up_by_another_user_or_with_the_passkey_of_another_user_is_rejected() {
    let (world, mut adas) = ada_registered().await;
    let mut bobs = world.device();
    world.register(&bob(), &mut bobs).await.unwrap();

    // Another user is signed in at finish.
    let request = world.agree(&ada(), &transfer(), &mut adas).await;
    let step_up = world.passkeys.step_up();
    let answer = step_up.finish_as(&bob(), &transfer(), &request).await;
    assert_challenge_not_found(&world, answer, Reason::OtherUser);

    // Bob's passkey signs Ada's challenge, with either user handle or none.
    for claim in [Some(b"bob".to_vec()), Some(b"ada".to_vec()), None] {
        let mut bobs = bobs.with_fault(Fault::UserHandle(claim));
        let begun = step_up.begin(&ada(), &transfer()).await.unwrap();
        let mut asked = serde_json::to_value(&begun).unwrap();
        asked["publicKey"]["allowCredentials"].take();
        let request = FinishStepUp::new(raw(&bobs.get(&asked).unwrap()), begun.state, raw(&()));
        let answer = step_up.finish_as(&ada(), &transfer(), &request).await;
        assert_authentication_failed(&world, answer, Reason::NotOwner);
        let last = world.audit.events().pop().unwrap();
        assert_eq!(
            last.user_id.as_deref(),
            Some("ada"),
            "the user who began the step-up"
        );
    }

    let mut stranger = adas.with_fault(Fault::UserHandle(Some(b"bob".to_vec())));
    let request = world.agree(&ada(), &transfer(), &mut stranger).await;
    let answer = step_up.finish_as(&ada(), &transfer(), &request).await;
    assert_authentication_failed(&world, answer, Reason::UserHandle);
}

#[tokio::test]
async fn step_up_state_is_not_interchangeable_with_sign_in_and_registration_states() {
    let (world, mut device) = ada_registered().await;
    for who in [None, Some("ada")] {
        let sign_in = world.assert(who, &mut device).await;
        let request = FinishStepUp::new(sign_in.credential, sign_in.state, raw(&()));
        let step_up = world.passkeys.step_up();
        let answer = step_up.finish_as(&ada(), &transfer(), &request).await;
        assert_challenge_not_found(&world, answer, Reason::OtherPurpose);
    }

    let request = world.agree(&ada(), &transfer(), &mut device).await;
    let sign_in = passkeys::ceremony::FinishAuthentication::new(request.credential, request.state);
    let answer = world.passkeys.authentication().finish(&sign_in).await;
    assert_challenge_not_found(&world, answer, Reason::OtherPurpose);

    let mut registration = world.create(&ada(), &mut world.device()).await;
    registration.state = world.agree(&ada(), &transfer(), &mut device).await.state;
    let registrations = world.passkeys.registration();
    let answer = registrations.finish_as(&ada(), &registration).await;
    assert_challenge_not_found(&world, answer, Reason::OtherPurpose);
}

#[tokio::test]
async fn step_up_is_rejected_after_it_has_expired_or_failed() {
    let (world, mut device) = ada_registered().await;
    let step_up = world.passkeys.step_up();
    let request = world.agree(&ada(), &transfer(), &mut device).await;
    world.clock.advance(world.passkeys.config().challenge_ttl());
    let answer = step_up.finish_as(&ada(), &transfer(), &request).await;
    assert_challenge_not_found(&world, answer, Reason::Expired);

    let mut broken = device.with_fault(Fault::BrokenSignature);
    let request = world.agree(&ada(), &transfer(), &mut broken).await;
    let answer = step_up.finish_as(&ada(), &transfer(), &request).await;
    assert_authentication_failed(&world, answer, Reason::Signature);
    let answer = step_up.finish_as(&ada(), &transfer(), &request).await;
    assert_challenge_not_found(&world, answer, Reason::Replayed);
}

#[tokio::test]
async fn step_up_assertion_is_verified_like_that_of_a_sign_in() {
    let (world, device) = ada_registered().await;
    for (fault, why) in [
        (Fault::WrongType, Reason::ClientDataType),
        (Fault::WrongChallenge, Reason::Challenge),
        (Fault::Origin("https://evil.com".into()), Reason::Origin),
        (Fault::CrossOrigin, Reason::CrossOrigin),
        (Fault::RpId("evil.com".into()), Reason::RpIdHash),
        (Fault::UserNotPresent, Reason::UserNotPresent),
        (Fault::UserNotVerified, Reason::UserNotVerified),
        (Fault::BackupEligibilityChanged, Reason::BackupEligibility),
    ] {
        let mut device = device.with_fault(fault);
        let request = world.agree(&ada(), &transfer(), &mut device).await;
        let step_up = world.passkeys.step_up();
        let answer = step_up.finish_as(&ada(), &transfer(), &request).await;
        assert_authentication_failed(&world, answer, why);
    }
}

#[tokio::test]
async fn step_up_with_a_passkey_suspended_or_deleted_since_begin_is_rejected() {
    let (world, mut device) = ada_registered().await;
    let (step_up, repository) = (world.passkeys.step_up(), world.passkeys.repository());
    let passkey = repository
        .list(Owner::everywhere("ada"))
        .await
        .unwrap()
        .remove(0);

    let first = world.agree(&ada(), &transfer(), &mut device).await;
    let second = world.agree(&ada(), &transfer(), &mut device).await;
    let now = passkey.created_at;
    repository
        .suspend(Owner::everywhere("ada"), &passkey.id, now)
        .await
        .unwrap();
    let answer = step_up.finish_as(&ada(), &transfer(), &first).await;
    assert_authentication_failed(&world, answer, Reason::Suspended);
    repository
        .delete(Owner::everywhere("ada"), &passkey.id)
        .await
        .unwrap();
    let answer = step_up.finish_as(&ada(), &transfer(), &second).await;
    assert_authentication_failed(&world, answer, Reason::UnknownCredential);
}

#[tokio::test]
async fn clone_detection_rejects_a_step_up_and_suspends_the_passkey() {
    let world = World::with_config(config(|config| config.sign_count(SignCount::Suspend)));
    let mut device = world.device().with_fault(Fault::SignCount(5));
    world.register(&ada(), &mut device).await.unwrap();
    let request = world.agree(&ada(), &transfer(), &mut device).await;
    let step_up = world.passkeys.step_up();
    let answer = step_up.finish_as(&ada(), &transfer(), &request).await;
    assert_authentication_failed(&world, answer, Reason::SignCount);
    let stored = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    assert!(stored[0].suspended_at.is_some());
}

/// The user ID identifies the user; the user name and the display name may change.
#[tokio::test]
async fn step_up_succeeds_for_a_user_renamed_since_begin() {
    let (world, mut device) = ada_registered().await;
    let request = world.agree(&ada(), &transfer(), &mut device).await;
    let renamed = PasskeyUser::new("ada", "countess@example.com", "Augusta");
    let step_up = world.passkeys.step_up();
    let answer = step_up.finish_as(&renamed, &transfer(), &request).await;
    assert!(answer.is_ok(), "{answer:?}");
}

#[tokio::test]
async fn malformed_credential_or_body_consumes_the_step_up_state_without_using_the_passkey() {
    let (world, mut device) = ada_registered().await;
    let step_up = world.passkeys.step_up();
    for part in ["credential", "body"] {
        let good = world.agree(&ada(), &transfer(), &mut device).await;
        let mut malformed = good.clone();
        match part {
            "credential" => malformed.credential = raw(&json!({ "id": 7 })),
            _ => malformed.body = raw("not what the handler reads"),
        }
        let failed = step_up.finish_as(&ada(), &transfer(), &malformed).await;
        assert!(matches!(failed, Err(Error::InvalidRequest(_))), "{part}");
        let last = *world.audit.kinds().last().unwrap();
        assert_eq!(last, AuditKind::StepUpFailed(Reason::Malformed), "{part}");
        let again = step_up.finish_as(&ada(), &transfer(), &good).await;
        assert!(matches!(again, Err(Error::ChallengeNotFound)), "{part}");
        let stored = world
            .passkeys
            .repository()
            .list(Owner::everywhere("ada"))
            .await
            .unwrap();
        assert_eq!(stored[0].last_used_at, None, "{part}");
    }
}

#[tokio::test]
async fn step_up_after_the_session_has_ended_is_consumed_and_recorded_as_not_signed_in() {
    let (world, mut device) = ada_registered().await;
    let step_up = world.passkeys.step_up();
    let request = world.agree(&ada(), &transfer(), &mut device).await;
    let action = transfer();
    let finished = step_up.finish::<(), _>(&request, &action, signed_out());
    let answer = finished.await;
    assert!(matches!(answer, Err(Rejection::SignedOut)), "{answer:?}");
    let event = world.audit.events().pop().unwrap();
    let rejected = AuditKind::StepUpFailed(Reason::NotSignedIn);
    assert_eq!(event.kind, rejected);
    assert_eq!(event.user_id.as_deref(), Some("ada"));
    let again = step_up.finish_as(&ada(), &transfer(), &request).await;
    assert!(matches!(again, Err(Error::ChallengeNotFound)), "{again:?}");
}

/// Such consent would fit no request, and the error at the end would not say why.
#[tokio::test]
async fn step_up_does_not_begin_for_an_action_that_no_request_can_be() {
    let (world, _) = ada_registered().await;
    for (method, host, path) in [
        ("POST", "example.com", "transfer"),
        ("POST", "example.com", "https://example.com/transfer"),
        ("POST", "example.com", "//example.com/transfer"),
        ("POST", "https://example.com", "/transfer"),
        ("POST /transfer", "example.com", "/transfer"),
    ] {
        let action = Action::new(method, host, path, b"null");
        let begun = world.passkeys.step_up().begin(&ada(), &action).await;
        assert!(matches!(begun, Err(Error::InvalidRequest(_))), "{path}");
    }
    let action = Action::new("POST", "", "//transfer", b"null");
    let begun = world.passkeys.step_up().begin(&ada(), &action).await;
    assert!(begun.is_ok());
}
