//! The quickstart's offer of a passkey for this device: `shouldOffer()` and `declineOffer()`.

use serde_json::{Value, json};

use super::{SIGN_OUT, pictures::pictures, sign_in, sign_out, sign_up};
use crate::support::{Authenticator, Kind, Visit, in_browser, this_device};

const TITLE: &str = "Sign in faster next time";
const ACCEPT: &str = "Create a passkey";
const DECLINE: &str = "Not now";

/// Signs Ada up with a security key, and signs her in with it on a laptop.
async fn signed_in_with_a_key(visit: &Visit, key: &mut Authenticator, laptop: &mut Authenticator) {
    key.plug_in(&visit.browser).await;
    visit.open().await;
    sign_up(visit, "Ada").await;
    assert!(!visit.shows(TITLE).await, "nothing but the key can be used");
    sign_out(visit).await;
    laptop.plug_in(&visit.browser).await;
    sign_in(visit, "Ada").await;
    visit.sees(TITLE).await;
}

/// Calls the client of the page.
async fn should_offer(visit: &Visit) -> Value {
    let script = "const { passkeys } = await import('/auth/passkeys/client.js');
                  return passkeys.shouldOffer();";
    visit.script_async(script).await
}

/// Lets days pass on the pages that are opened from now on.
async fn wait(visit: &Visit, days: u32) {
    let script = format!(
        "{{ const now = Date.now.bind(Date); Date.now = () => now() + {days} * 86_400_000; }}"
    );
    visit.before_scripts(&script).await;
}

#[test]
fn sign_in_with_another_devices_passkey_is_followed_by_an_offer() {
    in_browser(async |visit| {
        let mut key = Authenticator::new(Kind::SecurityKey);
        let mut laptop = Authenticator::new(Kind::Laptop);
        signed_in_with_a_key(visit, &mut key, &mut laptop).await;
        // The offer waits: the focus is where it is after every sign-in.
        visit.focus_is_on("hello").await;
        // In this tab the session goes on, and so does the offer.
        visit.open().await;
        visit.sees(TITLE).await;

        key.unplug(&visit.browser).await;
        visit.press(ACCEPT).await;
        visit
            .hears("Passkey created. Next time, sign in with")
            .await;
        visit.focus_is_on("list-title").await;
        assert_eq!(visit.listed().await, json!(["Security key", this_device()]));
        assert!(!visit.shows(TITLE).await);
        visit.open().await;
        visit.sees("Hello, Ada").await;
        assert_eq!(should_offer(visit).await, false);

        sign_out(visit).await;
        sign_in(visit, "Ada").await;
        assert!(!visit.shows(TITLE).await, "signed in with this device");
    });
}

#[test]
fn declined_offer_is_repeated_after_growing_pauses() {
    in_browser(async |visit| {
        let mut key = Authenticator::new(Kind::SecurityKey);
        let mut laptop = Authenticator::new(Kind::Laptop);
        signed_in_with_a_key(visit, &mut key, &mut laptop).await;
        // The days until the next offer; after the first four refusals it is always a year.
        for pause in [7, 28, 112, 365, 365] {
            visit.press(DECLINE).await;
            visit.hears("You can add a passkey here whenever").await;
            visit.focus_is_on("list-title").await;
            assert!(!visit.shows(TITLE).await);
            wait(visit, pause - 1).await;
            visit.open().await;
            assert!(!visit.shows(TITLE).await, "within {pause} days");
            // Neither does a new sign-in bring it back.
            sign_out(visit).await;
            sign_in(visit, "Ada").await;
            assert!(!visit.shows(TITLE).await, "within {pause} days");
            wait(visit, 1).await;
            visit.open().await;
            visit.sees(TITLE).await;
        }
    });
}

#[test]
fn second_refusal_within_a_pause_does_not_make_it_longer() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        let pauses = visit
            .script_async(
                "const { passkeys } = await import('/auth/passkeys/client.js');
                 const kept = () => {
                   passkeys.declineOffer();
                   return localStorage.getItem('passkeys.declined');
                 };
                 const first = kept();
                 const unchanged = first === kept();
                 localStorage.setItem('passkeys.declined', 'not a number');
                 return [first.split(' ')[1], unchanged, kept().split(' ')[1]];",
            )
            .await;
        assert_eq!(pauses, json!(["7", true, "7"]));
    });
}

#[test]
fn user_without_a_passkey_is_offered_one_only_where_the_device_can_have_one() {
    in_browser(async |visit| {
        let mut key = Authenticator::new(Kind::SecurityKey);
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        assert_eq!(should_offer(visit).await, false, "nobody is signed in");
        sign_up(visit, "Ada").await;
        assert_eq!(should_offer(visit).await, false, "this device has one");

        // As after a sign-in by password.
        visit.server.forget_passkeys().await;
        assert_eq!(should_offer(visit).await, true);
        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        assert_eq!(should_offer(visit).await, false, "a key, but no device");
        key.unplug(&visit.browser).await;
        laptop.plug_in(&visit.browser).await;
        assert_eq!(should_offer(visit).await, true);

        visit.server.crash();
        assert_eq!(should_offer(visit).await, false, "the server is away");
    });
}

#[test]
fn nothing_is_offered_while_the_user_is_asked_for_a_passkey() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;
        visit.server.forget_passkeys().await;
        laptop.unplug(&visit.browser).await;
        laptop.plug_in_unattended(&visit.browser).await;
        let offers = visit
            .script_async(
                "const { passkeys } = await import('/auth/passkeys/client.js');
                 const controller = new AbortController();
                 const { signal } = controller;
                 const pending = passkeys.register({ signal }).catch((error) => error.reason);
                 const offers = [await passkeys.shouldOffer()];
                 controller.abort();
                 return [...offers, await pending];",
            )
            .await;
        assert_eq!(offers, json!([false, "aborted"]));
        // Afterwards there is no other reason against it.
        laptop.unplug(&visit.browser).await;
        laptop.plug_in(&visit.browser).await;
        assert_eq!(should_offer(visit).await, true);
    });
}

#[test]
fn nothing_is_offered_where_a_refusal_would_be_forgotten() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;
        visit.server.forget_passkeys().await;
        assert_eq!(should_offer(visit).await, true);
        // As browsers do where the user blocks cookies.
        visit
            .before_scripts(
                "for (const name of ['localStorage', 'sessionStorage']) {
                   const get = () => { throw new DOMException('', 'SecurityError'); };
                   Object.defineProperty(self, name, { get });
                 }",
            )
            .await;
        visit.open().await;
        visit.sees("Hello, Ada").await;
        assert_eq!(should_offer(visit).await, false);
        let declined = "const { passkeys } = await import('/auth/passkeys/client.js');
                        return passkeys.declineOffer() ?? 'nothing';";
        assert_eq!(visit.script_async(declined).await, "nothing");
        // Everything else works without storage.
        visit.press(SIGN_OUT).await;
        visit.hears("You are signed out.").await;
    });
}

#[test]
fn user_who_deleted_a_passkey_is_not_offered_one() {
    in_browser(async |visit| {
        let mut key = Authenticator::new(Kind::SecurityKey);
        let mut laptop = Authenticator::new(Kind::Laptop);
        signed_in_with_a_key(visit, &mut key, &mut laptop).await;
        key.unplug(&visit.browser).await;
        visit.press(ACCEPT).await;
        visit.hears("Passkey created.").await;
        visit.press(&format!("Delete {}", this_device())).await;
        visit.press("Delete passkey").await;
        visit.hears(&format!("Deleted “{}”.", this_device())).await;
        assert!(!visit.shows(TITLE).await);
        // Not after a sign-in with the key either.
        sign_out(visit).await;
        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        laptop.plug_in(&visit.browser).await;
        sign_in(visit, "Ada").await;
        assert!(!visit.shows(TITLE).await);
    });
}

#[test]
fn cancelled_prompt_leaves_the_offer_to_the_user() {
    in_browser(async |visit| {
        let mut key = Authenticator::new(Kind::SecurityKey);
        let mut laptop = Authenticator::new(Kind::Laptop);
        signed_in_with_a_key(visit, &mut key, &mut laptop).await;
        key.unplug(&visit.browser).await;
        laptop.recognise(&visit.browser, false).await;
        visit.press(ACCEPT).await;
        visit
            .is_warned("No passkey was added: you cancelled, or it took too long.")
            .await;
        visit.sees(TITLE).await;
        laptop.recognise(&visit.browser, true).await;
        visit.press(ACCEPT).await;
        visit.hears("Passkey created.").await;
    });
}

#[test]
fn offer_has_a_name_and_a_description_for_screen_readers() {
    in_browser(async |visit| {
        let mut key = Authenticator::new(Kind::SecurityKey);
        let mut laptop = Authenticator::new(Kind::Laptop);
        signed_in_with_a_key(visit, &mut key, &mut laptop).await;
        let script = "const text = (it, attribute) =>
                        it.getRootNode().getElementById(it.getAttribute(attribute)).innerText;
                      const [offer] = deep('#offer');
                      const [accept, decline] = offer.querySelectorAll('button');
                      return [offer.tagName, text(offer, 'aria-labelledby'),
                        text(offer, 'aria-describedby').slice(0, 31),
                        decline.innerText, accept.innerText, text(accept, 'aria-describedby')];";
        assert_eq!(
            visit.script(script).await,
            json!([
                "SECTION",
                TITLE,
                "A passkey lets you sign in with",
                DECLINE,
                ACCEPT,
                "Create it only on a device that is yours."
            ])
        );
    });
}

#[test]
fn offer_pictures_fit_every_screen() {
    in_browser(async |visit| {
        let mut key = Authenticator::new(Kind::SecurityKey);
        let mut laptop = Authenticator::new(Kind::Laptop);
        signed_in_with_a_key(visit, &mut key, &mut laptop).await;
        pictures(visit, "10-offer").await;
        visit.screen(320, 640, true).await;
        visit.picture("10-offer-narrowest").await;
        visit.press(DECLINE).await;
        visit.hears("You can add a passkey").await;
        pictures(visit, "11-offer-declined").await;
    });
}
