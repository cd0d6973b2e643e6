//! Published weaknesses of other passkey servers, each with a test that this library does not have
//! it. A test is named after its weakness, and `docs/threat-model.md` lists them.

use std::sync::Arc;

use axum::{Router, http::Method};
use passkeys::{
    Attestation, Config, Error, Passkeys,
    ceremony::{FinishAuthentication, FinishRegistration},
    store::{
        CredentialRepository as _, MemoryChallenges, MemoryRepository, Owner, SealedChallenges,
    },
    testing::{Authenticator, Browser, Fault},
};
use passkeys_test_support::{App, RegistrationExt as _, World, ada, bob, raw};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Creates a world in which Ada has a passkey, and returns her authenticator.
async fn ada_registered() -> (World, Authenticator) {
    let world = World::default();
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    (world, device)
}

/// Returns the browser of a user, on the site of this world.
fn browser(world: &World, user: &str) -> Browser {
    let router = Router::new().nest("/auth/passkeys", world.passkeys.router());
    Browser::new(router, "https://example.com").with_header("x-user", user)
}

async fn sign_in(world: &World, request: &FinishAuthentication) -> Result<String, Error> {
    let login = world.passkeys.authentication().finish(request).await?;
    Ok(login.user_id().to_owned())
}

async fn register(world: &World, request: &FinishRegistration) -> Result<(), Error> {
    let registration = world.passkeys.registration();
    registration.finish_as(&ada(), request).await.map(drop)
}

/// Weakness: a server keeps no state between the calls and accepts a signed challenge repeatedly,
/// so that a response can be replayed.
#[tokio::test]
async fn replayable_stateless_challenges() {
    let sealed = SealedChallenges::new([7; 32]).unwrap();
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let world = World::of(passkeys.challenges(sealed));
    let mut device = world.device();
    let registration = world.create(&ada(), &mut device).await;
    register(&world, &registration).await.unwrap();
    let again = register(&world, &registration).await;
    assert!(matches!(again, Err(Error::ChallengeNotFound)), "{again:?}");

    // Without a signature counter, only the state prevents the replay.
    let mut device = device.with_fault(Fault::SignCount(0));
    let request = world.assert(None, &mut device).await;
    assert_eq!(sign_in(&world, &request).await.unwrap(), "ada");
    let again = sign_in(&world, &request).await;
    assert!(matches!(again, Err(Error::ChallengeNotFound)), "{again:?}");

    // A state is also rejected after a failed finish, and after it has expired.
    let mut broken = device.with_fault(Fault::BrokenSignature);
    let mut request = world.assert(None, &mut broken).await;
    sign_in(&world, &request).await.unwrap_err();
    let good = world.assert(None, &mut device).await;
    request.credential = good.credential.clone();
    let again = sign_in(&world, &request).await;
    assert!(matches!(again, Err(Error::ChallengeNotFound)), "{again:?}");
    world.clock.advance(world.passkeys.config().challenge_ttl());
    let late = sign_in(&world, &good).await;
    assert!(matches!(late, Err(Error::ChallengeNotFound)), "{late:?}");
}

/// Weakness: a server recognises its challenge, but does not check which ceremony, user and relying
/// party it was created for (cross-ceremony confusion).
#[tokio::test]
async fn unbound_ceremonies() {
    let shared = Arc::new(MemoryChallenges::default());
    let party = |config: Config| {
        let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
        World::of(passkeys.challenges(shared.clone()))
    };
    let world = party(Config::new("example.com", ["https://example.com"]).unwrap());
    let other = party(Config::new("example.org", ["https://example.org"]).unwrap());
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();

    // A registration's state in a sign-in.
    let mut request = world.assert(None, &mut device).await;
    request.state = world.create(&ada(), &mut world.device()).await.state;
    let rejected = sign_in(&world, &request).await;
    assert!(matches!(rejected, Err(Error::ChallengeNotFound)));

    // Finished by another user.
    let registration = world.create(&bob(), &mut world.device()).await;
    let rejected = register(&world, &registration).await;
    assert!(matches!(rejected, Err(Error::ChallengeNotFound)));

    // Finished at another relying party.
    let request = world.assert(None, &mut device).await;
    let rejected = sign_in(&other, &request).await;
    assert!(matches!(rejected, Err(Error::ChallengeNotFound)));

    // With the assertion of another sign-in.
    let mut request = world.assert(None, &mut device).await;
    request.state = world.assert(None, &mut device).await.state;
    let rejected = sign_in(&world, &request).await;
    assert!(matches!(rejected, Err(Error::AuthenticationFailed)));
}

/// Weakness: a server verifies the signature, and signs in the user of the user handle without
/// comparing it with the credential's owner.
#[tokio::test]
async fn unchecked_user_handles() {
    let (world, device) = ada_registered().await;
    let mut bobs = world.device();
    world.register(&bob(), &mut bobs).await.unwrap();

    for handle in [Some(b"bob".to_vec()), Some(Vec::new()), None] {
        let mut device = device.with_fault(Fault::UserHandle(handle));
        let request = world.assert(None, &mut device).await;
        let rejected = sign_in(&world, &request).await;
        assert!(matches!(rejected, Err(Error::AuthenticationFailed)));
    }

    // Bob's passkey cannot finish a sign-in begun for Ada, whatever user handle it returns.
    for handle in [Some(b"ada".to_vec()), Some(b"bob".to_vec()), None] {
        let mut bobs = bobs.with_fault(Fault::UserHandle(handle));
        let for_ada = world
            .passkeys
            .authentication()
            .begin_for_user_id("ada")
            .await;
        let for_ada = for_ada.unwrap();
        let mut options = serde_json::to_value(&for_ada).unwrap();
        options["publicKey"]["allowCredentials"] = json!([]);
        let credential = bobs.get(&options).unwrap();
        let request = FinishAuthentication::new(raw(&credential), for_ada.state);
        let rejected = sign_in(&world, &request).await;
        assert!(matches!(rejected, Err(Error::AuthenticationFailed)));
    }
}

/// Weakness: a server reads the signature counter, compares it and writes it in separate steps, so
/// that concurrent clones pass clone detection.
#[tokio::test(flavor = "multi_thread")]
async fn counter_races() {
    let (world, device) = ada_registered().await;
    for counter in 1..=8 {
        let mut copies = JoinSet::new();
        for _ in 0..16 {
            // The authenticator and its clones, concurrently.
            let mut clone = device.with_fault(Fault::SignCount(counter));
            let request = world.assert(None, &mut clone).await;
            let passkeys = world.passkeys.clone();
            copies.spawn(async move { passkeys.authentication().finish(&request).await });
        }
        let answers = copies.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        let stored = world
            .passkeys
            .repository()
            .list(Owner::everywhere("ada"))
            .await
            .unwrap();
        assert_eq!(stored[0].sign_count, counter);
    }
}

/// Weakness: a server stores a credential under its ID and overwrites another user's credential.
#[tokio::test]
async fn registration_overwrite() {
    let (world, mut device) = ada_registered().await;
    let stored = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    let hers = stored[0].id.as_bytes().to_vec();
    let mut thief = browser(&world, "bob").with_fault(Fault::CredentialId(hers));
    let rejected = thief.register().await;
    rejected.assert_error("credential_already_exists");

    let now = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    assert_eq!(now, stored);
    let request = world.assert(None, &mut device).await;
    assert_eq!(sign_in(&world, &request).await.unwrap(), "ada");
    let mut bobs = thief.authenticator().clone();
    for handle in ["ada", "bob"] {
        let handle = Some(handle.as_bytes().to_vec());
        bobs = bobs.with_fault(Fault::UserHandle(handle));
        let request = world.assert(None, &mut bobs).await;
        let rejected = sign_in(&world, &request).await;
        assert!(matches!(rejected, Err(Error::AuthenticationFailed)));
    }
}

/// Weakness: a server deletes or renames a credential without an owner check.
#[tokio::test]
async fn deletion_without_owner_check() {
    let (world, mut device) = ada_registered().await;
    let stored = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    let path = format!("/auth/passkeys/credentials/{}", stored[0].id);
    let mut bobs = browser(&world, "bob");
    let name = json!({ "deviceName": "mine" });
    for (method, body) in [(Method::DELETE, None), (Method::PATCH, Some(&name))] {
        let rejected = bobs.request(method, &path, body).await;
        assert_eq!(rejected.status, 404);
        rejected.assert_error("credential_not_found");
    }
    let now = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    assert_eq!(now, stored);
    let request = world.assert(None, &mut device).await;
    assert_eq!(sign_in(&world, &request).await.unwrap(), "ada");
}

/// Weakness: a server requests a policy from the browser, and does not check it at finish.
#[tokio::test]
async fn policy_enforced_only_in_the_browser() {
    // User verification.
    let (world, device) = ada_registered().await;
    let unverified = Fault::UserNotVerified;
    let mut unverified_device = device.with_fault(unverified.clone());
    let request = world.assert(None, &mut unverified_device).await;
    sign_in(&world, &request).await.unwrap_err();
    let rejected = |fault: Fault| async {
        let mut device = world.device().with_fault(fault);
        let request = world.create(&ada(), &mut device).await;
        let answer = register(&world, &request).await;
        assert!(
            matches!(answer, Err(Error::AttestationVerificationFailed)),
            "{answer:?}"
        );
    };
    rejected(unverified).await;
    // The offered algorithms (this one, ES512, is not).
    rejected(Fault::Algorithm(-36)).await;

    // The allowed credentials.
    let mut bobs = world.device();
    world.register(&bob(), &mut bobs).await.unwrap();
    let mut request = world.assert(None, &mut bobs).await;
    let for_ada = world
        .passkeys
        .authentication()
        .begin_for_user_id("ada")
        .await;
    request.state = for_ada.unwrap().state;
    sign_in(&world, &request).await.unwrap_err();

    // The excluded credentials.
    let stored = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap();
    let again = Fault::CredentialId(stored[0].id.as_bytes().to_vec());
    let mut device = world.device().with_fault(again);
    let request = world.create(&ada(), &mut device).await;
    let answer = register(&world, &request).await;
    assert!(matches!(answer, Err(Error::CredentialAlreadyExists)));

    // Attestation.
    let config = Config::builder("example.com", ["https://example.com"]);
    let config = config.attestation(Attestation::Direct);
    let world = World::with_config(config.build().unwrap());
    let request = world.create(&ada(), &mut world.device()).await;
    register(&world, &request).await.unwrap_err();
}

/// Weakness: a server accepts a phishing origin because it ends or begins like its own.
#[tokio::test]
async fn origin_suffix_match() {
    let (world, device) = ada_registered().await;
    for origin in [
        "https://evilexample.com",
        "https://evil-example.com",
        "https://example.com.evil.com",
        "https://example.community",
        "https://evil.com/https://example.com",
        "https://example.com@evil.com",
        "https://login.example.com",
        "https://example.com.",
        "https://example.com/",
        "https://example.com:443",
        "https://example.com:8443",
        "https://EXAMPLE.com",
        "http://example.com",
        "null",
        "",
    ] {
        let elsewhere = Fault::Origin(origin.to_owned());
        let mut device = device.with_fault(elsewhere.clone());
        let request = world.assert(None, &mut device).await;
        let rejected = sign_in(&world, &request).await;
        assert!(
            matches!(rejected, Err(Error::AuthenticationFailed)),
            "{origin}"
        );
        let mut device = world.device().with_fault(elsewhere);
        let request = world.create(&ada(), &mut device).await;
        let rejected = register(&world, &request).await;
        assert!(
            matches!(rejected, Err(Error::AttestationVerificationFailed)),
            "{origin}"
        );
    }
    // A foreign origin cannot be configured by mistake, either.
    Config::new("example.com", ["https://evilexample.com"]).unwrap_err();
}

/// Weakness: responses for existing users differ from those for unknown users.
#[tokio::test]
async fn user_enumeration() {
    const BEGIN: &str = "/auth/passkeys/authenticate/begin";
    const FINISH: &str = "/auth/passkeys/authenticate/finish";

    let config = Config::new("example.com", ["https://example.com"]).unwrap();
    let instance = || {
        let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config.clone());
        World::of(passkeys.decoy_secret([7; 32]).unwrap())
    };
    let (world, elsewhere) = (instance(), instance());
    let mut adas = browser(&world, "ada");
    adas.register().await.assert_ok();

    let mut begun = Vec::new();
    for (world, user) in [(&world, "ada"), (&world, "eve"), (&elsewhere, "eve")] {
        let mut browser = browser(world, "visitor");
        let who = json!({ "userId": user });
        let answer = browser.post(BEGIN, &who).await.assert_ok();
        let again: Value = browser.post(BEGIN, &who).await.assert_ok().json();
        let (body, mut headers): (Value, _) = (answer.json(), answer.headers);
        let offered = &body["publicKey"]["allowCredentials"];
        assert_eq!(*offered, again["publicKey"]["allowCredentials"], "{user}");
        headers.remove("content-length");
        begun.push((body, headers));
    }
    let [
        (adas_options, adas_headers),
        (eves, eves_headers),
        (eves_elsewhere, _),
    ] = &begun[..]
    else {
        unreachable!("there are three")
    };
    assert_eq!(adas_headers, eves_headers);
    let offered = |options: &Value| options["publicKey"]["allowCredentials"].clone();
    assert_eq!(offered(eves), offered(eves_elsewhere));
    assert_eq!(shape(adas_options), shape(eves));

    // One opaque error, whatever the cause.
    let mut failures = Vec::new();
    for (options, state) in [(adas_options, "ada"), (eves, "eve"), (eves, "ada")] {
        let who = json!({ "userId": state });
        let fresh: Value = adas.post(BEGIN, &who).await.json();
        let mut credential = adas
            .with_fault(Fault::BrokenSignature)
            .authenticator()
            .get(&{
                let mut options = fresh.clone();
                options["publicKey"]["allowCredentials"] = json!([]);
                options
            });
        let credential = credential.as_mut().unwrap();
        for id in ["id", "rawId"] {
            credential[id] = offered(options)[0]["id"].clone();
        }
        let body = json!({ "credential": credential, "state": fresh["state"] });
        let answer = adas.post(FINISH, &body).await;
        failures.push((answer.status, answer.headers.clone(), answer.text()));
    }
    assert_eq!(failures[0].0, 401);
    assert!(failures.iter().all(|it| *it == failures[0]), "{failures:?}");
}

/// Returns the structure of a JSON value: its members, recursively, without their strings.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, it)| (name.clone(), shape(it)));
            Value::Object(members.collect())
        }
        Value::Array(elements) => elements.first().map_or(json!([]), |it| json!([shape(it)])),
        Value::String(_) => json!("string"),
        other => other.clone(),
    }
}
