//! `POST /authenticate/begin {"secondFactor": true}`, and its finish, for an application with passwords.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Response},
    routing::post,
};
use passkeys::{
    AuthenticationResult, Data, PasskeyUser, Passkeys, passkeys,
    store::{CredentialRepository as _, MemoryChallenges, MemoryRepository, Owner},
    testing::Browser,
};
use serde_json::{Value, json};

/// What a session has passed so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passed {
    Password,
    Both,
}

/// Application that signs in by password first and passkey second. The session is a cookie with a number.
#[derive(Clone, Default)]
struct App {
    sessions: Arc<Mutex<BTreeMap<String, (String, Passed)>>>,
}

type Session = AppendHeaders<[(axum::http::HeaderName, String); 1]>;

impl App {
    /// Starts a session, with a new number.
    fn start(&self, user_id: &str, passed: Passed) -> Session {
        let mut sessions = self.sessions.lock().unwrap();
        let number = sessions.len().to_string();
        sessions.insert(number.clone(), (user_id.to_owned(), passed));
        AppendHeaders([(SET_COOKIE, format!("session={number}"))])
    }

    fn session(&self, headers: &HeaderMap) -> Option<(String, Passed)> {
        let cookie = headers.get("cookie")?.to_str().ok()?;
        let number = cookie.strip_prefix("session=")?;
        self.sessions.lock().unwrap().get(number).cloned()
    }
}

fn user(id: &str) -> PasskeyUser {
    PasskeyUser::new(id, format!("{id}@example.com"), id)
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        match self.session(&headers) {
            Some((id, Passed::Both)) => Ok(user(&id)),
            _ => Err(StatusCode::UNAUTHORIZED),
        }
    }

    /// The user whose password was right.
    fn second_factor_user(
        &self,
        headers: HeaderMap,
    ) -> Result<PasskeyUser, (StatusCode, &'static str)> {
        let session = self.session(&headers);
        let (id, _) = session.ok_or((StatusCode::UNAUTHORIZED, "password first"))?;
        Ok(user(&id))
    }

    fn on_authenticated(&self, data: Data<Option<u8>>, login: AuthenticationResult) -> Response {
        if !login.is_second_factor() {
            return (StatusCode::FORBIDDEN, "password first").into_response();
        }
        let session = self.start(login.user_id(), Passed::Both);
        (session, Json((login.user_id(), *data))).into_response()
    }
}

/// Signs in by password: the right one is the user ID.
async fn password(
    State(app): State<App>,
    Json((id, password)): Json<(String, String)>,
) -> Response {
    if id == password {
        app.start(&id, Passed::Password).into_response()
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

struct Site {
    passkeys: Passkeys<App>,
    browser: Browser,
}

impl Site {
    fn of(passkeys: Passkeys<App>) -> Self {
        let router = Router::new()
            .route("/password", post(password))
            .nest("/auth/passkeys", passkeys.router())
            .with_state(passkeys.clone());
        let browser = Browser::new(router, "https://example.com");
        Self { passkeys, browser }
    }

    /// A site where Ada has a passkey, and nobody is signed in.
    async fn new() -> Self {
        let mut site = Self::of(Passkeys::new(App::default(), MemoryRepository::default()));
        let [(_, cookie)] = site.passkeys.app().start("ada", Passed::Both).0;
        let mut ada = site.browser.clone().with_header("cookie", &cookie);
        ada.register().await.assert_ok();
        *site.browser.authenticator() = ada.authenticator().clone();
        site
    }

    async fn password(&mut self, id: &str) {
        let right = json!([id, id]);
        self.browser.post("/password", &right).await.assert_ok();
    }

    async fn begin(&mut self, body: Value) -> passkeys::testing::Response {
        let path = "/auth/passkeys/authenticate/begin";
        self.browser.post(path, &body).await
    }
}

#[tokio::test]
async fn passkey_after_the_password_signs_in() {
    let mut site = Site::new().await;
    site.password("ada").await;
    let list = "/auth/passkeys/credentials";
    let half = site.browser.get(list).await;
    assert_eq!(half.status, StatusCode::UNAUTHORIZED, "not signed in yet");
    let mut browser = site.browser.with_data(json!(7));
    let signed_in = browser.second_factor().await.assert_ok();
    assert_eq!(signed_in.json::<Value>(), json!(["ada", 7]));
    browser.get(list).await.assert_ok();
}

#[tokio::test]
async fn passkey_without_the_password_is_no_second_factor() {
    let mut site = Site::new().await;
    let alone = site.browser.sign_in().await;
    assert_eq!(alone.status, StatusCode::FORBIDDEN, "the hook's response");
    // The password alone does not make an ordinary sign-in a second factor either.
    site.password("ada").await;
    let ordinary = site.browser.sign_in().await;
    assert_eq!(ordinary.status, StatusCode::FORBIDDEN);
}

/// Nothing is said about whether there is such a user, or whether they have a passkey.
#[tokio::test]
async fn second_factor_does_not_begin_before_the_first_one_is_passed() {
    let mut site = Site::new().await;
    for name in ["ada", "nobody"] {
        let wrong = site
            .browser
            .post("/password", &json!([name, "guess"]))
            .await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        let begun = site.begin(json!({ "secondFactor": true })).await;
        assert_eq!(begun.status, StatusCode::UNAUTHORIZED);
        assert_eq!(begun.text(), "password first", "the hook's response");
    }
}

#[tokio::test]
async fn second_factor_of_a_user_without_a_passkey_is_no_passkeys() {
    let mut site = Site::new().await;
    site.password("bob").await;
    let begun = site.begin(json!({ "secondFactor": true })).await;
    assert_eq!(begun.status, StatusCode::NOT_FOUND);
    begun.assert_error("no_passkeys");
}

#[tokio::test]
async fn second_factor_is_rejected_where_the_session_is_over_or_anothers_when_it_is_finished() {
    let mut site = Site::new().await;
    for other in [None, Some("bob")] {
        site.password("ada").await;
        let begun: Value = site.begin(json!({ "secondFactor": true })).await.json();
        let credential = site.browser.authenticator().get(&begun).unwrap();
        let finish = json!({ "credential": credential, "state": begun["state"] });
        site.browser.clear_cookies();
        if let Some(other) = other {
            site.password(other).await;
        }
        let path = "/auth/passkeys/authenticate/finish";
        let answer = site.browser.post(path, &finish).await;
        if other.is_some() {
            answer.assert_error("challenge_not_found");
        } else {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert_eq!(answer.text(), "password first", "the hook's response");
        }
        site.password("ada").await;
        let again = site.browser.post(path, &finish).await;
        again.assert_error("challenge_not_found");
    }
    let sessions = site.passkeys.app().sessions.lock().unwrap();
    let signed_in = sessions
        .values()
        .filter(|(_, passed)| *passed == Passed::Both);
    assert_eq!(signed_in.count(), 1, "only the one that registered");
}

#[tokio::test]
async fn second_factor_names_no_user_and_is_true_or_false() {
    let mut site = Site::new().await;
    site.password("ada").await;
    for body in [
        json!({ "secondFactor": true, "userId": "ada" }),
        json!({ "secondFactor": true, "username": "ada" }),
        json!({ "secondFactor": 1 }),
        json!({ "secondFactor": "true" }),
    ] {
        let answer = site.begin(body.clone()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let answer = answer.assert_error("invalid_request");
        assert!(
            answer.text().contains("`secondFactor`"),
            "{}",
            answer.text()
        );
    }
    for body in [
        json!({ "secondFactor": true, "userId": "", "username": null }),
        json!({ "secondFactor": true }),
    ] {
        let begun: Value = site.begin(body).await.assert_ok().json();
        let allowed = begun["publicKey"]["allowCredentials"].as_array();
        assert_eq!(allowed.unwrap().len(), 1);
    }
    for body in [
        json!({ "secondFactor": false }),
        json!({ "secondFactor": null }),
    ] {
        let begun: Value = site.begin(body).await.assert_ok().json();
        assert_eq!(
            begun["publicKey"]["allowCredentials"],
            json!([]),
            "a sign-in"
        );
    }
}

/// Application without second factors.
#[derive(Clone)]
struct Plain;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Plain {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        user("ada")
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[tokio::test]
async fn second_factor_is_neither_begun_nor_finished_by_an_application_without_the_hook() {
    let challenges = MemoryChallenges::default();
    let passkeys = Passkeys::new(App::default(), MemoryRepository::default());
    let mut site = Site::of(passkeys.challenges(challenges.clone()).application("one"));
    let [(_, cookie)] = site.passkeys.app().start("ada", Passed::Both).0;
    let mut ada = site.browser.clone().with_header("cookie", &cookie);
    ada.register().await.assert_ok();
    *site.browser.authenticator() = ada.authenticator().clone();

    // The same passkeys, application name and challenge store: only the hook is missing.
    let plain = Passkeys::new(Plain, MemoryRepository::default());
    let plain = plain.challenges(challenges).application("one");
    for stored in site
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap()
    {
        assert!(passkeys_test_support::imported(plain.repository(), &stored).await);
    }
    let router = Router::new().nest("/auth/passkeys", plain.router());
    let mut other = Browser::new(router, "https://example.com");
    let begun = other.second_factor().await;
    assert_eq!(begun.status, StatusCode::UNPROCESSABLE_ENTITY);
    begun.assert_error("invalid_request");

    site.password("ada").await;
    let begun: Value = site.begin(json!({ "secondFactor": true })).await.json();
    let credential = site.browser.authenticator().get(&begun).unwrap();
    let finish = json!({ "credential": credential, "state": begun["state"] });
    let path = "/auth/passkeys/authenticate/finish";
    let answer = other.post(path, &finish).await;
    answer.assert_error("challenge_not_found");
}

#[test]
fn openapi_document_has_second_factors_where_there_is_the_hook() {
    let document = |with: bool| {
        let document = if with {
            Passkeys::new(App::default(), MemoryRepository::default()).openapi()
        } else {
            Passkeys::new(Plain, MemoryRepository::default()).openapi()
        };
        let document = serde_json::to_value(document).unwrap();
        crate::validator::validate(&document);
        document["paths"]["/authenticate/begin"]["post"].clone()
    };
    let operation = document(true);
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    let second = &body["oneOf"][1];
    assert_eq!(
        second["properties"],
        json!({ "secondFactor": { "type": "boolean" } })
    );
    assert_eq!(second["required"], json!(["secondFactor"]));
    assert_eq!(body["oneOf"][0]["properties"].as_object().unwrap().len(), 1);
    assert_eq!(
        operation["description"],
        "The user whose password was right."
    );
    assert!(operation["responses"].get("404").is_some());
    assert!(operation["responses"].get("default").is_some());

    let operation = document(false);
    assert!(!operation.to_string().contains("secondFactor"));
    assert_eq!(operation["responses"].get("404"), None);
}

#[test]
fn second_factor_of_a_result_can_be_set_in_tests_of_hooks() {
    let id = passkeys::CredentialId::new([1]).unwrap();
    let now = time::OffsetDateTime::UNIX_EPOCH;
    let credential = passkeys::Credential::new(id, "ada", Vec::new(), now);
    let login = AuthenticationResult::new(credential);
    assert!(!login.is_second_factor());
    assert!(login.with_second_factor(true).is_second_factor());
}
