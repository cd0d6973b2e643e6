//! Rule 5: in a ceremony with `allowCredentials`, the credential was on that list
//! (WebAuthn §7.2, step 5).

use passkeys::ceremony::Action;

use super::*;

#[tokio::test]
async fn named_sign_in_rejects_a_passkey_that_was_registered_after_it_was_begun() {
    let (world, _) = ada_registered().await;
    let authentication = world.passkeys.authentication();
    let begun = authentication.begin_for_user_id("ada").await.unwrap();
    world.clock.advance(Duration::from_millis(1));
    let mut later = world.device();
    world.register(&ada(), &mut later).await.unwrap();

    let mut request = world.assert(None, &mut later).await;
    let answer = later.get(&serde_json::to_value(&begun).unwrap());
    assert!(answer.is_none(), "a browser follows the list");
    let mut unlisted = serde_json::to_value(&begun).unwrap();
    unlisted["publicKey"]["allowCredentials"] = json!([]);
    request.credential = raw(&later.get(&unlisted).unwrap());
    request.state = begun.state;
    let answer = authentication.finish(&request).await;
    assert!(
        matches!(answer, Err(Error::AuthenticationFailed)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::NotAllowed));
}

#[tokio::test]
async fn step_up_rejects_a_passkey_that_was_registered_after_it_was_begun() {
    let (world, mut device) = ada_registered().await;
    let action = Action::new("POST", "example.com", "/pay", b"");
    let step_up = world.passkeys.step_up();
    let begun = step_up.begin(&ada(), &action).await.unwrap();
    world.clock.advance(Duration::from_millis(1));
    let mut later = world.device();
    world.register(&ada(), &mut later).await.unwrap();

    let mut request = world.agree(&ada(), &action, &mut device).await;
    let mut unlisted = serde_json::to_value(&begun).unwrap();
    unlisted["publicKey"]["allowCredentials"] = json!([]);
    request.credential = raw(&later.get(&unlisted).unwrap());
    request.state = begun.state;
    let answer = step_up.finish_as(&ada(), &action, &request).await;
    assert!(
        matches!(answer, Err(Error::AuthenticationFailed)),
        "{answer:?}"
    );
    assert_eq!(world.audit.last_reason(), Some(Reason::NotAllowed));
}

#[tokio::test]
async fn sign_in_without_a_named_user_accepts_a_passkey_that_was_registered_after_it_was_begun() {
    let world = World::default();
    let authentication = world.passkeys.authentication();
    let begun = authentication.begin().await.unwrap();
    world.clock.advance(Duration::from_millis(1));
    let mut later = world.device();
    world.register(&ada(), &mut later).await.unwrap();
    let mut request = world.assert(None, &mut later).await;
    let answer = later.get(&serde_json::to_value(&begun).unwrap());
    request.credential = raw(&answer.unwrap());
    request.state = begun.state;
    authentication.finish(&request).await.unwrap();
}

/// Registered by an instance whose clock is ahead, or imported with a wrong time.
#[tokio::test]
async fn named_ceremonies_accept_a_listed_passkey_with_a_registration_time_in_the_future() {
    let (world, mut device) = ada_registered().await;
    let repository = world.passkeys.repository();
    let mut credential = repository
        .list(Owner::everywhere("ada"))
        .await
        .unwrap()
        .remove(0);
    repository
        .delete(Owner::everywhere("ada"), &credential.id)
        .await
        .unwrap();
    credential.created_at += Duration::from_micros(3_600_000_400);
    imported(repository, &credential).await;

    let request = world.assert(Some("ada"), &mut device).await;
    let authentication = world.passkeys.authentication();
    authentication.finish(&request).await.unwrap();
    let action = Action::new("POST", "example.com", "/pay", b"");
    let request = world.agree(&ada(), &action, &mut device).await;
    let step_up = world.passkeys.step_up();
    step_up.finish_as(&ada(), &action, &request).await.unwrap();
}
