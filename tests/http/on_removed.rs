//! The hook `on_removed`: called after a user has deleted a passkey, and its failure is the log's.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::FromRequestParts,
    http::{HeaderMap, Method, Request, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use passkeys::{
    AuthenticationResult, Credential, CredentialId, CredentialRemoval, PasskeyUser, Passkeys,
    RegistrationResult, passkeys,
    store::{CredentialRepository as _, MemoryRepository, Owner},
    testing::{self, Browser},
};
use passkeys_test_support::imported;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::logging;

/// Upper bound of a test's waiting time; durations are not asserted.
const PATIENCE: Duration = Duration::from_mins(1);

/// Application that notes removals, and whose hook does what the header `x-outcome` says.
#[derive(Clone)]
struct App {
    removals: Arc<Mutex<Vec<CredentialRemoval>>>,
    entered: Arc<Semaphore>,
    may_go: Arc<Semaphore>,
}

/// Extractor that rejects the request if the header `x-outcome` says so.
struct Picky;

impl FromRequestParts<App> for Picky {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, StatusCode> {
        let outcome = parts.headers.get("x-outcome");
        match outcome {
            Some(outcome) if outcome == "rejection" => Err(StatusCode::IM_A_TEAPOT),
            _ => Ok(Self),
        }
    }
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self, headers: HeaderMap) -> PasskeyUser {
        let id = headers["x-user"].to_str().unwrap();
        let keeps = headers.contains_key("x-keeps-last");
        PasskeyUser::new(id, format!("{id}@example.com"), id).keeps_last_passkey(keeps)
    }

    fn sign_up(&self, _: Json<Value>) -> PasskeyUser {
        PasskeyUser::new("new", "new@example.com", "New")
    }

    fn on_registered(&self, registered: RegistrationResult) -> StatusCode {
        if registered.signed_up() {
            StatusCode::CONFLICT
        } else {
            StatusCode::OK
        }
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}

    /// Sends a mail.
    async fn on_removed(
        &self,
        headers: HeaderMap,
        _: Picky,
        removal: CredentialRemoval,
    ) -> Response {
        let outcome = headers.get("x-outcome").map(|it| it.to_str().unwrap());
        match outcome {
            Some("wait") => {
                self.entered.add_permits(1);
                self.may_go.acquire().await.unwrap().forget();
            }
            Some("panic") => panic!("no mail today"),
            _ => {}
        }
        self.removals.lock().unwrap().push(removal);
        let status = outcome.and_then(|outcome| outcome.parse().ok());
        status.unwrap_or(StatusCode::OK).into_response()
    }
}

struct Site {
    passkeys: Passkeys<App>,
    router: Router,
}

impl Site {
    fn new() -> Self {
        let app = App {
            removals: Arc::default(),
            entered: Arc::new(Semaphore::new(0)),
            may_go: Arc::new(Semaphore::new(0)),
        };
        let passkeys = Passkeys::new(app, MemoryRepository::default()).timing_floor(Duration::ZERO);
        let router = Router::new().nest("/auth/passkeys", passkeys.router());
        Self { passkeys, router }
    }

    fn browser(&self, user: &str) -> Browser {
        Browser::new(self.router.clone(), "https://example.com").with_header("x-user", user)
    }

    /// Stores a passkey of a user, whose ID is a number.
    async fn stored(&self, number: u8, user: &str, change: impl FnOnce(&mut Credential)) {
        let id = CredentialId::new([number]).unwrap();
        let mut credential = Credential::new(id, user, Vec::new(), OffsetDateTime::UNIX_EPOCH);
        credential.device_name = format!("Key {number}");
        change(&mut credential);
        assert!(imported(self.passkeys.repository(), &credential).await);
    }

    fn removals(&self) -> Vec<CredentialRemoval> {
        self.passkeys.app().removals.lock().unwrap().clone()
    }

    async fn count(&self, user: &str) -> usize {
        self.passkeys
            .repository()
            .list(Owner::everywhere(user))
            .await
            .unwrap()
            .len()
    }
}

fn path(number: u8) -> String {
    let id = CredentialId::new([number]).unwrap();
    format!("/auth/passkeys/credentials/{id}")
}

async fn delete(browser: &mut Browser, number: u8) -> testing::Response {
    browser.request(Method::DELETE, &path(number), None).await
}

#[tokio::test]
async fn on_removed_is_given_the_passkey_as_it_was_its_user_and_the_number_of_those_left() {
    let site = Site::new();
    let rp_id = |it: &mut Credential| it.rp_id = Some("example.com".into());
    site.stored(1, "ada", rp_id).await;
    site.stored(2, "ada", |it| {
        it.suspended_at = Some(OffsetDateTime::UNIX_EPOCH);
    })
    .await;
    // Neither counts: of another RP ID, and of another user.
    site.stored(3, "ada", |it| it.rp_id = Some("other.example".into()))
        .await;
    site.stored(4, "bob", rp_id).await;
    let mut browser = site.browser("ada");
    for number in [1, 2] {
        let answer = delete(&mut browser, number).await;
        assert_eq!(
            (answer.status, answer.body.len()),
            (StatusCode::NO_CONTENT, 0)
        );
    }
    let removals = site.removals();
    for (removal, (number, left)) in removals.iter().zip([(1, 1), (2, 0)]) {
        assert_eq!(removal.user_id(), "ada");
        assert_eq!(removal.user().unwrap().name(), "ada@example.com");
        assert_eq!(removal.credential().id.as_bytes(), [number]);
        assert_eq!(removal.credential().device_name, format!("Key {number}"));
        assert_eq!(removal.remaining(), Some(left));
    }
    assert_eq!(removals.len(), 2);
}

#[tokio::test]
async fn on_removed_is_not_called_where_no_passkey_was_deleted() {
    let site = Site::new();
    site.stored(1, "ada", |_| ()).await;
    let of_bob = delete(&mut site.browser("bob"), 1).await;
    of_bob.assert_error("credential_not_found");
    let unknown = delete(&mut site.browser("ada"), 9).await;
    unknown.assert_error("credential_not_found");
    let mut keeper = site.browser("ada").with_header("x-keeps-last", "true");
    delete(&mut keeper, 1).await.assert_error("last_credential");
    // The rollback of a sign-up is no removal: the account was never there.
    let rejected = site.browser("ada").sign_up(&json!({})).await;
    assert!(rejected.headers.contains_key("passkey-rolled-back"));
    assert_eq!(site.removals().len(), 0);
    assert_eq!(site.count("ada").await, 1);
}

#[tokio::test]
async fn failure_of_on_removed_is_an_error_in_the_log_and_not_the_clients() {
    logging::listen();
    for (number, (outcome, cause)) in (1..).zip([
        ("400", "status 400"),
        ("503", "status 503"),
        ("panic", "it panicked"),
        ("rejection", "status 418"),
        ("200", ""),
        ("302", ""),
    ]) {
        let site = Site::new();
        let user = format!("ada-{outcome}");
        site.stored(number, &user, |_| ()).await;
        let mut browser = site.browser(&user).with_header("x-outcome", outcome);
        let answer = delete(&mut browser, number).await;
        assert_eq!(
            (answer.status, answer.body.len()),
            (StatusCode::NO_CONTENT, 0)
        );
        assert_eq!(site.count(&user).await, 0, "{outcome}");

        let log = logging::log();
        let about = |line: &&str| line.contains("`on_removed` failed") && line.contains(&user);
        let lines: Vec<_> = log.lines().filter(about).collect();
        if cause.is_empty() {
            assert_eq!(lines, [""; 0], "{outcome}");
        } else {
            assert_eq!(lines.len(), 1, "{outcome}: {lines:?}");
            assert!(
                lines[0].contains("ERROR") && lines[0].contains(cause),
                "{lines:?}"
            );
        }
    }
}

#[tokio::test]
async fn on_removed_runs_to_its_end_although_the_client_hangs_up() {
    let site = Site::new();
    site.stored(1, "ada", |_| ()).await;
    let request = Request::delete(path(1))
        .header("x-user", "ada")
        .header("x-outcome", "wait")
        .body(Body::empty());
    let handled = tokio::spawn(site.router.clone().oneshot(request.unwrap()));
    let app = site.passkeys.app();
    app.entered.acquire().await.unwrap().forget();
    handled.abort();
    assert!(handled.await.unwrap_err().is_cancelled());
    assert_eq!(site.removals().len(), 0, "it still waits");
    app.may_go.add_permits(1);
    assert!(site.passkeys.shutdown(PATIENCE).await);
    assert_eq!(site.removals().len(), 1);
}

#[test]
fn credential_removal_can_be_constructed_in_tests_of_hooks() {
    let id = CredentialId::new([1]).unwrap();
    let credential = Credential::new(id, "7", Vec::new(), OffsetDateTime::UNIX_EPOCH);
    let removal = CredentialRemoval::new(credential.clone());
    assert_eq!(removal.user_id_as::<u8>().unwrap(), 7);
    assert_eq!(removal.credential(), &credential);
    assert_eq!((removal.user(), removal.remaining()), (None, Some(0)));
    let user = PasskeyUser::new("7", "ada", "Ada");
    let removal = removal.with_user(user.clone()).with_remaining(None);
    assert_eq!((removal.user(), removal.remaining()), (Some(&user), None));
}
