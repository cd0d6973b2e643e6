//! Every failure is explained to the developer: the value that came, the rule and the fix.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use axum::{Router, http::Method, routing::post};
use passkeys::{
    Algorithm, AuthenticationResult, AuthenticatorAttachment, BackupEligibility, Config,
    CredentialId, Error, PasskeyUser, Passkeys, RegistrationResult, UserVerification, Verified,
    audit::{AuditEvent, Reason},
    ceremony::{Action, FinishAuthentication, FinishRegistration, FinishStepUp},
    passkeys,
    policy::{DeviceBound, UserVerified},
    store::{
        ChallengeStore, CredentialRepository as _, MemoryChallenges, MemoryRepository,
        PendingCeremony, SealedChallenges, StoreError,
    },
    testing::{Browser, Fault},
    time::OffsetDateTime,
};
use passkeys_test_support::{App, RegistrationExt as _, Trail, World, ada, bob, raw};
use serde_json::{Value, json};

/// Reasons whose events are explained elsewhere: they take attestation statements of a manufacturer, which
/// `verification/step_by_step` and `verification/fido_metadata` have.
const ELSEWHERE: [Reason; 2] = [Reason::Untrusted, Reason::StaleMetadata];

/// Explanations of failures, by reason.
#[derive(Default)]
struct Told(BTreeMap<&'static str, Vec<String>>, Mistakes);

/// Lines about explanations that are missing.
type Mistakes = Vec<String>;

impl Told {
    /// Adds the explanations of failures, each of which must have one.
    fn add(&mut self, events: &[AuditEvent]) {
        for event in events {
            let Some(reason) = event.kind.reason() else {
                continue;
            };
            let detail = event.detail.clone();
            let detail = detail.unwrap_or_else(|| panic!("{reason} is not explained"));
            assert!(
                detail.len() <= 512 && !detail.contains(char::is_control),
                "{detail:?}"
            );
            self.0.entry(reason.as_str()).or_default().push(detail);
        }
    }

    /// Expects that a failure of this reason was explained with all of these texts.
    fn expect(&mut self, reason: Reason, texts: &[&str]) {
        let told = self.0.get(reason.as_str());
        let has_all = |detail: &String| texts.iter().all(|text| detail.contains(text));
        if !told.is_some_and(|told| told.iter().any(has_all)) {
            self.1
                .push(format!("{reason}: {texts:?} is not in {told:#?}"));
        }
    }
}

fn config() -> passkeys::ConfigBuilder {
    Config::builder("example.com", ["https://example.com"])
}

fn shared(store: &MemoryChallenges) -> Passkeys<App> {
    Passkeys::new(App, MemoryRepository::default()).challenges(store.clone())
}

#[tokio::test]
async fn every_reason_of_a_failure_is_explained_with_the_value_the_rule_and_the_fix() {
    let mut told = Told::default();
    verification(&mut told).await;
    terms(&mut told).await;
    states(&mut told).await;
    owners(&mut told).await;
    registrations(&mut told).await;
    sign_ins(&mut told).await;
    step_ups(&mut told).await;
    fresh(&mut told).await;

    told.expect(Reason::Malformed, &["`credential.id` must be a string"]);
    told.expect(
        Reason::ClientDataType,
        &["`webauthn.create`", "must be `webauthn.get`"],
    );
    told.expect(Reason::Challenge, &["two different `begin` responses"]);
    told.expect(
        Reason::Origin,
        &["`https://example.com:8443`", "in the port", "`origins`"],
    );
    told.expect(
        Reason::CrossOrigin,
        &["`crossOrigin` is true", "`top_origins`"],
    );
    told.expect(
        Reason::RpIdHash,
        &["for the RP ID `com`", "`rp_id` is `example.com`"],
    );
    told.expect(Reason::RpIdHash, &["another RP ID", "SHA-256"]);
    told.expect(
        Reason::UserNotPresent,
        &["(UP) is not set", "flags 0x", "mediation=conditional"],
    );
    told.expect(
        Reason::UserNotVerified,
        &["(UV)", "flags 0x", "user_verification = \"preferred\""],
    );
    told.expect(Reason::UserNotVerified, &["in the profile `strict`"]);
    told.expect(Reason::Attachment, &["`platform`", "`cross-platform`"]);
    told.expect(Reason::BackupState, &["(BS)", "(BE)", "flags 0x"]);
    told.expect(
        Reason::BackupEligibility,
        &["`backup_eligibility = \"report\"`"],
    );
    told.expect(
        Reason::Algorithm,
        &["ES256 (COSE -7)", "`EdDSA`", "add `ES256` to `algorithms`"],
    );
    told.expect(Reason::Algorithm, &["ES256K (COSE -47)", "does not verify"]);
    told.expect(Reason::Attestation, &["format `none`", "`attestation`"]);
    told.expect(Reason::CredentialId, &["`id`", "`rawId`"]);
    told.expect(Reason::Signature, &["ES256", "does not verify"]);
    told.expect(
        Reason::UnknownState,
        &["`MemoryChallenges`", "this state of 7 characters"],
    );
    told.expect(
        Reason::OtherStore,
        &["two `Passkeys` were created", "clone"],
    );
    told.expect(
        Reason::OtherProcess,
        &["another process", "`RedisChallenges`", "sticky sessions"],
    );
    told.expect(Reason::Replayed, &["was used before"]);
    told.expect(Reason::Expired, &["`challenge_ttl`", "600s"]);
    told.expect(
        Reason::OtherPurpose,
        &["of a sign-in", "the finish of a registration"],
    );
    told.expect(
        Reason::OtherRelyingParty,
        &["`example.com`", "`rp_id` is `other.example`"],
    );
    told.expect(Reason::OtherApplication, &["`Passkeys::application`"]);
    told.expect(Reason::UnknownProfile, &["`strict`", "`profiles`"]);
    told.expect(
        Reason::OtherUser,
        &["`ada`", "`get_user` now returns `bob`"],
    );
    told.expect(
        Reason::OtherAction,
        &[
            "the path or its query differs",
            "/api/transfer`",
            "/transfer`",
        ],
    );
    told.expect(Reason::NotOwner, &["for the user `ada`", "of `bob`"]);
    told.expect(Reason::UserHandle, &["no user handle", "not discoverable"]);
    told.expect(Reason::UserHandle, &["(3 bytes)", "(64 bytes)"]);
    told.expect(Reason::NotAllowed, &["after the ceremony was begun"]);
    told.expect(Reason::Suspended, &["suspended since", "resume"]);
    told.expect(Reason::SignCount, &["counter 3", "5 is stored", "`reject`"]);
    told.expect(
        Reason::UnknownCredential,
        &["MemoryRepository", "`example.com`"],
    );
    told.expect(Reason::OtherRpId, &["`old.example`", "`example.com`"]);
    told.expect(Reason::AlreadyRegistered, &["is stored"]);
    told.expect(Reason::DecoyCredential, &["decoy credential"]);
    told.expect(
        Reason::TooManyCredentials,
        &["may have 1", "`max_credentials`"],
    );
    told.expect(Reason::AccountExists, &["`ada`", "must be new"]);
    told.expect(Reason::NotSignedIn, &["`get_user` rejected", "cookie"]);
    told.expect(Reason::SignInTooOld, &["seconds ago", "`fresh`", "600s"]);
    told.expect(
        Reason::SignInAgeUnknown,
        &["`PasskeyUser::authenticated_at`"],
    );
    told.expect(
        Reason::SignInInFuture,
        &["seconds after now", "clocks differ"],
    );
    told.expect(Reason::NoConsent, &["`Verified`", "`stepUp()`"]);
    told.expect(Reason::NoPasskeys, &["`bob`", "`example.com`"]);
    told.expect(Reason::PolicyUserVerified, &["`UserVerified`", "(UV)"]);
    told.expect(Reason::PolicyDeviceBound, &["`DeviceBound`", "(BE)"]);
    told.expect(Reason::Storage, &["the disk is full"]);

    assert!(told.1.is_empty(), "{}", told.1.join("\n"));
    let missing = Reason::ALL
        .iter()
        .filter(|reason| !told.0.contains_key(reason.as_str()) && !ELSEWHERE.contains(reason));
    assert_eq!(missing.collect::<Vec<_>>(), [] as [&Reason; 0]);
}

/// Faults of authenticators and browsers.
async fn verification(told: &mut Told) {
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
    ];
    let world = World::default();
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    for fault in faults {
        let mut faulty = device.with_fault(fault);
        let _ = world.sign_in(&mut faulty).await;
    }
    for fault in [Fault::Algorithm(-47), Fault::Algorithm(-36), Fault::OtherId] {
        let mut faulty = world.device().with_fault(fault);
        world.register(&ada(), &mut faulty).await.unwrap_err();
    }
    told.add(&world.audit.events());
}

/// Terms of the configuration.
async fn terms(told: &mut Told) {
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
async fn states(told: &mut Told) {
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

    let begun = world.passkeys.authentication().begin().await.unwrap();
    assert_eq!(finish(&world, &begun.state).await, Reason::OtherPurpose);

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
async fn owners(told: &mut Told) {
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
async fn registrations(told: &mut Told) {
    let world = World::with_config(config().max_credentials(1).build().unwrap());
    world.register(&ada(), &mut world.device()).await.unwrap();
    world
        .passkeys
        .registration()
        .begin(&ada())
        .await
        .map(drop)
        .unwrap_err();

    let id = world.passkeys.repository().list("ada").await.unwrap()[0]
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
async fn sign_ins(told: &mut Told) {
    let world = World::default();
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    let authentication = world.passkeys.authentication();
    let repository = world.passkeys.repository();
    let stored = repository.list("ada").await.unwrap()[0].clone();

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
    repository.insert(&elsewhere, usize::MAX).await.unwrap();
    world.sign_in(&mut device).await.unwrap_err();
    told.add(&world.audit.events());
}

/// Step-ups for another action, and policies.
async fn step_ups(told: &mut Told) {
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
async fn fresh(told: &mut Told) {
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

/// What is explained to the developer is not in any response.
#[tokio::test]
async fn no_response_has_the_explanation_of_a_failure() {
    let world = World::default();
    let router = Router::new().nest("/auth/passkeys", world.passkeys.router());
    let mut browser = Browser::new(router, "https://example.com").with_header("x-user", "ada");
    browser.register().await.assert_ok();
    let mut answers = Vec::new();
    for fault in [
        Fault::Origin("https://evil.example".into()),
        Fault::BrokenSignature,
        Fault::RpId("evil.example".into()),
    ] {
        answers.push(browser.with_fault(fault).sign_in().await);
    }
    let finish = "/auth/passkeys/authenticate/finish";
    let unknown = json!({ "credential": {}, "state": "A".repeat(43) });
    answers.push(browser.post(finish, &unknown).await);
    let path = "/auth/passkeys/credentials/AAAA";
    answers.push(browser.request(Method::DELETE, path, None).await);
    let details: Vec<_> = world
        .audit
        .events()
        .into_iter()
        .filter_map(|it| it.detail)
        .collect();
    assert_eq!(details.len(), 4);
    for answer in answers {
        let body = String::from_utf8(answer.body.to_vec()).unwrap();
        let error: Value = serde_json::from_str(&body).unwrap();
        let keys: Vec<_> = error["error"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        assert_eq!(keys, ["code", "message"]);
        for detail in &details {
            assert!(!body.contains(&detail[..20]), "{body}");
        }
        assert!(
            !body.contains("evil") && !body.contains("process"),
            "{body}"
        );
    }
}

/// The bound holds whatever a client sends.
#[tokio::test]
async fn explanation_of_a_failure_is_bounded_and_escaped_whatever_the_client_sends() {
    let world = World::default();
    let long = format!("https://\u{202e}\n{}", "x".repeat(20_000));
    let mut device = world.device().with_fault(Fault::Origin(long));
    world.register(&ada(), &mut device).await.unwrap_err();
    let event = world.audit.events().pop().unwrap();
    let detail = event.detail.unwrap();
    assert!(
        detail.len() <= 512 && !detail.contains(['\n', '\u{202e}']),
        "{detail:?}"
    );
    let (_, trail) = Trail::of(world.passkeys.clone());
    assert!(trail.events().is_empty());
}
