//! Mistakes of an application that the log names, with the fix.

use axum::{Router, http::Method};
use passkeys::{
    AuthenticationResult, Config, PasskeyUser, Passkeys, passkeys,
    store::{CredentialRepository as _, MemoryRepository, Owner, SqliteRepository},
    testing::Browser,
};
use passkeys_test_support::{App, ada};
use serde_json::{Value, json};

use super::{line, lines, listen};

fn passkeys(rp_id: &str) -> Passkeys<App> {
    let config = Config::new(rp_id, [format!("https://{rp_id}")]).unwrap();
    Passkeys::with_config(App, MemoryRepository::default(), config)
}

fn browser(passkeys: &Passkeys<App>, user: &str) -> Browser {
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    let rp_id = passkeys.config().rp_id();
    Browser::new(router, format!("https://{rp_id}")).with_header("x-user", user)
}

#[tokio::test]
async fn user_id_that_looks_like_an_email_address_is_a_warning_once() {
    listen();
    let passkeys = passkeys("email.example");
    for user in ["ada@mail.example", "bob@mail.example", "42"] {
        browser(&passkeys, user).register().await.assert_ok();
    }
    let line = line(&[
        "WARN passkeys",
        "email.example",
        "looks like an e-mail address",
    ]);
    assert!(
        line.contains("`ada@mail.example`")
            && line.contains("`PasskeyUser::new(id, email, display_name)`"),
        "{line}"
    );
}

#[tokio::test]
async fn user_ids_of_other_forms_are_no_warning() {
    listen();
    let passkeys = passkeys("ids.example");
    browser(&passkeys, "@ada").register().await.assert_ok();
    assert!(lines(&["WARN", "ids.example", "e-mail"]).is_empty());
}

/// Application whose `find_user` spells user IDs in upper case, and `get_user` in lower case.
#[derive(Clone)]
struct TwoSpellings;

#[passkeys(rp_id = "spelling.example", origins = ["https://spelling.example"])]
impl TwoSpellings {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        ada()
    }

    fn find_user(&self, name: String) -> Option<PasskeyUser> {
        let known = name == "ada@example.com";
        known.then(|| PasskeyUser::new("ADA", "ada@example.com", "Ada"))
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[tokio::test]
async fn decoy_credentials_are_logged_with_their_cause_and_without_the_user_name() {
    listen();
    let passkeys = Passkeys::new(TwoSpellings, MemoryRepository::default());
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    let mut browser = Browser::new(router, "https://spelling.example");
    browser.register().await.assert_ok();
    let begin = "/auth/passkeys/authenticate/begin";
    for name in ["ada@example.com", "hunter2-typed-into-the-wrong-field"] {
        let options: Value = browser
            .post(begin, &json!({ "username": name }))
            .await
            .assert_ok()
            .json();
        assert!(
            !options["publicKey"]["allowCredentials"]
                .as_array()
                .unwrap()
                .is_empty()
        );
    }
    let known = line(&[
        "DEBUG",
        "spelling.example",
        "decoy credentials",
        "user_id=\"ADA\"",
    ]);
    assert!(
        known.contains("has no passkey of this RP ID")
            && known.contains("spells the ID in another way"),
        "{known}"
    );
    line(&[
        "DEBUG",
        "spelling.example",
        "decoy credentials",
        "`find_user` returned no user",
    ]);
    assert!(lines(&["hunter2"]).is_empty());
}

#[tokio::test]
async fn deleting_the_last_passkey_that_can_sign_in_is_logged_with_what_keeps_it() {
    listen();
    let passkeys = passkeys("last.example");
    let mut browser = browser(&passkeys, "ada");
    let mut ids = Vec::new();
    for _ in 0..2 {
        let registered: Value = browser.register().await.assert_ok().json();
        ids.push(registered["credentialId"].as_str().unwrap().to_owned());
    }
    let last = [
        "INFO",
        "last.example",
        "the last passkey that could sign in",
    ];
    for (id, expected) in ids.iter().zip([0, 1]) {
        let path = format!("/auth/passkeys/credentials/{id}");
        assert_eq!(
            browser.request(Method::DELETE, &path, None).await.status,
            204
        );
        assert_eq!(lines(&last).len(), expected);
    }
    assert!(line(&last).contains("`.keeps_last_passkey(true)`"));
}

/// Application with a database.
#[derive(Clone)]
struct WithDatabase;

#[passkeys(rp_id = "tables.example", origins = ["https://tables.example"])]
impl WithDatabase {
    type Repository = SqliteRepository;

    fn get_user(&self) -> PasskeyUser {
        ada()
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[tokio::test]
async fn missing_table_is_logged_once_with_the_method_that_creates_it_and_check_says_so_before() {
    listen();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tables.db");
    let repository = SqliteRepository::open(&path).await.unwrap();
    let repository = repository.table("missing_table_example").unwrap();
    let passkeys = Passkeys::new(WithDatabase, repository.clone());

    let error = passkeys.check().await.unwrap_err();
    let expected = "the repository `SqliteRepository` cannot be used: no such table: \
                    missing_table_example: call `SqliteRepository::migrate()` when the program starts, \
                    before the first request";
    assert_eq!(error.to_string(), expected);
    assert_eq!(format!("{error:?}"), expected);
    assert!(error.repository().is_some() && error.challenges().is_none());

    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    let mut browser = Browser::new(router, "https://tables.example");
    browser.register().await.assert_error("storage_unavailable");
    let line = line(&["ERROR", "a store failed", "missing_table_example"]);
    assert_eq!(line.matches("no such table").count(), 1, "{line}");
    assert_eq!(line.matches("migrate()").count(), 1, "{line}");

    repository.migrate().await.unwrap();
    passkeys.check().await.unwrap();
    browser.register().await.assert_ok();
    assert_eq!(
        repository
            .list(Owner::everywhere("ada"))
            .await
            .unwrap()
            .len(),
        1
    );
}
