//! Tests of the application with passkeys. Those of what it did before are in [`tests`](crate::tests).

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::http::{Method, StatusCode, header};
use passkeys::{
    store::{CredentialRepository as _, Owner, SqliteRepository},
    testing::{Browser, ManualClock, Response},
    time::OffsetDateTime,
};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tower_sessions::Session;

use super::*;

const ORIGIN: &str = "http://localhost:3000";
const ADA: [(&str, &str); 2] = [
    ("email", "ada@example.com"),
    ("password", "correct horse battery"),
];
const BEGIN_SIGN_IN: &str = "/auth/passkeys/authenticate/begin";
const BOB: [(&str, &str); 2] = [("email", "bob@example.com"), ADA[1]];

/// The application with a database of its own, and the mail that it sends.
struct Site {
    router: Router,
    repository: SqliteRepository,
    clock: ManualClock,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Site {
    async fn open() -> Self {
        let one = SqlitePoolOptions::new().max_connections(1);
        let memory = SqliteConnectOptions::new().in_memory(true);
        Self::open_database(one.connect_with(memory).await.unwrap()).await
    }

    async fn open_database(pool: SqlitePool) -> Self {
        let repository = SqliteRepository::new(pool.clone());
        repository.migrate().await.unwrap();
        let mails = Arc::<Mutex<Vec<String>>>::default();
        let sent = mails.clone();
        let mailer =
            Mailer::new(move |to, text| sent.lock().unwrap().push(format!("{to}: {text}")));
        let app = App::open(pool, mailer).await.unwrap();
        let clock = ManualClock::default();
        let passkeys = Passkeys::new(app, repository.clone())
            .clock(clock.clone())
            .timing_floor(Duration::ZERO);
        Self {
            router: router(passkeys, ORIGIN).unwrap(),
            repository,
            clock,
            mails,
        }
    }

    /// A browser in which a user has just created an account.
    async fn browser_of(&self, user: &[(&str, &str)]) -> Browser {
        let mut browser = Browser::new(self.router.clone(), ORIGIN);
        browser.submit("/sign-up", user).await.leads_to("/");
        browser
    }

    /// A browser of Ada, who is asked for a passkey after her password, and is signed out.
    async fn browser_with_second_factor(&self) -> Browser {
        let mut browser = self.browser_of(&ADA).await;
        browser.register().await.assert_ok();
        let set = browser.post("/account/second-factor", &json!(true)).await;
        set.assert_ok();
        browser.submit("/sign-out", &[]).await.leads_to("/sign-in");
        browser
    }
}

trait LeadsTo {
    fn leads_to(&self, path: &str);
}

impl LeadsTo for Response {
    #[track_caller]
    fn leads_to(&self, path: &str) {
        let location = self.headers.get(header::LOCATION);
        let location = location.map(|location| location.to_str().unwrap());
        assert_eq!(location, Some(path), "{} {}", self.status, self.text());
    }
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("/").await.status == StatusCode::OK
}

async fn sign_in_with_second_factor(browser: &mut Browser) -> Response {
    browser.sign_in_as(&json!({ "secondFactor": true })).await
}

/// Returns the credential IDs of the signed-in user's passkeys.
async fn passkeys_of(browser: &mut Browser) -> Vec<String> {
    let listed: Vec<Value> = browser.get("/auth/passkeys/credentials").await.json();
    let id = |passkey: &Value| passkey["id"].as_str().unwrap().to_owned();
    listed.iter().map(id).collect()
}

async fn delete(browser: &mut Browser, passkey: &str) -> Response {
    let path = format!("/auth/passkeys/credentials/{passkey}");
    browser.request(Method::DELETE, &path, None).await
}

#[tokio::test]
async fn passkey_signs_in_instead_of_the_password() {
    let site = Site::open().await;
    let mut browser = site.browser_of(&ADA).await;
    browser.register().await.assert_ok();
    browser.submit("/sign-out", &[]).await.leads_to("/sign-in");
    assert!(!is_signed_in(&mut browser).await);
    browser.sign_in().await.assert_ok();
    assert!(is_signed_in(&mut browser).await);
    // The password still works.
    browser.submit("/sign-in", &ADA).await.leads_to("/");
}

#[tokio::test]
async fn sign_in_by_password_is_upgraded_once() {
    let site = Site::open().await;
    let mut browser = site.browser_of(&ADA).await;
    for upgrade in [true, false] {
        let page = browser.get("/").await.assert_ok().text();
        assert_eq!(page.contains(" upgrade>"), upgrade);
    }
    let conditional = "/auth/passkeys/register/begin?mediation=conditional";
    let begun = browser.request(Method::POST, conditional, None).await;
    begun.assert_ok();
    // A sign-in by passkey has nothing to be upgraded.
    browser.register().await.assert_ok();
    browser.sign_in().await.assert_ok();
    assert!(!browser.get("/").await.text().contains(" upgrade>"));
}

#[tokio::test]
async fn sign_in_by_passkey_lasts_as_long_as_the_user_wants() {
    let site = Site::open().await;
    let mut browser = site.browser_of(&ADA).await;
    browser.register().await.assert_ok();
    for (data, kept) in [(None, false), (Some(json!({ "keep": true })), true)] {
        browser = browser.with_data(data);
        let signed_in = browser.sign_in().await.assert_ok();
        let cookie = signed_in.headers[header::SET_COOKIE].to_str().unwrap();
        assert_eq!(cookie.contains("Max-Age=2592000"), kept, "{cookie}");
    }
    let mut browser = browser.with_data(json!({ "keep": "for ever" }));
    browser.sign_in().await.assert_error("invalid_request");
}

#[tokio::test]
async fn passkey_as_second_factor_signs_in_after_the_password_and_neither_alone() {
    let site = Site::open().await;
    let mut browser = site.browser_with_second_factor().await;
    // The passkey alone.
    browser.sign_in().await.assert_error("password_first");
    assert!(!is_signed_in(&mut browser).await);
    // The second factor without the first.
    let refused = sign_in_with_second_factor(&mut browser).await;
    refused.assert_error("signed_out");
    // The password alone.
    let response = browser.submit("/sign-in", &ADA).await;
    response.leads_to("/second-factor");
    assert!(!is_signed_in(&mut browser).await);
    let credentials = browser.get("/auth/passkeys/credentials").await;
    credentials.assert_error("signed_out");
    // Both.
    browser.get("/second-factor").await.assert_ok();
    sign_in_with_second_factor(&mut browser).await.assert_ok();
    assert!(is_signed_in(&mut browser).await);
    // The password has been used up.
    browser.submit("/sign-out", &[]).await.leads_to("/sign-in");
    let refused = sign_in_with_second_factor(&mut browser).await;
    refused.assert_error("signed_out");
}

#[tokio::test]
async fn second_factor_keeps_what_was_chosen_with_the_password() {
    let site = Site::open().await;
    let mut browser = site.browser_with_second_factor().await;
    for (form, kept) in [(&ADA[..], false), (&[ADA[0], ADA[1], ("keep", "on")], true)] {
        browser
            .submit("/sign-in", form)
            .await
            .leads_to("/second-factor");
        let signed_in = sign_in_with_second_factor(&mut browser).await.assert_ok();
        let cookie = signed_in.headers[header::SET_COOKIE].to_str().unwrap();
        assert_eq!(cookie.contains("Max-Age=2592000"), kept, "{cookie}");
    }
}

#[tokio::test]
async fn password_of_one_user_and_passkey_of_another_sign_in_nobody() {
    let site = Site::open().await;
    site.browser_with_second_factor().await;
    let mut bob = site.browser_of(&BOB).await;
    bob.register().await.assert_ok();
    // Bob knows Ada's password.
    bob.submit("/sign-in", &ADA)
        .await
        .leads_to("/second-factor");
    let asked = json!({ "secondFactor": true });
    let mut begun: Value = bob.post(BEGIN_SIGN_IN, &asked).await.assert_ok().json();
    // His browser offers his own passkey nevertheless.
    begun["publicKey"]["allowCredentials"] = json!([]);
    let credential = bob.authenticator().get(&begun).unwrap();
    let finish = json!({ "credential": credential, "state": begun["state"] });
    let finished = bob
        .post("/auth/passkeys/authenticate/finish", &finish)
        .await;
    finished.assert_error("authentication_failed");
    assert!(!is_signed_in(&mut bob).await);
}

#[tokio::test]
async fn second_factor_is_not_finished_after_a_sign_out() {
    let site = Site::open().await;
    let mut ada = site.browser_with_second_factor().await;
    ada.submit("/sign-in", &ADA)
        .await
        .leads_to("/second-factor");
    let asked = json!({ "secondFactor": true });
    let begun: Value = ada.post(BEGIN_SIGN_IN, &asked).await.assert_ok().json();
    let credential = ada.authenticator().get(&begun).unwrap();
    let finish = json!({ "credential": credential, "state": begun["state"] });
    ada.submit("/sign-out", &[]).await.leads_to("/sign-in");
    let finished = ada
        .post("/auth/passkeys/authenticate/finish", &finish)
        .await;
    finished.assert_error("signed_out");
    assert!(!is_signed_in(&mut ada).await);
}

#[tokio::test]
async fn password_counts_as_the_first_factor_for_five_minutes() {
    let store = Arc::new(MemoryStore::default());
    let session = Session::new(None, store, None);
    for (minutes, counts) in [(4, true), (6, false)] {
        let at = OffsetDateTime::now_utc() - Duration::from_mins(minutes);
        let first = json!({ "user_id": 1, "keep": false, "at": at });
        session.insert("first-factor", first).await.unwrap();
        let first = session::first_factor(&session).await.unwrap();
        assert_eq!(first.is_some(), counts, "{minutes} minutes");
    }
}

#[tokio::test]
async fn second_factor_needs_a_passkey_which_then_stays() {
    let site = Site::open().await;
    let mut browser = site.browser_of(&ADA).await;
    let setting = "/account/second-factor";
    let refused = browser.post(setting, &json!(true)).await;
    refused.assert_error("no_passkey");

    browser.register().await.assert_ok();
    browser.post(setting, &json!(true)).await.assert_ok();
    let [only] = &passkeys_of(&mut browser).await[..] else {
        panic!("one passkey")
    };
    delete(&mut browser, only)
        .await
        .assert_error("last_credential");
    browser.post(setting, &json!(false)).await.assert_ok();
    delete(&mut browser, only).await.assert_ok();
}

#[tokio::test]
async fn changes_of_passkeys_need_a_recent_sign_in_or_consent() {
    let site = Site::open().await;
    let mut browser = site.browser_of(&ADA).await;
    browser.register().await.assert_ok();
    site.clock.advance(Duration::from_mins(11));
    let too_old = "reauthentication_required";
    browser.register().await.assert_error(too_old);
    let [passkey] = &passkeys_of(&mut browser).await[..] else {
        panic!("one passkey")
    };
    delete(&mut browser, passkey).await.assert_error(too_old);
    let setting = "/account/second-factor";
    let refused = browser.post(setting, &json!(true)).await;
    refused.assert_error(too_old);

    for on in [true, false] {
        let set = browser
            .step_up(Method::POST, setting, Some(&json!(on)))
            .await;
        set.assert_ok();
    }
    let path = format!("/auth/passkeys/credentials/{passkey}");
    let deleted = browser.step_up(Method::DELETE, &path, None).await;
    deleted.assert_ok();
}

#[tokio::test]
async fn user_is_told_of_every_change_by_mail() {
    let site = Site::open().await;
    let mut browser = site.browser_of(&ADA).await;
    browser.register().await.assert_ok();
    let setting = "/account/second-factor";
    browser.post(setting, &json!(true)).await.assert_ok();
    browser.post(setting, &json!(false)).await.assert_ok();
    let passkey = &passkeys_of(&mut browser).await[0];
    delete(&mut browser, passkey).await.assert_ok();
    let mails = site.mails.lock().unwrap().clone();
    let told = [
        "A passkey was added to your account.",
        "Your account asks for a passkey",
        "Your account does not ask for a passkey",
        "was deleted from your account.",
    ];
    assert_eq!(mails.len(), told.len(), "{mails:?}");
    for (mail, told) in mails.iter().zip(told) {
        assert!(
            mail.starts_with("ada@example.com: ") && mail.contains(told),
            "{mail}"
        );
    }
}

#[tokio::test]
async fn closing_the_account_deletes_its_passkeys_and_no_others() {
    let site = Site::open().await;
    let mut ada = site.browser_of(&ADA).await;
    ada.register().await.assert_ok();
    let mut bob = site.browser_of(&BOB).await;
    bob.register().await.assert_ok();
    ada.submit("/close-account", &ADA[1..])
        .await
        .leads_to("/sign-up");
    assert!(
        site.repository
            .list(Owner::everywhere("1"))
            .await
            .unwrap()
            .is_empty()
    );
    ada.sign_in().await.assert_error("authentication_failed");
    bob.sign_in().await.assert_ok();
    // The user ID is not given to another account.
    let mut carol = site
        .browser_of(&[("email", "carol@example.com"), ADA[1]])
        .await;
    carol.register().await.assert_ok();
    assert_eq!(
        site.repository
            .list(Owner::everywhere("3"))
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn database_of_the_application_without_passkeys_opens() {
    let one = SqlitePoolOptions::new().max_connections(1);
    let memory = SqliteConnectOptions::new().in_memory(true);
    let pool = one.connect_with(memory).await.unwrap();
    let before = [
        "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT,
            email TEXT NOT NULL UNIQUE COLLATE NOCASE, password_hash TEXT NOT NULL) STRICT",
        "INSERT INTO users (id, email, password_hash) VALUES (42, 'ada@example.com', '')",
    ];
    for statement in before {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    let hash = password_auth::generate_hash(ADA[1].1);
    let update = sqlx::query("UPDATE users SET password_hash = ?").bind(hash);
    update.execute(&pool).await.unwrap();

    // Again, as at the next start.
    Site::open_database(pool.clone()).await;
    let site = Site::open_database(pool).await;
    let mut browser = Browser::new(site.router.clone(), ORIGIN);
    browser.submit("/sign-in", &ADA).await.leads_to("/");
    browser.register().await.assert_ok();
    assert_eq!(
        site.repository
            .list(Owner::everywhere("42"))
            .await
            .unwrap()
            .len(),
        1
    );
}

/// A connection that has read the table before its column was added keeps the number of columns.
#[tokio::test]
async fn new_database_in_a_file_with_several_connections_takes_sign_ups() {
    let name = format!("passwords_and_passkeys-{}.db", std::process::id());
    let file = std::env::temp_dir().join(name);
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true);
    let pool = SqlitePoolOptions::new().min_connections(3);
    let pool = pool.connect_with(options).await.unwrap();
    let site = Site::open_database(pool.clone()).await;
    for number in 0..3 {
        let email = format!("user-{number}@example.com");
        let user = [("email", &*email), ADA[1]];
        site.browser_of(&user).await.register().await.assert_ok();
    }
    pool.close().await;
    std::fs::remove_file(file).unwrap();
}

/// The session has ended with the account, so nobody can close it again.
#[tokio::test]
async fn closing_the_account_deletes_its_passkeys_although_the_client_hangs_up() {
    use std::{future::poll_fn, task::Poll};

    use axum::{body::Body, http::Request};
    use tokio::time::timeout;
    use tower::ServiceExt as _;

    /// Upper bound of the waiting time.
    const PATIENCE: Duration = Duration::from_secs(10);

    let file = std::env::temp_dir().join(format!("closing-{}.db", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let file = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true);
    let one = SqlitePoolOptions::new().max_connections(1);
    let site = Site::open_database(one.connect_with(file.clone()).await.unwrap()).await;
    // Another process, which sees what is committed.
    let pool = SqlitePool::connect_with(file).await.unwrap();
    let mut browser = site.browser_of(&ADA).await;
    browser.register().await.assert_ok();
    let id: i64 = sqlx::query_scalar("SELECT id FROM users")
        .fetch_one(&pool)
        .await
        .unwrap();
    let user_id = id.to_string();
    assert_eq!(
        site.repository
            .list(Owner::everywhere(&user_id))
            .await
            .unwrap()
            .len(),
        1
    );

    let sign_in = Request::post("/sign-in")
        .header("host", "localhost:3000")
        .header("origin", ORIGIN)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(
            "email=ada@example.com&password=correct+horse+battery",
        ))
        .unwrap();
    let signed_in = site.router.clone().oneshot(sign_in).await.unwrap();
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let request = Request::post("/close-account")
        .header("host", "localhost:3000")
        .header("origin", ORIGIN)
        .header("cookie", cookie)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("password=correct+horse+battery"))
        .unwrap();
    let mut response = Box::pin(site.router.clone().oneshot(request));
    let users = async || -> i64 {
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM users");
        count.fetch_one(&pool).await.unwrap()
    };
    // Polls until the account is deleted, and hangs up.
    let hang_up = async {
        while users().await == 1 {
            let polled = poll_fn(|context| Poll::Ready(response.as_mut().poll(context)));
            assert!(polled.await.is_pending());
        }
        drop(response);
    };
    timeout(PATIENCE, hang_up).await.unwrap();
    let deleted = async {
        while !site
            .repository
            .list(Owner::everywhere(&user_id))
            .await
            .unwrap()
            .is_empty()
        {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, deleted).await.expect("the passkeys stay");
}
