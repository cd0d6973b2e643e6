//! Rule 4: policy is enforced at finish, from server-side state, whatever the browser has enforced.

use passkeys::ceremony::FinishRegistration;

use super::*;

async fn rejection_reason(world: &World, fault: Fault) -> Reason {
    let mut device = world.device().with_fault(fault);
    let answer = world.register(&ada(), &mut device).await;
    assert!(
        matches!(answer, Err(Error::AttestationVerificationFailed)),
        "{answer:?}"
    );
    world.audit.last_reason().unwrap()
}

#[tokio::test]
async fn user_verification_is_enforced_at_finish_if_required() {
    let world = World::default();
    assert_eq!(
        rejection_reason(&world, Fault::UserNotVerified).await,
        Reason::UserNotVerified
    );
    let lenient = config(|config| config.user_verification(UserVerification::Preferred));
    let world = World::with_config(lenient);
    let mut device = world.device().with_fault(Fault::UserNotVerified);
    world.register(&ada(), &mut device).await.unwrap();
    assert!(!world.sign_in(&mut device).await.unwrap().user_verified());
}

#[tokio::test]
async fn registration_with_an_algorithm_that_was_not_offered_is_rejected() {
    // ES512 (-36), and ES384 (-35), which names another curve than the key's.
    assert_eq!(
        rejection_reason(&World::default(), Fault::Algorithm(-36)).await,
        Reason::Algorithm
    );
    assert_eq!(
        rejection_reason(&World::default(), Fault::Algorithm(-35)).await,
        Reason::Algorithm
    );
}

#[tokio::test]
async fn registration_without_the_required_attestation_is_rejected() {
    let strict = config(|config| config.attestation(Attestation::Direct));
    let world = World::with_config(strict);
    let answer = world.register(&ada(), &mut world.device()).await;
    assert!(
        matches!(answer, Err(Error::AttestationVerificationFailed)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::Attestation));
}

#[tokio::test]
async fn registration_of_an_excluded_credential_is_rejected() {
    let (world, mut device) = ada_registered().await;
    let begun = world.passkeys.registration().begin(&ada()).await.unwrap();
    let options = serde_json::to_value(&begun).unwrap();
    let excluded = options["publicKey"]["excludeCredentials"]
        .as_array()
        .unwrap();
    let id = excluded[0]["id"]
        .as_str()
        .unwrap()
        .parse::<passkeys::CredentialId>()
        .unwrap();
    assert_eq!(excluded.len(), 1);

    // A browser that ignores the list.
    let stubborn = Fault::CredentialId(id.as_bytes().to_vec());
    let mut stubborn = device.with_fault(stubborn);
    let answer = world.register(&ada(), &mut stubborn).await;
    assert!(
        matches!(answer, Err(Error::CredentialAlreadyExists)),
        "{answer:?}"
    );
    world.sign_in(&mut device).await.unwrap();
}

/// Begins a conditional creation, and creates its passkey with these faults.
async fn created_conditionally(world: &World, faults: &[Fault]) -> FinishRegistration {
    let mut device = world.device();
    for fault in faults {
        device = device.with_fault(fault.clone());
    }
    let registration = world.passkeys.registration();
    let begun = registration.begin_conditional(&ada()).await.unwrap();
    world.answer(begun, &mut device)
}

#[tokio::test]
async fn conditional_creation_requires_neither_user_presence_nor_user_verification() {
    let world = World::with_config(config(|config| config.conditional_create(true)));
    let registration = world.passkeys.registration();
    let absent = Fault::UserNotPresent;
    let unverified = Fault::UserNotVerified;
    let request = created_conditionally(&world, &[absent.clone(), unverified.clone()]).await;
    let registered = registration.finish_as(&ada(), &request).await.unwrap();
    assert!(!registered.credential().user_verified);
    // Where the browser has verified the user nevertheless, that is recorded.
    let request = created_conditionally(&world, std::slice::from_ref(&absent)).await;
    let registered = registration.finish_as(&ada(), &request).await.unwrap();
    assert!(registered.credential().user_verified);

    for (fault, reason) in [
        (Fault::WrongChallenge, Reason::Challenge),
        (
            Fault::Origin("https://evil.example".to_owned()),
            Reason::Origin,
        ),
        (Fault::RpId("evil.example".to_owned()), Reason::RpIdHash),
        (Fault::BackedUpIneligible, Reason::BackupState),
        (Fault::Algorithm(-36), Reason::Algorithm),
    ] {
        let request = created_conditionally(&world, &[absent.clone(), fault]).await;
        registration.finish_as(&ada(), &request).await.unwrap_err();
        assert_eq!(world.audit.last_reason(), Some(reason));
    }
    // Both are required in an ordinary registration, and in a sign-up.
    assert_eq!(
        rejection_reason(&world, absent.clone()).await,
        Reason::UserNotPresent
    );
    assert_eq!(
        rejection_reason(&world, unverified.clone()).await,
        Reason::UserNotVerified
    );
    let begun = registration.begin_sign_up(&bob()).await.unwrap();
    let request = world.answer(begun, &mut world.device().with_fault(absent.clone()));
    registration.finish_as(&bob(), &request).await.unwrap_err();
    assert_eq!(world.audit.last_reason(), Some(Reason::UserNotPresent));
    // And in a sign-in with such a passkey.
    let mut device = world.device();
    let begun = registration.begin_conditional(&ada()).await.unwrap();
    let created = device.create_conditionally(&json!(begun)).unwrap();
    let request = FinishRegistration::new(raw(&created), begun.state);
    registration.finish_as(&ada(), &request).await.unwrap();
    world.sign_in(&mut device).await.unwrap();
    for (fault, reason) in [
        (absent, Reason::UserNotPresent),
        (unverified, Reason::UserNotVerified),
    ] {
        world
            .sign_in(&mut device.with_fault(fault))
            .await
            .unwrap_err();
        assert_eq!(world.audit.last_reason(), Some(reason));
    }
}

/// Browsers fail where user verification is required and they cannot ask the user.
#[tokio::test]
async fn options_of_a_conditional_creation_do_not_require_user_verification() {
    for (configured, expected) in [
        (UserVerification::Required, "preferred"),
        (UserVerification::Preferred, "preferred"),
        (UserVerification::Discouraged, "discouraged"),
    ] {
        let world = World::with_config(config(|config| {
            config
                .conditional_create(true)
                .user_verification(configured)
        }));
        let registration = world.passkeys.registration();
        let option =
            |begun| json!(begun)["publicKey"]["authenticatorSelection"]["userVerification"].take();
        let conditional = registration.begin_conditional(&ada()).await.unwrap();
        assert_eq!(option(json!(conditional)), expected);
        let ordinary = registration.begin(&ada()).await.unwrap();
        assert_eq!(option(json!(ordinary)), configured.as_str());
    }
}

#[tokio::test]
async fn conditional_creation_is_refused_where_trust_anchors_ask_for_attestation() {
    let config = config(|config| config.conditional_create(true));
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let anchors = passkeys::attestation::TrustAnchors::new([]);
    let world = World::of(passkeys.trust_anchors(anchors));
    let registration = world.passkeys.registration();
    let begun = registration.begin_conditional(&ada()).await;
    let Err(Error::InvalidRequest(message)) = begun else {
        panic!("{begun:?}");
    };
    assert!(message.starts_with("Attestation is asked for"), "{message}");
    registration.begin(&ada()).await.unwrap();
}

#[tokio::test]
async fn conditional_creation_is_for_the_user_who_began_it() {
    let world = World::with_config(config(|config| config.conditional_create(true)));
    let request = created_conditionally(&world, &[]).await;
    let registration = world.passkeys.registration();
    let finished = registration.finish_as(&bob(), &request).await;
    assert!(matches!(finished, Err(Error::ChallengeNotFound)));
    assert_eq!(world.audit.last_reason(), Some(Reason::OtherUser));
}

#[tokio::test]
async fn conditional_creation_needs_to_be_configured_at_begin_and_at_finish() {
    let world = World::default();
    let begun = world
        .passkeys
        .registration()
        .begin_conditional(&ada())
        .await;
    assert!(matches!(begun, Err(Error::InvalidRequest(_))));

    // Two instances with one challenge store, one of them configured anew.
    let challenges = Arc::new(MemoryChallenges::default());
    let instance = |allowed: bool| {
        let config = config(|config| config.conditional_create(allowed));
        let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
        World::of(passkeys.challenges(challenges.clone()))
    };
    let (old, new) = (instance(true), instance(false));
    let registration = new.passkeys.registration();
    for (fault, reason) in [
        (Fault::UserNotPresent, Reason::UserNotPresent),
        (Fault::UserNotVerified, Reason::UserNotVerified),
    ] {
        let created = created_conditionally(&old, &[fault]).await;
        registration.finish_as(&ada(), &created).await.unwrap_err();
        assert_eq!(new.audit.last_reason(), Some(reason));
    }
    let present = created_conditionally(&old, &[]).await;
    registration.finish_as(&ada(), &present).await.unwrap();
}
