//! Rule 4: policy is enforced at finish, from server-side state, whatever the browser has enforced.

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
