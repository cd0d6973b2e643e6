//! The quickstart in a real browser: every path through its page, with virtual authenticators.
//!
//! The suite runs in Chromium, in Chromium with the screen of a small phone, and in Firefox: the variable
//! `PASSKEYS_TEST_BROWSER` is `chromium`, `phone` or `firefox`. `lacks.rs` says what is left out where.

mod capabilities;
mod client;
mod consent;
mod data;
mod elements;
mod encrypted_notes;
mod extensions;
mod failures;
mod frames;
mod hosts;
mod immediate;
mod inspector;
mod jwt_spa;
mod lacks;
mod managers;
mod many_passkeys;
mod minimal;
mod offer;
mod options;
mod passwords_and_passkeys;
mod pictures;
mod profiles;
mod prompt_outcomes;
mod recovery;
mod related_origins;
mod responses;
mod second_factor;
mod step_up;
mod support;
mod upgrade;

use fantoccini::key::Key;
use serde_json::json;
use support::{Authenticator, Kind, Visit, in_browser, this_device};

const SIGN_IN: &str = "Sign in with a passkey";
const CREATE: &str = "Create an account";
const ADD: &str = "Add a passkey";
const SIGN_OUT: &str = "Sign out";

async fn sign_up(visit: &Visit, name: &str) {
    visit.fill("Your name", name).await;
    visit.press(CREATE).await;
    visit.sees(&format!("Hello, {name}")).await;
}

async fn sign_out(visit: &Visit) {
    visit.press(SIGN_OUT).await;
    visit.hears("You are signed out.").await;
}

async fn sign_in(visit: &Visit, name: &str) {
    visit.press(SIGN_IN).await;
    visit.sees(&format!("Hello, {name}")).await;
}

#[test]
fn quickstart_signs_up_and_out_and_in_without_a_username() {
    in_browser(async |visit| {
        visit
            .before_scripts("addEventListener('securitypolicyviolation', (it) => (self.violation = it.blockedURI))")
            .await;
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;
        visit.focus_is_on("hello").await;
        assert_eq!(visit.listed().await, json!([this_device()]));
        visit.sees("Created today · Not used yet").await;

        sign_out(visit).await;
        visit.focus_is_on("welcome").await;

        sign_in(visit, "Ada").await;
        visit.sees("Last used today").await;

        // The session is the server's, not the page's.
        visit.open().await;
        visit.sees("Hello, Ada").await;
        assert_eq!(visit.script("return self.violation").await, json!(null));
    });
}

#[test]
fn second_passkey_signs_in_after_the_first_was_deleted() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        let mut key = Authenticator::new(Kind::SecurityKey);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;

        visit.press(ADD).await;
        visit
            .is_warned("This device already has a passkey for your account.")
            .await;

        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        visit.press(ADD).await;
        visit.hears("Passkey added.").await;
        assert_eq!(visit.listed().await, json!([this_device(), "Security key"]));

        visit.press("Rename Security key").await;
        visit.fill("Name", " ").await;
        visit.press("Save").await;
        // The dialog stays open: a name needs a visible character.
        visit.fill("Name", "Key in the <b>drawer</b>").await;
        visit.press("Save").await;
        visit.hears("Renamed to “Key in the <b>drawer</b>”.").await;
        visit.focus_is_on("Rename Key in the <b>drawer</b>").await;

        visit.press(&format!("Delete {}", this_device())).await;
        visit.sees("Your other passkeys keep working.").await;
        visit.press("Keep it").await;
        visit
            .focus_is_on(&format!("Delete {}", this_device()))
            .await;
        visit.press(&format!("Delete {}", this_device())).await;
        visit.press("Delete passkey").await;
        visit.hears(&format!("Deleted “{}”.", this_device())).await;
        assert_eq!(visit.listed().await, json!(["Key in the <b>drawer</b>"]));
        sign_out(visit).await;

        key.unplug(&visit.browser).await;
        laptop.plug_in(&visit.browser).await;
        visit.press(SIGN_IN).await;
        visit
            .is_warned("This passkey can’t sign in here. It may have been deleted")
            .await;

        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        sign_in(visit, "Ada").await;
        visit.sees("Last used today").await;
    });
}

#[test]
fn last_passkey_cannot_be_deleted() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        let mut key = Authenticator::new(Kind::SecurityKey);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;
        let only = "Your only passkey cannot be deleted";
        visit.sees(only).await;
        assert!(!visit.shows("Delete").await, "no button that cannot work");

        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        visit.press(ADD).await;
        visit.hears("Passkey added.").await;
        assert!(visit.shows("Delete").await && !visit.shows(only).await);

        // Another window deletes the other passkey, without notice to this page.
        let script = "const { passkeys } = await import('/auth/passkeys/client.js');
                      const [first] = await passkeys.list();
                      await passkeys.remove(first.id);";
        visit.script_async(script).await;
        visit.press("Delete Security key").await;
        visit.press("Delete passkey").await;
        visit
            .is_warned("This is your only passkey left that can sign in, so it stays.")
            .await;
        visit.focus_is_on("list-title").await;
        assert_eq!(visit.listed().await, json!(["Security key"]));
        visit.sees(only).await;
        assert_eq!(visit.server.stored().await, (1, 1));
    });
}

#[test]
fn list_shows_the_provider_and_the_passkey_of_the_current_session() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        let mut key = Authenticator::new(Kind::SecurityKey);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;
        assert_eq!(visit.signed_in_now().await, json!([this_device()]));
        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        visit.press(ADD).await;
        visit.hears("Passkey added.").await;
        assert_eq!(visit.signed_in_now().await, json!([this_device()]));
        assert!(visit.shows("\nSynced\n").await);
        assert!(visit.shows("\nOn one device\n").await);

        sign_out(visit).await;
        visit.server.made_by_known_providers().await;
        sign_in(visit, "Ada").await;
        assert_eq!(visit.signed_in_now().await, json!(["Security key"]));
        visit.sees("\nGoogle Password Manager · Synced\n").await;
        visit
            .sees("\nYubiKey 5 Series with NFC · On one device\n")
            .await;
    });
}

#[test]
fn cancelled_ceremony_is_reported_and_stores_nothing() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        laptop.recognise(&visit.browser, false).await;
        visit.open().await;
        visit.fill("Your name", "Ada").await;
        visit.press(CREATE).await;
        visit
            .is_warned("No account was created: you cancelled, or it took too long.")
            .await;
        assert_eq!(visit.server.stored().await, (0, 0));
        // The form keeps its input.
        laptop.recognise(&visit.browser, true).await;
        visit.press(CREATE).await;
        visit.sees("Hello, Ada").await;

        sign_out(visit).await;
        laptop.recognise(&visit.browser, false).await;
        visit.press(SIGN_IN).await;
        visit.is_warned("Not signed in. Either you cancelled").await;
    });
}

#[test]
fn sign_in_on_a_device_without_a_passkey_is_reported() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        visit.press(SIGN_IN).await;
        visit
            .is_warned("there is no passkey for this site on this device")
            .await;
    });
}

#[test]
fn autofill_without_a_passkey_reports_no_failure() {
    in_browser(async |visit| {
        visit.offer_in_fields().await;
        visit
            .before_scripts(
                "const get = navigator.credentials.get.bind(navigator.credentials);
                 navigator.credentials.get = (it) => get(it).finally(() => (self.asked = true));",
            )
            .await;
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        visit
            .until("the offer to be over", async || {
                visit.script("return self.asked === true").await == json!(true)
            })
            .await;
        visit.sees("Sign in without a password").await;
        assert!(!visit.shows("Not signed in").await);

        // The virtual authenticator signs in again at once, by conditional mediation.
        sign_up(visit, "Ada").await;
        visit.press(SIGN_OUT).await;
        visit.sees("Last used today").await;
        assert!(!visit.shows("You are signed out.").await);
    });
}

#[test]
fn new_ceremony_abandons_the_pending_one_without_a_warning() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in_unattended(&visit.browser).await;
        visit.open().await;
        visit.press(SIGN_IN).await;
        visit.sees("Waiting for your device…").await;
        visit.fill("Your name", "Ada").await;
        visit.press(CREATE).await;
        visit.sees(SIGN_IN).await;
        visit.sees("Waiting for your device…").await;
        assert!(
            !visit.shows("cancelled").await,
            "a change of mind is no failure"
        );
    });
}

#[test]
fn sign_up_with_a_taken_name_is_rejected() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;
        sign_out(visit).await;

        visit.fill("Your name", "  ada ").await;
        visit.press(CREATE).await;
        visit.sees("This name is taken.").await;
        visit.focus_is_on("name").await;
        let script = "const it = here(); return [it.ariaInvalid, it.getRootNode().getElementById(it.getAttribute('aria-describedby')).innerText]";
        let field = visit.script(script).await;
        assert_eq!(field[0], "true");
        assert!(
            field[1]
                .as_str()
                .unwrap()
                .starts_with("This name is taken.")
        );
        assert_eq!(laptop.passkeys(&visit.browser).await.len(), 1);

        visit.fill("Your name", " ").await;
        visit.press(CREATE).await;
        visit.sees("Please enter a name for your account.").await;
    });
}

#[test]
fn sign_in_after_a_taken_name_is_begun_for_its_owner() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        for name in ["Ada", "Bob"] {
            sign_up(visit, name).await;
            sign_out(visit).await;
        }
        visit.fill("Your name", "ada").await;
        visit.press(CREATE).await;
        visit.sees("This name is taken.").await;
        // Bob's passkey is newer, but the sign-in is begun for Ada.
        visit.press(SIGN_IN).await;
        visit.sees("Hello, Ada").await;
    });
}

/// Both ceremonies begin before either account exists.
#[test]
fn concurrent_sign_ups_with_one_name_create_one_account() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        let outcomes = visit
            .script_async(
                "const { request } = await import('/auth/passkeys/client.js');
                 const at = '/auth/passkeys/register/';
                 const finishes = [];
                 for (const _ of [1, 2]) {
                   const { publicKey, state } = await request('POST', at + 'begin', { name: 'Ada' });
                   const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
                   const credential = await navigator.credentials.create({ publicKey: options });
                   finishes.push(() => request('POST', at + 'finish', { credential, state }));
                 }
                 const outcomes = await Promise.allSettled(finishes.map((finish) => finish()));
                 return outcomes.map((it) => it.value?.name ?? it.reason.code).sort();",
            )
            .await;
        assert_eq!(outcomes, json!(["Ada", "name_taken"]));
        // The failed sign-up leaves nothing behind.
        assert_eq!(visit.server.stored().await, (1, 1));
    });
}

#[test]
fn sign_in_changes_the_session_id() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;
        let cookie = async || {
            let cookie = visit.browser.client().get_named_cookie("id").await.unwrap();
            assert_eq!(cookie.http_only(), Some(true));
            cookie.value().to_owned()
        };
        let before = cookie().await;
        let script = "const { passkeys } = await import('/auth/passkeys/client.js');
                      return (await passkeys.authenticate()).name;";
        assert_eq!(visit.script_async(script).await, "Ada");
        assert_ne!(cookie().await, before);
    });
}

#[test]
fn browser_without_passkeys_is_reported() {
    in_browser(async |visit| {
        visit
            .before_scripts("delete self.PublicKeyCredential")
            .await;
        visit.open().await;
        visit.is_warned("This browser can’t use passkeys.").await;
        assert!(!visit.shows(SIGN_IN).await, "no button that cannot work");
        assert!(!visit.shows(CREATE).await, "no button that cannot work");
    });
}

#[test]
fn browser_without_the_webauthn_json_methods_signs_up_and_in() {
    in_browser(async |visit| {
        visit
            .before_scripts(
                "delete PublicKeyCredential.parseCreationOptionsFromJSON;
                 delete PublicKeyCredential.parseRequestOptionsFromJSON;
                 delete PublicKeyCredential.prototype.toJSON;",
            )
            .await;
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;
        // `excludeCredentials` is decoded, too.
        visit.press(ADD).await;
        visit
            .is_warned("This device already has a passkey for your account.")
            .await;
        sign_out(visit).await;
        sign_in(visit, "Ada").await;
    });
}

#[test]
fn wrong_origin_is_reported_with_the_right_host() {
    in_browser(async |visit| {
        visit.server.origin = visit.server.origin.replace("localhost", "127.0.0.1");
        visit.open().await;
        visit.press(SIGN_IN).await;
        visit
            .is_warned("Passkeys don’t work at this address. Open the page as “localhost”.")
            .await;
    });
}

#[test]
fn server_and_storage_failures_are_reported() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;

        visit.server.crash();
        visit.press(&format!("Rename {}", this_device())).await;
        visit.fill("Name", "Laptop").await;
        visit.press("Save").await;
        visit.is_warned("The server can’t be reached.").await;

        // Sessions are in memory, passkeys in the database file.
        visit.server.restart();
        visit.press(ADD).await;
        visit.is_warned("You were signed out.").await;
        sign_in(visit, "Ada").await;
        sign_out(visit).await;

        visit.server.break_storage().await;
        visit.press(SIGN_IN).await;
        visit
            .is_warned("The server can’t save or read anything right now.")
            .await;
    });
}

#[test]
fn page_works_with_the_keyboard_alone() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        let mut key = Authenticator::new(Kind::SecurityKey);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        // The first tab stop is the most frequent action.
        visit.key(Key::Tab.into()).await;
        visit.focus_is_on("sign-in").await;
        visit.key(Key::Tab.into()).await;
        visit.focus_is_on("name").await;
        for letter in "Ada".chars() {
            visit.key(letter).await;
        }
        visit.key(Key::Enter.into()).await;
        visit.focus_is_on("hello").await;

        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        visit.key(Key::Tab.into()).await;
        visit.focus_is_on("add").await;
        visit.key(Key::Enter.into()).await;
        visit.hears("Passkey added.").await;

        for stop in [
            &format!("Rename {}", this_device()),
            &format!("Delete {}", this_device()),
        ] {
            visit.key(Key::Tab.into()).await;
            visit.focus_is_on(stop).await;
        }
        // Pressing Enter twice deletes nothing, and Escape closes the dialog.
        visit.key(Key::Enter.into()).await;
        visit.focus_is_on("Keep it").await;
        visit.key(Key::Enter.into()).await;
        visit
            .focus_is_on(&format!("Delete {}", this_device()))
            .await;
        visit.key(Key::Enter.into()).await;
        visit.focus_is_on("Keep it").await;
        visit.key(Key::Escape.into()).await;
        visit
            .focus_is_on(&format!("Delete {}", this_device()))
            .await;
        assert_eq!(visit.listed().await, json!([this_device(), "Security key"]));
    });
}
