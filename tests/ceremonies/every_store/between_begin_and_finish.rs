//! What may have changed by the time a ceremony is finished: the session, the passkey, the account,
//! and whose a credential id is.

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
};
use passkeys::{
    AuthenticationResult, CredentialId, PasskeyUser, Passkeys, passkeys,
    store::{CredentialRepository, MemoryRepository},
    testing::{Authenticator, Browser, Fault, Response},
};
use passkeys_test_support::{AuthenticationExt as _, RegistrationExt as _, answer, assert, create};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::parts::{
    device, in_every_repository, is_over, is_refused, on, only_passkey_of, person, registered,
};

// --- The session ---------------------------------------------------------------------------------

/// Whoever the header `x-user` names is signed in, and everybody may sign up.
#[derive(Clone)]
struct Community;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl Community {
    type Repository = MemoryRepository;

    fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        let id = headers.get("x-user").and_then(|id| id.to_str().ok());
        id.map(person).ok_or(StatusCode::UNAUTHORIZED)
    }

    fn sign_up(&self, Json(id): Json<String>) -> PasskeyUser {
        person(&id)
    }

    /// Nobody but Ada and Bob ever had an account.
    fn find_user(&self, name: String) -> Option<PasskeyUser> {
        matches!(name.as_str(), "ada" | "bob").then(|| person(&name))
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> String {
        login.user_id().to_owned()
    }
}

struct Site {
    router: Router,
    repository: MemoryRepository,
}

impl Site {
    fn new() -> Self {
        let repository = MemoryRepository::default();
        let router = Passkeys::new(Community, repository.clone()).router();
        Self {
            router: Router::new().nest("/auth/passkeys", router),
            repository,
        }
    }

    async fn post(&self, user: Option<&str>, route: &str, body: &Value) -> Response {
        let mut browser = Browser::new(self.router.clone(), "https://example.com");
        if let Some(user) = user {
            browser = browser.with_header("x-user", user);
        }
        browser.post(&format!("/auth/passkeys{route}"), body).await
    }

    /// Begins a registration in Ada's session and answers the body of its finish.
    async fn begun_by_ada(&self) -> Value {
        let browser = Browser::new(self.router.clone(), "https://example.com");
        let begun = browser
            .with_header("x-user", "ada")
            .request(
                "POST".parse().unwrap(),
                "/auth/passkeys/register/begin",
                None,
            )
            .await
            .assert_ok();
        body(&begun, device())
    }
}

fn body(begun: &Response, mut device: Authenticator) -> Value {
    let begun: Value = begun.json();
    json!({ "credential": device.create(&begun), "state": begun["state"] })
}

#[tokio::test]
async fn a_registration_is_not_finished_in_another_session() {
    let site = Site::new();
    let request = site.begun_by_ada().await;
    let bobs = site.post(Some("bob"), "/register/finish", &request).await;
    bobs.assert_error("challenge_not_found");
    // And no more in hers.
    let hers = site.post(Some("ada"), "/register/finish", &request).await;
    hers.assert_error("challenge_not_found");
    for user in ["ada", "bob"] {
        assert_eq!(site.repository.list(user).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_registration_is_not_finished_after_the_session_has_ended() {
    let site = Site::new();
    let request = site.begun_by_ada().await;
    let nobodys = site.post(None, "/register/finish", &request).await;
    assert_eq!(nobodys.status, StatusCode::UNAUTHORIZED, "as the hook says");
    let hers = site.post(Some("ada"), "/register/finish", &request).await;
    hers.assert_error("challenge_not_found");
    assert_eq!(site.repository.list("ada").await.unwrap(), []);
}

/// It belongs to the account that it makes, whoever is signed in by now.
#[tokio::test]
async fn a_sign_up_gives_nothing_to_who_has_signed_in_since() {
    let site = Site::new();
    let begun = site
        .post(None, "/register/begin", &json!("carol"))
        .await
        .assert_ok();
    let request = body(&begun, device());
    site.post(Some("bob"), "/register/finish", &request)
        .await
        .assert_ok();
    assert_eq!(site.repository.list("bob").await.unwrap(), []);
    assert_eq!(site.repository.list("carol").await.unwrap().len(), 1);
}

// --- The passkey ---------------------------------------------------------------------------------

#[tokio::test]
async fn a_passkey_that_was_deleted_signs_in_no_more() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        let mut device = registered(&passkeys, "ada").await;
        let passkey = only_passkey_of(passkeys.repository(), "ada").await;
        for who in [None, Some("ada")] {
            let request = assert(&passkeys.authentication(), who, &mut device).await;
            passkeys
                .repository()
                .delete("ada", &passkey.id)
                .await
                .unwrap();
            is_refused(passkeys.authentication().finish(&request).await);
            assert!(passkeys.repository().insert(&passkey).await.unwrap());
        }
    }
    in_every_repository!(test);
}

#[tokio::test]
async fn a_passkey_that_was_suspended_signs_in_no_more() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        let mut device = registered(&passkeys, "ada").await;
        let passkey = only_passkey_of(passkeys.repository(), "ada").await;
        let request = assert(&passkeys.authentication(), None, &mut device).await;
        let now = OffsetDateTime::now_utc();
        assert!(
            passkeys
                .repository()
                .suspend("ada", &passkey.id, now)
                .await
                .unwrap()
        );
        is_refused(passkeys.authentication().finish(&request).await);
        let after = only_passkey_of(passkeys.repository(), "ada").await;
        assert_eq!(
            (after.sign_count, after.last_used_at),
            (passkey.sign_count, None)
        );
    }
    in_every_repository!(test);
}

#[tokio::test]
async fn passkeys_that_were_deleted_are_not_registered_by_what_excluded_them() {
    let passkeys = on(MemoryRepository::default());
    registered(&passkeys, "ada").await;
    let passkey = only_passkey_of(passkeys.repository(), "ada").await;
    let ada = person("ada");
    // A browser that ignores `excludeCredentials`, and whose passkey is gone by then: a new one.
    let mut device = device().with_fault(Fault::CredentialId(passkey.id.as_bytes().to_vec()));
    let request = create(&passkeys.registration(), &ada, &mut device).await;
    passkeys
        .repository()
        .delete("ada", &passkey.id)
        .await
        .unwrap();
    passkeys
        .registration()
        .finish_as(&ada, &request)
        .await
        .unwrap();
    let new = only_passkey_of(passkeys.repository(), "ada").await;
    assert_ne!(new.public_key, passkey.public_key);
}

// --- The account ---------------------------------------------------------------------------------

#[tokio::test]
async fn an_account_that_was_deleted_signs_in_no_more() {
    let passkeys = on(MemoryRepository::default());
    let mut device = registered(&passkeys, "ada").await;
    let request = assert(&passkeys.authentication(), Some("ada"), &mut device).await;
    for passkey in passkeys.repository().list("ada").await.unwrap() {
        passkeys
            .repository()
            .delete("ada", &passkey.id)
            .await
            .unwrap();
    }
    is_refused(passkeys.authentication().finish(&request).await);
}

/// What was begun for a name that nobody has is finished by nobody's passkey, also not by that of
/// whoever is called so by then.
#[tokio::test]
async fn a_sign_in_begun_for_nobody_is_nobodys() {
    let site = Site::new();
    let mut bob = device();
    let browser = Browser::new(site.router.clone(), "https://example.com");
    let mut browser = browser.with_header("x-user", "bob");
    browser.register().await.assert_ok();
    std::mem::swap(&mut bob, browser.authenticator());

    for name in ["nobody", ""] {
        let who = json!({ "username": name });
        let begun = site
            .post(None, "/authenticate/begin", &who)
            .await
            .assert_ok();
        let mut begun: Value = begun.json();
        begun["publicKey"]["allowCredentials"] = json!([]);
        let body = json!({ "credential": bob.get(&begun), "state": begun["state"] });
        let answer = site.post(None, "/authenticate/finish", &body).await;
        answer.assert_error("authentication_failed");
    }
}

// --- Whose a credential id is --------------------------------------------------------------------

/// Without attestation anybody can register any id: here one that is free when the ceremony begins
/// and taken when it ends.
#[tokio::test]
async fn an_id_that_somebody_else_has_registered_since_stays_theirs() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        let id = CredentialId::new(*b"an id of mine").unwrap();
        let chosen = device().with_fault(Fault::CredentialId(id.as_bytes().to_vec()));
        let (mut adas, mut eves) = (chosen.clone(), chosen);
        let (ada, eve) = (person("ada"), person("eve"));
        let by_eve = create(&passkeys.registration(), &eve, &mut eves).await;
        let by_ada = create(&passkeys.registration(), &ada, &mut adas).await;
        passkeys
            .registration()
            .finish_as(&ada, &by_ada)
            .await
            .unwrap();
        let refused = passkeys.registration().finish_as(&eve, &by_eve).await;
        assert_eq!(refused.unwrap_err().code(), "credential_already_exists");
        assert_eq!(passkeys.repository().list("eve").await.unwrap(), []);

        let sign_in = assert(&passkeys.authentication(), None, &mut adas).await;
        let login = passkeys.authentication().finish(&sign_in).await.unwrap();
        assert_eq!(login.user_id(), "ada");
        let sign_in = assert(&passkeys.authentication(), None, &mut eves).await;
        is_refused(passkeys.authentication().finish(&sign_in).await);
    }
    in_every_repository!(test);
}

/// Ada has signed, her passkey is deleted, and Eve registers its id: Ada's answer signs in neither.
#[tokio::test]
async fn an_id_that_has_become_somebody_elses_signs_in_nobody() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        let mut adas = registered(&passkeys, "ada").await;
        let passkey = only_passkey_of(passkeys.repository(), "ada").await;
        let mut begun = Vec::new();
        for who in [None, Some("ada")] {
            begun.push(assert(&passkeys.authentication(), who, &mut adas).await);
        }
        passkeys
            .repository()
            .delete("ada", &passkey.id)
            .await
            .unwrap();
        let mut eves = device().with_fault(Fault::CredentialId(passkey.id.as_bytes().to_vec()));
        let request = create(&passkeys.registration(), &person("eve"), &mut eves).await;
        passkeys
            .registration()
            .finish_as(&person("eve"), &request)
            .await
            .unwrap();

        for request in begun {
            is_refused(passkeys.authentication().finish(&request).await);
        }
        let after = only_passkey_of(passkeys.repository(), "eve").await;
        assert_eq!(after.last_used_at, None);
        // Nor does Eve's passkey with Ada's handle.
        let mut as_ada = eves.with_fault(Fault::UserHandle(Some(b"ada".to_vec())));
        let request = assert(&passkeys.authentication(), None, &mut as_ada).await;
        is_refused(passkeys.authentication().finish(&request).await);
    }
    in_every_repository!(test);
}

/// An assertion under somebody else's credential id, and one's own handle, key and signature.
#[tokio::test]
async fn somebody_elses_id_does_not_lend_their_account() {
    let passkeys = on(MemoryRepository::default());
    registered(&passkeys, "ada").await;
    let adas = only_passkey_of(passkeys.repository(), "ada").await.id;
    let mut eves = registered(&passkeys, "eve").await;
    for (begun_for, handle) in [
        (None, "ada"),
        (None, "eve"),
        (Some("eve"), "ada"),
        (Some("eve"), "eve"),
    ] {
        let begun = passkeys
            .authentication()
            .begin_for(begun_for)
            .await
            .unwrap();
        let mut eves = eves.with_fault(Fault::UserHandle(Some(handle.into())));
        let mut credential = eves.get(&serde_json::to_value(&begun).unwrap()).unwrap();
        credential["id"] = adas.to_string().into();
        credential["rawId"] = adas.to_string().into();
        let credential = serde_json::from_value(credential).unwrap();
        let state = begun.state;
        let request = passkeys::ceremony::FinishAuthentication::new(credential, state);
        is_refused(passkeys.authentication().finish(&request).await);
    }
    let request = assert(&passkeys.authentication(), None, &mut eves).await;
    passkeys.authentication().finish(&request).await.unwrap();
}

/// A sign-up that was begun before the account got its passkey by another one.
#[tokio::test]
async fn an_account_that_has_come_into_being_since_is_not_signed_up_again() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        let mut requests = Vec::new();
        for _ in 0..2 {
            let begun = passkeys
                .registration()
                .begin_sign_up(&person("ada"))
                .await
                .unwrap();
            requests.push(answer(begun, &mut device()));
        }
        let first = passkeys
            .registration()
            .finish_sign_up(&requests[0])
            .await
            .unwrap();
        let second = passkeys.registration().finish_sign_up(&requests[1]).await;
        assert_eq!(second.unwrap_err().code(), "account_already_exists");
        is_over(passkeys.registration().finish_sign_up(&requests[1]).await);
        let kept = only_passkey_of(passkeys.repository(), "ada").await;
        assert_eq!(kept.id, first.credential().id);
    }
    in_every_repository!(test);
}
