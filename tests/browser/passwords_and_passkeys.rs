//! The example `passwords_and_passkeys`: what passkeys add to an application with passwords.

use std::time::Duration;

use passkeys::{Passkeys, store::SqliteRepository, testing::ManualClock};
use passwords_and_passkeys::{App, Mailer, router};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tokio::net::TcpListener;

use crate::{
    SIGN_IN, SIGN_OUT,
    pictures::pictures,
    support::{Authenticator, Kind, Reach, Site, Visit, in_browser_at},
};

const ORIGIN: &str = "http://localhost:3000";
const ADA: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery";
const BOX: &str = "document.getElementById('second-factor')";

/// The example on a free port, which the browser reaches under the origin that it is written for.
struct Example {
    reach: Reach,
    clock: ManualClock,
}

impl Example {
    async fn start() -> Self {
        let one = SqlitePoolOptions::new().max_connections(1);
        let memory = SqliteConnectOptions::new().in_memory(true);
        let pool = one.connect_with(memory).await.unwrap();
        let repository = SqliteRepository::new(pool.clone());
        repository.migrate().await.unwrap();
        let app = App::open(pool, Mailer::new(|_, _| ())).await.unwrap();
        let clock = ManualClock::default();
        let passkeys = Passkeys::new(app, repository)
            .clock(clock.clone())
            .signal_unknown_credentials();
        let router = router(passkeys, ORIGIN).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await });
        let reach = Reach::origin(ORIGIN, address);
        Self { reach, clock }
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

/// Runs a test in which Ada, on her laptop, has just created an account with a password.
///
/// Chromium creates no passkey without asking on a virtual authenticator, and keeps the page waiting:
/// this browser does, or says at once that it does not.
fn with_an_account(
    upgrades: bool,
    test: impl AsyncFnOnce(&mut Visit<Example>, &mut Authenticator),
) {
    in_browser_at(
        async |_| Example::start().await,
        async |visit| {
            visit
                .before_scripts(&format!(
                    "{{
                      const create = navigator.credentials.create.bind(navigator.credentials);
                      navigator.credentials.create = async ({{ mediation, ...options }}) => {{
                        window.asked = options.publicKey.authenticatorSelection;
                        if (mediation !== 'conditional' || {upgrades}) return create(options);
                        throw new DOMException('not now', 'NotAllowedError');
                      }};
                    }}"
                ))
                .await;
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to(&format!("{ORIGIN}/sign-up")).await;
            visit.fill("E-mail address", ADA).await;
            visit.fill("Password", PASSWORD).await;
            visit.press("Create an account").await;
            visit.sees("You are signed in as ada@example.com.").await;
            test(visit, &mut laptop).await;
        },
    );
}

/// Waits until the page lists so many passkeys, which it does after it has said what has changed.
async fn lists(visit: &Visit<Example>, count: usize) {
    visit
        .until("the list of passkeys", async || {
            visit.listed().await.as_array().unwrap().len() == count
        })
        .await;
}

async fn sign_in_by_password(visit: &Visit<Example>) {
    visit.fill("E-mail address", ADA).await;
    visit.fill("Password", PASSWORD).await;
    visit.press(SIGN_IN_BY_PASSWORD).await;
}

const SIGN_IN_BY_PASSWORD: &str = "Sign in";
const OFFER: &str = "Sign in faster next time";

#[test]
fn password_example_upgrades_a_sign_in_by_password() {
    with_an_account(true, async |visit, laptop| {
        visit
            .hears("Passkey created. Next time, sign in with your fingerprint")
            .await;
        assert_eq!(laptop.passkeys(&visit.browser).await.len(), 1);
        lists(visit, 1).await;
        assert!(!visit.shows(OFFER).await);

        visit.press(SIGN_OUT).await;
        visit.press(SIGN_IN).await;
        visit.sees("You are signed in as ada@example.com.").await;
        visit.sees("(signed in now)").await;
        // Once for each sign-in by password, and not for one by passkey.
        visit.open().await;
        visit.sees("(signed in now)").await;
        assert_eq!(laptop.passkeys(&visit.browser).await.len(), 1);
    });
}

#[test]
fn password_example_offers_a_passkey_and_takes_no_for_an_answer() {
    with_an_account(false, async |visit, laptop| {
        visit.sees(OFFER).await;
        visit.press("Not now").await;
        visit
            .until("the offer to go", async || !visit.shows(OFFER).await)
            .await;
        visit.open().await;
        visit.sees("Add a passkey").await;
        assert!(!visit.shows(OFFER).await);
        assert!(laptop.passkeys(&visit.browser).await.is_empty());

        visit.press("Add a passkey").await;
        visit
            .hears("From now on you can sign in with this passkey.")
            .await;
        visit.press("Add a passkey").await;
        visit.is_warned("This device already has a passkey").await;
        pictures(visit, "passwords-2-account").await;
    });
}

#[test]
fn password_example_offers_a_passkey_of_this_device_and_adds_one_of_any() {
    with_an_account(false, async |visit, _| {
        visit.sees(OFFER).await;
        visit.press("Create a passkey").await;
        lists(visit, 1).await;
        let attachment = "return window.asked.authenticatorAttachment ?? null";
        assert_eq!(visit.script(attachment).await, "platform");
        assert!(!visit.shows(OFFER).await);

        visit.press("Add a passkey").await;
        visit.is_warned("This device already has a passkey").await;
        assert_eq!(visit.script(attachment).await, json!(null));
    });
}

#[test]
fn password_example_asks_for_the_passkey_after_the_password() {
    with_an_account(true, async |visit, laptop| {
        visit
            .hears("Passkey created. Next time, sign in with your fingerprint")
            .await;
        visit.script(&format!("{BOX}.click()")).await;
        visit
            .hears("Your passkey is asked for after your password.")
            .await;
        visit.press(SIGN_OUT).await;

        visit.press(SIGN_IN).await;
        visit
            .is_warned("Your account asks for your password first")
            .await;
        pictures(visit, "passwords-1-sign-in").await;
        sign_in_by_password(visit).await;
        visit.sees("Confirm with your passkey").await;
        // Not signed in yet.
        let list = "return (await fetch('/auth/passkeys/credentials')).status";
        assert_eq!(visit.script_async(list).await, json!(401));
        laptop.recognise(&visit.browser, false).await;
        visit.press("Use a passkey").await;
        visit.is_warned("Nothing was done: you cancelled").await;
        laptop.recognise(&visit.browser, true).await;
        visit.press("Use a passkey").await;
        visit.sees("You are signed in as ada@example.com.").await;
        assert_eq!(visit.script(&format!("return {BOX}.checked")).await, true);

        lists(visit, 1).await;
        let delete = "document.querySelector('#list .delete').click()";
        visit.sees("(signed in now)").await;
        visit.script(delete).await;
        visit.is_warned("so the last one stays").await;
    });
}

#[test]
fn password_example_asks_for_consent_where_the_sign_in_is_old() {
    with_an_account(true, async |visit, laptop| {
        visit
            .hears("Passkey created. Next time, sign in with your fingerprint")
            .await;
        lists(visit, 1).await;
        visit
            .script("document.querySelector('#list .rename').click()")
            .await;
        visit.fill("Name", "Laptop").await;
        visit.press("Save").await;
        visit
            .until("the new name", async || {
                visit.listed().await == json!(["Laptop"])
            })
            .await;

        visit.server.clock.advance(Duration::from_mins(11));
        laptop.recognise(&visit.browser, false).await;
        visit.press("Delete Laptop").await;
        visit.is_warned("Nothing was done: you cancelled").await;
        visit.script(&format!("{BOX}.click()")).await;
        visit.is_warned("Nothing was done: you cancelled").await;
        assert_eq!(visit.script(&format!("return {BOX}.checked")).await, false);
        laptop.recognise(&visit.browser, true).await;
        for words in ["Your passkey is asked for", "Your passkey alone"] {
            visit.script(&format!("{BOX}.click()")).await;
            visit.hears(words).await;
        }
        visit.press("Delete Laptop").await;
        visit.hears("Deleted “Laptop”.").await;
        lists(visit, 0).await;
        // Without a passkey there is no consent.
        visit.press("Add a passkey").await;
        visit.is_warned("Please sign in again first").await;
    });
}

#[test]
fn password_example_closes_the_account_and_the_browser_drops_the_passkey() {
    with_an_account(true, async |visit, laptop| {
        visit
            .hears("Passkey created. Next time, sign in with your fingerprint")
            .await;
        visit.fill("Password", "correct horse").await;
        visit.press("Close the account").await;
        visit.is_warned("The password is wrong.").await;
        visit.fill("Password", PASSWORD).await;
        visit.press("Close the account").await;
        visit.sees("Been here before?").await;
        visit.go_to(&format!("{ORIGIN}/sign-in")).await;
        visit.press(SIGN_IN).await;
        visit.is_warned("This passkey can’t sign in here.").await;
        visit
            .until("the passkey to go", async || {
                laptop.passkeys(&visit.browser).await.is_empty()
            })
            .await;
    });
}
