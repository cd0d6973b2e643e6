//! The management service: the application's own changes of users' passkeys.

use passkeys::{
    Clock as _, Credential, CredentialId,
    audit::AuditEvent,
    ceremony::Action,
    store::{CredentialRepository, CredentialUse, Deletion, Insertion, Owner, StoreError},
};

use super::*;

/// Returns the event that was recorded last.
fn last(world: &World) -> AuditEvent {
    world.audit.events().pop().unwrap()
}

/// Asserts that the application did this to the passkey, as the event that was recorded last says.
#[track_caller]
fn assert_recorded(world: &World, kind: AuditKind, id: &CredentialId) {
    let last = last(world);
    assert_eq!((last.kind, last.by_application), (kind, true));
    assert_eq!(last.user_id.as_deref(), Some("ada"));
    assert_eq!(last.credential_id.as_ref(), Some(id));
}

/// Returns the ID of Ada's only passkey.
async fn only_passkey(world: &World) -> CredentialId {
    let listed = world.passkeys.management().list("ada").await.unwrap();
    let [passkey] = &listed[..] else {
        panic!("{listed:?}")
    };
    passkey.id.clone()
}

#[tokio::test]
async fn suspended_passkey_is_listed_and_cannot_sign_in_until_it_is_resumed() {
    let (world, mut device) = ada_registered().await;
    let management = world.passkeys.management();
    let id = only_passkey(&world).await;

    management.suspend("ada", &id).await.unwrap();
    assert_recorded(&world, AuditKind::CredentialSuspended, &id);
    let listed = management.list("ada").await.unwrap();
    assert_eq!(
        listed[0].suspended_at.map(|at| at - listed[0].created_at),
        { Some(time::Duration::ZERO) }
    );
    let rejected = world.sign_in(&mut device).await;
    assert!(matches!(rejected, Err(Error::AuthenticationFailed)));
    assert_eq!(world.audit.last_reason(), Some(Reason::Suspended));

    management.resume("ada", &id).await.unwrap();
    assert_recorded(&world, AuditKind::CredentialResumed, &id);
    world.sign_in(&mut device).await.unwrap();
}

#[tokio::test]
async fn suspending_and_resuming_again_changes_and_records_nothing() {
    let (world, _) = ada_registered().await;
    let management = world.passkeys.management();
    let id = only_passkey(&world).await;
    management.resume("ada", &id).await.unwrap();
    management.suspend("ada", &id).await.unwrap();
    let (listed, events) = (management.list("ada").await.unwrap(), world.audit.events());
    world.clock.advance(Duration::from_secs(1));
    management.suspend("ada", &id).await.unwrap();
    assert_eq!(management.list("ada").await.unwrap(), listed);
    assert_eq!(world.audit.events(), events);
}

/// Rule 7: a passkey that clone detection has suspended can be resumed by the application.
#[tokio::test]
async fn passkey_that_clone_detection_has_suspended_signs_in_again_after_it_is_resumed() {
    let world = World::with_config(config(|config| config.sign_count(SignCount::Suspend)));
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    world.sign_in(&mut device).await.unwrap();
    let mut copy = device.clone();
    copy.set_sign_count(0);
    world.sign_in(&mut copy).await.unwrap_err();
    world.sign_in(&mut device).await.unwrap_err();
    assert_eq!(world.audit.last_reason(), Some(Reason::Suspended));

    let id = only_passkey(&world).await;
    world
        .passkeys
        .management()
        .resume("ada", &id)
        .await
        .unwrap();
    // The stored counter stays, so that the copy is suspected again.
    copy.set_sign_count(0);
    world.sign_in(&mut copy).await.unwrap_err();
    assert_eq!(world.audit.last_reason(), Some(Reason::SignCount));
    world
        .passkeys
        .management()
        .resume("ada", &id)
        .await
        .unwrap();
    world.sign_in(&mut device).await.unwrap();
}

#[tokio::test]
async fn sign_in_and_step_up_that_were_begun_before_a_suspension_fail() {
    let (world, mut device) = ada_registered().await;
    let action = Action::new("POST", "example.com", "/", b"null");
    let sign_in = world.assert(None, &mut device).await;
    let step_up = world.agree(&ada(), &action, &mut device).await;
    let id = only_passkey(&world).await;
    world
        .passkeys
        .management()
        .suspend("ada", &id)
        .await
        .unwrap();

    let rejected = world.passkeys.authentication().finish(&sign_in).await;
    assert!(matches!(rejected, Err(Error::AuthenticationFailed)));
    let finish = world.passkeys.step_up();
    let rejected = finish.finish_as(&ada(), &action, &step_up).await;
    assert!(matches!(rejected, Err(Error::AuthenticationFailed)));
}

#[tokio::test]
async fn passkey_is_renamed_to_a_cleaned_name_of_at_most_255_characters() {
    let (world, _) = ada_registered().await;
    let management = world.passkeys.management();
    let id = only_passkey(&world).await;
    let name = "Ada’s\u{202e} key\n";
    management.rename("ada", &id, name).await.unwrap();
    assert_recorded(&world, AuditKind::CredentialRenamed, &id);
    let listed = management.list("ada").await.unwrap();
    assert_eq!(listed[0].device_name, "Ada’s key");

    let too_long = management.rename("ada", &id, &"a".repeat(256)).await;
    assert!(matches!(too_long, Err(Error::InvalidRequest(_))));
    assert_eq!(management.list("ada").await.unwrap(), listed);
}

#[tokio::test]
async fn deletion_returns_the_passkey_and_how_many_are_left_and_deletes_the_last() {
    let (world, mut device) = ada_registered().await;
    let first = only_passkey(&world).await;
    world.register(&ada(), &mut device).await.unwrap();
    let management = world.passkeys.management();
    let listed = management.list("ada").await.unwrap();
    for (passkey, left) in listed.iter().zip([1, 0]) {
        let removal = management.delete("ada", &passkey.id).await.unwrap();
        assert_eq!(removal.credential(), passkey);
        assert_eq!(
            (removal.user_id(), removal.remaining()),
            ("ada", Some(left))
        );
        assert!(removal.user().is_none(), "nobody was signed in");
        assert_recorded(&world, AuditKind::CredentialDeleted, &passkey.id);
    }
    assert_eq!(management.list("ada").await.unwrap(), []);
    let again = management.delete("ada", &first).await;
    assert!(matches!(again, Err(Error::CredentialNotFound)));
}

/// Every method but `delete_all`, on this passkey of this user, which they do not have.
async fn assert_not_found(world: &World, user_id: &str, id: &CredentialId) {
    let management = world.passkeys.management();
    let before = world.audit.events();
    for result in [
        management.rename(user_id, id, "mine").await,
        management.suspend(user_id, id).await,
        management.resume(user_id, id).await,
        management.delete(user_id, id).await.map(drop),
    ] {
        assert!(
            matches!(result, Err(Error::CredentialNotFound)),
            "{result:?}"
        );
    }
    assert_eq!(world.audit.events(), before);
}

#[tokio::test]
async fn passkey_of_another_user_is_not_changed() {
    let (world, mut device) = ada_registered().await;
    world.register(&bob(), &mut world.device()).await.unwrap();
    let id = only_passkey(&world).await;
    for user_id in ["bob", "nobody", ""] {
        assert_not_found(&world, user_id, &id).await;
    }
    world.sign_in(&mut device).await.unwrap();
}

fn of_another_rp_id(id: &'static [u8]) -> Credential {
    let id = CredentialId::new(id).unwrap();
    let mut credential = Credential::new(id, "ada", vec![0xa5], time::OffsetDateTime::UNIX_EPOCH);
    credential.rp_id = Some("example.org".to_owned());
    credential
}

#[tokio::test]
async fn passkey_of_another_rp_id_is_not_listed_or_changed() {
    let (world, _) = ada_registered().await;
    let other = of_another_rp_id(b"elsewhere");
    let repository = world.passkeys.repository();
    assert!(imported(repository, &other).await);
    only_passkey(&world).await;
    assert_not_found(&world, "ada", &other.id).await;
    assert_eq!(repository.find(&other.id).await.unwrap(), Some(other));
}

#[tokio::test]
async fn delete_all_deletes_the_passkeys_of_the_user_id_at_every_rp_id_and_no_others() {
    let (world, mut device) = ada_registered().await;
    world.register(&ada(), &mut device).await.unwrap();
    let mut bobs = world.device();
    world.register(&bob(), &mut bobs).await.unwrap();
    let repository = world.passkeys.repository();
    assert!(imported(repository, &of_another_rp_id(b"elsewhere")).await);
    let stored = repository.list(Owner::everywhere("ada")).await.unwrap();
    assert_eq!(stored.len(), 3);
    let events = world.audit.events().len();

    let removed = world.passkeys.management().delete_all("ada").await.unwrap();
    let credentials: Vec<_> = removed.iter().map(|it| it.credential().clone()).collect();
    assert_eq!(credentials, stored, "oldest first");
    let remaining: Vec<_> = removed.iter().map(|it| it.remaining().unwrap()).collect();
    assert_eq!(remaining, [2, 1, 0], "of this RP ID, of which two are");
    let recorded = world.audit.events().split_off(events);
    assert_eq!(recorded.len(), 3);
    for (event, credential) in recorded.iter().zip(&stored) {
        let kind = AuditKind::CredentialDeleted;
        assert_eq!((event.kind, event.by_application), (kind, true));
        assert_eq!(event.credential_id.as_ref(), Some(&credential.id));
    }
    assert_eq!(repository.list(Owner::everywhere("ada")).await.unwrap(), []);
    world.sign_in(&mut device).await.unwrap_err();
    world.sign_in(&mut bobs).await.unwrap();
    let again = world.passkeys.management().delete_all("ada").await;
    assert!(again.unwrap().is_empty(), "and it is no error for nobody");
}

/// What the documentation says about registrations that wait: the session has to end first.
/// Repository in which, between the list and the first deletion, another request deletes the passkey and
/// a registration is finished.
#[derive(Clone, Default)]
struct Racing {
    inner: MemoryRepository,
    late: Arc<std::sync::Mutex<Option<Credential>>>,
}

impl CredentialRepository for Racing {
    async fn insert(
        &self,
        owner: Owner<'_>,
        new: &Credential,
        max: usize,
    ) -> Result<Insertion, StoreError> {
        self.inner.insert(owner, new, max).await
    }

    async fn insert_first(&self, owner: Owner<'_>, new: &Credential) -> Result<bool, StoreError> {
        self.inner.insert_first(owner, new).await
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        self.inner.find(id).await
    }

    async fn list(&self, owner: Owner<'_>) -> Result<Vec<Credential>, StoreError> {
        self.inner.list(owner).await
    }

    async fn record_use(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        self.inner.record_use(owner, id, usage).await
    }

    async fn suspend(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        at: time::OffsetDateTime,
    ) -> Result<bool, StoreError> {
        self.inner.suspend(owner, id, at).await
    }

    async fn resume(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        self.inner.resume(owner, id).await
    }

    async fn rename(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        name: &str,
    ) -> Result<bool, StoreError> {
        self.inner.rename(owner, id, name).await
    }

    async fn delete(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        let late = self.late.lock().unwrap().take();
        if let Some(late) = late {
            self.inner.delete(owner, id).await?;
            self.inner
                .insert(Owner::everywhere(&late.user_id), &late, 20)
                .await?;
        }
        self.inner.delete(owner, id).await
    }

    async fn delete_unless_last(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> Result<Deletion, StoreError> {
        self.inner.delete_unless_last(owner, id).await
    }
}

#[derive(Clone)]
struct Raced;

#[passkeys::passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Raced {
    type Repository = Racing;

    fn get_user(&self) -> PasskeyUser {
        ada()
    }

    fn on_authenticated(&self, _: passkeys::AuthenticationResult) {}
}

#[tokio::test]
async fn delete_all_looks_again_if_those_that_it_found_were_deleted_by_another_request() {
    let now = time::OffsetDateTime::UNIX_EPOCH;
    let passkey = |number: u8| {
        let id = CredentialId::new([number; 16]).unwrap();
        Credential::new(id, ada().id(), Vec::new(), now)
    };
    let repository = Racing::default();
    let owner = Owner::everywhere("ada");
    repository.insert(owner, &passkey(1), 20).await.unwrap();
    *repository.late.lock().unwrap() = Some(passkey(2));
    let passkeys = Passkeys::new(Raced, repository.clone());
    let removed = passkeys.management().delete_all(ada().id()).await.unwrap();
    assert_eq!(removed.len(), 1);
    assert_eq!(repository.list(owner).await.unwrap(), []);
}

#[tokio::test]
async fn registration_begun_before_delete_all_is_not_finished_after_the_session_has_ended() {
    let (world, _) = ada_registered().await;
    let request = world.create(&ada(), &mut world.device()).await;
    let management = world.passkeys.management();
    assert_eq!(management.delete_all("ada").await.unwrap().len(), 1);
    let registration = world.passkeys.registration();
    let rejected = registration.finish(&request, signed_out()).await;
    assert!(matches!(rejected, Err(Rejection::SignedOut)));
    assert_eq!(management.list("ada").await.unwrap(), []);
}

/// Management is for the application: the age of anybody's sign-in does not matter.
#[tokio::test]
async fn management_takes_no_recent_sign_in() {
    let world = World::with_config(config(|config| config.fresh(Duration::from_mins(1))));
    let user = ada().authenticated_at(world.clock.now());
    world.register(&user, &mut world.device()).await.unwrap();
    world.clock.advance(Duration::from_hours(1));
    let id = only_passkey(&world).await;
    world
        .passkeys
        .management()
        .delete("ada", &id)
        .await
        .unwrap();
}
