//! The number of a user's passkeys (`max_credentials`), and of those in a list.

use passkeys::{Clock as _, Credential, CredentialId, ceremony::Action};
use time::OffsetDateTime;

use super::*;

/// Returns a world in which a user can have two passkeys.
fn two_at_most() -> World {
    World::with_config(config(|config| config.max_credentials(2)))
}

fn is_too_many<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::TooManyCredentials))
}

#[tokio::test]
async fn registration_beyond_max_credentials_is_rejected_at_begin_and_at_finish() {
    let world = two_at_most();
    let registration = world.passkeys.registration();
    // Begun while there is room for one more.
    world.register(&ada(), &mut world.device()).await.unwrap();
    let early = world.create(&ada(), &mut world.device()).await;
    let late = world.create(&ada(), &mut world.device()).await;
    registration.finish_as(&ada(), &early).await.unwrap();

    assert!(is_too_many(registration.finish_as(&ada(), &late).await));
    assert_eq!(world.audit.last_reason(), Some(Reason::TooManyCredentials));
    assert!(is_too_many(registration.begin(&ada()).await));
    let stored = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    assert_eq!(stored.len(), 2);

    // Others are not affected, and who deletes one can add one.
    world.register(&bob(), &mut world.device()).await.unwrap();
    let repository = world.passkeys.repository();
    assert!(
        repository
            .delete(Owner::everywhere("ada"), &stored[0].id)
            .await
            .unwrap()
    );
    world.register(&ada(), &mut world.device()).await.unwrap();
}

#[tokio::test]
async fn conditional_creation_beyond_max_credentials_is_rejected() {
    let config = config(|config| config.max_credentials(1).conditional_create(true));
    let world = World::with_config(config);
    let registration = world.passkeys.registration();
    registration.begin_conditional(&ada()).await.unwrap();
    world.register(&ada(), &mut world.device()).await.unwrap();
    assert!(is_too_many(registration.begin_conditional(&ada()).await));
}

#[tokio::test]
async fn suspended_passkeys_count_as_passkeys_and_those_of_another_rp_id_do_not() {
    let world = two_at_most();
    let repository = world.passkeys.repository();
    let credential = |number: u8, rp_id: &str| {
        let id = CredentialId::new([number]).unwrap();
        let now = OffsetDateTime::UNIX_EPOCH;
        let mut credential = Credential::new(id, "ada", vec![0xa5], now);
        credential.rp_id = Some(rp_id.to_owned());
        credential.suspended_at = Some(now);
        credential
    };
    for number in 0..5 {
        assert!(imported(repository, &credential(number, "example.org")).await);
    }
    assert!(imported(repository, &credential(5, "example.com")).await);
    world.register(&ada(), &mut world.device()).await.unwrap();
    let begun = world.passkeys.registration().begin(&ada()).await;
    assert!(is_too_many(begun));
}

/// An application may have had users with more passkeys before there was a limit.
#[tokio::test]
async fn lists_of_sign_ins_and_step_ups_have_the_64_passkeys_that_were_used_last() {
    let world = World::default();
    let repository = world.passkeys.repository();
    let id = |number: u32| CredentialId::new(number.to_be_bytes()).unwrap();
    for number in 0..2_000 {
        let created = OffsetDateTime::UNIX_EPOCH + Duration::from_secs(number.into());
        let mut credential = Credential::new(id(number), "ada", vec![0xa5], created);
        // The oldest one is the only one in use.
        credential.last_used_at = (number == 0).then_some(world.clock.now());
        assert!(imported(repository, &credential).await);
    }
    let mut expected: Vec<_> = (2_000 - 63..2_000).map(id).chain([id(0)]).collect();
    expected.sort();
    let listed = |options: &Value| {
        let allowed = options["publicKey"]["allowCredentials"].as_array().unwrap();
        let ids = allowed.iter().map(|it| it["id"].as_str().unwrap());
        let mut ids: Vec<CredentialId> = ids.map(|id| id.parse().unwrap()).collect();
        ids.sort();
        ids
    };
    let sign_in = world.passkeys.authentication();
    let sign_in = sign_in.begin_for_user_id("ada").await.unwrap();
    let sign_in = serde_json::to_value(&sign_in).unwrap();
    assert_eq!(listed(&sign_in), expected);
    assert!(
        sign_in.to_string().len() < 8 * 1024,
        "{}",
        sign_in.to_string().len()
    );
    let action = Action::new("POST", "example.com", "/", b"");
    let step_up = world.passkeys.step_up().begin(&ada(), &action).await;
    assert_eq!(
        listed(&serde_json::to_value(step_up.unwrap()).unwrap()),
        expected
    );
}
