//! The example `recovery`: codes and links lead to a new passkey, and the lost one ends.

use std::path::Path;

use passkeys::{Passkeys, SystemClock, store::SqliteRepository};
use recovery::{App, Mailer, router};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};

use crate::{
    SIGN_IN, SIGN_OUT,
    support::{Authenticator, Kind, Reach, Site, Visit, in_browser_at},
};

const ORIGIN: &str = "http://localhost:3000";
const ADA: &str = "ada@example.com";
const CREATE: &str = "Create a passkey";

/// The example on a free port, which the browser reaches under the origin that it is written for.
struct Example {
    reach: Reach,
    mails: UnboundedReceiver<String>,
}

impl Example {
    async fn start(directory: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(directory.join("recovery.db"))
            .create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        let repository = SqliteRepository::new(pool.clone());
        repository.migrate().await.unwrap();
        let (sender, mails) = unbounded_channel();
        let mailer = Mailer::new(move |_, text| sender.send(text.to_owned()).unwrap());
        let app = App::open(pool, repository.clone(), ORIGIN, mailer, SystemClock);
        let passkeys = Passkeys::new(app.await.unwrap(), repository);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router(passkeys)).await });
        let reach = Reach::origin(ORIGIN, address);
        Self { reach, mails }
    }
}

impl Site for Example {
    fn origin(&self) -> &'static str {
        ORIGIN
    }

    fn reach(&self) -> Reach {
        self.reach.clone()
    }
}

/// Runs a test in which Ada has an account, with a passkey on her laptop, and these recovery codes.
fn with_an_account(test: impl AsyncFnOnce(&mut Visit<Example>, &mut Authenticator, Vec<String>)) {
    in_browser_at(Example::start, async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        open_link(visit).await;
        visit.fill("Your name", "Ada").await;
        visit.press(CREATE).await;
        visit.sees("Hello, Ada").await;
        visit.sees("Your recovery codes").await;
        let codes = "return [...document.querySelectorAll('#list li')].map((it) => it.innerText)";
        let codes = visit.script(codes).await;
        let codes = serde_json::from_value(codes).unwrap();
        test(visit, &mut laptop, codes).await;
    });
}

/// Asks for a link by mail, opens it, and uses it.
async fn open_link(visit: &mut Visit<Example>) {
    visit.fill("E-mail address", ADA).await;
    visit.press("Send me a link").await;
    let mail = visit.server.mails.recv().await.unwrap();
    let link = mail.lines().find(|line| line.starts_with(ORIGIN)).unwrap();
    // Another page in between: a new fragment alone does not load a page again.
    visit.go_to("about:blank").await;
    visit.go_to(link).await;
    visit.sees("Continue").await;
    assert_eq!(visit.script("return location.hash").await, "");
    visit.press("Use the link").await;
}

#[test]
fn recovery_example_replaces_a_lost_passkey_by_a_code() {
    with_an_account(async |visit, laptop, codes| {
        assert_eq!(codes.len(), 8);
        visit.open().await;
        visit.sees("You have 8 recovery codes.").await;
        assert!(!visit.shows(&codes[0]).await, "codes are shown once");
        visit.press(SIGN_OUT).await;

        laptop.unplug(&visit.browser).await;
        let mut phone = Authenticator::new(Kind::Laptop);
        phone.plug_in(&visit.browser).await;
        visit.fill("Address of the account", ADA).await;
        visit.fill("Recovery code", "1-AAAA-AAAA-AAAA-AAAA").await;
        visit.press("Use the code").await;
        visit.is_warned("This is not a code of this account").await;
        visit.fill("Recovery code", &codes[4].to_lowercase()).await;
        visit.press("Use the code").await;
        visit.sees("every other device is signed out").await;
        visit.press(CREATE).await;
        visit.sees("Hello, Ada").await;
        visit.sees("You have 8 recovery codes.").await;
        assert!(!visit.shows(&codes[0]).await, "the codes are new");
        visit.press(SIGN_OUT).await;
        visit.press(SIGN_IN).await;
        visit.sees("Hello, Ada").await;
        visit.press(SIGN_OUT).await;

        phone.unplug(&visit.browser).await;
        laptop.plug_in(&visit.browser).await;
        visit.press(SIGN_IN).await;
        visit.is_warned("This passkey can’t sign in here.").await;
    });
}

#[test]
fn recovery_example_replaces_a_lost_passkey_by_a_link() {
    with_an_account(async |visit, laptop, _| {
        visit.press(SIGN_OUT).await;
        laptop.unplug(&visit.browser).await;
        let mut phone = Authenticator::new(Kind::Laptop);
        phone.plug_in(&visit.browser).await;
        open_link(visit).await;
        visit.sees("every other device is signed out").await;
        // The link is used, and signs nobody in.
        let account = "return (await fetch('/account')).status";
        assert_eq!(visit.script_async(account).await, json!(401));
        visit.press(CREATE).await;
        visit.sees("Hello, Ada").await;
        assert_eq!(phone.passkeys(&visit.browser).await.len(), 1);
    });
}

#[test]
fn recovery_example_makes_new_codes_with_consent() {
    with_an_account(async |visit, laptop, codes| {
        laptop.recognise(&visit.browser, false).await;
        visit.press("Make new recovery codes").await;
        visit.is_warned("Nothing was done").await;
        laptop.recognise(&visit.browser, true).await;
        visit.press("Make new recovery codes").await;
        visit
            .until("new codes", async || !visit.shows(&codes[0]).await)
            .await;
        visit.sees("Your recovery codes").await;
    });
}
