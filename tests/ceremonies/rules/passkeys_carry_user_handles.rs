//! Rule 14: passkeys carry a user handle, and not the application's user ID.

use passkeys::{Credential, UserHandle, ceremony::FinishRegistration};

use super::*;

/// Returns the user handle in the options of a registration.
async fn offered(world: &World, user: &PasskeyUser) -> UserHandle {
    let begun = world.passkeys.registration().begin(user).await.unwrap();
    let options = serde_json::to_value(&begun).unwrap();
    let handle = options["publicKey"]["user"]["id"].as_str().unwrap();
    handle.parse().unwrap()
}

async fn stored(world: &World, user: &PasskeyUser) -> Vec<Credential> {
    world
        .passkeys
        .repository()
        .list(Owner::everywhere(user.id()))
        .await
        .unwrap()
}

/// Registers a passkey whose row has no user handle, as rows of `fastapi-passkeys` have none.
async fn register_in_older_form(world: &World, user: &PasskeyUser) -> Authenticator {
    let mut device = world.device();
    let own = UserHandle::new(user.id()).unwrap();
    let registered = world.register(&user.clone().handle(own), &mut device).await;
    let mut credential = registered.unwrap().credential().clone();
    credential.user_handle = None;
    replace(world, credential).await;
    device
}

async fn replace(world: &World, credential: Credential) {
    let repository = world.passkeys.repository();
    let deleted = repository
        .delete(Owner::everywhere(&credential.user_id), &credential.id)
        .await;
    assert!(deleted.unwrap());
    assert!(imported(repository, &credential).await);
}

#[tokio::test]
async fn first_passkey_gets_64_random_bytes_as_user_handle_and_the_next_ones_the_same() {
    let world = World::default();
    for user in [ada(), bob()] {
        for _ in 0..3 {
            let mut device = world.device();
            world.register(&user, &mut device).await.unwrap();
            let login = world.sign_in(&mut device).await.unwrap();
            assert_eq!(login.user_id(), user.id());
        }
    }
    let adas = stored(&world, &ada()).await;
    let bobs = stored(&world, &bob()).await;
    for own in [&adas, &bobs] {
        let first = own[0].user_handle.as_ref().unwrap();
        assert_eq!(first.as_bytes().len(), 64);
        assert!(own.iter().all(|it| it.user_handle.as_ref() == Some(first)));
    }
    assert_ne!(adas[0].user_handle, bobs[0].user_handle);
}

#[tokio::test]
async fn options_do_not_contain_the_user_id() {
    let world = World::default();
    let user = PasskeyUser::new("ada@example.com", "ada", "Ada");
    let encoded = passkeys_test_support::base64url(user.id());
    for _ in 0..2 {
        let registration = world.passkeys.registration().begin(&user).await.unwrap();
        let sign_up = world.passkeys.registration().begin_sign_up(&user).await;
        let mut options = vec![serde_json::to_string(&registration).unwrap()];
        options.extend(sign_up.map(|begun| serde_json::to_string(&begun).unwrap()));
        let mut device = world.device();
        world.register(&user, &mut device).await.unwrap();
        let sign_in = world.passkeys.authentication();
        let sign_in = sign_in.begin_for_user_id(user.id()).await.unwrap();
        options.push(serde_json::to_string(&sign_in).unwrap());
        for options in options {
            assert!(!options.contains(user.id()), "{options}");
            assert!(!options.contains(&encoded), "{options}");
        }
    }
}

#[tokio::test]
async fn user_handle_of_the_application_is_used_and_may_be_any_bytes() {
    let world = World::default();
    for bytes in [vec![0], vec![0xff; 16], b"ada\0".to_vec(), vec![0; 64]] {
        let handle = UserHandle::new(bytes).unwrap();
        let user = ada().handle(handle.clone());
        assert_eq!(offered(&world, &user).await, handle);
        let mut device = world.device();
        let registered = world.register(&user, &mut device).await.unwrap();
        assert_eq!(registered.credential().user_handle.as_ref(), Some(&handle));
        assert_eq!(*registered.user(), ada(), "the handle is the credential's");
        assert_eq!(world.sign_in(&mut device).await.unwrap().user_id(), "ada");
    }
    // Without one of the application's own, the next passkey gets that of the oldest.
    let oldest = stored(&world, &ada()).await.remove(0);
    assert_eq!(offered(&world, &ada()).await.as_bytes(), oldest.handle());
}

#[tokio::test]
async fn registration_keeps_the_user_handle_that_it_was_begun_with() {
    let world = World::default();
    let handle = UserHandle::random().unwrap();
    let mut device = world.device();
    let request = world
        .create(&ada().handle(handle.clone()), &mut device)
        .await;
    let registration = world.passkeys.registration();
    let registered = registration.finish_as(&ada(), &request).await.unwrap();
    assert_eq!(registered.credential().user_handle, Some(handle));
    world.sign_in(&mut device).await.unwrap();
}

#[tokio::test]
async fn passkey_of_the_older_form_signs_in_by_the_user_id_and_the_next_passkeys_share_its_handle()
{
    let world = World::default();
    let mut first = register_in_older_form(&world, &ada()).await;
    assert_eq!(offered(&world, &ada()).await.as_bytes(), b"ada");
    let mut second = world.device();
    world.register(&ada(), &mut second).await.unwrap();
    for device in [&mut first, &mut second] {
        let login = world.sign_in(device).await.unwrap();
        assert_eq!(login.user_id(), "ada");
        assert_eq!(login.credential().handle(), b"ada");
        let wrong = UserHandle::random().unwrap().as_bytes().to_vec();
        let mut wrong = device.with_fault(Fault::UserHandle(Some(wrong)));
        world.sign_in(&mut wrong).await.unwrap_err();
        assert_eq!(world.audit.last_reason(), Some(Reason::UserHandle));
    }
}

#[tokio::test]
async fn user_id_in_place_of_the_user_handle_does_not_sign_in() {
    let (world, device) = ada_registered().await;
    for user_id in [None, Some("ada")] {
        let handle = Some(b"ada".to_vec());
        let mut device = device.with_fault(Fault::UserHandle(handle));
        let request = world.assert(user_id, &mut device).await;
        let answer = world.passkeys.authentication().finish(&request).await;
        answer.unwrap_err();
        assert_eq!(world.audit.last_reason(), Some(Reason::UserHandle));
    }
}

#[tokio::test]
async fn empty_user_handle_counts_as_none() {
    let (world, device) = ada_registered().await;
    let mut device = device.with_fault(Fault::UserHandle(Some(Vec::new())));
    let request = world.assert(Some("ada"), &mut device).await;
    let authentication = world.passkeys.authentication();
    let login = authentication.finish(&request).await.unwrap();
    assert_eq!(login.user_id(), "ada");

    let action = passkeys::ceremony::Action::new("POST", "example.com", "/pay", b"");
    let request = world.agree(&ada(), &action, &mut device).await;
    let step_up = world.passkeys.step_up();
    step_up.finish_as(&ada(), &action, &request).await.unwrap();

    // Required where no user was named.
    world.sign_in(&mut device).await.unwrap_err();
    assert_eq!(world.audit.last_reason(), Some(Reason::UserHandle));
}

#[tokio::test]
async fn first_passkeys_registered_concurrently_have_different_user_handles_and_both_sign_in() {
    let world = World::default();
    let mut devices = [world.device(), world.device()];
    let mut requests: Vec<FinishRegistration> = Vec::new();
    for device in &mut devices {
        requests.push(world.create(&ada(), device).await);
    }
    for request in &requests {
        let registration = world.passkeys.registration();
        registration.finish_as(&ada(), request).await.unwrap();
        world.clock.advance(Duration::from_millis(1));
    }
    let both = stored(&world, &ada()).await;
    assert_ne!(both[0].user_handle, both[1].user_handle);
    for device in &mut devices {
        assert_eq!(world.sign_in(device).await.unwrap().user_id(), "ada");
    }
    assert_eq!(Some(offered(&world, &ada()).await), both[0].user_handle);
}

#[tokio::test]
async fn user_id_longer_than_a_user_handle_registers_and_signs_in() {
    let world = World::default();
    let user = PasskeyUser::new("é".repeat(127) + "x", "ada", "Ada");
    assert_eq!(user.id().len(), 255);
    let mut device = world.device();
    world.register(&user, &mut device).await.unwrap();
    for user_id in [None, Some(user.id())] {
        let request = world.assert(user_id, &mut device).await;
        let login = world.passkeys.authentication().finish(&request).await;
        assert_eq!(login.unwrap().user_id(), user.id());
    }
    // A row without a user handle cannot be of the older form, so its handle is no handle.
    let mut credential = stored(&world, &user).await.remove(0);
    credential.user_handle = None;
    replace(&world, credential).await;
    assert_eq!(offered(&world, &user).await.as_bytes().len(), 64);
}
