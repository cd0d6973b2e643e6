//! Changes between begin and finish: of the session, the passkey, the account, and the owner of a
//! credential ID.

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
};
use passkeys::{
    AuthenticationResult, CredentialId, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::{CredentialRepository, MemoryRepository, Owner},
    testing::{Authenticator, Browser, Fault, Response},
};
use passkeys_test_support::{
    AuthenticationExt as _, RegistrationExt as _, answer, assert, create, imported,
};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::helpers::{
    assert_authentication_failed, assert_challenge_not_found, device, in_every_repository, on,
    only_passkey_of, person, registered,
};

// --- The session ---------------------------------------------------------------------------------

/// Application whose signed-in user is named by the header `x-user`, with sign-up for every name.
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

    fn on_registered(&self, _: RegistrationResult) {}

    /// Finds Ada and Bob, the only users with an account.
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

    /// Begins a registration in Ada's session and returns the body of its finish.
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
async fn registration_is_not_finished_in_the_session_of_another_user() {
    let site = Site::new();
    let request = site.begun_by_ada().await;
    let bobs = site.post(Some("bob"), "/register/finish", &request).await;
    bobs.assert_error("challenge_not_found");
    // The attempt has consumed the state for Ada, too.
    let hers = site.post(Some("ada"), "/register/finish", &request).await;
    hers.assert_error("challenge_not_found");
    for user in ["ada", "bob"] {
        assert_eq!(
            site.repository.list(Owner::everywhere(user)).await.unwrap(),
            []
        );
    }
}

#[tokio::test]
async fn registration_is_not_finished_after_the_session_has_ended() {
    let site = Site::new();
    let request = site.begun_by_ada().await;
    let signed_out = site.post(None, "/register/finish", &request).await;
    assert_eq!(
        signed_out.status,
        StatusCode::UNAUTHORIZED,
        "the status of get_user"
    );
    let hers = site.post(Some("ada"), "/register/finish", &request).await;
    hers.assert_error("challenge_not_found");
    assert_eq!(
        site.repository
            .list(Owner::everywhere("ada"))
            .await
            .unwrap(),
        []
    );
}

/// The passkey of a sign-up belongs to the account that the sign-up was begun for.
#[tokio::test]
async fn sign_up_adds_no_passkey_to_a_user_who_signed_in_meanwhile() {
    let site = Site::new();
    let begun = site
        .post(None, "/register/begin", &json!("carol"))
        .await
        .assert_ok();
    let request = body(&begun, device());
    site.post(Some("bob"), "/register/finish", &request)
        .await
        .assert_ok();
    assert_eq!(
        site.repository
            .list(Owner::everywhere("bob"))
            .await
            .unwrap(),
        []
    );
    assert_eq!(
        site.repository
            .list(Owner::everywhere("carol"))
            .await
            .unwrap()
            .len(),
        1
    );
}

// --- The passkey ---------------------------------------------------------------------------------

#[tokio::test]
async fn sign_in_with_a_passkey_deleted_since_begin_is_rejected() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        let mut device = registered(&passkeys, "ada").await;
        let passkey = only_passkey_of(passkeys.repository(), "ada").await;
        for who in [None, Some("ada")] {
            let request = assert(&passkeys.authentication(), who, &mut device).await;
            passkeys
                .repository()
                .delete(Owner::everywhere("ada"), &passkey.id)
                .await
                .unwrap();
            assert_authentication_failed(passkeys.authentication().finish(&request).await);
            assert!(imported(passkeys.repository(), &passkey).await);
        }
    }
    in_every_repository!(test);
}

#[tokio::test]
async fn sign_in_with_a_passkey_suspended_since_begin_is_rejected_and_not_recorded() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        let mut device = registered(&passkeys, "ada").await;
        let passkey = only_passkey_of(passkeys.repository(), "ada").await;
        let request = assert(&passkeys.authentication(), None, &mut device).await;
        let now = OffsetDateTime::now_utc();
        assert!(
            passkeys
                .repository()
                .suspend(Owner::everywhere("ada"), &passkey.id, now)
                .await
                .unwrap()
        );
        assert_authentication_failed(passkeys.authentication().finish(&request).await);
        let after = only_passkey_of(passkeys.repository(), "ada").await;
        assert_eq!(
            (after.sign_count, after.last_used_at),
            (passkey.sign_count, None)
        );
    }
    in_every_repository!(test);
}

#[tokio::test]
async fn sign_in_with_a_passkey_resumed_since_begin_succeeds_and_one_deleted_with_all_is_rejected()
{
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        let mut device = registered(&passkeys, "ada").await;
        let passkey = only_passkey_of(passkeys.repository(), "ada").await;
        let (authentication, management) = (passkeys.authentication(), passkeys.management());
        management.suspend("ada", &passkey.id).await.unwrap();
        let request = assert(&authentication, None, &mut device).await;
        management.resume("ada", &passkey.id).await.unwrap();
        authentication.finish(&request).await.unwrap();

        let request = assert(&authentication, None, &mut device).await;
        let removed = management.delete_all("ada").await.unwrap();
        assert_eq!(removed.len(), 1);
        assert_authentication_failed(authentication.finish(&request).await);
    }
    in_every_repository!(test);
}

#[tokio::test]
async fn credential_id_deleted_since_begin_can_be_registered_again_with_a_new_key() {
    let passkeys = on(MemoryRepository::default());
    registered(&passkeys, "ada").await;
    let passkey = only_passkey_of(passkeys.repository(), "ada").await;
    let ada = person("ada");
    // A browser that ignores `excludeCredentials`, and an excluded passkey that is deleted before
    // finish.
    let mut device = device().with_fault(Fault::CredentialId(passkey.id.as_bytes().to_vec()));
    let request = create(&passkeys.registration(), &ada, &mut device).await;
    passkeys
        .repository()
        .delete(Owner::everywhere("ada"), &passkey.id)
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
async fn sign_in_to_an_account_whose_passkeys_were_deleted_since_begin_is_rejected() {
    let passkeys = on(MemoryRepository::default());
    let mut device = registered(&passkeys, "ada").await;
    let request = assert(&passkeys.authentication(), Some("ada"), &mut device).await;
    for passkey in passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap()
    {
        passkeys
            .repository()
            .delete(Owner::everywhere("ada"), &passkey.id)
            .await
            .unwrap();
    }
    assert_authentication_failed(passkeys.authentication().finish(&request).await);
}

/// Otherwise a sign-in for an unknown username could be finished by any user's discoverable
/// passkey.
#[tokio::test]
async fn sign_in_begun_for_an_unknown_username_rejects_every_passkey() {
    let site = Site::new();
    let mut bob = device();
    let browser = Browser::new(site.router.clone(), "https://example.com");
    let mut browser = browser.with_header("x-user", "bob");
    browser.register().await.assert_ok();
    std::mem::swap(&mut bob, browser.authenticator());

    for name in ["unknown", " "] {
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

// --- The owner of a credential ID ----------------------------------------------------------------

/// Without attestation a client can choose its credential ID: here one that is free at begin and
/// registered by another user at finish.
#[tokio::test]
async fn credential_id_registered_by_another_user_since_begin_is_rejected_as_duplicate() {
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
        let rejected = passkeys.registration().finish_as(&eve, &by_eve).await;
        assert_eq!(rejected.unwrap_err().code(), "credential_already_exists");
        assert_eq!(
            passkeys
                .repository()
                .list(Owner::everywhere("eve"))
                .await
                .unwrap(),
            []
        );

        let sign_in = assert(&passkeys.authentication(), None, &mut adas).await;
        let login = passkeys.authentication().finish(&sign_in).await.unwrap();
        assert_eq!(login.user_id(), "ada");
        let sign_in = assert(&passkeys.authentication(), None, &mut eves).await;
        assert_authentication_failed(passkeys.authentication().finish(&sign_in).await);
    }
    in_every_repository!(test);
}

/// Ada signs, her passkey is deleted, and Eve registers its ID: Ada's assertion signs in neither
/// user.
#[tokio::test]
async fn assertion_signed_before_its_credential_id_changed_owner_is_rejected() {
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
            .delete(Owner::everywhere("ada"), &passkey.id)
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
            assert_authentication_failed(passkeys.authentication().finish(&request).await);
        }
        let after = only_passkey_of(passkeys.repository(), "eve").await;
        assert_eq!(after.last_used_at, None);
        // Eve's passkey with Ada's user handle is rejected as well.
        let mut as_ada = eves.with_fault(Fault::UserHandle(Some(b"ada".to_vec())));
        let request = assert(&passkeys.authentication(), None, &mut as_ada).await;
        assert_authentication_failed(passkeys.authentication().finish(&request).await);
    }
    in_every_repository!(test);
}

/// Eve sends Ada's credential ID with a signature by Eve's own key, and either user handle.
#[tokio::test]
async fn credential_id_of_another_user_does_not_sign_in_to_their_account() {
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
        assert_authentication_failed(passkeys.authentication().finish(&request).await);
    }
    let request = assert(&passkeys.authentication(), None, &mut eves).await;
    passkeys.authentication().finish(&request).await.unwrap();
}

/// Two sign-ups are begun for one account, and the other one finishes first.
#[tokio::test]
async fn sign_up_is_rejected_if_the_account_got_a_passkey_since_begin() {
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
        assert_challenge_not_found(passkeys.registration().finish_sign_up(&requests[1]).await);
        let kept = only_passkey_of(passkeys.repository(), "ada").await;
        assert_eq!(kept.id, first.credential().id);
    }
    in_every_repository!(test);
}
