//! Results of the extension `prf` are secrets of the page: a finish that has them is rejected, whatever else
//! is true of it, and nothing is stored or told.

use passkeys::{
    Extension, LargeBlob,
    ceremony::{Action, FinishAuthentication},
};

use super::*;

/// Asserts the error for a request with secrets, and the reason in the audit trail.
#[track_caller]
fn assert_rejected<T: std::fmt::Debug>(world: &World, answer: Result<T, Error>) {
    let Err(Error::InvalidRequest(message)) = answer else {
        panic!("{answer:?}");
    };
    assert!(message.contains("clientExtensionResults.prf.results"));
    assert_eq!(world.audit.last_reason(), Some(Reason::PrfResults));
}

fn transfer() -> Action {
    Action::new("POST", "example.com", "/transfer", b"")
}

#[tokio::test]
async fn registration_with_results_of_prf_is_rejected_and_stores_nothing() {
    let world = World::default();
    let mut leaking = world.device().with_fault(Fault::PrfResults);
    let request = world.create(&ada(), &mut leaking).await;
    let registration = world.passkeys.registration();
    assert_rejected(&world, registration.finish_as(&ada(), &request).await);
    let stored = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    assert!(stored.is_empty());
    // The ceremony has ended.
    let again = registration.finish_as(&ada(), &request).await;
    assert!(matches!(again, Err(Error::ChallengeNotFound)), "{again:?}");
}

#[tokio::test]
async fn sign_in_second_factor_and_step_up_with_results_of_prf_are_rejected() {
    let (world, device) = ada_registered().await;
    let mut leaking = device.with_fault(Fault::PrfResults);
    for user_id in [None, Some("ada")] {
        let request = world.assert(user_id, &mut leaking).await;
        let answer = world.passkeys.authentication().finish(&request).await;
        assert_rejected(&world, answer);
        assert_eq!(
            world.audit.kinds().last(),
            Some(&AuditKind::AuthenticationFailed(Reason::PrfResults))
        );
    }

    let authentication = world.passkeys.authentication();
    let begun = authentication.begin_second_factor(&ada()).await.unwrap();
    let credential = leaking.get(&json!(begun)).unwrap();
    let request = FinishAuthentication::new(raw(&credential), begun.state);
    let who = async { Ok::<_, Error>(ada()) };
    let answer = authentication.finish_second_factor(&request, who).await;
    assert_rejected(&world, answer);

    let request = world.agree(&ada(), &transfer(), &mut leaking).await;
    let step_up = world.passkeys.step_up();
    let answer = step_up.finish_as(&ada(), &transfer(), &request).await;
    assert_rejected(&world, answer);

    let stored = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    assert_eq!(stored[0].last_used_at, None, "the passkey was not used");
}

/// The broken counterpart: what the browser says of `prf` besides the results is accepted.
#[tokio::test]
async fn ceremonies_with_prf_and_without_its_results_succeed() {
    let world = World::with_config(config(|it| it.extensions([Extension::Prf])));
    let mut device = world.device();
    let registered = world.register(&ada(), &mut device).await.unwrap();
    assert_eq!(registered.prf_enabled(), Some(true));
    let request = world.assert(None, &mut device).await;
    let mut credential: Value = serde_json::from_str(request.credential.get()).unwrap();
    for prf in [
        json!({}),
        json!({ "results": null }),
        json!({ "enabled": true }),
    ] {
        let begun = world.passkeys.authentication().begin().await.unwrap();
        let mut signed = device.get(&json!(begun)).unwrap();
        signed["clientExtensionResults"] = json!({ "prf": prf });
        let request = FinishAuthentication::new(raw(&signed), begun.state);
        let answer = world.passkeys.authentication().finish(&request).await;
        assert!(answer.is_ok(), "{prf}: {answer:?}");
    }
    // A result may be of any shape, and also one that no browser sends.
    for results in [json!({}), json!("AAAA"), json!([1]), json!(false)] {
        credential["clientExtensionResults"] = json!({ "prf": { "results": results } });
        let begun = world.passkeys.authentication().begin().await.unwrap();
        let request = FinishAuthentication::new(raw(&credential), begun.state);
        let answer = world.passkeys.authentication().finish(&request).await;
        assert_rejected(&world, answer);
    }
}

/// Rule 8: the error comes before anybody looks for the passkey or its user.
#[tokio::test]
async fn results_of_prf_are_rejected_alike_for_known_and_unknown_passkeys() {
    let (world, device) = ada_registered().await;
    let mut known = device.with_fault(Fault::PrfResults);
    let elsewhere = World::default();
    let mut stranger = elsewhere.device();
    elsewhere.register(&bob(), &mut stranger).await.unwrap();
    let mut unknown = stranger.with_fault(Fault::PrfResults);
    let mut answers = Vec::new();
    for device in [&mut known, &mut unknown] {
        let begun = world.passkeys.authentication().begin().await.unwrap();
        let signed = device.get(&json!(begun)).unwrap();
        let request = FinishAuthentication::new(raw(&signed), begun.state);
        let answer = world.passkeys.authentication().finish(&request).await;
        answers.push(format!("{answer:?}"));
        let event = world.audit.events().pop().unwrap();
        assert_eq!((event.user_id, event.credential_id), (None, None));
        let secret = signed["clientExtensionResults"]["prf"]["results"]["first"].as_str();
        assert!(!event.detail.unwrap().contains(secret.unwrap()));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn registration_without_support_for_large_blobs_is_rejected_only_if_they_are_required() {
    for (support, reason) in [
        (LargeBlob::Preferred, None),
        (LargeBlob::Required, Some(Reason::LargeBlob)),
    ] {
        let extensions = [Extension::LargeBlob(support)];
        let world = World::with_config(config(|it| it.extensions(extensions)));
        let registered = world.register(&ada(), &mut world.device()).await.unwrap();
        assert_eq!(registered.large_blob_supported(), Some(true));

        let mut plain = world.device().with_fault(Fault::NoExtensions);
        let answer = world.register(&bob(), &mut plain).await;
        assert_eq!(world.audit.last_reason(), reason);
        match reason {
            None => assert_eq!(answer.unwrap().large_blob_supported(), None),
            Some(_) => assert!(
                matches!(answer, Err(Error::AttestationVerificationFailed)),
                "{answer:?}"
            ),
        }

        // A browser that says so.
        let request = world.create(&bob(), &mut plain).await;
        let mut credential: Value = serde_json::from_str(request.credential.get()).unwrap();
        credential["clientExtensionResults"]["largeBlob"] = json!({ "supported": false });
        let request = passkeys::ceremony::FinishRegistration::new(raw(&credential), request.state);
        let answer = world
            .passkeys
            .registration()
            .finish_as(&bob(), &request)
            .await;
        assert_eq!(answer.is_err(), reason.is_some(), "{answer:?}");
    }
    // Without the extension, nobody is asked.
    let world = World::default();
    let registered = world.register(&ada(), &mut world.device()).await.unwrap();
    assert_eq!(registered.large_blob_supported(), None);
    assert_eq!(registered.prf_enabled(), None);
}
