//! The audit trail records every outcome, with the true reason.

use async_trait::async_trait;
use axum::http::Method;
use passkeys::{
    Config, Passkeys, SignCount,
    audit::{AuditEvent, AuditKind, Reason},
    store::{
        ChallengeStore, CredentialRepository as _, MemoryChallenges, MemoryRepository, Owner,
        PendingCeremony, StoreError,
    },
    testing::Fault,
};
use passkeys_test_support::{App, RegistrationExt as _, World, ada, bob};
use serde_json::{Value, json};

use super::browser;

const BEGIN_REGISTRATION: &str = "/auth/passkeys/register/begin";
const FINISH_REGISTRATION: &str = "/auth/passkeys/register/finish";
const BEGIN_SIGN_IN: &str = "/auth/passkeys/authenticate/begin";
const FINISH_SIGN_IN: &str = "/auth/passkeys/authenticate/finish";

/// Returns the last event of the audit trail.
fn last(world: &World) -> AuditEvent {
    world.audit.events().pop().unwrap()
}

#[tokio::test]
async fn audit_trail_records_begin_and_success_of_registration_and_sign_in() {
    let world = World::default();
    let mut browser = browser(&world, "ada");
    browser.register().await.assert_ok();
    browser.sign_in().await.assert_ok();
    let begun = [
        AuditKind::RegistrationBegun,
        AuditKind::RegistrationSucceeded,
        AuditKind::AuthenticationBegun,
        AuditKind::AuthenticationSucceeded,
    ];
    assert_eq!(world.audit.kinds(), begun);

    let events = world.audit.events();
    let credential = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    for event in &events {
        assert_eq!(event.rp_id, "example.com");
    }
    for succeeded in [&events[1], &events[3]] {
        assert_eq!(succeeded.user_id.as_deref(), Some("ada"));
        assert_eq!(succeeded.credential_id.as_ref(), Some(&credential[0].id));
    }
    assert_eq!(events[2].user_id, None, "usernameless");
}

#[tokio::test]
async fn audit_trail_records_rename_and_delete() {
    let world = World::default();
    let mut browser = browser(&world, "ada");
    let id: Value = browser.register().await.assert_ok().json();
    let path = format!(
        "/auth/passkeys/credentials/{}",
        id["credentialId"].as_str().unwrap()
    );
    let name = json!({ "deviceName": "Key" });
    browser.request(Method::PATCH, &path, Some(&name)).await;
    browser.request(Method::DELETE, &path, None).await;
    let kinds = world.audit.kinds();
    let changes = [AuditKind::CredentialRenamed, AuditKind::CredentialDeleted];
    assert_eq!(kinds[2..], changes);
    let deleted = last(&world);
    assert_eq!(deleted.user_id.as_deref(), Some("ada"));
    assert_eq!(
        json!(deleted.credential_id.unwrap().to_string()),
        id["credentialId"]
    );
}

#[tokio::test]
async fn audit_trail_tells_a_replay_from_an_unknown_ceremony_state() {
    let world = World::default();
    let mut device = world.device();
    let registration = world.create(&ada(), &mut device).await;
    let ceremony = world.passkeys.registration();
    ceremony.finish_as(&ada(), &registration).await.unwrap();
    let again = ceremony.finish_as(&ada(), &registration).await;
    again.unwrap_err();
    let replayed = AuditKind::RegistrationFailed(Reason::Replayed);
    assert_eq!(last(&world).kind, replayed);

    for fault in [None, Some(Fault::BrokenSignature)] {
        let mut device = match fault {
            None => device.clone(),
            Some(fault) => device.with_fault(fault),
        };
        let mut request = world.assert(None, &mut device).await;
        let authentication = world.passkeys.authentication();
        let _ = authentication.finish(&request).await;
        authentication.finish(&request).await.unwrap_err();
        assert_eq!(world.audit.last_reason(), Some(Reason::Replayed));

        let middle = request.state.len() / 2;
        let other = if &request.state[middle..=middle] == "A" {
            "B"
        } else {
            "A"
        };
        request.state.replace_range(middle..=middle, other);
        authentication.finish(&request).await.unwrap_err();
        // Of the right form, and not of this process.
        assert_eq!(world.audit.last_reason(), Some(Reason::OtherProcess));
        request.state.truncate(middle);
        authentication.finish(&request).await.unwrap_err();
        assert_eq!(world.audit.last_reason(), Some(Reason::UnknownState));
    }
}

#[tokio::test]
async fn audit_trail_records_malformed_responses_which_end_the_ceremony() {
    let world = World::default();
    let mut browser = browser(&world, "ada");
    let state = async |browser: &mut passkeys::testing::Browser, path| {
        let begun: Value = browser.post(path, &json!({})).await.assert_ok().json();
        begun
    };

    let begun = state(&mut browser, BEGIN_REGISTRATION).await;
    let broken = json!({ "credential": { "id": 7 }, "state": begun["state"] });
    browser.post(FINISH_REGISTRATION, &broken).await;
    let malformed = AuditKind::RegistrationFailed(Reason::Malformed);
    assert_eq!(last(&world).kind, malformed);
    assert_eq!(last(&world).user_id.as_deref(), Some("ada"));

    let begun = state(&mut browser, BEGIN_SIGN_IN).await;
    let broken = json!({ "credential": null, "state": begun["state"] });
    browser.post(FINISH_SIGN_IN, &broken).await;
    let malformed = AuditKind::AuthenticationFailed(Reason::Malformed);
    assert_eq!(last(&world).kind, malformed);
}

#[tokio::test]
async fn audit_trail_records_a_registration_finished_without_a_session() {
    let world = World::default();
    let router = axum::Router::new().nest("/auth/passkeys", world.passkeys.router());
    let mut signed_out = passkeys::testing::Browser::new(router, "https://example.com");
    let request = world.create(&ada(), &mut world.device()).await;
    let body = json!({ "credential": {}, "state": request.state });
    let answer = signed_out.post(FINISH_REGISTRATION, &body).await;
    assert_eq!(answer.status, 401);
    let refused = AuditKind::RegistrationFailed(Reason::NotSignedIn);
    assert_eq!(last(&world).kind, refused);
    assert_eq!(last(&world).user_id.as_deref(), Some("ada"));
}

/// Challenge store whose `take` fails.
struct Failing;

#[async_trait]
impl ChallengeStore for Failing {
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError> {
        MemoryChallenges::default().put(ceremony).await
    }

    async fn take(&self, _: &str) -> Result<Option<PendingCeremony>, StoreError> {
        Err(StoreError::new("the disk is full"))
    }
}

#[tokio::test]
async fn audit_trail_records_storage_failures() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let world = World::of(passkeys.challenges(Failing));
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap_err();
    let lost = AuditKind::RegistrationFailed(Reason::Storage);
    assert_eq!(last(&world).kind, lost);
    world.sign_in(&mut device).await.unwrap_err();
    let lost = AuditKind::AuthenticationFailed(Reason::Storage);
    assert_eq!(last(&world).kind, lost);
}

#[tokio::test]
async fn audit_trail_records_expired_ceremonies() {
    let world = World::default();
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    let late = world.assert(None, &mut device).await;
    world.clock.advance(world.passkeys.config().challenge_ttl());
    let finished = world.passkeys.authentication().finish(&late).await;
    finished.unwrap_err();
    assert_eq!(world.audit.last_reason(), Some(Reason::Expired));
}

#[tokio::test]
async fn audit_trail_records_clone_detection_suspension_and_rejection() {
    let config = Config::builder("example.com", ["https://example.com"]);
    let world = World::with_config(config.sign_count(SignCount::Suspend).build().unwrap());
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    let mut ahead = device.with_fault(Fault::SignCount(5));
    world.sign_in(&mut ahead).await.unwrap();
    world.sign_in(&mut ahead).await.unwrap_err();
    let events = world.audit.events();
    let told: Vec<_> = events[5..].iter().map(|event| event.kind).collect();
    let expected = [
        AuditKind::CloneSuspected,
        AuditKind::CredentialSuspended,
        AuditKind::AuthenticationFailed(Reason::SignCount),
    ];
    assert_eq!(told, expected);
    for event in &events[5..] {
        assert_eq!(event.user_id.as_deref(), Some("ada"));
        assert!(event.credential_id.is_some());
    }
}

#[tokio::test]
async fn audit_trail_names_the_claimed_user_where_another_users_passkey_failed() {
    let world = World::default();
    let mut bobs = world.device();
    world.register(&bob(), &mut bobs).await.unwrap();
    let mut request = world.assert(None, &mut bobs).await;
    request.state = {
        let authentication = world.passkeys.authentication();
        authentication.begin_for_user_id("ada").await.unwrap().state
    };
    let finished = world.passkeys.authentication().finish(&request).await;
    finished.unwrap_err();
    assert_eq!(world.audit.last_reason(), Some(Reason::NotOwner));
    assert_eq!(last(&world).user_id.as_deref(), Some("ada"));
    assert!(last(&world).credential_id.is_some(), "to find its owner");
}

#[tokio::test]
async fn audit_trail_leaves_out_overlong_user_ids_and_credential_ids() {
    let world = World::default();
    let mut browser = browser(&world, "ada");
    // User IDs have at most 255 bytes; credential IDs 1023, which are 1364 characters of base64url.
    for (user, passkey, carried) in [
        (255, 1364, true),
        (256, 1366, false),
        (60_000, 20_000, false),
    ] {
        let who = json!({ "userId": "x".repeat(user) });
        let begun: Value = browser.post(BEGIN_SIGN_IN, &who).await.assert_ok().json();
        assert_eq!(last(&world).user_id.is_some(), carried, "{user}");

        let credential = json!({
            "id": "A".repeat(passkey),
            "rawId": "A".repeat(passkey),
            "type": "public-key",
            "response": { "clientDataJSON": "", "authenticatorData": "", "signature": "" },
        });
        let body = json!({ "credential": credential, "state": begun["state"] });
        let answer = browser.post(FINISH_SIGN_IN, &body).await;
        answer.assert_error("authentication_failed");
        assert_eq!(world.audit.last_reason(), Some(Reason::UnknownCredential));
        assert_eq!(last(&world).credential_id.is_some(), carried, "{passkey}");
    }
}
