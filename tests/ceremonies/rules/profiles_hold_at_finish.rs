//! Rules 2 and 4: a ceremony has the profile that it was begun with, which the server remembers, and
//! what the profile requires is enforced when it is finished.

use passkeys::{
    Algorithm, AuthenticatorAttachment, Hint, ProfileBuilder, ResidentKey,
    ceremony::{Action, FinishAuthentication, FinishRegistration, FinishStepUp},
};

use super::*;

/// Creates a world without user verification outside of the profile `strict`.
fn world(strict: impl FnOnce(ProfileBuilder) -> ProfileBuilder) -> World {
    World::with_config(config(|config| {
        config
            .user_verification(UserVerification::Preferred)
            .resident_key(ResidentKey::Preferred)
            .profile("strict", strict)
    }))
}

fn verified(profile: ProfileBuilder) -> ProfileBuilder {
    profile.user_verification(UserVerification::Required)
}

/// Registers a passkey with this profile.
async fn register(
    world: &World,
    profile: Option<&str>,
    device: &mut Authenticator,
) -> Result<passkeys::RegistrationResult, Error> {
    let registration = world.passkeys.registration();
    let chosen = match profile {
        Some(name) => world.passkeys.registration().profile(name)?,
        None => world.passkeys.registration(),
    };
    let begun = chosen.begin(&ada()).await?;
    let request = world.answer(begun, device);
    // The service that finishes it has not chosen a profile.
    registration.finish_as(&ada(), &request).await
}

/// Signs in with this profile.
async fn sign_in(
    world: &World,
    profile: Option<&str>,
    device: &mut Authenticator,
) -> Result<passkeys::AuthenticationResult, Error> {
    let chosen = match profile {
        Some(name) => world.passkeys.authentication().profile(name)?,
        None => world.passkeys.authentication(),
    };
    let begun = chosen.begin().await?;
    let credential = raw(&device.get(&json!(begun)).unwrap());
    let request = FinishAuthentication::new(credential, begun.state);
    world.passkeys.authentication().finish(&request).await
}

#[tokio::test]
async fn options_are_those_of_the_profile() {
    let world = world(|profile| {
        verified(profile)
            .resident_key(ResidentKey::Required)
            .authenticator_attachment(AuthenticatorAttachment::CrossPlatform)
            .hints([Hint::SecurityKey])
            .algorithms([Algorithm::EdDsa, Algorithm::Es256])
            .timeout(Duration::from_secs(90))
    });
    let registration = world.passkeys.registration().profile("strict").unwrap();
    let options = json!(registration.begin(&ada()).await.unwrap())["publicKey"].take();
    assert_eq!(
        options["authenticatorSelection"],
        json!({
            "authenticatorAttachment": "cross-platform",
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        })
    );
    assert_eq!(options["hints"], json!(["security-key"]));
    assert_eq!(options["timeout"], 90_000);
    let algorithms: Vec<_> = options["pubKeyCredParams"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert_eq!(algorithms.len(), 2);
    assert_eq!(algorithms[0]["alg"], -8);

    let authentication = world.passkeys.authentication().profile("strict").unwrap();
    let options = json!(authentication.begin().await.unwrap())["publicKey"].take();
    assert_eq!(options["userVerification"], "required");
    assert_eq!(options["hints"], json!(["security-key"]));
    assert_eq!(options["timeout"], 90_000);

    // Without the profile, as the configuration says.
    let begun = world.passkeys.registration().begin(&ada()).await.unwrap();
    let options = json!(begun)["publicKey"].take();
    assert_eq!(
        options["authenticatorSelection"],
        json!({
            "residentKey": "preferred",
            "requireResidentKey": false,
            "userVerification": "preferred",
        })
    );
    assert_eq!(options["hints"], json!(null));
}

#[tokio::test]
async fn registration_that_reports_another_attachment_than_the_profile_s_is_rejected() {
    let world =
        world(|profile| profile.authenticator_attachment(AuthenticatorAttachment::Platform));
    let register = async |profile: Option<&str>, reported: Value| {
        let registration = world.passkeys.registration();
        let registration = match profile {
            Some(name) => registration.profile(name).unwrap(),
            None => registration,
        };
        let begun = registration.begin(&ada()).await.unwrap();
        let mut credential = world.device().create(&json!(begun));
        credential["authenticatorAttachment"] = reported;
        let request = FinishRegistration::new(raw(&credential), begun.state);
        registration.finish_as(&ada(), &request).await
    };
    let refused = register(Some("strict"), json!("cross-platform")).await;
    assert!(matches!(refused, Err(Error::AttestationVerificationFailed)));
    assert_eq!(world.audit.last_reason(), Some(Reason::Attachment));

    // Clients need not report it, and may have kinds that are not known here.
    for reported in [json!("platform"), json!(null), json!("implant"), json!(7)] {
        register(Some("strict"), reported).await.unwrap();
    }
    register(None, json!("cross-platform")).await.unwrap();
}

#[tokio::test]
async fn user_verification_of_a_profile_is_enforced_at_finish() {
    let world = world(verified);
    let mut device = world.device().with_fault(Fault::UserNotVerified);

    let refused = register(&world, Some("strict"), &mut device).await;
    assert!(matches!(refused, Err(Error::AttestationVerificationFailed)));
    assert_eq!(world.audit.last_reason(), Some(Reason::UserNotVerified));
    let registered = register(&world, None, &mut device).await.unwrap();
    assert_eq!(registered.profile(), None);

    let refused = sign_in(&world, Some("strict"), &mut device).await;
    assert!(matches!(refused, Err(Error::AuthenticationFailed)));
    assert_eq!(world.audit.last_reason(), Some(Reason::UserNotVerified));
    let login = sign_in(&world, None, &mut device).await.unwrap();
    assert_eq!((login.profile(), login.user_verified()), (None, false));
}

#[tokio::test]
async fn user_verification_of_a_profile_is_enforced_in_a_step_up() {
    let world = world(verified);
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    let action = Action::new("POST", "example.com", "/transfer", b"null");
    let step_up = || world.passkeys.step_up().profile("strict").unwrap();
    let agreed = async |device: &mut Authenticator| {
        let begun = step_up().begin(&ada(), &action).await.unwrap();
        assert_eq!(json!(begun)["publicKey"]["userVerification"], "required");
        let credential = raw(&device.get(&json!(begun)).unwrap());
        let request = FinishStepUp::new(credential, begun.state, raw(&()));
        let step_up = world.passkeys.step_up();
        step_up.finish_as(&ada(), &action, &request).await
    };
    let refused = agreed(&mut device.with_fault(Fault::UserNotVerified)).await;
    assert!(matches!(refused, Err(Error::AuthenticationFailed)));
    assert_eq!(world.audit.last_reason(), Some(Reason::UserNotVerified));
    let mut device = device.with_fault(Fault::SignCount(9));
    let consent = agreed(&mut device).await.unwrap();
    assert_eq!(consent.result.profile(), Some("strict"));
}

#[tokio::test]
async fn results_name_the_profile_that_was_chosen() {
    let world = world(verified);
    let mut device = world.device();
    let registered = register(&world, Some("strict"), &mut device).await.unwrap();
    assert_eq!(registered.profile(), Some("strict"));
    let login = sign_in(&world, Some("strict"), &mut device).await.unwrap();
    assert_eq!(login.profile(), Some("strict"));
    assert!(login.user_verified());
}

#[tokio::test]
async fn algorithms_of_a_profile_are_enforced_at_finish() {
    let world = world(|profile| profile.algorithms([Algorithm::EdDsa]));
    let mut device = world.device();
    // Its key is for ES256, which is offered without the profile only.
    let refused = register(&world, Some("strict"), &mut device).await;
    assert!(matches!(refused, Err(Error::AttestationVerificationFailed)));
    assert_eq!(world.audit.last_reason(), Some(Reason::Algorithm));
    register(&world, None, &mut device).await.unwrap();
    // It signs in with the profile: its algorithms are those of new passkeys.
    sign_in(&world, Some("strict"), &mut device).await.unwrap();
}

#[tokio::test]
async fn attestation_of_a_profile_is_enforced_at_finish() {
    let world = world(|profile| profile.attestation(Attestation::Direct));
    let mut device = world.device();
    let registration = world.passkeys.registration().profile("strict").unwrap();
    let options = json!(registration.begin(&ada()).await.unwrap())["publicKey"].take();
    assert_eq!(options["attestation"], "direct");

    // The authenticator sends the format `none`.
    let refused = register(&world, Some("strict"), &mut device).await;
    assert!(matches!(refused, Err(Error::AttestationVerificationFailed)));
    assert_eq!(world.audit.last_reason(), Some(Reason::Attestation));
    register(&world, None, &mut device).await.unwrap();
}

/// An authenticator that does not report `credProps` has followed the options.
#[tokio::test]
async fn passkey_is_recorded_as_discoverable_as_its_profile_requires() {
    let world = world(|profile| profile.resident_key(ResidentKey::Required));
    for (profile, discoverable) in [(Some("strict"), true), (None, false)] {
        let chosen = world.passkeys.registration();
        let chosen = match profile {
            Some(name) => chosen.profile(name).unwrap(),
            None => chosen,
        };
        let begun = chosen.begin(&ada()).await.unwrap();
        let mut credential = world.device().create(&json!(begun));
        credential["clientExtensionResults"] = json!({});
        let request = FinishRegistration::new(raw(&credential), begun.state);
        let registration = world.passkeys.registration();
        let registered = registration.finish_as(&ada(), &request).await.unwrap();
        assert_eq!(registered.credential().discoverable, discoverable);
    }
}

#[tokio::test]
async fn sign_up_has_the_profile_that_it_was_begun_with() {
    let world = world(verified);
    let registration = world.passkeys.registration().profile("strict").unwrap();
    let begun = registration.begin_sign_up(&bob()).await.unwrap();
    let mut device = world.device().with_fault(Fault::UserNotVerified);
    let request = world.answer(begun, &mut device);
    registration.finish_sign_up(&request).await.unwrap_err();
    assert_eq!(world.audit.last_reason(), Some(Reason::UserNotVerified));

    let begun = registration.begin_sign_up(&bob()).await.unwrap();
    let request = world.answer(begun, &mut world.device());
    let registered = registration.finish_sign_up(&request).await.unwrap();
    assert_eq!(registered.profile(), Some("strict"));
}

#[tokio::test]
async fn unknown_profile_cannot_be_chosen() {
    let world = world(verified);
    for name in ["", "Strict", "strict ", "stric", "strict\0"] {
        let registration = world.passkeys.registration().profile(name);
        let authentication = world.passkeys.authentication().profile(name);
        let step_up = world.passkeys.step_up().profile(name);
        for refused in [registration.err(), authentication.err(), step_up.err()] {
            let Some(Error::InvalidRequest(message)) = refused else {
                panic!("{name}: {refused:?}");
            };
            assert_eq!(
                message,
                "`profile` must be one of the application's profiles."
            );
        }
    }
}

/// Two instances with one challenge store, of which one does not know the profile (any more).
#[tokio::test]
async fn ceremony_whose_profile_is_not_configured_any_more_is_unknown() {
    let challenges = Arc::new(MemoryChallenges::default());
    let instance = |name: &str| {
        let config = config(|config| config.profile(name, |it| it.hints([Hint::Hybrid])));
        let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
        World::of(passkeys.challenges(challenges.clone()))
    };
    let (old, new) = (instance("old"), instance("new"));
    let registration = old.passkeys.registration().profile("old").unwrap();
    let mut device = old.device();

    let begun = registration.begin(&ada()).await.unwrap();
    let request = old.answer(begun, &mut device);
    let finished = new
        .passkeys
        .registration()
        .finish_as(&ada(), &request)
        .await;
    assert!(matches!(finished, Err(Error::ChallengeNotFound)));
    assert_eq!(new.audit.last_reason(), Some(Reason::UnknownProfile));
    // That ended it.
    let again = registration.finish_as(&ada(), &request).await;
    assert!(matches!(again, Err(Error::ChallengeNotFound)));

    register(&old, Some("old"), &mut device).await.unwrap();
    let begun = old.passkeys.authentication().profile("old").unwrap();
    let begun = begun.begin().await.unwrap();
    let credential = raw(&device.get(&json!(begun)).unwrap());
    let request = FinishAuthentication::new(credential, begun.state);
    let finished = new.passkeys.authentication().finish(&request).await;
    assert!(matches!(finished, Err(Error::ChallengeNotFound)));
    assert_eq!(new.audit.last_reason(), Some(Reason::UnknownProfile));
}

/// The list of a named sign-in says nothing about profiles, and profiles nothing about users.
#[tokio::test]
async fn decoy_credentials_are_the_same_for_every_profile() {
    let world =
        world(|profile| profile.authenticator_attachment(AuthenticatorAttachment::CrossPlatform));
    let allowed = async |profile: Option<&str>| {
        let chosen = world.passkeys.authentication();
        let chosen = match profile {
            Some(name) => chosen.profile(name).unwrap(),
            None => chosen,
        };
        let begun = chosen.begin_for_user_id("nobody").await.unwrap();
        json!(begun)["publicKey"]["allowCredentials"].take()
    };
    assert_eq!(allowed(Some("strict")).await, allowed(None).await);
}

#[tokio::test]
async fn conditional_creation_has_the_profile_that_it_was_begun_with() {
    let world = World::with_config(config(|config| {
        config
            .conditional_create(true)
            .profile("phone", |profile| profile.hints([Hint::Hybrid]))
            .profile("attested", |profile| {
                profile.attestation(Attestation::Direct)
            })
    }));
    let registration = world.passkeys.registration().profile("phone").unwrap();
    let begun = registration.begin_conditional(&ada()).await.unwrap();
    let options = json!(begun);
    assert_eq!(options["publicKey"]["hints"], json!(["hybrid"]));
    let credential = world.device().create_conditionally(&options).unwrap();
    let request = FinishRegistration::new(raw(&credential), begun.state);
    let registered = registration.finish_as(&ada(), &request).await.unwrap();
    assert_eq!(registered.profile(), Some("phone"));

    let registration = world.passkeys.registration().profile("attested").unwrap();
    let refused = registration.begin_conditional(&ada()).await;
    assert!(matches!(refused, Err(Error::InvalidRequest(_))));
    registration.begin(&ada()).await.unwrap();
}

/// `RegistrationResult::profile` promises that what the profile requires has been enforced.
#[tokio::test]
async fn conditional_creation_does_not_begin_with_a_profile_that_alone_requires_user_verification()
{
    let strict = |base| {
        World::with_config(config(|config| {
            config
                .user_verification(base)
                .conditional_create(true)
                .profile("strict", verified)
        }))
    };
    let world = strict(UserVerification::Preferred);
    let registration = world.passkeys.registration().profile("strict").unwrap();
    let refused = registration.begin_conditional(&ada()).await;
    assert!(matches!(refused, Err(Error::InvalidRequest(_))));

    // It chooses nothing that does not hold anyway.
    let world = strict(UserVerification::Required);
    let registration = world.passkeys.registration().profile("strict").unwrap();
    registration.begin_conditional(&ada()).await.unwrap();
}
