use std::time::Duration;

use axum::http::Method;
use passkeys::{
    Credential, RegistrationResult,
    store::Owner,
    testing::{Browser, ManualClock, Response},
    time::OffsetDateTime,
};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use tempfile::TempDir;
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    task::{JoinSet, yield_now},
    time::timeout,
};

use super::*;

const ORIGIN: &str = "http://localhost:3000";
const ADA: &str = "ada@example.com";
const QUARTER: Duration = Duration::from_mins(15);

/// The application with a database of its own, and the mail that it sends.
struct Site {
    passkeys: Passkeys<App>,
    router: Router,
    mails: UnboundedReceiver<(String, String)>,
    clock: ManualClock,
    pool: SqlitePool,
    directory: TempDir,
}

impl Site {
    async fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(directory.path().join("recovery.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let repository = SqliteRepository::new(pool.clone());
        repository.migrate().await.unwrap();
        let (sender, mails) = unbounded_channel();
        let mailer = Mailer::new(move |to, text| {
            sender.send((to.to_owned(), text.to_owned())).unwrap();
        });
        let clock = ManualClock::default();
        let app = App::open(
            pool.clone(),
            repository.clone(),
            ORIGIN,
            mailer,
            clock.clone(),
        );
        let passkeys = Passkeys::new(app.await.unwrap(), repository)
            .clock(clock.clone())
            .timing_floor(Duration::ZERO);
        Self {
            router: router(passkeys.clone()),
            passkeys,
            mails,
            clock,
            pool,
            directory,
        }
    }

    fn browser(&self) -> Browser {
        Browser::new(self.router.clone(), ORIGIN)
    }

    /// Asks for a link, and returns its token from the mail.
    async fn link(&mut self, email: &str) -> String {
        let asked = json!({ "email": email });
        let mut browser = self.browser();
        browser.post("/recovery/mail", &asked).await.assert_ok();
        let mail = timeout(Duration::from_secs(10), self.mails.recv()).await;
        let (to, text) = mail.expect("a mail is sent").unwrap();
        assert_eq!(to, email);
        let (_, link) = text.split_once("/#link=").unwrap();
        link.lines().next().unwrap().to_owned()
    }

    /// Ada's browser, signed in to a new account, and its recovery codes.
    async fn ada(&mut self) -> (Browser, Vec<String>) {
        let token = self.link(ADA).await;
        let mut browser = self.browser();
        redeem_link(&mut browser, &token).await.assert_ok();
        let signed_up = browser.sign_up(&json!({ "name": "Ada" })).await;
        let signed_up: Value = signed_up.assert_ok().json();
        assert_eq!(signed_up["account"]["email"], ADA);
        (browser, codes(&signed_up))
    }

    /// Returns the number of mails that are sent until all work is done.
    async fn mails_sent(&mut self) -> usize {
        yield_now().await;
        assert!(self.passkeys.shutdown(Duration::from_secs(10)).await);
        let mut mails = 0;
        while self.mails.try_recv().is_ok() {
            mails += 1;
        }
        mails
    }

    /// Returns the numbers of accounts and of passkeys.
    async fn stored(&self) -> (i64, i64) {
        let counts =
            "SELECT (SELECT COUNT(*) FROM accounts), (SELECT COUNT(*) FROM passkey_credentials)";
        sqlx::query_as(counts).fetch_one(&self.pool).await.unwrap()
    }
}

fn codes(signed_in: &Value) -> Vec<String> {
    let codes = signed_in["codes"].as_array().unwrap().iter();
    codes
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}

async fn redeem_link(browser: &mut Browser, token: &str) -> Response {
    browser
        .post("/recovery/link", &json!({ "token": token }))
        .await
}

async fn redeem_code(browser: &mut Browser, email: &str, code: &str) -> Response {
    let typed = json!({ "email": email, "code": code });
    browser.post("/recovery/code", &typed).await
}

async fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("/account").await.status == StatusCode::OK
}

#[tokio::test]
async fn recovery_code_brings_the_owner_back_with_a_new_passkey() {
    let mut site = Site::open().await;
    let (_, codes) = site.ada().await;
    let mut phone = site.browser().mounted_at("/recovery");
    let allowed = redeem_code(&mut phone, ADA, &codes[2]).await.assert_ok();
    assert_eq!(
        allowed.json::<Value>(),
        json!({ "email": ADA, "recovery": true })
    );
    let recovered: Value = phone.register().await.assert_ok().json();
    assert_eq!(recovered["account"]["name"], "Ada");
    assert!(is_signed_in(&mut phone).await);
    let (to, text) = site.mails.recv().await.unwrap();
    assert!(to == ADA && text.contains("a new passkey"));

    let mut phone = phone.mounted_at("/auth/passkeys");
    phone.clear_cookies();
    phone.sign_in().await.assert_ok();
}

#[tokio::test]
async fn link_brings_the_owner_back_with_a_new_passkey() {
    let mut site = Site::open().await;
    site.ada().await;
    let token = site.link(ADA).await;
    let mut phone = site.browser().mounted_at("/recovery");
    let allowed: Value = redeem_link(&mut phone, &token).await.assert_ok().json();
    assert_eq!(allowed, json!({ "email": ADA, "recovery": true }));
    phone.register().await.assert_ok();
    assert!(is_signed_in(&mut phone).await);
}

#[tokio::test]
async fn used_code_or_link_allows_nothing_but_a_new_passkey() {
    let mut site = Site::open().await;
    let (mut ada, codes) = site.ada().await;
    let credentials = ada.get("/auth/passkeys/credentials").await.json::<Value>();
    let id = credentials[0]["id"].as_str().unwrap().to_owned();
    let token = site.link(ADA).await;
    let mut by_code = site.browser();
    redeem_code(&mut by_code, ADA, &codes[0]).await.assert_ok();
    let mut by_link = site.browser();
    redeem_link(&mut by_link, &token).await.assert_ok();
    for mut browser in [by_code, by_link] {
        let passkey = format!("/auth/passkeys/credentials/{id}");
        let step_up = json!({ "method": "POST", "path": "/codes" });
        for (method, path, body) in [
            (Method::GET, "/account", None),
            (Method::GET, "/auth/passkeys/credentials", None),
            (
                Method::PATCH,
                &*passkey,
                Some(json!({ "deviceName": "mine" })),
            ),
            (Method::DELETE, &*passkey, None),
            (Method::POST, "/auth/passkeys/step-up/begin", Some(step_up)),
            (Method::POST, "/auth/passkeys/register/begin", None),
        ] {
            let response = browser.request(method, path, body.as_ref()).await;
            response.assert_error("signed_out");
        }
        let refused = browser.sign_up(&json!({ "name": "Eve" })).await;
        refused.assert_error("link_unusable");
        // A registration that the permission has begun finishes with the permission only.
        let begun: Value = browser
            .post("/recovery/register/begin", &json!({}))
            .await
            .json();
        let credential = browser.authenticator().create(&begun);
        let finish = json!({ "credential": credential, "state": begun["state"] });
        let response = browser
            .post("/auth/passkeys/register/finish", &finish)
            .await;
        response.assert_error("signed_out");
    }
    assert_eq!(site.stored().await, (1, 1));
}

#[tokio::test]
async fn recovery_without_a_code_or_link_is_rejected() {
    let mut site = Site::open().await;
    let (ada, _) = site.ada().await;
    // Neither nobody nor a signed-in user.
    for browser in [site.browser(), ada] {
        let mut browser = browser.mounted_at("/recovery");
        browser.register().await.assert_error("signed_out");
    }
    assert_eq!(site.stored().await, (1, 1));
}

#[tokio::test]
async fn recovery_deletes_the_lost_passkeys_and_ends_every_session() {
    let mut site = Site::open().await;
    let (mut lost, codes) = site.ada().await;
    let mut old_session = lost.clone();
    lost.sign_in().await.assert_ok();
    let mut phone = site.browser().mounted_at("/recovery");
    redeem_code(&mut phone, ADA, &codes[0]).await.assert_ok();
    // A code alone ends nothing yet.
    assert!(is_signed_in(&mut lost).await);
    // The holder of the lost device begins to add a passkey before the recovery, and finishes after it.
    let path = "/auth/passkeys/register/begin";
    let begun: Value = lost.request(Method::POST, path, None).await.json();

    phone.register().await.assert_ok();
    assert!(!is_signed_in(&mut lost).await && !is_signed_in(&mut old_session).await);
    let signed_in = lost.clone().sign_in().await;
    signed_in.assert_error("authentication_failed");
    let mut other_device = site.browser();
    let credential = other_device.authenticator().create(&begun);
    let finish = json!({ "credential": credential, "state": begun["state"] });
    let finished = lost.post("/auth/passkeys/register/finish", &finish).await;
    finished.assert_error("signed_out");
    assert_eq!(site.stored().await, (1, 1));
}

#[tokio::test]
async fn recovery_works_for_an_account_with_as_many_passkeys_as_allowed() {
    let mut site = Site::open().await;
    let (mut lost, codes) = site.ada().await;
    let account = owner(&site).await;
    for number in 1..20_u8 {
        let id = CredentialId::new([number]).unwrap();
        let passkey = Credential::new(id, &account, Vec::new(), OffsetDateTime::now_utc());
        let repository = &site.passkeys.app().passkeys;
        let owner = Owner::everywhere(&account);
        repository.insert(owner, &passkey, 20).await.unwrap();
    }
    lost.register().await.assert_error("too_many_credentials");
    let mut phone = site.browser().mounted_at("/recovery");
    redeem_code(&mut phone, ADA, &codes[0]).await.assert_ok();
    phone.register().await.assert_ok();
    assert!(!is_signed_in(&mut lost).await);
    assert_eq!(site.stored().await, (1, 1));
}

#[tokio::test]
async fn passkey_that_is_stored_after_its_session_was_ended_by_a_recovery_is_deleted() {
    let mut site = Site::open().await;
    site.ada().await;
    let app = site.passkeys.app();
    let account = app.accounts.with_address(ADA).await.unwrap().unwrap();
    let [lost] = &app
        .passkeys
        .list(Owner::everywhere(&account.id))
        .await
        .unwrap()[..]
    else {
        panic!("one passkey")
    };
    let store = std::sync::Arc::new(MemoryStore::default());
    let session = Session::new(None, store, None);
    sign_in(&session, &lost.id).await.unwrap();
    let new = |id: &str| {
        let id: CredentialId = id.parse().unwrap();
        Credential::new(id, &account.id, Vec::new(), OffsetDateTime::now_utc())
    };

    for (passkey, ended) in [(new("AAAA"), false), (new("BBBB"), true)] {
        let owner = Owner::everywhere(&account.id);
        app.passkeys.insert(owner, &passkey, 20).await.unwrap();
        if ended {
            app.passkeys
                .delete(Owner::everywhere(&account.id), &lost.id)
                .await
                .unwrap();
        }
        let registered = RegistrationResult::new(account.user(), passkey.clone());
        let response = app.on_registered(session.clone(), registered).await;
        assert_eq!(response.is_err(), ended);
        let kept = app.passkeys.find(&passkey.id).await.unwrap();
        assert_eq!(kept.is_none(), ended);
    }
}

#[tokio::test]
async fn recovery_replaces_the_recovery_codes() {
    let mut site = Site::open().await;
    let (_, old) = site.ada().await;
    let mut phone = site.browser().mounted_at("/recovery");
    redeem_code(&mut phone, ADA, &old[0]).await.assert_ok();
    let new = codes(&phone.register().await.assert_ok().json());
    let account: Value = phone.get("/account").await.json();
    assert_eq!(account["codesLeft"], 8);
    for (code, usable) in [(&old[0], false), (&old[1], false), (&new[1], true)] {
        let response = redeem_code(&mut site.browser(), ADA, code).await;
        assert_eq!(response.status.is_success(), usable);
    }
}

#[tokio::test]
async fn recovery_code_is_accepted_once_of_20_concurrent_requests() {
    let mut site = Site::open().await;
    let (_, codes) = site.ada().await;
    // Without the bound of attempts, which would hide a code that works twice.
    let unbounded = "CREATE TRIGGER unbounded AFTER INSERT ON recovery_attempts BEGIN
        UPDATE recovery_attempts SET attempts = -1000; END";
    sqlx::query(unbounded).execute(&site.pool).await.unwrap();
    let mut requests = JoinSet::new();
    for _ in 0..20 {
        let (mut browser, code) = (site.browser(), codes[0].clone());
        requests.spawn(async move { redeem_code(&mut browser, ADA, &code).await.status });
    }
    let statuses = requests.join_all().await;
    let accepted = statuses.iter().filter(|status| status.is_success()).count();
    assert_eq!(accepted, 1, "{statuses:?}");
}

#[tokio::test]
async fn link_is_accepted_once_of_20_concurrent_requests() {
    let mut site = Site::open().await;
    let token = site.link(ADA).await;
    let mut requests = JoinSet::new();
    for _ in 0..20 {
        let (mut browser, token) = (site.browser(), token.clone());
        requests.spawn(async move { redeem_link(&mut browser, &token).await.status });
    }
    let statuses = requests.join_all().await;
    let accepted = statuses.iter().filter(|status| status.is_success()).count();
    assert_eq!(accepted, 1, "{statuses:?}");
}

#[tokio::test]
async fn concurrent_registrations_of_one_recovery_leave_one_passkey() {
    let mut site = Site::open().await;
    let (_, codes) = site.ada().await;
    let mut phone = site.browser();
    redeem_code(&mut phone, ADA, &codes[0]).await.assert_ok();
    let mut finishes = Vec::new();
    for _ in 0..5 {
        let begun: Value = phone
            .post("/recovery/register/begin", &json!({}))
            .await
            .json();
        let credential = site.browser().authenticator().create(&begun);
        finishes.push(json!({ "credential": credential, "state": begun["state"] }));
    }
    let mut requests = JoinSet::new();
    for finish in finishes {
        let mut phone = phone.clone();
        requests.spawn(async move {
            phone
                .post("/recovery/register/finish", &finish)
                .await
                .status
        });
    }
    let statuses = requests.join_all().await;
    let accepted = statuses.iter().filter(|status| status.is_success()).count();
    assert_eq!(accepted, 1, "{statuses:?}");
    assert_eq!(site.stored().await, (1, 1));
}

#[tokio::test]
async fn attempts_at_recovery_codes_are_bounded_also_if_they_are_concurrent() {
    let mut site = Site::open().await;
    let (_, codes) = site.ada().await;
    let mut requests = JoinSet::new();
    for _ in 0..20 {
        let mut browser = site.browser();
        let wrong = "1-AAAA-AAAA-AAAA-AAAA";
        requests.spawn(async move { redeem_code(&mut browser, ADA, wrong).await.status });
    }
    requests.join_all().await;
    let mut browser = site.browser();
    let response = redeem_code(&mut browser, ADA, &codes[0]).await;
    response.assert_error("recovery_failed");
    // The other way back is open meanwhile.
    let token = site.link(ADA).await;
    redeem_link(&mut site.browser(), &token).await.assert_ok();

    site.clock.advance(QUARTER);
    redeem_code(&mut browser, ADA, &codes[0]).await.assert_ok();
}

#[tokio::test]
async fn responses_do_not_tell_who_has_an_account() {
    let mut site = Site::open().await;
    let (_, codes) = site.ada().await;
    let response_to = async |path: &str, body: Value| {
        let response = site.browser().post(path, &body).await;
        let text = response.text();
        (response.status, response.headers, text)
    };
    let nobody = "nobody@example.com";
    let mail = async |email: &str| response_to("/recovery/mail", json!({ "email": email })).await;
    assert_eq!(mail(ADA).await, mail(nobody).await);
    let attempt = async |email: &str, code: &str| {
        let typed = json!({ "email": email, "code": code });
        response_to("/recovery/code", typed).await
    };
    // Wrong codes, no codes, and from the sixth on attempts too many, also of a right one.
    let wrong = ["1-AAAA-AAAA-AAAA-AAAA", "9", "", "1", "💥", "2"];
    for code in wrong.iter().copied().chain([&*codes[0]]) {
        assert_eq!(attempt(ADA, code).await, attempt(nobody, code).await);
    }
}

#[tokio::test]
async fn links_expire_and_end_with_the_one_that_is_used() {
    let mut site = Site::open().await;
    let first = site.link(ADA).await;
    site.clock.advance(QUARTER);
    let mut browser = site.browser();
    redeem_link(&mut browser, &first)
        .await
        .assert_error("link_unusable");

    let second = site.link(ADA).await;
    site.clock.advance(Duration::from_mins(5));
    let third = site.link(ADA).await;
    redeem_link(&mut browser, &second).await.assert_ok();
    redeem_link(&mut browser, &third)
        .await
        .assert_error("link_unusable");
}

#[tokio::test]
async fn address_gets_at_most_one_mail_in_five_minutes_and_its_link_stays_good() {
    let mut site = Site::open().await;
    let token = site.link(ADA).await;
    for email in [ADA, "ADA@example.com", ADA] {
        let asked = json!({ "email": email });
        site.browser()
            .post("/recovery/mail", &asked)
            .await
            .assert_ok();
    }
    assert_eq!(site.mails_sent().await, 0);
    redeem_link(&mut site.browser(), &token).await.assert_ok();
}

#[tokio::test]
async fn permission_to_create_a_passkey_expires() {
    let mut site = Site::open().await;
    let (_, codes) = site.ada().await;
    let mut phone = site.browser().mounted_at("/recovery");
    redeem_code(&mut phone, ADA, &codes[0]).await.assert_ok();
    let token = site.link("bob@example.com").await;
    let mut bob = site.browser();
    redeem_link(&mut bob, &token).await.assert_ok();
    site.clock.advance(QUARTER);
    phone.register().await.assert_error("link_unusable");
    let signed_up = bob.sign_up(&json!({ "name": "Bob" })).await;
    signed_up.assert_error("link_unusable");
    assert_eq!(site.stored().await, (1, 1));
}

#[tokio::test]
async fn new_recovery_codes_need_consent_by_passkey() {
    let mut site = Site::open().await;
    let (mut ada, old) = site.ada().await;
    let plain = ada.post("/codes", &json!({})).await;
    assert!(plain.status.is_client_error());
    assert_eq!(
        site.passkeys
            .app()
            .codes
            .left(&owner(&site).await)
            .await
            .unwrap(),
        8
    );
    let new = ada.step_up(Method::POST, "/codes", None).await;
    let new: Vec<String> = new.assert_ok().json();
    for (code, usable) in [(&old[3], false), (&new[3], true)] {
        let response = redeem_code(&mut site.browser(), ADA, code).await;
        assert_eq!(response.status.is_success(), usable);
    }
}

/// Returns the ID of Ada's account.
async fn owner(site: &Site) -> String {
    let account = site.passkeys.app().accounts.with_address(ADA).await;
    account.unwrap().unwrap().id
}

#[tokio::test]
async fn database_has_only_hashes_of_codes_and_links() {
    let mut site = Site::open().await;
    let (_, codes) = site.ada().await;
    let token = site.link(ADA).await;
    let hashes: Vec<String> = sqlx::query_scalar("SELECT hash FROM recovery_codes")
        .fetch_all(&site.pool)
        .await
        .unwrap();
    assert_eq!(hashes.len(), 8);
    assert!(hashes.iter().all(|hash| hash.starts_with("$argon2id$")));
    let path = site.directory.path();
    for file in std::fs::read_dir(path).unwrap() {
        let content = std::fs::read(file.unwrap().path()).unwrap();
        let content = String::from_utf8_lossy(&content);
        assert!(!content.contains(&token));
        for code in &codes {
            let secret = code[2..].replace('-', "");
            assert!(!content.contains(&code[2..]) && !content.contains(&secret));
        }
    }
}

#[tokio::test]
async fn sign_up_is_for_the_owner_of_an_address_without_an_account() {
    let mut site = Site::open().await;
    let without = site.browser().sign_up(&json!({ "name": "Eve" })).await;
    without.assert_error("link_unusable");

    // Two links to one address: one account.
    let tokens = [site.link(ADA).await, {
        site.clock.advance(Duration::from_mins(5));
        site.link(ADA).await
    }];
    let mut first = site.browser();
    redeem_link(&mut first, &tokens[0]).await.assert_ok();
    let mut second = first.clone();
    first.sign_up(&json!({ "name": "Ada" })).await.assert_ok();
    let late = second.sign_up(&json!({ "name": "Ada" })).await;
    assert!(late.status.is_client_error(), "{}", late.text());
    assert_eq!(site.stored().await, (1, 1));
}
