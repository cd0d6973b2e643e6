//! `passkeys.immediate()`: a sign-in with a passkey that is at hand, or `null` at once.
//!
//! Chromium 156 has immediate mediation (`uiMode: "immediate"`), and its virtual authenticators take part
//! in it: they select a passkey by themselves. All tests but the last run in it as it is. The last one is
//! about browsers that lack it, so it takes the capability away.

use fantoccini::Locator;
use serde_json::{Value, json};

use super::{
    SIGN_IN,
    client::{ada_has_a_passkey, with_client},
    sign_in,
};
use crate::support::{Authenticator, Kind, Visit, in_browser};

/// A page with a button that calls `immediate()`, and records the outcome and the requests.
const BUTTON: &str = "
    const { PasskeyClient, passkeys } = await import('/auth/passkeys/client.js');
    self.sent = [];
    const record = (url, init) => {
      self.sent.push([url.slice('/auth/passkeys'.length), JSON.parse(init.body ?? '{}').data ?? null]);
      // The quickstart knows no profiles.
      return fetch(url.split('?')[0], init);
    };
    const client = new PasskeyClient({ base: '/auth/passkeys', fetch: record });
    const { get } = CredentialsContainer.prototype;
    navigator.credentials.get = function (options) {
      self.modes.push(options.uiMode ?? options.mediation ?? 'modal');
      return get.call(this, options);
    };
    self.modes = [];
    const button = document.createElement('button');
    button.id = 'at-once';
    button.textContent = 'Sign in at once';
    button.onclick = async () => {
      self.outcome = undefined;
      const outcome = client.immediate(self.options).catch((error) => [error.reason, error.code]);
      self.outcome = [await outcome];
    };
    document.body.prepend(button);";

/// Puts the button on the page.
async fn prepare(visit: &Visit) {
    visit.open().await;
    visit.script_async(BUTTON).await;
}

/// Presses the button, and returns the outcome.
async fn at_once(visit: &Visit) -> Value {
    let button = visit.browser.client().find(Locator::Id("at-once")).await;
    button.unwrap().click().await.unwrap();
    let mut outcome = json!(null);
    visit
        .until("an outcome", async || {
            outcome = visit.script("return self.outcome ?? null").await;
            !outcome.is_null()
        })
        .await;
    outcome[0].take()
}

#[test]
fn immediate_signs_in_with_a_passkey_that_is_at_hand() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        prepare(visit).await;
        visit
            .script("self.options = { data: () => 5, profile: 'this_device' }")
            .await;
        assert_eq!(at_once(visit).await, json!({ "name": "Ada" }));
        let (modes, sent) = (
            visit.script("return self.modes").await,
            visit.script("return self.sent").await,
        );
        assert_eq!(modes, json!(["immediate"]));
        let begin = "/authenticate/begin?profile=this_device";
        assert_eq!(sent, json!([[begin, null], ["/authenticate/finish", 5]]));
    });
}

#[test]
fn immediate_resolves_to_null_where_no_passkey_is_at_hand() {
    in_browser(async |visit| {
        // With and without an authenticator in the device; a security key is not at hand.
        for kind in [None, Some(Kind::Laptop), Some(Kind::SecurityKey)] {
            let mut device = kind.map(Authenticator::new);
            if let Some(device) = &mut device {
                device.plug_in(&visit.browser).await;
            }
            prepare(visit).await;
            assert_eq!(at_once(visit).await, json!(null), "{kind:?}");
            assert_eq!(
                visit.script("return self.modes").await,
                json!(["immediate"])
            );
            if let Some(device) = &mut device {
                device.unplug(&visit.browser).await;
            }
        }
    });
}

#[test]
fn immediate_resolves_to_null_without_a_click_and_when_the_page_aborts() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        visit.open().await;
        let outcomes = with_client(
            visit,
            "return [
               await outcome(passkeys.immediate()),
               await outcome(passkeys.immediate({ signal: AbortSignal.abort() })),
             ];",
        )
        .await;
        assert_eq!(outcomes, json!([null, null]));
    });
}

#[test]
fn immediate_resolves_to_null_while_the_user_is_asked_for_a_passkey() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in_unattended(&visit.browser).await;
        prepare(visit).await;
        visit.press(SIGN_IN).await;
        visit
            .until("the button's question", async || {
                visit.script("return self.modes").await == json!(["modal"])
            })
            .await;
        assert_eq!(at_once(visit).await, json!(null));
        assert_eq!(
            visit.script("return [self.modes, self.sent]").await,
            json!([["modal"], []])
        );
        visit.sees("Waiting for your device…").await;
        laptop.unplug(&visit.browser).await;
    });
}

#[test]
fn immediate_ends_pending_autofill_and_gives_way_to_a_button() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        laptop.unplug(&visit.browser).await;
        laptop.plug_in_unattended(&visit.browser).await;
        visit.offer_in_fields().await;
        visit.open().await;
        let outcomes = with_client(
            visit,
            "const offered = passkeys.autofill();
             const atOnce = passkeys.immediate();
             // It is asked for, so offers wait for it.
             const later = [passkeys.autofill(), passkeys.upgrade(), passkeys.shouldOffer()];
             const controller = new AbortController();
             const button = outcome(passkeys.authenticate({ signal: controller.signal }));
             const outcomes = [await offered, ...(await Promise.all(later)), await atOnce];
             controller.abort();
             return [...outcomes, await button];",
        )
        .await;
        assert_eq!(
            outcomes,
            json!([null, null, null, false, null, ["aborted", ""]])
        );
    });
}

#[test]
fn immediate_rejects_for_a_passkey_that_the_server_does_not_know() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        visit.server.forget_passkeys().await;
        prepare(visit).await;
        let failed = json!(["server", "authentication_failed"]);
        assert_eq!(at_once(visit).await, failed);
        // The form that the page then shows works.
        visit.press(super::SIGN_IN).await;
        visit.is_warned("This passkey can’t sign in here.").await;
    });
}

/// Browsers without immediate mediation ignore `uiMode`, and would show their dialog.
#[test]
fn immediate_asks_nobody_in_a_browser_that_lacks_it() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        for lacks in [
            "delete PublicKeyCredential.getClientCapabilities",
            "PublicKeyCredential.getClientCapabilities = async () => ({ conditionalGet: true })",
            "PublicKeyCredential.getClientCapabilities = async () => ({ immediateGet: false })",
        ] {
            prepare(visit).await;
            visit.script(lacks).await;
            assert_eq!(at_once(visit).await, json!(null), "{lacks}");
            let asked = visit.script("return [self.modes, self.sent]").await;
            assert_eq!(asked, json!([[], []]), "{lacks}");
        }
        sign_in(visit, "Ada").await;
    });
}
