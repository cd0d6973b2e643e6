//! Causes a failure of each reason.

use std::time::Duration;

use async_trait::async_trait;
use axum::{Router, routing::post};
use passkeys::{
    Algorithm, AuthenticationResult, AuthenticatorAttachment, BackupEligibility, Config,
    CredentialId, Error, Extension, LargeBlob, PasskeyUser, Passkeys, RegistrationResult,
    UserVerification, Verified,
    audit::{AuditEvent, Reason},
    ceremony::{Action, FinishAuthentication, FinishRegistration, FinishStepUp},
    passkeys,
    policy::{DeviceBound, UserVerified},
    store::{
        ChallengeStore, CredentialRepository as _, MemoryChallenges, MemoryRepository, Owner,
        PendingCeremony, SealedChallenges, StoreError,
    },
    testing::{Browser, Fault},
    time::OffsetDateTime,
};
use passkeys_test_support::{App, RegistrationExt as _, World, ada, bob, raw};
use serde_json::json;

use super::Told;

fn config() -> passkeys::ConfigBuilder {
    Config::builder("example.com", ["https://example.com"])
}

fn shared(store: &MemoryChallenges) -> Passkeys<App> {
    Passkeys::new(App, MemoryRepository::default()).challenges(store.clone())
}

/// Faults of authenticators and browsers.
pub(super) async fn verification(told: &mut Told) {
    let faults = [
        Fault::WrongType,
        Fault::WrongChallenge,
        Fault::Origin("https://example.com:8443".into()),
        Fault::CrossOrigin,
        Fault::RpId("com".into()),
        Fault::RpId("elsewhere.example".into()),
        Fault::UserNotPresent,
        Fault::UserNotVerified,
        Fault::BackedUpIneligible,
        Fault::BackupEligibilityChanged,
        Fault::UserHandle(None),
        Fault::UserHandle(Some(b"eve".to_vec())),
        Fault::BrokenSignature,
        Fault::TrailingByte,
        Fault::OtherId,
        Fault::PrfResults,
    ];
    let world = World::default();
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    for fault in faults {
        let mut broken = device.with_fault(fault);
        let _ = world.sign_in(&mut broken).await;
    }
    for fault in [Fault::Algorithm(-47), Fault::Algorithm(-36), Fault::OtherId] {
        let mut broken = world.device().with_fault(fault);
        world.register(&ada(), &mut broken).await.unwrap_err();
    }
    told.add(&world.audit.events());
}

/// Terms of the configuration.
pub(super) async fn terms(told: &mut Told) {
    let world = World::with_config(
        config()
            .algorithms([Algorithm::EdDsa])
            .authenticator_attachment(AuthenticatorAttachment::CrossPlatform)
            .build()
            .unwrap(),
    );
    let registration = world.passkeys.registration();
    // The page changes the options.
    let begun = registration.begin(&ada()).await.unwrap();
    let mut options = json!(begun);
    options["publicKey"]["pubKeyCredParams"] = json!([{ "type": "public-key", "alg": -7 }]);
    let credential = world.device().create(&options);
    let request = FinishRegistration::new(raw(&credential), begun.state);
    registration.finish_as(&ada(), &request).await.unwrap_err();
    told.add(&world.audit.events());

    let only = AuthenticatorAttachment::CrossPlatform;
    let world = World::with_config(config().authenticator_attachment(only).build().unwrap());
    let registration = world.passkeys.registration();
    let begun = registration.begin(&ada()).await.unwrap();
    let mut credential = world.device().create(&json!(begun));
    credential["authenticatorAttachment"] = json!("platform");
    let request = FinishRegistration::new(raw(&credential), begun.state);
    registration.finish_as(&ada(), &request).await.unwrap_err();
    told.add(&world.audit.events());

    let blob = Extension::LargeBlob(LargeBlob::Required);
    let world = World::with_config(config().extensions([blob]).build().unwrap());
    let mut plain = world.device().with_fault(Fault::NoExtensions);
    world.register(&ada(), &mut plain).await.unwrap_err();
    told.add(&world.audit.events());

    let attested = config()
        .attestation(passkeys::Attestation::Direct)
        .build()
        .unwrap();
    let world = World::with_config(attested);
    world
        .register(&ada(), &mut world.device())
        .await
        .unwrap_err();
    told.add(&world.audit.events());

    let strict = config()
        .user_verification(UserVerification::Preferred)
        .profile("strict", |it| {
            it.user_verification(UserVerification::Required)
        });
    let world = World::with_config(strict.build().unwrap());
    let registration = world.passkeys.registration().profile("strict").unwrap();
    let begun = registration.begin(&ada()).await.unwrap();
    let mut device = world.device().with_fault(Fault::UserNotVerified);
    let request = world.answer(begun, &mut device);
    let registration = world.passkeys.registration();
    registration.finish_as(&ada(), &request).await.unwrap_err();
    told.add(&world.audit.events());
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

/// Ceremony states.
pub(super) async fn states(told: &mut Told) {
    let credential = || raw(&json!({}));
    let finish = async |world: &World, state: &str| {
        let request = FinishRegistration::new(credential(), state);
        let registration = world.passkeys.registration();
        registration.finish_as(&ada(), &request).await.unwrap_err();
        world.audit.last_reason().unwrap()
    };
    let begin = async |passkeys: &Passkeys<App>| {
        let registration = passkeys.registration();
        registration.begin(&ada()).await.unwrap().state
    };
    let world = World::default();
    assert_eq!(finish(&world, "unknown").await, Reason::UnknownState);

    // A credential that does not parse ends the ceremony.
    let state = begin(&world.passkeys).await;
    let body = raw(&json!({ "id": 7 }));
    let request = FinishRegistration::new(body, state.clone());
    let registration = world.passkeys.registration();
    registration.finish_as(&ada(), &request).await.unwrap_err();
    assert_eq!(finish(&world, &state).await, Reason::Replayed);

    let state = begin(&world.passkeys).await;
    world.clock.advance(world.passkeys.config().challenge_ttl());
    assert_eq!(finish(&world, &state).await, Reason::Expired);

    let sign_in = world.passkeys.authentication().begin().await.unwrap();
    assert_eq!(finish(&world, &sign_in.state).await, Reason::OtherPurpose);

    let another = Passkeys::new(App, MemoryRepository::default());
    let state = begin(&another).await;
    assert_eq!(finish(&world, &state).await, Reason::OtherStore);

    // 32 bytes in base64url, as another process makes them.
    let state = "A".repeat(43);
    assert_eq!(finish(&world, &state).await, Reason::OtherProcess);
    told.add(&world.audit.events());

    let [one, other] = [[1; 32], [2; 32]].map(|secret| SealedChallenges::new(secret).unwrap());
    let begun_at = Passkeys::new(App, MemoryRepository::default()).challenges(one);
    let world = World::of(Passkeys::new(App, MemoryRepository::default()).challenges(other));
    let state = begin(&begun_at).await;
    assert_eq!(finish(&world, &state).await, Reason::OtherProcess);
    told.add(&world.audit.events());

    let store = MemoryChallenges::default();
    let state = begin(&shared(&store)).await;
    let other = Config::new("other.example", ["https://other.example"]).unwrap();
    let other = Passkeys::with_config(App, MemoryRepository::default(), other);
    let world = World::of(other.challenges(store.clone()));
    assert_eq!(finish(&world, &state).await, Reason::OtherRelyingParty);
    told.add(&world.audit.events());

    let state = begin(&shared(&store)).await;
    let world = World::of(shared(&store).application("another"));
    assert_eq!(finish(&world, &state).await, Reason::OtherApplication);
    told.add(&world.audit.events());

    let strict = config().profile("strict", |it| it.timeout(Duration::from_mins(1)));
    let strict = Passkeys::with_config(App, MemoryRepository::default(), strict.build().unwrap());
    let strict = strict.challenges(store.clone());
    let registration = strict.registration().profile("strict").unwrap();
    let state = registration.begin(&ada()).await.unwrap().state;
    let world = World::of(shared(&store));
    assert_eq!(finish(&world, &state).await, Reason::UnknownProfile);
    told.add(&world.audit.events());

    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let world = World::of(passkeys.challenges(Failing));
    assert_eq!(finish(&world, "x").await, Reason::Storage);
    told.add(&world.audit.events());
}

/// Users who began, and who own.
pub(super) async fn owners(told: &mut Told) {
    let world = World::default();
    let registration = world.passkeys.registration();
    let request = world.create(&ada(), &mut world.device()).await;
    registration.finish_as(&bob(), &request).await.unwrap_err();
    let request = world.create(&ada(), &mut world.device()).await;
    let who = async { Err::<PasskeyUser, _>(Error::CredentialNotFound) };
    registration.finish(&request, who).await.unwrap_err();

    let mut bobs = world.device();
    world.register(&bob(), &mut bobs).await.unwrap();
    let mut request = world.assert(None, &mut bobs).await;
    let authentication = world.passkeys.authentication();
    request.state = authentication.begin_for_user_id("ada").await.unwrap().state;
    authentication.finish(&request).await.unwrap_err();
    told.add(&world.audit.events());
}

/// Application with sign-ups, to which every account is new.
#[derive(Clone)]
struct SignUps;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl SignUps {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        ada()
    }

    fn sign_up(&self, _: String) -> PasskeyUser {
        ada()
    }

    fn on_registered(&self, _: RegistrationResult) {}

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

/// Registrations that cannot be stored.
pub(super) async fn registrations(told: &mut Told) {
    let world = World::with_config(config().max_credentials(1).build().unwrap());
    world.register(&ada(), &mut world.device()).await.unwrap();
    world
        .passkeys
        .registration()
        .begin(&ada())
        .await
        .map(drop)
        .unwrap_err();

    let id = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap()[0]
        .id
        .clone();
    let mut same = world
        .device()
        .with_fault(Fault::CredentialId(id.as_bytes().to_vec()));
    world.register(&bob(), &mut same).await.unwrap_err();

    let begun = world
        .passkeys
        .authentication()
        .begin_for_user_id("nobody")
        .await;
    let begun = json!(begun.unwrap());
    let decoy = begun["publicKey"]["allowCredentials"][0]["id"]
        .as_str()
        .unwrap();
    let decoy: CredentialId = decoy.parse().unwrap();
    let mut probing = world
        .device()
        .with_fault(Fault::CredentialId(decoy.as_bytes().to_vec()));
    world.register(&bob(), &mut probing).await.unwrap_err();
    told.add(&world.audit.events());

    let passkeys = Passkeys::new(SignUps, MemoryRepository::default());
    let events = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let passkeys = passkeys.audit(Sink(events.clone()));
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    let mut browser = Browser::new(router, "https://example.com");
    browser.register().await.assert_ok();
    let again = browser
        .post("/auth/passkeys/sign-up/begin", &json!({}))
        .await;
    again.assert_error("account_already_exists");
    passkeys.flush_audit(Duration::from_mins(1));
    told.add(&events.lock().unwrap());
}

struct Sink(std::sync::Arc<std::sync::Mutex<Vec<AuditEvent>>>);

impl passkeys::audit::AuditSink for Sink {
    fn record(&self, event: &AuditEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// Sign-ins that depend on what is stored.
pub(super) async fn sign_ins(told: &mut Told) {
    let world = World::default();
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    let authentication = world.passkeys.authentication();
    let repository = world.passkeys.repository();
    let stored = repository.list(Owner::everywhere("ada")).await.unwrap()[0].clone();

    let mut ahead = device.with_fault(Fault::SignCount(5));
    world.sign_in(&mut ahead).await.unwrap();
    let mut behind = device.with_fault(Fault::SignCount(3));
    world.sign_in(&mut behind).await.unwrap_err();

    let management = world.passkeys.management();
    management.suspend("ada", &stored.id).await.unwrap();
    world.sign_in(&mut device).await.unwrap_err();
    management.resume("ada", &stored.id).await.unwrap();

    // Begun with the list of the first passkey, and finished with a second one.
    let begun = authentication.begin_for_user_id("ada").await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    let mut second = world.device();
    world.register(&ada(), &mut second).await.unwrap();
    let mut begun = json!(begun);
    begun["publicKey"]["allowCredentials"] = json!([]);
    let state = begun["state"].as_str().unwrap().to_owned();
    let credential = second.get(&begun).unwrap();
    let request = FinishAuthentication::new(raw(&credential), state);
    authentication.finish(&request).await.unwrap_err();

    let request = world.assert(None, &mut device).await;
    management.delete("ada", &stored.id).await.unwrap();
    authentication.finish(&request).await.unwrap_err();

    let mut elsewhere = stored.clone();
    elsewhere.rp_id = Some("old.example".into());
    passkeys_test_support::imported(repository, &elsewhere).await;
    world.sign_in(&mut device).await.unwrap_err();
    told.add(&world.audit.events());
}

/// Step-ups for another action, and policies.
pub(super) async fn step_ups(told: &mut Told) {
    let lenient = config().user_verification(UserVerification::Preferred);
    let world = World::with_config(lenient.build().unwrap());
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    let action = |path| Action::new("POST", "example.com", path, b"null");
    let who = || async { Ok::<_, Error>(ada()) };
    let step_up = || world.passkeys.step_up();
    let begun_for = action("/api/transfer?key=1");
    let request: FinishStepUp = world.agree(&ada(), &begun_for, &mut device).await;
    let seen = action("/transfer?key=1");
    step_up()
        .finish::<(), _>(&request, &seen, who())
        .await
        .unwrap_err();

    let mut unverified = device.with_fault(Fault::UserNotVerified);
    let request = world.agree(&ada(), &seen, &mut unverified).await;
    let strict = step_up().policy::<UserVerified>();
    strict
        .finish::<(), _>(&request, &seen, who())
        .await
        .unwrap_err();
    told.add(&world.audit.events());

    // Stored as if the password manager had synced it since, which it may not.
    let lenient = config().backup_eligibility(BackupEligibility::Report);
    let world = World::with_config(lenient.build().unwrap());
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    let mut synced = device.with_fault(Fault::BackupEligibilityChanged);
    let request = world.agree(&ada(), &seen, &mut synced).await;
    let bound = world.passkeys.step_up().policy::<DeviceBound>();
    bound
        .finish::<(), _>(&request, &seen, who())
        .await
        .map(drop)
        .unwrap_err();

    let nobody = world.passkeys.step_up().begin(&bob(), &seen).await;
    nobody.map(drop).unwrap_err();
    told.add(&world.audit.events());
    without_consent(told).await;
}

/// A plain request to a handler that takes consent.
async fn without_consent(told: &mut Told) {
    let world = World::default();
    let handler = |_: Verified<App>| async {};
    let router = Router::new()
        .route("/account", post(handler))
        .with_state(world.passkeys.clone());
    let mut browser = Browser::new(router, "https://example.com").with_header("x-user", "ada");
    let answer = browser.post("/account", &json!({})).await;
    assert_eq!(answer.status, 403);
    told.add(&world.audit.events());
}

/// Ages of sign-ins.
pub(super) async fn fresh(told: &mut Told) {
    let fresh = config().fresh(Duration::from_mins(10)).build().unwrap();
    let world = World::with_config(fresh);
    let registration = world.passkeys.registration();
    let now = OffsetDateTime::now_utc();
    for at in [
        None,
        Some(OffsetDateTime::UNIX_EPOCH),
        Some(now + Duration::from_hours(24 * 365_000)),
    ] {
        let user = ada().authenticated_at(at);
        registration.begin(&user).await.map(drop).unwrap_err();
    }
    told.add(&world.audit.events());
}
