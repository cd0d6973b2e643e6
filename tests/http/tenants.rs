//! Applications with the hook `relying_party`: tenants with one repository, one challenge store, and users with
//! equal IDs.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Instant,
};

use axum::{
    Json, Router,
    http::{
        HeaderMap, HeaderName, Method, StatusCode,
        header::{HOST, SET_COOKIE},
    },
    response::AppendHeaders,
    routing::{get, post},
};
use passkeys::{
    AuthenticationResult, Credential, Error, PasskeyUser, Passkeys, RegistrationResult,
    RelyingPartyConfig, Tenant, UserVerification, Verified,
    audit::{AuditEvent, AuditKind, AuditSink, Reason},
    ceremony::{Action, FinishAuthentication, FinishRegistration, FinishStepUp},
    passkeys,
    store::{CredentialRepository as _, MemoryRepository, Owner},
    testing::{Authenticator, Browser},
};
use passkeys_test_support::{RegistrationExt as _, imported, raw};
use serde_json::{Value, json};

const A: &str = "a.example";
const B: &str = "b.example";

/// White-label service. A session is a cookie with a number.
#[derive(Clone, Default)]
struct App {
    tenants: Arc<BTreeMap<String, RelyingPartyConfig>>,
    sessions: Arc<Mutex<Vec<(String, String)>>>,
    /// How often the hook was asked.
    asked: Arc<AtomicUsize>,
}

impl App {
    fn start(&self, tenant: &RelyingPartyConfig, user_id: &str) -> Session {
        let mut sessions = self.sessions.lock().unwrap();
        sessions.push((tenant.rp_id().to_owned(), user_id.to_owned()));
        AppendHeaders([(SET_COOKIE, format!("session={}", sessions.len() - 1))])
    }
}

type Session = AppendHeaders<[(HeaderName, String); 1]>;

#[derive(serde::Deserialize)]
struct Form {
    id: String,
}

#[passkeys(max_credentials = 2, profiles(security_key(hints = ["security-key"])))]
impl App {
    type Repository = MemoryRepository;

    async fn relying_party(&self, headers: HeaderMap) -> Result<RelyingPartyConfig, StatusCode> {
        self.asked.fetch_add(1, Relaxed);
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let tenant = host.and_then(|host| self.tenants.get(host));
        tenant.cloned().ok_or(StatusCode::NOT_FOUND)
    }

    fn get_user(
        &self,
        tenant: RelyingPartyConfig,
        headers: HeaderMap,
    ) -> Result<PasskeyUser, StatusCode> {
        let cookie = headers.get("cookie").and_then(|it| it.to_str().ok());
        let number = cookie.and_then(|it| it.strip_prefix("session=")?.parse::<usize>().ok());
        let sessions = self.sessions.lock().unwrap();
        let session = number.and_then(|number| sessions.get(number));
        // A session is of one tenant.
        let session = session.filter(|(rp_id, _)| rp_id == tenant.rp_id());
        let (_, user_id) = session.ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(PasskeyUser::new(user_id, user_id, user_id))
    }

    fn sign_up(&self, Json(form): Json<Form>) -> PasskeyUser {
        PasskeyUser::new(&form.id, &form.id, &form.id)
    }

    fn on_registered(&self, tenant: RelyingPartyConfig, registered: RegistrationResult) -> Session {
        self.start(&tenant, registered.user().id())
    }

    fn on_authenticated(
        &self,
        tenant: RelyingPartyConfig,
        login: AuthenticationResult,
    ) -> (Session, Json<Value>) {
        let signed_in = json!([tenant.rp_id(), login.user_id()]);
        (self.start(&tenant, login.user_id()), Json(signed_in))
    }

    #[expect(clippy::unnecessary_wraps, reason = "a hook")]
    fn find_user(&self, username: String) -> Option<PasskeyUser> {
        Some(PasskeyUser::new(&username, &username, &username))
    }
}

/// Audit trail that tests read.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<AuditEvent>>>);

impl AuditSink for Events {
    fn record(&self, event: &AuditEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
}

fn tenant(rp_id: &str) -> RelyingPartyConfig {
    RelyingPartyConfig::of::<App>(rp_id, [format!("https://{rp_id}")]).unwrap()
}

struct Site {
    passkeys: Passkeys<App>,
    events: Events,
}

impl Site {
    fn new(rp_ids: impl IntoIterator<Item = String>) -> Self {
        let tenants = rp_ids
            .into_iter()
            .map(|rp_id| (rp_id.clone(), tenant(&rp_id)));
        let app = App {
            tenants: Arc::new(tenants.collect()),
            ..App::default()
        };
        Self::of(app)
    }

    fn of(app: App) -> Self {
        let events = Events::default();
        let passkeys = Passkeys::new(app, MemoryRepository::default()).audit(events.clone());
        Self { passkeys, events }
    }

    fn router(&self) -> Router {
        async fn paid(Verified { user, .. }: Verified<App>) -> String {
            user.id().to_owned()
        }
        async fn count(tenant: Tenant<App>, user: PasskeyUser) -> Result<String, Error> {
            Ok(tenant.management().list(user.id()).await?.len().to_string())
        }
        Router::new()
            .nest("/auth/passkeys", self.passkeys.router())
            .merge(self.passkeys.well_known())
            .route("/pay", post(paid))
            .route("/count", get(count))
            .with_state(self.passkeys.clone())
    }

    fn browser(&self, rp_id: &str) -> Browser {
        Browser::new(self.router(), format!("https://{rp_id}")).with_header("host", rp_id)
    }

    /// Signs up the user `1` at the tenant.
    async fn signed_up(&self, rp_id: &str) -> Browser {
        let mut browser = self.browser(rp_id);
        browser.sign_up(&json!({ "id": "1" })).await.assert_ok();
        browser
    }

    fn last_reason(&self) -> Option<Reason> {
        self.passkeys
            .flush_audit(std::time::Duration::from_secs(10));
        let events = self.events.0.lock().unwrap();
        events.iter().rev().find_map(|event| event.kind.reason())
    }
}

fn two() -> Site {
    Site::new([A, B].map(str::to_owned))
}

async fn listed(browser: &mut Browser) -> Vec<Value> {
    browser.get("/auth/passkeys/credentials").await.json()
}

#[tokio::test]
async fn users_with_equal_ids_sign_up_and_sign_in_at_each_tenant_by_themselves() {
    let site = two();
    let mut at_a = site.signed_up(A).await;
    let mut at_b = site.signed_up(B).await;
    for (browser, rp_id) in [(&mut at_a, A), (&mut at_b, B)] {
        let again = browser.sign_up(&json!({ "id": "1" })).await;
        again.assert_error("account_already_exists");
        let signed_in: Value = browser.sign_in().await.assert_ok().json();
        assert_eq!(signed_in, json!([rp_id, "1"]));
        assert_eq!(listed(browser).await.len(), 1);
        let named: Value = browser
            .sign_in_as(&json!({ "username": "1" }))
            .await
            .assert_ok()
            .json();
        assert_eq!(named, json!([rp_id, "1"]));
    }
    let repository = site.passkeys.repository();
    let all = repository.list(Owner::everywhere("1")).await.unwrap();
    assert_eq!(all.len(), 2);
}

#[tokio::test]
async fn user_with_an_equal_id_neither_lists_nor_changes_passkeys_of_another_tenant() {
    let site = two();
    let mut at_a = site.signed_up(A).await;
    let mut at_b = site.signed_up(B).await;
    let id = listed(&mut at_a).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(listed(&mut at_b).await.iter().all(|it| it["id"] != *id));
    let path = format!("/auth/passkeys/credentials/{id}");
    for (method, body) in [
        (Method::PATCH, Some(json!({ "deviceName": "mine" }))),
        (Method::DELETE, None),
    ] {
        let answer = at_b.request(method, &path, body.as_ref()).await;
        answer.assert_error("credential_not_found");
    }
    let signals: Value = at_b.get("/auth/passkeys/signals").await.json();
    assert!(!signals.to_string().contains(&id), "{signals}");
    assert_eq!(signals["rpId"], B);
    assert_eq!(at_b.get("/count").await.text(), "1");
    assert_eq!(listed(&mut at_a).await[0]["deviceName"], "");
}

#[tokio::test]
async fn maximum_number_of_passkeys_is_counted_by_tenant() {
    let site = two();
    let mut at_a = site.signed_up(A).await;
    at_a.register().await.assert_ok();
    at_a.register().await.assert_error("too_many_credentials");
    let mut at_b = site.signed_up(B).await;
    at_b.register().await.assert_ok();
}

#[tokio::test]
async fn session_cookie_of_another_tenant_is_of_no_use() {
    let site = two();
    let _at_a = site.signed_up(A).await;
    // The cookie is `session=0`.
    let mut crossed = site.browser(B).with_header("cookie", "session=0");
    for path in ["credentials", "signals"] {
        let answer = crossed.get(&format!("/auth/passkeys/{path}")).await;
        answer.assert_status(401);
    }
    crossed.get("/count").await.assert_status(401);
    crossed.register().await.assert_status(401);
}

/// Begins at one tenant, and finishes at another, as if both were one application.
#[tokio::test]
async fn ceremonies_begun_at_one_tenant_do_not_finish_at_another() {
    let site = two();
    let (a, b) = (tenant(A), tenant(B));
    let (at_a, at_b) = (site.passkeys.tenant(&a), site.passkeys.tenant(&b));
    let user = PasskeyUser::new("1", "ada", "Ada");
    let mut device = Authenticator::new("https://a.example");

    let begun = serde_json::to_value(at_a.registration().begin(&user).await.unwrap()).unwrap();
    let state = begun["state"].as_str().unwrap();
    let request = FinishRegistration::new(raw(&device.create(&begun)), state);
    let crossed = at_b.registration().finish_as(&user, &request).await;
    assert!(matches!(crossed, Err(Error::ChallengeNotFound)));
    assert_eq!(site.last_reason(), Some(Reason::OtherRelyingParty));

    let begun = serde_json::to_value(at_a.registration().begin(&user).await.unwrap()).unwrap();
    let state = begun["state"].as_str().unwrap();
    let request = FinishRegistration::new(raw(&device.create(&begun)), state);
    at_a.registration()
        .finish_as(&user, &request)
        .await
        .unwrap();

    let begun = serde_json::to_value(at_a.authentication().begin().await.unwrap()).unwrap();
    let state = begun["state"].as_str().unwrap();
    let request = FinishAuthentication::new(raw(&device.get(&begun).unwrap()), state);
    let crossed = at_b.authentication().finish(&request).await;
    assert!(matches!(crossed, Err(Error::ChallengeNotFound)));

    let action = Action::new("POST", A, "/pay", b"null");
    let begun = at_a.step_up().begin(&user, &action).await.unwrap();
    let begun = serde_json::to_value(begun).unwrap();
    let state = begun["state"].as_str().unwrap();
    let request = FinishStepUp::new(raw(&device.get(&begun).unwrap()), state, raw(&Value::Null));
    let who = async { Ok::<_, Error>(user.clone()) };
    let crossed = at_b
        .step_up()
        .finish::<Value, _>(&request, &action, who)
        .await;
    assert!(matches!(crossed, Err(Error::ChallengeNotFound)));
}

/// The page of a tenant has another one's passkey sign its challenge: an authenticator that is not honest.
#[tokio::test]
async fn passkey_of_another_tenant_is_unknown_and_no_log_names_its_tenant() {
    let site = two();
    let (a, b) = (tenant(A), tenant(B));
    let mut at_a = site.signed_up(A).await;
    let begun = site.passkeys.tenant(&b).authentication().begin().await;
    let mut begun = serde_json::to_value(begun.unwrap()).unwrap();
    let state = begun["state"].as_str().unwrap().to_owned();
    begun["publicKey"]["rpId"] = json!(A);
    let credential = at_a.authenticator().get(&begun).unwrap();
    let request = FinishAuthentication::new(raw(&credential), state);
    let crossed = site
        .passkeys
        .tenant(&b)
        .authentication()
        .finish(&request)
        .await;
    assert!(matches!(crossed, Err(Error::AuthenticationFailed)));
    assert_eq!(site.last_reason(), Some(Reason::OtherRpId));
    let events = site.events.0.lock().unwrap();
    let failed = events.last().unwrap();
    assert_eq!(failed.rp_id, B);
    let detail = failed.detail.as_deref().unwrap();
    assert!(!detail.contains(a.rp_id()), "{detail}");
}

#[tokio::test]
async fn decoy_credentials_of_one_name_differ_by_tenant() {
    let site = two();
    let mut lists = Vec::new();
    for rp_id in [A, B, A] {
        let mut browser = site.browser(rp_id);
        let begun: Value = browser
            .post(
                "/auth/passkeys/authenticate/begin",
                &json!({ "username": "nobody" }),
            )
            .await
            .json();
        let allowed = begun["publicKey"]["allowCredentials"].as_array().unwrap();
        let ids = allowed.iter().map(|it| it["id"].to_string());
        lists.push(ids.collect::<Vec<_>>());
    }
    assert_eq!(lists[0], lists[2], "the same at one tenant");
    assert!(
        lists[0].iter().all(|id| !lists[1].contains(id)),
        "{lists:?}"
    );
}

#[tokio::test]
async fn step_up_runs_the_handler_at_its_tenant_only() {
    let site = two();
    let mut at_a = site.signed_up(A).await;
    let paid = at_a.step_up(Method::POST, "/pay", None).await;
    assert_eq!(paid.assert_ok().text(), "1");
    let mut nowhere = site.browser("nobody.example");
    nowhere.post("/pay", &json!(null)).await.assert_status(404);
}

#[tokio::test]
async fn request_of_no_tenant_gets_the_response_of_the_hook_on_every_route() {
    let site = two();
    let mut nobody = site.browser("nobody.example");
    for path in [
        "register/begin",
        "authenticate/begin",
        "authenticate/finish",
        "sign-up/begin",
    ] {
        let answer = nobody
            .post(&format!("/auth/passkeys/{path}"), &json!({}))
            .await;
        let answer = answer.assert_status(404);
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    nobody
        .get("/auth/passkeys/credentials")
        .await
        .assert_status(404);
    nobody.get("/.well-known/webauthn").await.assert_status(404);
    nobody.get("/count").await.assert_status(404);
    // The modules are the same for everybody.
    nobody.get("/auth/passkeys/client.js").await.assert_ok();
}

#[tokio::test]
async fn hook_is_asked_once_for_each_request() {
    let site = two();
    let mut at_a = site.signed_up(A).await;
    let asked = &site.passkeys.app().asked;
    for path in ["/auth/passkeys/credentials", "/count"] {
        let before = asked.load(Relaxed);
        at_a.get(path).await.assert_ok();
        assert_eq!(asked.load(Relaxed), before + 1, "{path}");
    }
}

#[tokio::test]
async fn well_known_documents_are_of_the_tenant_of_the_host() {
    let a = RelyingPartyConfig::builder::<App>(A, ["https://a.example"])
        .related_origins(["https://a-shop.example"])
        .enroll_url("https://a.example/passkeys/new")
        .build()
        .unwrap();
    let tenants = [(A, RelyingPartyConfig::new(a)), (B, tenant(B))];
    let app = App {
        tenants: Arc::new(tenants.map(|(host, it)| (host.to_owned(), it)).into()),
        ..App::default()
    };
    let passkeys = Passkeys::new(app, MemoryRepository::default());
    let at = |host: &str| {
        let router = Router::new().merge(passkeys.well_known());
        Browser::new(router, format!("https://{host}")).with_header("host", host)
    };
    for _ in 0..2 {
        let related = at(A).get("/.well-known/webauthn").await.assert_ok();
        assert_eq!(related.headers["cache-control"], "public, max-age=3600");
        assert_eq!(
            related.json::<Value>(),
            json!({ "origins": ["https://a-shop.example"] })
        );
    }
    let pages: Value = at(A).get("/.well-known/passkey-endpoints").await.json();
    assert_eq!(pages, json!({ "enroll": "https://a.example/passkeys/new" }));
    at(B).get("/.well-known/webauthn").await.assert_status(404);
    at(A)
        .get("/.well-known/assetlinks.json")
        .await
        .assert_status(404);
}

#[test]
fn tenants_have_the_keys_of_the_attribute_unless_they_set_others() {
    let common = tenant(A);
    assert_eq!(common.config().max_credentials(), 2);
    assert!(common.config().profile("security_key").is_some());
    let strict = RelyingPartyConfig::builder::<App>(B, ["https://b.example"])
        .rp_name("B")
        .max_credentials(5)
        .user_verification(UserVerification::Preferred)
        .build()
        .unwrap();
    assert_eq!(
        (
            strict.rp_name(),
            strict.max_credentials(),
            strict.user_verification()
        ),
        ("B", 5, UserVerification::Preferred)
    );
    let mistake = RelyingPartyConfig::of::<App>("co.uk", ["https://shop.co.uk"]).unwrap_err();
    assert!(mistake.to_string().starts_with("rp_id: "), "{mistake}");
}

#[tokio::test]
async fn application_closes_an_account_of_one_tenant_only() {
    let site = two();
    let mut at_a = site.signed_up(A).await;
    let mut at_b = site.signed_up(B).await;
    let at = site.passkeys.tenant(&tenant(A));
    let removed = at.management().delete_all("1").await.unwrap();
    assert_eq!(removed.len(), 1);
    at_a.sign_in().await.assert_error("authentication_failed");
    at_b.sign_in().await.assert_ok();
    site.passkeys
        .flush_audit(std::time::Duration::from_secs(10));
    let events = site.events.0.lock().unwrap();
    let deleted = events
        .iter()
        .find(|it| it.kind == AuditKind::CredentialDeleted);
    assert_eq!(deleted.unwrap().rp_id, A);
}

#[tokio::test]
async fn passkey_that_is_stored_without_an_rp_id_belongs_to_no_tenant() {
    let site = two();
    let mut at_a = site.signed_up(A).await;
    let repository = site.passkeys.repository();
    let owner = Owner::of_tenant(A, "1");
    let [stored]: [Credential; 1] = repository.list(owner).await.unwrap().try_into().unwrap();
    assert!(repository.delete(owner, &stored.id).await.unwrap());
    let mut older = stored;
    older.rp_id = None;
    assert!(imported(repository, &older).await);
    assert_eq!(listed(&mut at_a).await, [] as [Value; 0]);
    at_a.sign_in().await.assert_error("authentication_failed");
    assert_eq!(site.last_reason(), Some(Reason::OtherRpId));
}

/// A request with ten thousand tenants, each with a user of the same ID, costs what it costs with ten.
#[tokio::test]
async fn ten_thousand_tenants_cost_no_scan_and_no_rebuild_for_each_request() {
    let mut medians = Vec::new();
    for count in [10_usize, 10_000] {
        // One configuration for all but one of them, which are quicker to make; a request only looks its own up.
        let (shared, own) = (tenant("shared.example"), tenant("t7.example"));
        let tenants = (0..count).map(|number| match number {
            7 => ("t7.example".to_owned(), own.clone()),
            number => (format!("t{number}.example"), shared.clone()),
        });
        let app = App {
            tenants: Arc::new(tenants.collect()),
            ..App::default()
        };
        let site = Site::of(app);
        let repository = site.passkeys.repository();
        for number in 0..count {
            let mut credential =
                passkeys_test_support::credential(u32::try_from(number).unwrap(), "1");
            let rp_id = format!("t{number}.example");
            credential.rp_id = Some(rp_id.clone());
            // Counts the tenant's own only.
            let owner = Owner::of_tenant(&rp_id, "1");
            repository.insert(owner, &credential, 20).await.unwrap();
        }
        let mut browser = site.browser("t7.example");
        browser.sign_up(&json!({ "id": "2" })).await.assert_ok();
        let service = site.passkeys.tenant(&tenant("t7.example"));
        let mut times = Vec::new();
        for _ in 0..301 {
            let begun = Instant::now();
            let listed = service.management().list("1").await.unwrap();
            browser
                .post("/auth/passkeys/register/begin", &json!(null))
                .await
                .assert_ok();
            times.push(begun.elapsed());
            assert_eq!(listed.len(), 1);
        }
        times.sort();
        medians.push(times[times.len() / 2]);
    }
    // A scan of ten thousand credentials, or of as many configurations, would take a hundred times as long.
    assert!(medians[1] < medians[0] * 10, "{medians:?}");
}
