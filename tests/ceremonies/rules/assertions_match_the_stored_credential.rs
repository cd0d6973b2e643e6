//! Rule 5: an assertion must match the stored credential and its owner in every field.

use super::*;

#[tokio::test]
async fn assertion_must_match_the_stored_credential_in_every_field() {
    let (world, device) = ada_registered().await;
    let cases = [
        (Fault::WrongType, Reason::ClientDataType),
        (Fault::WrongChallenge, Reason::Challenge),
        (Fault::Origin("https://evil.com".into()), Reason::Origin),
        (
            Fault::Origin("https://example.com:8443".into()),
            Reason::Origin,
        ),
        (
            Fault::Origin("https://login.example.com".into()),
            Reason::Origin,
        ),
        (Fault::Origin("https://EXAMPLE.com".into()), Reason::Origin),
        (Fault::CrossOrigin, Reason::CrossOrigin),
        (Fault::RpId("evil.com".into()), Reason::RpIdHash),
        (Fault::UserNotPresent, Reason::UserNotPresent),
        (Fault::UserNotVerified, Reason::UserNotVerified),
        (Fault::BackedUpIneligible, Reason::BackupState),
        (Fault::BackupEligibilityChanged, Reason::BackupEligibility),
        (Fault::TrailingByte, Reason::Malformed),
        (Fault::OtherId, Reason::UnknownCredential),
        (Fault::UserHandle(Some(b"bob".to_vec())), Reason::UserHandle),
        (Fault::UserHandle(None), Reason::UserHandle),
        (Fault::BrokenSignature, Reason::Signature),
    ];
    for (fault, reason) in cases {
        let answer = world.sign_in(&mut device.with_fault(fault.clone())).await;
        assert!(
            matches!(answer, Err(Error::AuthenticationFailed)),
            "{fault:?}: {answer:?}"
        );
        assert_eq!(world.audit.last_reason(), Some(reason), "{fault:?}");
    }
}

#[tokio::test]
async fn user_handle_may_be_missing_if_the_sign_in_was_begun_for_a_user() {
    let (world, device) = ada_registered().await;
    let mut device = device.with_fault(Fault::UserHandle(None));
    let request = world.assert(Some("ada"), &mut device).await;
    let login = world
        .passkeys
        .authentication()
        .finish(&request)
        .await
        .unwrap();
    assert_eq!(login.user_id(), "ada");
}

#[tokio::test]
async fn sign_in_begun_for_a_user_rejects_the_passkeys_of_other_users() {
    let (world, _) = ada_registered().await;
    let mut bobs = world.device();
    world.register(&bob(), &mut bobs).await.unwrap();
    let mut request = world.assert(Some("bob"), &mut bobs).await;
    let adas = world
        .passkeys
        .authentication()
        .begin_for_user_id("ada")
        .await
        .unwrap();
    request.state = adas.state;
    let answer = world.passkeys.authentication().finish(&request).await;
    assert!(
        matches!(answer, Err(Error::AuthenticationFailed)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::NotOwner));
}
