//! No secrets and no forged lines are in the log.

use std::{collections::BTreeMap, io, time::Duration};

use async_trait::async_trait;
use axum::{Router, http::Method};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use passkeys::{
    Config, Error, Hint, Passkeys,
    ceremony::{Action, FinishAuthentication, FinishRegistration, FinishStepUp},
    store::{ChallengeStore, MemoryRepository, PendingCeremony, StoreError},
    testing::{Browser, Fault},
    time::OffsetDateTime,
};
use passkeys_test_support::{App, RegistrationExt as _, World, ada, raw};
use serde_cbor_2::Value as Cbor;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{FORGED, LOG, listen};

#[test]
fn challenges_ceremony_states_keys_and_signatures_are_never_logged() {
    listen();
    let runtime = Runtime::new().unwrap();

    let world = World::default();
    let mut device = world.device();
    let mut secrets = Vec::new();
    runtime.block_on(async {
        let begun = world.passkeys.registration().begin(&ada()).await.unwrap();
        secrets.push(serde_json::to_value(&begun).unwrap()["publicKey"]["challenge"].clone());
        secrets.push(json!(begun.state));
        let request = world.answer(begun, &mut device);
        let registered = world
            .passkeys
            .registration()
            .finish_as(&ada(), &request)
            .await
            .unwrap();
        let key = &registered.credential().public_key;
        secrets.push(json!(
            format!("{:?}", &key[10..20]).trim_matches(['[', ']'])
        ));

        let begun = world.passkeys.authentication().begin().await.unwrap();
        let begun_json = serde_json::to_value(&begun).unwrap();
        secrets.push(begun_json["publicKey"]["challenge"].clone());
        secrets.push(json!(begun.state));
        let credential = device.get(&begun_json).unwrap();
        secrets.push(credential["response"]["signature"].clone());
        let request = FinishAuthentication::new(raw(&credential), begun.state.clone());
        world
            .passkeys
            .authentication()
            .finish(&request)
            .await
            .unwrap();
        tracing::trace!(?begun, ?request, ?registered, "what an application may log");

        let action = Action::new("POST", "example.com", "/transfer", b"to my secret account");
        let begun = world
            .passkeys
            .step_up()
            .begin(&ada(), &action)
            .await
            .unwrap();
        let begun_json = serde_json::to_value(&begun).unwrap();
        secrets.push(begun_json["publicKey"]["challenge"].clone());
        secrets.push(json!(begun.state));
        secrets.push(serde_json::to_value(&action).unwrap());
        let credential = device.get(&begun_json).unwrap();
        secrets.push(credential["response"]["signature"].clone());
        let request = FinishStepUp::new(
            raw(&credential),
            begun.state.clone(),
            raw("to my secret account"),
        );
        secrets.push(json!("to my secret account"));
        let step_up = world.passkeys.step_up();
        let who = async { Ok::<_, Error>(ada()) };
        let consent = step_up.finish::<String, _>(&request, &action, who);
        assert_eq!(consent.await.unwrap().body, "to my secret account");
        tracing::trace!(?begun, ?request, ?action, "what an application may log");
    });

    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("authentication_succeeded")
            && log.contains("step_up_succeeded")
            && log.contains("what an application may log")
    );
    for secret in &secrets {
        assert!(
            !log.contains(secret.as_str().unwrap()),
            "{secret} in\n{log}"
        );
    }
}

/// A page that sends them has a fault, which is logged by its name.
#[test]
fn results_of_prf_in_a_rejected_request_are_never_logged() {
    listen();
    let world = World::default();
    let mut leaking = world.device().with_fault(Fault::PrfResults);
    let request = Runtime::new().unwrap().block_on(async {
        let request = world.create(&ada(), &mut leaking).await;
        let registration = world.passkeys.registration();
        registration.finish_as(&ada(), &request).await.unwrap_err();
        tracing::trace!(?request, "what an application may log of it");
        request
    });
    let credential: Value = serde_json::from_str(request.credential.get()).unwrap();
    let secret = &credential["clientExtensionResults"]["prf"]["results"]["first"];

    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    assert!(log.contains("prf_results") && log.contains("what an application may log of it"));
    assert!(
        !log.contains(secret.as_str().unwrap()),
        "{secret} in\n{log}"
    );
}

/// Clients are told that a profile is unknown, and the log which ones are known.
#[test]
fn unknown_profile_is_logged_escaped_and_cut_with_the_known_ones() {
    listen();
    let config = Config::builder("profiles.example", ["https://profiles.example"])
        .profile("security_key", |it| it.hints([Hint::SecurityKey]))
        .profile("this_device", |it| it.hints([Hint::ClientDevice]));
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config.build().unwrap());
    let name = format!("{FORGED}{}", "x".repeat(1000));
    let refused = passkeys.registration().profile(&name);
    let Err(Error::InvalidRequest(message)) = refused else {
        panic!("{refused:?}");
    };
    assert!(!message.contains("security_key"), "{message}");

    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    let mut lines = log.lines();
    let line = lines
        .find(|line| line.contains("profiles.example"))
        .unwrap();
    assert!(
        line.contains(r#"known=["security_key", "this_device"]"#),
        "{line}"
    );
    assert!(line.contains(r#"profile="eve\u{202e}\nFORGEDx"#), "{line}");
    assert!(!line.contains(&"x".repeat(64)), "{line}");
}

/// Clients are told that the sign-in is not recent, and the log that its time is missing.
#[test]
fn sign_in_of_unknown_age_is_logged_with_what_the_application_has_to_set() {
    listen();
    let config = Config::builder("ages.example", ["https://ages.example"])
        .fresh(Duration::from_mins(10))
        .build()
        .unwrap();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    Runtime::new().unwrap().block_on(async {
        let refused = passkeys.registration().begin(&ada()).await.map(drop);
        assert!(matches!(refused, Err(Error::ReauthenticationRequired)));
        let old = ada().authenticated_at(OffsetDateTime::UNIX_EPOCH);
        let refused = passkeys.registration().begin(&old).await.map(drop);
        assert!(matches!(refused, Err(Error::ReauthenticationRequired)));
    });

    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    let advice = |line: &&str| {
        line.contains("ages.example") && line.contains("`PasskeyUser::authenticated_at`")
    };
    assert_eq!(log.lines().filter(advice).count(), 1, "{log}");
}

/// `webauthn-rs-core`, which verifies attestation statements, logs its input.
#[test]
fn attestation_statements_are_never_logged() {
    listen();
    let world = World::default();
    Runtime::new().unwrap().block_on(async {
        let registration = world.passkeys.registration();
        let begun = registration.begin(&ada()).await.unwrap();
        let mut credential = world.device().create(&json!(begun));
        // A statement that does not verify.
        let object = credential["response"]["attestationObject"]
            .as_str()
            .unwrap();
        let object = URL_SAFE_NO_PAD.decode(object).unwrap();
        let mut object: BTreeMap<String, Cbor> = serde_cbor_2::from_slice(&object).unwrap();
        let signature = Cbor::Bytes(b"not a signature".to_vec());
        let statement = [("alg", Cbor::Integer(-7)), ("sig", signature)];
        let statement = statement.map(|(name, value)| (Cbor::Text(name.into()), value));
        object.insert("fmt".into(), Cbor::Text("packed".into()));
        object.insert("attStmt".into(), Cbor::Map(statement.into()));
        let object = serde_cbor_2::to_vec(&object).unwrap();
        credential["response"]["attestationObject"] = json!(URL_SAFE_NO_PAD.encode(&object));
        let request = FinishRegistration::new(raw(&credential), begun.state);
        let refused = registration.finish_as(&ada(), &request).await;
        assert!(matches!(refused, Err(Error::AttestationVerificationFailed)));
    });
    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    assert!(!log.contains("webauthn_rs_core"), "{log}");
}

#[test]
fn log_injection_through_a_user_id_is_escaped() {
    listen();
    let runtime = Runtime::new().unwrap();
    let forged = "mallory\n2026-01-01T00:00:00Z INFO all is well";
    runtime
        .block_on(
            World::default()
                .passkeys
                .authentication()
                .begin_for_user_id(forged),
        )
        .unwrap();
    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    let is_begun = |line: &&str| line.contains("mallory") && line.contains("_begun");
    let line = log.lines().find(is_begun).unwrap();
    assert!(
        line.ends_with(r#"user_id="mallory\n2026-01-01T00:00:00Z INFO all is well""#),
        "{line}"
    );
}

/// Browser that sends a session cookie and an `Authorization` header with every request.
fn browser(passkeys: &Passkeys<App>) -> Browser {
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    Browser::new(router, "https://example.com")
        .with_header("x-user", "ada")
        .with_header("cookie", "session=the-secret-of-a-session")
        .with_header("authorization", "Bearer the-secret-of-a-token")
}

/// A browser that visits the routes, and the secrets that must not be logged.
struct Walk {
    browser: Browser,
    secrets: Vec<String>,
}

impl Walk {
    async fn ask(&mut self, method: Method, route: &str, body: Option<&Value>) -> Value {
        let path = format!("/auth/passkeys{route}");
        let answer = self.browser.request(method, &path, body).await;
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    async fn begin(&mut self, route: &str, body: &Value) -> Value {
        let begun = self.ask(Method::POST, route, Some(body)).await;
        self.keep(&begun["state"]);
        self.keep(&begun["publicKey"]["challenge"]);
        begun
    }

    /// Finishes a ceremony, with additional members in the body, and sends a replay.
    async fn finish(&mut self, route: &str, begun: &Value, credential: Value, more: &Value) {
        for secret in credential["response"].as_object().unwrap().values() {
            if secret.as_str().is_some_and(|it| it.len() > 40) {
                self.keep(secret);
            }
        }
        let mut body = json!({ "credential": credential, "state": begun["state"] });
        let members = more.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(members);
        for _ in 0..2 {
            self.ask(Method::POST, route, Some(&body)).await;
        }
    }

    fn keep(&mut self, secret: &Value) {
        self.secrets.push(secret.as_str().unwrap().to_owned());
    }
}

#[test]
fn no_route_logs_a_secret_or_allows_log_injection() {
    listen();
    let world = World::default();
    Runtime::new().unwrap().block_on(async {
        let mut walk = Walk {
            browser: browser(&world.passkeys.clone().signal_unknown_credentials()),
            secrets: vec![
                "the-secret-of-a".to_owned(),
                "the-secret-in-data".to_owned(),
            ],
        };
        let begun = walk.begin("/register/begin", &json!({})).await;
        let credential = walk.browser.authenticator().create(&begun);
        let id = credential["id"].as_str().unwrap().to_owned();
        let name = json!({ "deviceName": FORGED });
        walk.finish("/register/finish", &begun, credential, &name)
            .await;

        for who in [json!({}), json!({ "userId": "ada" })] {
            let begun = walk.begin("/authenticate/begin", &who).await;
            let credential = walk.browser.authenticator().get(&begun).unwrap();
            let data = json!({ "data": "the-secret-in-data" });
            walk.finish("/authenticate/finish", &begun, credential, &data)
                .await;
        }
        let second = json!({ "secondFactor": true });
        walk.ask(Method::POST, "/authenticate/begin", Some(&second))
            .await;
        walk.ask(Method::POST, "/register/begin?profile=eve%0AFORGED", None)
            .await;
        walk.begin("/authenticate/begin", &json!({ "userId": FORGED }))
            .await;

        let passkey = format!("/credentials/{id}");
        walk.ask(Method::GET, "/credentials", None).await;
        walk.ask(Method::PATCH, &passkey, Some(&name)).await;
        walk.ask(Method::GET, "/signals", None).await;
        let tried = json!({ "credentialId": id });
        walk.ask(Method::POST, "/signals/unknown", Some(&tried))
            .await;
        walk.ask(Method::DELETE, &passkey, None).await;
        walk.ask(Method::DELETE, "/credentials/eve%0AFORGED", None)
            .await;

        // Failures that a client can cause.
        for route in ["/register/finish", "/authenticate/finish"] {
            let begun = walk
                .begin(&route.replace("finish", "begin"), &json!({}))
                .await;
            for body in [
                json!(FORGED),
                json!({ "credential": { "id": FORGED }, "state": begun["state"] }),
                json!({ "credential": {}, "state": FORGED }),
                json!({ "credential": {}, "state": { FORGED: FORGED } }),
            ] {
                walk.ask(Method::POST, route, Some(&body)).await;
            }
        }

        let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
        for event in [
            "registration_succeeded",
            "authentication_succeeded",
            "credential_renamed",
            "credential_deleted",
            "malformed",
            "replayed",
            "unknown_state",
            "eve",
        ] {
            assert!(log.contains(event), "{event} is not in\n{log}");
        }
        for secret in &walk.secrets {
            assert!(!log.contains(secret), "{secret} is in\n{log}");
        }
        assert!(!log.lines().any(|line| line.starts_with("FORGED")), "{log}");
        assert!(!log.contains('\u{202e}'), "{log}");
    });
}

/// Store whose errors quote their input, as those of databases do.
struct Quoting;

#[async_trait]
impl ChallengeStore for Quoting {
    async fn put(&self, _: PendingCeremony) -> Result<String, StoreError> {
        let cause = io::Error::other(format!("invalid value \"{FORGED}\""));
        Err(StoreError::new(cause))
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        Err(StoreError::new(format!("no such key: {state}")))
    }
}

#[test]
fn storage_errors_are_escaped_and_logged_in_one_line() {
    listen();
    let passkeys = Passkeys::new(App, MemoryRepository::default()).challenges(Quoting);
    Runtime::new().unwrap().block_on(async {
        let mut browser = browser(&passkeys);
        let begun = browser
            .post("/auth/passkeys/authenticate/begin", &json!({}))
            .await;
        begun.assert_error("storage_unavailable");
    });
    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    let line = log
        .lines()
        .find(|it| it.contains("a store failed") && it.contains("invalid value"));
    assert!(
        line.unwrap()
            .contains(r#"invalid value \"eve\u{202e}\nFORGED\""#),
        "{line:?}"
    );
}
