//! The optional hooks `sign_up`, `on_registered` and `find_user`, over HTTP.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::AppendHeaders,
    routing::get,
};
use passkeys::{
    AuthenticationResult, Config, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::{CredentialRepository as _, MemoryChallenges, MemoryRepository, Owner},
    testing::Browser,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Application with sign-up by name and passkey. The session is a cookie with the user ID.
#[derive(Clone, Default)]
struct Community {
    /// Users by name. A user is added when the passkey of the sign-up is stored.
    accounts: Arc<Mutex<BTreeMap<String, PasskeyUser>>>,
}

#[derive(Deserialize)]
struct SignUp {
    name: String,
}

type Session = AppendHeaders<[(axum::http::HeaderName, String); 1]>;

fn session(user_id: &str) -> Session {
    AppendHeaders([(SET_COOKIE, format!("session={user_id}; HttpOnly"))])
}

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Community {
    type Repository = MemoryRepository;

    fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        let cookie = headers
            .get("cookie")
            .and_then(|cookie| cookie.to_str().ok());
        let id = cookie.and_then(|cookie| cookie.strip_prefix("session="));
        let accounts = self.accounts.lock().unwrap();
        let user = accounts.values().find(|user| Some(user.id()) == id);
        user.cloned().ok_or(StatusCode::UNAUTHORIZED)
    }

    fn sign_up(&self, Json(form): Json<SignUp>) -> Result<PasskeyUser, (StatusCode, &'static str)> {
        if self.accounts.lock().unwrap().contains_key(&form.name) {
            return Err((StatusCode::CONFLICT, "this name is taken"));
        }
        Ok(PasskeyUser::new(
            format!("id-of-{}", form.name),
            &form.name,
            &form.name,
        ))
    }

    fn on_registered(&self, result: RegistrationResult) -> (Session, Json<Value>) {
        if result.signed_up() {
            let mut accounts = self.accounts.lock().unwrap();
            accounts.insert(result.user().name().to_owned(), result.user().clone());
        }
        let answer = json!({ "welcome": result.user().name(), "new": result.signed_up() });
        (session(result.user_id()), Json(answer))
    }

    async fn on_authenticated(&self, login: AuthenticationResult) -> Session {
        session(login.user_id())
    }

    fn find_user(&self, username: String) -> Option<PasskeyUser> {
        self.accounts.lock().unwrap().get(&username).cloned()
    }
}

/// Handler of `GET /me`, with the extractor `PasskeyUser`.
async fn me(user: PasskeyUser) -> String {
    user.name().to_owned()
}

fn community() -> (Browser, Passkeys<Community>) {
    let app = Community::default();
    let passkeys = Passkeys::new(app.clone(), MemoryRepository::default());
    let router = Router::new()
        .route("/me", get(me))
        .nest("/auth/passkeys", passkeys.router())
        .with_state(app);
    (Browser::new(router, "https://example.com"), passkeys)
}

mod sign_up {
    use super::*;

    #[tokio::test]
    async fn sign_up_creates_the_account_with_its_passkey_and_signs_in() {
        let (mut browser, _) = community();
        let answer = browser.sign_up(&json!({ "name": "ada" })).await.assert_ok();
        assert_eq!(
            answer.json::<Value>(),
            json!({ "welcome": "ada", "new": true })
        );
        assert_eq!(browser.get("/me").await.assert_ok().text(), "ada");

        browser.clear_cookies();
        assert_eq!(browser.get("/me").await.status, StatusCode::UNAUTHORIZED);
        browser.sign_in().await.assert_ok();
        assert_eq!(browser.get("/me").await.assert_ok().text(), "ada");
    }

    #[tokio::test]
    async fn unfinished_sign_up_stores_nothing() {
        let (mut browser, passkeys) = community();
        let path = "/auth/passkeys/register/begin";
        browser
            .post(path, &json!({ "name": "ada" }))
            .await
            .assert_ok();
        assert!(
            passkeys
                .repository()
                .list(Owner::everywhere("id-of-ada"))
                .await
                .unwrap()
                .is_empty()
        );
        browser.sign_up(&json!({ "name": "ada" })).await.assert_ok();
    }

    #[tokio::test]
    async fn sign_up_does_not_take_over_an_existing_account() {
        let (mut adas, passkeys) = community();
        adas.sign_up(&json!({ "name": "ada" })).await.assert_ok();
        let mut eves = adas.clone();
        eves.clear_cookies();
        let answer = eves.sign_up(&json!({ "name": "ada" })).await;
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (StatusCode::CONFLICT, "this name is taken")
        );

        // The library rejects it as well, if `sign_up` does not check.
        let registration = passkeys.registration();
        let ada = PasskeyUser::new("id-of-ada", "ada", "ada");
        let rejected = registration.begin_sign_up(&ada).await.unwrap_err();
        assert_eq!(
            (rejected.code(), rejected.status()),
            ("account_already_exists", 409)
        );
    }

    /// Its repository may have another user with the ID that the first application has given.
    #[tokio::test]
    async fn sign_up_is_not_finished_by_an_application_without_the_hook() {
        #[derive(Clone)]
        struct Office;

        #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
        impl Office {
            type Repository = MemoryRepository;

            fn get_user(&self) -> Result<PasskeyUser, StatusCode> {
                Err(StatusCode::UNAUTHORIZED)
            }

            fn on_authenticated(&self, _: AuthenticationResult) {}
        }

        let challenges = MemoryChallenges::default();
        let community = Passkeys::new(Community::default(), MemoryRepository::default())
            .challenges(challenges.clone());
        let office = Passkeys::new(Office, MemoryRepository::default()).challenges(challenges);
        let router = Router::new()
            .nest("/community", community.router())
            .nest("/office", office.router());
        let mut eves = Browser::new(router, "https://example.com");

        let name = json!({ "name": "eve" });
        let begun = eves.post("/community/register/begin", &name).await;
        let begun: Value = begun.assert_ok().json();
        let credential = eves.authenticator().create(&begun);
        let finish = json!({ "credential": credential, "state": begun["state"] });
        let answer = eves.post("/office/register/finish", &finish).await;
        answer.assert_error("challenge_not_found");
        assert_eq!(
            office
                .repository()
                .list(Owner::everywhere("id-of-eve"))
                .await
                .unwrap(),
            []
        );
    }

    #[tokio::test]
    async fn sign_up_begun_twice_for_one_account_is_finished_once() {
        let (mut adas, _) = community();
        let mut eves = adas.clone();
        let path = "/auth/passkeys/register/begin";
        let begun: Value = eves
            .post(path, &json!({ "name": "ada" }))
            .await
            .assert_ok()
            .json();
        adas.sign_up(&json!({ "name": "ada" })).await.assert_ok();

        let credential = eves.authenticator().create(&begun);
        let finish = json!({ "credential": credential, "state": begun["state"] });
        let answer = eves.post("/auth/passkeys/register/finish", &finish).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        answer.assert_error("account_already_exists");
        assert_eq!(eves.get("/me").await.status, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn sign_up_returns_the_rejection_of_its_body_extractor() {
        let (mut browser, _) = community();
        let answer = browser.sign_up(&json!({ "nom": "ada" })).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    /// With conditional creation the user is signed in already.
    #[tokio::test]
    async fn sign_up_is_not_begun_by_conditional_creation() {
        let config = Config::builder("example.com", ["https://example.com"]);
        let config = config.conditional_create(true).build().unwrap();
        let app = Community::default();
        let passkeys = Passkeys::with_config(app, MemoryRepository::default(), config);
        let router = Router::new().nest("/auth/passkeys", passkeys.router());
        let mut browser = Browser::new(router, "https://example.com");
        let path = "/auth/passkeys/register/begin?mediation=conditional";
        let answer = browser.post(path, &json!({ "name": "ada" })).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        answer.assert_error("invalid_request");
    }

    #[tokio::test]
    async fn register_begin_without_a_body_adds_a_passkey_to_the_signed_in_user() {
        let (mut browser, passkeys) = community();
        assert_eq!(browser.register().await.status, StatusCode::UNAUTHORIZED);
        browser.sign_up(&json!({ "name": "ada" })).await.assert_ok();
        let answer = browser.register().await.assert_ok();
        assert_eq!(
            answer.json::<Value>(),
            json!({ "welcome": "ada", "new": false })
        );
        assert_eq!(
            passkeys
                .repository()
                .list(Owner::everywhere("id-of-ada"))
                .await
                .unwrap()
                .len(),
            2
        );
    }
}

mod find_user {
    use super::*;

    #[tokio::test]
    async fn find_user_selects_the_account_that_signs_in() {
        let (mut browser, _) = community();
        browser.sign_up(&json!({ "name": "ada" })).await.assert_ok();
        browser.clear_cookies();
        browser
            .sign_in_as(&json!({ "username": "ada" }))
            .await
            .assert_ok();
        assert_eq!(browser.get("/me").await.assert_ok().text(), "ada");
    }

    #[tokio::test]
    async fn find_user_that_returns_none_leads_to_decoy_credentials_that_do_not_change() {
        let (mut browser, _) = community();
        let path = "/auth/passkeys/authenticate/begin";
        let mut allowed = Vec::new();
        for _ in 0..2 {
            let begun: Value = browser
                .post(path, &json!({ "username": "eve" }))
                .await
                .assert_ok()
                .json();
            allowed.push(begun["publicKey"]["allowCredentials"].clone());
        }
        assert!(!allowed[0].as_array().unwrap().is_empty());
        assert_eq!(allowed[0], allowed[1]);
    }

    #[tokio::test]
    async fn sign_in_is_rejected_if_find_user_returned_none() {
        let (mut browser, _) = community();
        browser.sign_up(&json!({ "name": "ada" })).await.assert_ok();
        let path = "/auth/passkeys/authenticate/begin";
        let named: Value = browser
            .post(path, &json!({ "username": "eve" }))
            .await
            .json();
        let mut anyone: Value = browser.post(path, &json!({})).await.json();
        // Ada's passkey signs the challenge that was begun for the unknown username.
        anyone["publicKey"]["challenge"] = named["publicKey"]["challenge"].clone();
        let credential = browser.authenticator().get(&anyone).unwrap();
        let finish = json!({ "credential": credential, "state": named["state"] });
        let answer = browser
            .post("/auth/passkeys/authenticate/finish", &finish)
            .await;
        answer.assert_error("authentication_failed");
    }
}
