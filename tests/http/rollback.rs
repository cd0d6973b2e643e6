//! A sign-up is whole or nothing: one whose `on_registered` fails leaves no passkey behind.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse as _, Response},
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, RegistrationResult,
    audit::{AuditEvent, AuditKind, AuditSink},
    passkeys,
    sqlx::{self, AssertSqlSafe, SqlitePool},
    store::{CredentialRepository as _, MemoryRepository, Owner, SqliteRepository},
    testing::{self, Browser},
};
use passkeys_test_support::{RegistrationExt as _, Trail, answer};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Upper bound of a test's waiting time; durations are not asserted.
const PATIENCE: Duration = Duration::from_mins(1);

/// Application that signs everybody up as Ada, and whose `on_registered` does what the header
/// `x-outcome` says.
#[derive(Clone)]
struct App {
    pool: SqlitePool,
    /// Registration of a further passkey, while the hook runs.
    further: Arc<Mutex<Option<Further>>>,
}

impl App {
    async fn rename_table(&self, from: &str, to: &str) {
        let statement = format!("ALTER TABLE {from} RENAME TO {to}");
        let renamed = sqlx::query(AssertSqlSafe(statement)).execute(&self.pool);
        renamed.await.unwrap();
    }
}

type Further = Pin<Box<dyn Future<Output = testing::Response> + Send>>;

/// Extractor that rejects the request if the header `x-outcome` says so.
struct Picky;

impl<S: Sync> FromRequestParts<S> for Picky {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        if parts.headers["x-outcome"] == "rejection" {
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        } else {
            Ok(Self)
        }
    }
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = SqliteRepository;

    fn get_user(&self) -> PasskeyUser {
        ada()
    }

    fn sign_up(&self, _: Json<Value>) -> PasskeyUser {
        ada()
    }

    async fn on_registered(
        &self,
        headers: HeaderMap,
        _: Picky,
        registered: RegistrationResult,
    ) -> Response {
        let outcome = headers["x-outcome"].to_str().unwrap();
        match outcome {
            "panic" => panic!("on purpose"),
            "storage" => {
                self.pool.close().await;
                StatusCode::CONFLICT.into_response()
            }
            "restart" => {
                self.rename_table("passkey_credentials", "away").await;
                let app = self.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    app.rename_table("away", "passkey_credentials").await;
                });
                StatusCode::CONFLICT.into_response()
            }
            "further" => {
                let further = self.further.lock().unwrap().take().unwrap();
                further.await.assert_ok();
                StatusCode::CONFLICT.into_response()
            }
            status => {
                let status: StatusCode = status.parse().unwrap();
                (status, registered.user_id().to_owned()).into_response()
            }
        }
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

fn ada() -> PasskeyUser {
    PasskeyUser::new("ada", "ada@example.com", "Ada")
}

/// Kinds of all events.
#[derive(Clone, Default)]
struct Kinds(Arc<Mutex<Vec<AuditKind>>>);

impl AuditSink for Kinds {
    fn record(&self, event: &AuditEvent) {
        self.0.lock().unwrap().push(event.kind);
    }
}

struct Site {
    passkeys: Passkeys<App>,
    router: Router,
    kinds: Kinds,
    _directory: TempDir,
}

impl Site {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/a.db?mode=rwc", directory.path().display());
        let pool = SqlitePool::connect(&url).await.unwrap();
        let repository = SqliteRepository::new(pool.clone());
        repository.migrate().await.unwrap();
        let kinds = Kinds::default();
        let further = Arc::default();
        let passkeys = Passkeys::new(App { pool, further }, repository).audit(kinds.clone());
        let router = Router::new().nest("/auth/passkeys", passkeys.router());
        Self {
            passkeys,
            router,
            kinds,
            _directory: directory,
        }
    }

    /// Signs up with this outcome of `on_registered`.
    async fn sign_up(&self, outcome: &str) -> testing::Response {
        let browser = Browser::new(self.router.clone(), "https://example.com");
        let mut browser = browser.with_header("x-outcome", outcome);
        browser.sign_up(&json!({})).await
    }

    /// Returns the number of Ada's passkeys.
    async fn stored(&self) -> usize {
        self.passkeys
            .repository()
            .list(Owner::everywhere("ada"))
            .await
            .unwrap()
            .len()
    }

    async fn last_kinds<const N: usize>(&self) -> [AuditKind; N] {
        assert!(self.passkeys.shutdown(PATIENCE).await);
        let kinds = self.kinds.0.lock().unwrap();
        *kinds.last_chunk().expect("as many events")
    }
}

const SUCCEEDED: AuditKind = AuditKind::RegistrationSucceeded;
const ROLLED_BACK: AuditKind = AuditKind::RegistrationRolledBack;

#[tokio::test]
async fn sign_up_whose_on_registered_responds_with_an_error_leaves_no_passkey() {
    let site = Site::new().await;
    for status in [400, 401, 409, 422, 500, 503] {
        let answer = site.sign_up(&status.to_string()).await;
        assert_eq!(answer.status, status, "the hook's response");
        assert_eq!(answer.text(), "ada", "the hook's response");
        assert_eq!(site.stored().await, 0, "{status}");
        assert_eq!(site.last_kinds().await, [SUCCEEDED, ROLLED_BACK]);
        let id = answer.headers["passkey-rolled-back"].to_str().unwrap();
        id.parse::<passkeys::CredentialId>().unwrap();
    }
    // The account does not exist, so the same user ID can sign up.
    site.sign_up("200").await.assert_ok();
    assert_eq!(site.stored().await, 1);
}

#[tokio::test]
async fn sign_up_whose_on_registered_succeeds_keeps_its_passkey() {
    for status in [200, 201, 204, 303] {
        let site = Site::new().await;
        let answer = site.sign_up(&status.to_string()).await;
        assert_eq!(answer.status, status);
        assert!(!answer.headers.contains_key("passkey-rolled-back"));
        assert_eq!(site.stored().await, 1, "{status}");
        assert_eq!(site.last_kinds().await, [SUCCEEDED]);
    }
}

#[tokio::test]
async fn sign_up_whose_on_registered_panics_leaves_no_passkey() {
    let site = Arc::new(Site::new().await);
    let panics = site.clone();
    let panics = tokio::spawn(async move { panics.sign_up("panic").await });
    let panic = panics.await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"on purpose"));
    assert_eq!(site.stored().await, 0);
    assert_eq!(site.last_kinds().await, [SUCCEEDED, ROLLED_BACK]);
}

#[tokio::test]
async fn sign_up_whose_on_registered_is_rejected_by_an_extractor_leaves_no_passkey() {
    let site = Site::new().await;
    let answer = site.sign_up("rejection").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(site.stored().await, 0);
    assert_eq!(site.last_kinds().await, [SUCCEEDED, ROLLED_BACK]);
}

#[tokio::test]
async fn further_passkey_stays_although_on_registered_fails() {
    let site = Site::new().await;
    let browser = Browser::new(site.router.clone(), "https://example.com");
    let answer = browser.with_header("x-outcome", "500").register().await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.headers.contains_key("passkey-rolled-back"));
    assert_eq!(site.stored().await, 1);
    assert_eq!(site.last_kinds().await, [SUCCEEDED]);
}

#[tokio::test]
async fn rollback_of_a_sign_up_deletes_passkeys_that_were_registered_meanwhile() {
    let site = Site::new().await;
    let browser = Browser::new(site.router.clone(), "https://example.com");
    let mut browser = browser.with_header("x-outcome", "200");
    let further = async move { browser.register().await };
    *site.passkeys.app().further.lock().unwrap() = Some(Box::pin(further));
    let answer = site.sign_up("further").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(site.stored().await, 0);
    let deleted = AuditKind::CredentialDeleted;
    assert_eq!(site.last_kinds().await, [SUCCEEDED, deleted, ROLLED_BACK]);
}

#[tokio::test]
async fn rollback_is_tried_again_after_a_failure_of_the_repository() {
    let site = Site::new().await;
    let answer = site.sign_up("restart").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.headers.contains_key("passkey-rolled-back"));
    assert_eq!(site.stored().await, 0);
    assert_eq!(site.last_kinds().await, [SUCCEEDED, ROLLED_BACK]);
}

#[tokio::test]
async fn audit_trail_says_that_a_rollback_failed() {
    let site = Site::new().await;
    let answer = site.sign_up("storage").await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "the hook's response");
    // The browser keeps the passkey as the server does.
    assert!(!answer.headers.contains_key("passkey-rolled-back"));
    assert_eq!(
        site.last_kinds().await,
        [SUCCEEDED, AuditKind::RollbackFailed]
    );
}

#[tokio::test]
async fn routes_of_an_applications_own_roll_a_registration_back() {
    let site = Site::new().await;
    let registration = site.passkeys.registration();
    let begun = registration.begin_sign_up(&ada()).await.unwrap();
    let mut device = testing::Authenticator::new("https://example.com");
    let request = answer(begun, &mut device);
    let registered = registration.finish_sign_up(&request).await.unwrap();
    assert_eq!(site.stored().await, 1);
    registration.roll_back(&registered).await.unwrap();
    assert_eq!(site.stored().await, 0);
    assert_eq!(site.last_kinds().await, [SUCCEEDED, ROLLED_BACK]);

    site.passkeys.app().pool.close().await;
    let failed = registration.roll_back(&registered).await.unwrap_err();
    assert_eq!(failed.code(), "storage_unavailable");
    assert_eq!(site.last_kinds().await, [AuditKind::RollbackFailed]);
}

/// The authenticator has the passkey, and would offer it at every sign-in.
#[tokio::test]
async fn response_to_a_registration_that_stored_nothing_names_the_passkey() {
    let (passkeys, _) = Trail::of(Passkeys::new(
        passkeys_test_support::App,
        MemoryRepository::default(),
    ));
    let site = crate::site::Site(Router::new().nest("/auth/passkeys", passkeys.router()));
    let begin = async || {
        let begun = site.post("/register/begin", Some("ada"), None).await;
        let mut phone = passkeys::testing::Authenticator::new("https://example.com");
        (phone.create(&begun.json()), begun.json()["state"].clone())
    };
    let finish = async |user: Option<&'static str>, credential: &Value, state: &Value| {
        let body = json!({ "credential": credential, "state": state });
        site.post("/register/finish", user, Some(body)).await
    };
    let header = "passkey-rolled-back";

    // Of nobody, whose session has ended meanwhile.
    let (credential, state) = begin().await;
    let answer = finish(None, &credential, &state).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.headers[header], credential["id"].as_str().unwrap());

    // One that does not verify.
    let (mut credential, state) = begin().await;
    credential["response"]["clientDataJSON"] = "AAAA".into();
    let answer = finish(Some("ada"), &credential, &state).await;
    answer.is_error(400, "attestation_verification_failed");
    assert_eq!(answer.headers[header], credential["id"].as_str().unwrap());

    // Without an ID there is none to name.
    let (_, state) = begin().await;
    for credential in [json!({}), json!({ "id": "\n" }), json!(7)] {
        let answer = finish(Some("ada"), &credential, &state).await;
        assert!(!answer.headers.contains_key(header));
    }

    // A repetition says nothing: the passkey may be stored.
    let (credential, state) = begin().await;
    let answer = finish(Some("ada"), &credential, &state).await;
    assert_eq!(answer.status, StatusCode::OK);
    let again = finish(Some("ada"), &credential, &state).await;
    again.is_error(400, "challenge_not_found");
    assert!(!again.headers.contains_key(header));
}
