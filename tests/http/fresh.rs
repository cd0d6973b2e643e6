//! The key `fresh`: `POST /register/begin` and `DELETE /credentials/{id}` take a sign-in that recent, or
//! consent by step-up.

use axum::{
    Json, Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use passkeys::{
    AuthenticationResult, Clock as _, PasskeyUser, Passkeys, RegistrationResult,
    audit::{AuditEvent, AuditKind, AuditSink, Reason},
    passkeys,
    store::{CredentialRepository as _, MemoryRepository, Owner},
    testing::{Authenticator, Browser, ManualClock, Response},
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tower::ServiceExt as _;

/// Application whose session is two headers: the user, and the age of the sign-in in seconds.
#[derive(Clone)]
struct App(ManualClock);

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com"],
    conditional_create = true,
    fresh = "10m",
)]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let name = header("x-user").ok_or(StatusCode::UNAUTHORIZED)?;
        let age = header("x-age").and_then(|age| age.parse().ok());
        let at = age.map(|age| self.0.now() - time::Duration::seconds(age));
        Ok(PasskeyUser::new(name, name, name).authenticated_at(at))
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}

    /// Takes any text, declared as whatever.
    fn sign_up(&self, name: String) -> PasskeyUser {
        PasskeyUser::new(&name, &name, &name)
    }

    fn on_registered(&self, registration: RegistrationResult) -> Json<Value> {
        Json(json!({ "credentialId": registration.credential().id }))
    }
}

/// Events of the audit trail.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<AuditEvent>>>);

impl AuditSink for Events {
    fn record(&self, event: &AuditEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
}

struct Site {
    passkeys: Passkeys<App>,
    router: Router,
    events: Events,
}

const BEGIN: &str = "/auth/passkeys/register/begin";

impl Site {
    fn new() -> Self {
        let (clock, events) = (ManualClock::default(), Events::default());
        let passkeys = Passkeys::new(App(clock.clone()), MemoryRepository::default())
            .clock(clock)
            .audit(events.clone());
        Self {
            router: Router::new().nest("/auth/passkeys", passkeys.router()),
            passkeys,
            events,
        }
    }

    /// Returns the browser of a user who signed in just now.
    fn browser(&self, user: &str) -> Browser {
        let browser = Browser::new(self.router.clone(), "https://example.com");
        browser.with_header("x-user", user)
    }

    /// Returns Ada's browser, with a passkey of hers and a sign-in of this age, and the path of the passkey.
    async fn ada_with_a_passkey(&self, age: Option<i64>) -> (Browser, String) {
        let mut now = self.browser("ada").with_header("x-age", "0");
        let registered: Value = now.register().await.assert_ok().json();
        let id = registered["credentialId"].as_str().unwrap();
        let path = format!("/auth/passkeys/credentials/{id}");
        let browser = self.browser("ada").with_header("host", "example.com");
        let mut browser = match age {
            Some(age) => browser.with_header("x-age", &age.to_string()),
            None => browser,
        };
        *browser.authenticator() = now.authenticator().clone();
        (browser, path)
    }

    /// Returns the kind and the credential ID of the event that was recorded last.
    fn last(&self) -> (AuditKind, Option<String>) {
        assert!(self.passkeys.flush_audit(Duration::from_mins(1)));
        let events = self.events.0.lock().unwrap();
        let last = events.last().unwrap();
        (
            last.kind,
            last.credential_id.as_ref().map(ToString::to_string),
        )
    }

    async fn passkeys_of_ada(&self) -> usize {
        self.passkeys
            .repository()
            .list(Owner::everywhere("ada"))
            .await
            .unwrap()
            .len()
    }
}

fn id_in(path: &str) -> Option<String> {
    path.rsplit('/').next().map(str::to_owned)
}

/// Asks for consent to a request without a body. Returns the body with which it is sent.
async fn consent(browser: &mut Browser, method: &Method, path: &str) -> Value {
    let asked = json!({ "method": method.as_str(), "path": path });
    let begun = browser.post("/auth/passkeys/step-up/begin", &asked).await;
    let begun: Value = begun.assert_ok().json();
    let credential = browser.authenticator().get(&begun).unwrap();
    json!({ "credential": credential, "state": begun["state"] })
}

#[track_caller]
fn assert_reauthentication_required(answer: Response) {
    let answer = answer.assert_error("reauthentication_required");
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn recent_sign_in_adds_and_deletes_passkeys_without_consent() {
    let site = Site::new();
    let (mut browser, path) = site.ada_with_a_passkey(Some(600)).await;
    browser.register().await.assert_ok();
    assert_eq!(site.passkeys_of_ada().await, 2);
    let deleted = browser.request(Method::DELETE, &path, None).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    assert_eq!(site.passkeys_of_ada().await, 1);
}

#[tokio::test]
async fn old_or_undated_sign_in_adds_and_deletes_no_passkey_without_consent() {
    for (age, reason) in [
        (Some(601), Reason::SignInTooOld),
        (None, Reason::SignInAgeUnknown),
        (Some(-61), Reason::SignInInFuture),
    ] {
        let site = Site::new();
        let (mut browser, path) = site.ada_with_a_passkey(age).await;
        for query in ["", "?mediation=conditional"] {
            let path = format!("{BEGIN}{query}");
            let begun = browser.request(Method::POST, &path, None).await;
            assert_reauthentication_required(begun);
            let failed = (AuditKind::RegistrationFailed(reason), None);
            assert_eq!(site.last(), failed);
        }
        let deleted = browser.request(Method::DELETE, &path, None).await;
        assert_reauthentication_required(deleted);
        let failed = AuditKind::CredentialDeletionFailed(reason);
        assert_eq!(site.last(), (failed, id_in(&path)));
        assert_eq!(site.passkeys_of_ada().await, 1);
    }
}

/// Listing, renaming and signing in change nothing about who has access.
#[tokio::test]
async fn other_routes_take_no_recent_sign_in() {
    let site = Site::new();
    let (mut browser, path) = site.ada_with_a_passkey(None).await;
    browser.get("/auth/passkeys/credentials").await.assert_ok();
    let name = json!({ "deviceName": "Key" });
    let renamed = browser.request(Method::PATCH, &path, Some(&name)).await;
    assert_eq!(renamed.status, StatusCode::NO_CONTENT);
    browser.sign_in().await.assert_ok();
}

#[tokio::test]
async fn consent_adds_and_deletes_passkeys_whatever_the_age_of_the_sign_in() {
    for age in [Some(601), None, Some(0)] {
        let site = Site::new();
        let (mut browser, path) = site.ada_with_a_passkey(age).await;
        let registered: Value = browser.register_with_consent().await.assert_ok().json();
        assert!(registered["credentialId"].is_string());
        assert_eq!(site.passkeys_of_ada().await, 2);

        let deleted = browser.step_up(Method::DELETE, &path, None).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{}", deleted.text());
        assert_eq!(site.passkeys_of_ada().await, 1);
        assert_eq!(site.last(), (AuditKind::CredentialDeleted, id_in(&path)));
    }
}

#[tokio::test]
async fn consent_to_a_conditional_creation_begins_one() {
    let site = Site::new();
    let (mut browser, _) = site.ada_with_a_passkey(None).await;
    let path = format!("{BEGIN}?mediation=conditional");
    let begun = browser.step_up(Method::POST, &path, None).await;
    let begun: Value = begun.assert_ok().json();
    let mut silent = Authenticator::new("https://example.com");
    silent = silent.with_fault(passkeys::testing::Fault::UserNotPresent);
    let finish = json!({ "credential": silent.create(&begun), "state": begun["state"] });
    let finished = browser
        .post("/auth/passkeys/register/finish", &finish)
        .await;
    finished.assert_ok();
}

/// As a page asks for it, with no member `body`, and as it may send it.
#[tokio::test]
async fn body_of_consent_may_be_left_out_or_empty() {
    let site = Site::new();
    let (mut browser, _) = site.ada_with_a_passkey(None).await;
    let request = consent(&mut browser, &Method::POST, BEGIN).await;
    browser.post(BEGIN, &request).await.assert_ok();

    for empty in [json!(null), json!({}), json!([])] {
        let begun = browser.step_up(Method::POST, BEGIN, Some(&empty)).await;
        begun.assert_ok();
    }
    let unread = json!({ "name": "of a passkey" });
    let begun = browser.step_up(Method::POST, BEGIN, Some(&unread)).await;
    begun.assert_error("invalid_request");
}

#[tokio::test]
async fn consent_to_one_change_is_none_to_another() {
    let site = Site::new();
    let (mut browser, path) = site.ada_with_a_passkey(None).await;
    let second: Value = browser.register_with_consent().await.assert_ok().json();
    let second = second["credentialId"].as_str().unwrap();
    let other = format!("/auth/passkeys/credentials/{second}");
    let conditional = format!("{BEGIN}?mediation=conditional");
    for (asked, asked_path, sent, sent_path) in [
        (
            Method::DELETE,
            path.as_str(),
            Method::DELETE,
            other.as_str(),
        ),
        (Method::DELETE, &path, Method::POST, BEGIN),
        (Method::POST, BEGIN, Method::DELETE, &path),
        (Method::POST, BEGIN, Method::POST, &conditional),
        (Method::POST, &path, Method::DELETE, &path),
    ] {
        let request = consent(&mut browser, &asked, asked_path).await;
        let answer = browser.request(sent, sent_path, Some(&request)).await;
        answer.assert_error("challenge_not_found");
        let failed = AuditKind::StepUpFailed(Reason::OtherAction);
        assert_eq!(site.last(), (failed, None));
    }
    assert_eq!(site.passkeys_of_ada().await, 2);
}

#[tokio::test]
async fn consent_counts_once_and_for_its_user_only() {
    let site = Site::new();
    let (mut adas, path) = site.ada_with_a_passkey(None).await;
    let request = consent(&mut adas, &Method::POST, BEGIN).await;
    adas.post(BEGIN, &request).await.assert_ok();
    let replayed = adas.post(BEGIN, &request).await;
    replayed.assert_error("challenge_not_found");

    let mut bobs = site.browser("bob").with_header("host", "example.com");
    for (method, path) in [(Method::POST, BEGIN), (Method::DELETE, path.as_str())] {
        let request = consent(&mut adas, &method, path).await;
        let answer = bobs.request(method, path, Some(&request)).await;
        answer.assert_error("challenge_not_found");
        let failed = AuditKind::StepUpFailed(Reason::OtherUser);
        assert_eq!(site.last(), (failed, None));
    }
    assert_eq!(site.passkeys_of_ada().await, 1);
}

/// Consent that comes is verified, also where none is needed: it is never a mere ornament.
#[tokio::test]
async fn consent_that_does_not_verify_is_rejected_also_after_a_recent_sign_in() {
    let site = Site::new();
    let (browser, path) = site.ada_with_a_passkey(Some(0)).await;
    let mut broken = browser.with_fault(passkeys::testing::Fault::BrokenSignature);
    for (method, path) in [(Method::POST, BEGIN), (Method::DELETE, path.as_str())] {
        let request = consent(&mut broken, &method, path).await;
        let answer = broken.request(method, path, Some(&request)).await;
        answer.assert_error("authentication_failed");
    }
    assert_eq!(site.passkeys_of_ada().await, 1);
}

#[tokio::test]
async fn consent_of_a_suspended_or_missing_passkey_adds_and_deletes_none() {
    let site = Site::new();
    let (mut browser, path) = site.ada_with_a_passkey(None).await;
    let request = consent(&mut browser, &Method::POST, BEGIN).await;
    let id = id_in(&path).unwrap().parse().unwrap();
    site.passkeys
        .management()
        .suspend("ada", &id)
        .await
        .unwrap();
    let answer = browser.post(BEGIN, &request).await;
    answer.assert_error("authentication_failed");
    // Nor can a step-up begin without a passkey: such a user signs in again.
    let begun = browser.step_up(Method::POST, BEGIN, None).await;
    begun.assert_error("no_passkeys");
}

#[tokio::test]
async fn body_of_a_deletion_is_consent_or_nothing_where_fresh_is_configured() {
    let site = Site::new();
    let (mut browser, path) = site.ada_with_a_passkey(Some(0)).await;
    for body in [json!("x"), json!([1]), json!({ "state": "x" })] {
        let answer = browser.request(Method::DELETE, &path, Some(&body)).await;
        answer.assert_error("invalid_request");
    }
    let (mut old, _) = site.ada_with_a_passkey(None).await;
    for nothing in [json!({}), json!([]), json!(null)] {
        let answer = old.request(Method::DELETE, &path, Some(&nothing)).await;
        assert_reauthentication_required(answer);
        let answer = old.post(BEGIN, &nothing).await;
        assert_reauthentication_required(answer);
    }
    let request = consent(&mut browser, &Method::DELETE, &path).await;
    let form = Request::delete(&path)
        .header("host", "example.com")
        .header("x-user", "ada")
        .header("content-type", "text/plain");
    let form = form.body(Body::from(request.to_string())).unwrap();
    let answer = site.router.clone().oneshot(form).await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(site.passkeys_of_ada().await, 2);
}

/// A sign-up may have any body: only an object with both members, of their types, is consent.
#[tokio::test]
async fn sign_up_is_begun_whatever_fresh_says_unless_its_body_is_consent() {
    let site = Site::new();
    let begin = async |body: &'static str| {
        let request = Request::post(BEGIN).header("content-type", "text/plain");
        let request = request.body(Body::from(body)).unwrap();
        site.router.clone().oneshot(request).await.unwrap().status()
    };
    for body in [
        "eve",
        r#"{"credential":"{}","state":"x"}"#,
        r#"{"credential":{}}"#,
        r#"[{"credential":{},"state":"x"}]"#,
    ] {
        assert_eq!(begin(body).await, StatusCode::OK, "{body}");
    }
    // Consent must be declared as JSON, so that a form on another page cannot send it.
    let consent = begin(r#"{"credential":{},"state":"x"}"#).await;
    assert_eq!(consent, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

/// Application with the key and without `sign_up`.
#[derive(Clone)]
struct WithoutSignUp(ManualClock);

#[passkeys(rp_id = "example.com", origins = ["https://example.com"], fresh = "10m")]
impl WithoutSignUp {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("ada", "ada", "Ada").authenticated_at(self.0.now())
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

/// Consent that comes is never ignored, also after a recent sign-in.
#[tokio::test]
async fn body_of_a_registration_is_consent_or_nothing_where_nobody_signs_up() {
    let clock = ManualClock::default();
    let app = WithoutSignUp(clock.clone());
    let passkeys = Passkeys::new(app, MemoryRepository::default()).clock(clock);
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    let mut browser = Browser::new(router, "https://example.com");
    for body in [
        json!([1]),
        json!({ "state": "x" }),
        json!({ "credential": {}, "state": 1 }),
    ] {
        browser
            .post(BEGIN, &body)
            .await
            .assert_error("invalid_request");
    }
    browser.post(BEGIN, &json!({})).await.assert_ok();
}

/// Without the key, a body of these requests means what it did before.
#[tokio::test]
async fn consent_is_not_looked_for_without_the_key_fresh() {
    let passkeys = Passkeys::new(passkeys_test_support::App, MemoryRepository::default());
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    let mut browser = Browser::new(router, "https://example.com").with_header("x-user", "ada");
    let registered: Value = browser.register().await.assert_ok().json();
    let id = registered["credentialId"].as_str().unwrap();
    let ignored = json!({ "credential": {}, "state": "unknown" });
    browser.post(BEGIN, &ignored).await.assert_ok();
    let path = format!("/auth/passkeys/credentials/{id}");
    let deleted = browser.request(Method::DELETE, &path, Some(&ignored)).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
}

#[test]
fn openapi_document_has_consent_and_its_error_where_fresh_is_configured() {
    let of = |document: Value, path: &str, method: &str| {
        let operation = &document["paths"][path][method];
        let has_error = operation["responses"].get("403").is_some();
        let body = operation["requestBody"]["content"].to_string();
        (has_error, body.contains("Passkeys.Consent"))
    };
    let with = || serde_json::to_value(Site::new().passkeys.openapi()).unwrap();
    let support = passkeys_test_support::App;
    let without = Passkeys::new(support, MemoryRepository::default()).openapi();
    let without = || serde_json::to_value(&without).unwrap();
    for (path, method) in [("/register/begin", "post"), ("/credentials/{id}", "delete")] {
        assert_eq!(of(with(), path, method), (true, true), "{path}");
        assert_eq!(of(without(), path, method), (false, false), "{path}");
    }
}
