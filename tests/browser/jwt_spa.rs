//! The example `jwt_spa`: a single-page app with access tokens.

use std::process::Command;

use serde_json::json;

use crate::{
    pictures::pictures,
    support::{Authenticator, Kind, Program, Visit, in_browser_at},
};

const SIGN_IN: &str = "Sign in with a passkey";
const CREATE: &str = "Create an account";
const ASK: &str = "Ask the server who I am";

async fn program() -> Program {
    Program::start(Command::new(env!("CARGO_BIN_EXE_example-jwt_spa")))
}

async fn sign_up(visit: &Visit<Program>, name: &str) {
    visit.fill("Your name", name).await;
    visit.press(CREATE).await;
    visit.sees(&format!("Hello, {name}")).await;
}

#[test]
fn single_page_app_keeps_its_token_in_memory_while_the_page_is_open() {
    in_browser_at(
        async |_| program().await,
        async |visit| {
            visit
            .before_scripts("addEventListener('securitypolicyviolation', (it) => (self.violation = it.blockedURI))")
            .await;
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.open().await;
            sign_up(visit, "Ada").await;
            visit.focus_is_on("hello").await;
            visit.press(ASK).await;
            visit.hears("The server says: “You are Ada.”").await;

            // The token is not in any storage that another script or the next visitor could read.
            let kept = "return [localStorage.length, sessionStorage.length, document.cookie, location.hash]";
            assert_eq!(visit.script(kept).await, json!([0, 0, "", ""]));
            let anybody = "return (await fetch('/api/me')).status";
            assert_eq!(visit.script_async(anybody).await, 401);

            visit.open().await;
            visit.sees("Welcome").await;
            visit.press(SIGN_IN).await;
            visit.sees("Hello, Ada").await;
            visit.press("Sign out").await;
            visit.hears("You are signed out.").await;
            visit.focus_is_on("welcome").await;
            assert_eq!(visit.script("return self.violation").await, json!(null));
        },
    );
}

#[test]
fn single_page_app_adds_a_further_passkey_with_the_token() {
    in_browser_at(
        async |_| program().await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            let mut key = Authenticator::new(Kind::SecurityKey);
            laptop.plug_in(&visit.browser).await;
            visit.open().await;
            sign_up(visit, "Ada").await;
            visit.press("Add a passkey").await;
            visit
                .is_warned("This device already has a passkey for your account.")
                .await;
            laptop.unplug(&visit.browser).await;
            key.plug_in(&visit.browser).await;
            visit.press("Add a passkey").await;
            visit.hears("Passkey added").await;
            let count = "return document.getElementById('count').innerText";
            assert_eq!(visit.script(count).await, "2");
        },
    );
}

#[test]
fn single_page_app_asks_for_a_sign_in_when_the_token_has_expired() {
    let brief = async || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_example-jwt_spa"));
        command.env("TOKEN_SECONDS", "2");
        Program::start(command)
    };
    in_browser_at(
        async |_| brief().await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.open().await;
            visit.fill("Your name", "Ada").await;
            visit.press(CREATE).await;
            visit
                .hears("Your token has expired. Sign in again to go on.")
                .await;
            visit.focus_is_on("welcome").await;
            visit.press(SIGN_IN).await;
            visit.sees("Hello, Ada").await;
        },
    );
}

#[test]
fn single_page_app_signs_in_by_autofill() {
    in_browser_at(
        async |_| program().await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.open().await;
            sign_up(visit, "Ada").await;
            visit.offer_in_fields().await;
            visit.open().await;
            visit.sees("Hello, Ada").await;
        },
    );
}

#[test]
fn single_page_app_reports_failures() {
    in_browser_at(
        async |_| program().await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.open().await;
            visit.press(CREATE).await;
            visit.sees("Please enter a name for your account.").await;
            visit.focus_is_on("name").await;
            visit.press(SIGN_IN).await;
            visit
                .is_warned("this device has no passkey for this site")
                .await;
            laptop.recognise(&visit.browser, false).await;
            visit.fill("Your name", "Ada").await;
            visit.press(CREATE).await;
            visit.is_warned("Nothing happened: you cancelled").await;
            visit.server.crash();
            visit.press(SIGN_IN).await;
            visit.is_warned("The server can’t be reached.").await;
        },
    );
}

#[test]
fn single_page_app_pictures_fit_every_screen() {
    in_browser_at(
        async |_| program().await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.open().await;
            pictures(visit, "jwt-1-welcome").await;
            visit.press(SIGN_IN).await;
            visit.is_warned("Nothing happened").await;
            pictures(visit, "jwt-2-warned").await;
            sign_up(visit, "Ada Lovelace").await;
            visit.press(ASK).await;
            visit.hears("You are Ada Lovelace.").await;
            pictures(visit, "jwt-3-signed-in").await;
            visit.press("Sign out").await;
            visit.hears("You are signed out.").await;
            visit.press(CREATE).await;
            visit.sees("Please enter a name").await;
            pictures(visit, "jwt-4-name-missing").await;
        },
    );
}
