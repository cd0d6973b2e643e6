//! Policies of `Verified`: what a handler demands of consent, and requests that need none.

use axum::{
    Json, Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
    routing::{get, post},
};
use passkeys::{
    AuthenticationResult, Clock as _, Config, CredentialId, PasskeyUser, Passkeys,
    UserVerification, Verified,
    audit::{AuditEvent, AuditKind, AuditSink, Reason},
    passkeys,
    policy::{AnyConsent, DeviceBound, Recent, UserVerified},
    store::MemoryRepository,
    testing::{Browser, Fault, ManualClock, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tower::ServiceExt as _;

/// Application whose session is two headers: the user, and the age of the sign-in in seconds.
#[derive(Clone)]
struct App(ManualClock);

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
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
}

#[derive(Debug, Deserialize, Serialize, PartialEq)]
struct Email {
    address: String,
}

async fn any(verified: Verified<App, (), AnyConsent>) -> Json<CredentialId> {
    Json(verified.result.credential().id.clone())
}

async fn user_verified(verified: Verified<App, (), UserVerified>) -> Json<bool> {
    Json(verified.result.user_verified())
}

async fn device_bound(verified: Verified<App, (), DeviceBound>) -> Json<Option<bool>> {
    Json(verified.result.credential().backup_eligible)
}

async fn both(_: Verified<App, (), (UserVerified, DeviceBound)>) {}

/// Returns who has which address, and by which passkey they have consented, if by any.
async fn change_email(
    Verified {
        user, body, result, ..
    }: Verified<App, Email, Recent<300>>,
) -> Json<Value> {
    let by = result.map(|result| result.credential().id.clone());
    Json(json!({ "user": user.id(), "body": body, "by": by }))
}

async fn show_codes(verified: Verified<App, (), Recent<300>>) -> Json<bool> {
    Json(verified.result.is_some())
}

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

impl Site {
    fn new() -> Self {
        let (clock, events) = (ManualClock::default(), Events::default());
        let config = Config::builder("example.com", ["https://example.com"])
            .user_verification(UserVerification::Preferred)
            .build()
            .unwrap();
        let repository = MemoryRepository::default();
        let passkeys = Passkeys::with_config(App(clock.clone()), repository, config)
            .clock(clock)
            .audit(events.clone());
        let router = Router::new()
            .route("/any", post(any))
            .route("/user-verified", post(user_verified))
            .route("/device-bound", post(device_bound))
            .route("/both", post(both))
            .route("/email", post(change_email).put(change_email))
            .route(
                "/codes",
                get(show_codes).post(show_codes).delete(show_codes),
            )
            .nest("/auth/passkeys", passkeys.router())
            .with_state(passkeys.clone());
        Self {
            passkeys,
            router,
            events,
        }
    }

    /// Returns the browser of Ada, who has a passkey and has signed in so many seconds ago.
    async fn ada(&self, age: Option<i64>, faults: &[Fault]) -> Browser {
        let mut browser = Browser::new(self.router.clone(), "https://example.com")
            .with_header("x-user", "ada")
            .with_header("host", "example.com");
        if let Some(age) = age {
            browser = browser.with_header("x-age", &age.to_string());
        }
        for fault in faults {
            browser = browser.with_fault(fault.clone());
        }
        browser.register().await.assert_ok();
        browser
    }

    fn last(&self) -> AuditKind {
        assert!(self.passkeys.flush_audit(Duration::from_mins(1)));
        self.events.0.lock().unwrap().last().unwrap().kind
    }

    /// Sends a request of Ada, who has just signed in, with exactly these headers and this body.
    async fn plain(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: &'static str,
    ) -> StatusCode {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("x-user", "ada").header("x-age", "0");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let request = request.body(Body::from(body)).unwrap();
        self.router.clone().oneshot(request).await.unwrap().status()
    }
}

fn email() -> Value {
    json!({ "address": "ada@example.com" })
}

#[track_caller]
fn assert_reauthentication_required(answer: Response) {
    let answer = answer.assert_error("reauthentication_required");
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn handler_runs_if_the_consent_fulfils_its_policy() {
    let site = Site::new();
    let mut browser = site.ada(None, &[]).await;
    for (path, expected) in [
        ("/user-verified", json!(true)),
        ("/device-bound", json!(false)),
    ] {
        let answer = browser.step_up(Method::POST, path, None).await;
        assert_eq!(answer.assert_ok().json::<Value>(), expected, "{path}");
    }
    for path in ["/any", "/both"] {
        browser.step_up(Method::POST, path, None).await.assert_ok();
    }
}

#[tokio::test]
async fn handler_does_not_run_if_the_consent_does_not_fulfil_its_policy() {
    let synced = Fault::BackupEligibilityChanged;
    for (fault, reason, own, other) in [
        (
            Fault::UserNotVerified,
            Reason::PolicyUserVerified,
            "/user-verified",
            "/device-bound",
        ),
        (
            synced,
            Reason::PolicyDeviceBound,
            "/device-bound",
            "/user-verified",
        ),
    ] {
        let site = Site::new();
        let mut browser = site.ada(None, &[fault]).await;
        for path in [own, "/both"] {
            let answer = browser.step_up(Method::POST, path, None).await;
            let answer = answer.assert_error("authentication_failed");
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert_eq!(site.last(), AuditKind::StepUpFailed(reason));
        }
        for path in ["/any", other] {
            browser.step_up(Method::POST, path, None).await.assert_ok();
        }
    }
}

/// Recency is a policy: a handler without it takes consent, however recent the sign-in is.
#[tokio::test]
async fn plain_request_does_not_pass_a_policy_that_takes_consent() {
    let site = Site::new();
    let mut browser = site.ada(Some(0), &[]).await;
    for path in ["/any", "/user-verified", "/device-bound", "/both"] {
        let answer = browser.post(path, &json!({})).await;
        answer.assert_error("step_up_required");
        assert_eq!(site.last(), AuditKind::StepUpFailed(Reason::NoConsent));
    }
}

#[tokio::test]
async fn plain_request_passes_recent_with_its_own_body_after_a_recent_sign_in() {
    let site = Site::new();
    for age in [0, 300, -60] {
        let mut browser = site.ada(Some(age), &[]).await;
        let answer = browser.post("/email", &email()).await.assert_ok();
        let expected = json!({ "user": "ada", "body": email(), "by": null });
        assert_eq!(answer.json::<Value>(), expected);
    }
}

#[tokio::test]
async fn plain_request_after_an_old_or_undated_sign_in_takes_consent() {
    for (age, reason) in [
        (Some(301), Reason::SignInTooOld),
        (None, Reason::SignInAgeUnknown),
        (Some(-61), Reason::SignInInFuture),
    ] {
        let site = Site::new();
        let mut browser = site.ada(age, &[]).await;
        let answer = browser.post("/email", &email()).await;
        assert_reauthentication_required(answer);
        assert_eq!(site.last(), AuditKind::StepUpFailed(reason));
        // Before the body is read: nobody without a recent sign-in learns what it must be.
        let answer = browser.post("/email", &json!(7)).await;
        assert_reauthentication_required(answer);
    }
}

#[tokio::test]
async fn consent_passes_recent_whatever_the_age_of_the_sign_in() {
    for age in [Some(301), None, Some(0)] {
        let site = Site::new();
        let mut browser = site.ada(age, &[]).await;
        let answer = browser
            .step_up(Method::POST, "/email", Some(&email()))
            .await;
        let answer: Value = answer.assert_ok().json();
        assert_eq!(answer["body"], email());
        assert!(answer["by"].is_string(), "{answer}");
        assert_eq!(site.last(), AuditKind::StepUpSucceeded);
    }
}

#[tokio::test]
async fn consent_that_does_not_verify_does_not_pass_recent_after_a_recent_sign_in() {
    let site = Site::new();
    let browser = site.ada(Some(0), &[]).await;
    let mut broken = browser.with_fault(Fault::BrokenSignature);
    let answer = broken.step_up(Method::POST, "/email", Some(&email())).await;
    answer.assert_error("authentication_failed");

    let unknown = json!({ "credential": {}, "state": "unknown", "body": email() });
    let answer = broken.post("/email", &unknown).await;
    answer.assert_error("challenge_not_found");
}

#[tokio::test]
async fn consent_for_a_recent_handler_is_bound_to_its_request() {
    let site = Site::new();
    let mut browser = site.ada(None, &[]).await;
    let asked = json!({ "method": "POST", "path": "/email", "body": email() });
    let begun = browser.post("/auth/passkeys/step-up/begin", &asked).await;
    let begun: Value = begun.assert_ok().json();
    let credential = browser.authenticator().get(&begun).unwrap();
    let other = json!({ "address": "eve@example.com" });
    let request = json!({ "credential": credential, "state": begun["state"], "body": other });
    let answer = browser.post("/email", &request).await;
    answer.assert_error("challenge_not_found");
    assert_eq!(site.last(), AuditKind::StepUpFailed(Reason::OtherAction));
}

#[tokio::test]
async fn recent_request_of_nobody_is_rejected_by_get_user() {
    let site = Site::new();
    let mut nobody = Browser::new(site.router.clone(), "https://example.com");
    let answer = nobody.post("/email", &email()).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn malformed_body_of_a_recent_request_is_rejected_like_that_of_a_route() {
    let site = Site::new();
    let json = Some("application/json");
    for (content_type, body, status) in [
        (json, "{", 400),
        (json, "7", 422),
        (json, r#"{"address":7}"#, 422),
        (json, "", 422),
        (None, r#"{"address":"x"}"#, 415),
        (Some("text/plain"), r#"{"address":"x"}"#, 415),
    ] {
        let answer = site.plain(Method::POST, "/email", content_type, body).await;
        assert_eq!(answer.as_u16(), status, "{body}");
    }
}

/// Browsers send a `POST` with a form's content type, or with none, to another origin without a
/// preflight, with the session's cookie.
#[tokio::test]
async fn recent_post_that_a_form_on_another_page_can_send_is_rejected() {
    let site = Site::new();
    for (path, body) in [("/codes", ""), ("/codes", "null"), ("/email", "a=b")] {
        for content_type in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("multipart/form-data"),
        ] {
            let answer = site.plain(Method::POST, path, content_type, body).await;
            assert_eq!(answer, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path} {body}");
        }
    }
    let json = Some("application/json");
    for body in ["", "null"] {
        let answer = site.plain(Method::POST, "/codes", json, body).await;
        assert_eq!(answer, StatusCode::OK);
    }
}

#[tokio::test]
async fn recent_request_by_another_method_may_have_no_body() {
    let site = Site::new();
    for method in [Method::GET, Method::DELETE] {
        let answer = site.plain(method, "/codes", None, "").await;
        assert_eq!(answer, StatusCode::OK);
    }
}

/// Handlers are functions: their tests construct what they take.
#[tokio::test]
async fn handlers_with_a_policy_can_be_called_in_tests() {
    let user = || PasskeyUser::new("1", "ada", "Ada");
    let body = || Email {
        address: "a".to_owned(),
    };
    let Json(answer) = change_email(Verified::new(user(), None, body())).await;
    assert_eq!(answer["by"], json!(null));
    let passkey = passkeys_test_support::credential(7, "1");
    let consent = AuthenticationResult::new(passkey);
    let consented = Verified::new(user(), Some(consent.clone()), body());
    assert!(format!("{consented:?}").contains("Some"));
    let Json(answer) = change_email(consented).await;
    assert!(answer["by"].is_string());
    let Json(verified) = user_verified(Verified::new(user(), consent, ())).await;
    assert!(verified);
}
