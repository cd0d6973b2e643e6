//! `client.js`: behaviour beyond what the quickstart's page uses.

use serde_json::{Value, json};

use super::{ADD, SIGN_IN, sign_in, sign_out, sign_up};
use crate::support::{Authenticator, Kind, Visit, in_browser, this_device};

/// Runs the body of an async function with the module's exports in scope. `outcome(promise)`
/// resolves to its value, or to the reason and code of its error.
pub(crate) async fn with_client(visit: &Visit, body: &str) -> Value {
    let script = format!(
        "const {{ PasskeyClient, capabilities, passkeys }} = await import('/auth/passkeys/client.js');
         const outcome = (promise) => promise.catch((error) => [error.reason, error.code]);
         {body}"
    );
    visit.script_async(&script).await
}

/// Signs Ada up, and out again.
pub(crate) async fn ada_has_a_passkey(visit: &Visit, laptop: &mut Authenticator) {
    laptop.plug_in(&visit.browser).await;
    visit.open().await;
    sign_up(visit, "Ada").await;
    sign_out(visit).await;
}

#[test]
fn autofill_by_conditional_mediation_signs_in() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        let field = "return deep('#name')[0].autocomplete";
        assert_eq!(visit.script(field).await, "username webauthn");
        visit.offer_in_fields().await;
        visit.open().await;
        visit.sees("Hello, Ada").await;
    });
}

#[test]
fn autofill_that_the_user_dismisses_resolves_to_null() {
    in_browser(async |visit| {
        visit.offer_in_fields().await;
        // With an authenticator without passkeys, Chromium ends conditional mediation at once.
        Authenticator::new(Kind::Laptop)
            .plug_in(&visit.browser)
            .await;
        visit.open().await;
        let offered = visit
            .script_async(
                "const { passkeys } = await import('/auth/passkeys/client.js');
                 return passkeys.autofill().catch((error) => error.reason);",
            )
            .await;
        assert_eq!(offered, json!(null));
    });
}

#[test]
fn sign_in_button_replaces_pending_conditional_mediation() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        laptop.unplug(&visit.browser).await;
        laptop.plug_in_unattended(&visit.browser).await;
        visit.offer_in_fields().await;
        visit.open().await;
        // This conditional mediation replaces the page's own; the button aborts it.
        visit
            .script_async(
                "const { passkeys } = await import('/auth/passkeys/client.js');
                 self.offered = passkeys.autofill().catch(String);
                 const { get } = CredentialsContainer.prototype;
                 navigator.credentials.get = function (options) {
                   self.asked ||= options.mediation !== 'conditional';
                   return get.call(this, options);
                 };",
            )
            .await;
        visit.press(SIGN_IN).await;
        visit.sees("Waiting for your device…").await;
        assert_eq!(
            visit.script_async("return self.offered").await,
            json!(null),
            "aborted by the page, which is no error"
        );
        // Chromium cancels a ceremony at once while there is no authenticator.
        let asked = async || visit.script("return self.asked").await == true;
        visit.until("the button's question", asked).await;
        laptop.unplug(&visit.browser).await;
        laptop.plug_in(&visit.browser).await;
        visit.sees("Hello, Ada").await;
    });
}

#[test]
fn new_ceremony_aborts_the_pending_one_on_the_whole_page() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in_unattended(&visit.browser).await;
        visit.offer_in_fields().await;
        visit.open().await;
        let outcomes = with_client(
            visit,
            "const offers = [passkeys.autofill(), passkeys.autofill()];
             const asked = outcome(passkeys.authenticate());
             // Conditional mediation gives way to a modal ceremony, not the other way round.
             offers.push(passkeys.autofill());
             const other = new PasskeyClient({ base: '/auth/passkeys' });
             const { signal } = self.controller = new AbortController();
             const last = outcome(other.authenticate({ signal }));
             const outcomes = [await Promise.all(offers), await asked];
             self.controller.abort();
             return [...outcomes, await last, await outcome(passkeys.authenticate({ signal }))];",
        )
        .await;
        let aborted = ["aborted", ""];
        assert_eq!(
            outcomes,
            json!([[null, null, null], aborted, aborted, aborted])
        );
    });
}

#[test]
fn autofill_with_an_expired_challenge_signs_in_by_a_second_ceremony() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        visit.offer_in_fields_of_this_page().await;
        let account = with_client(
            visit,
            "let finishes = 0;
             const late = async (url, init) => {
               if (url.endsWith('/finish') && ++finishes === 1) {
                 init.body = JSON.stringify({ ...JSON.parse(init.body), state: 'forgotten' });
               }
               return fetch(url, init);
             };
             const client = new PasskeyClient({ base: '/auth/passkeys/', fetch: late });
             return [await outcome(client.autofill()), finishes];",
        )
        .await;
        assert_eq!(account, json!([{ "name": "Ada" }, 2]));
    });
}

#[test]
fn client_js_failures_reject_with_a_reason_and_a_code() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        let register = "return outcome(passkeys.register({ signUp: { name: 'Ada' } }));";
        laptop.recognise(&visit.browser, false).await;
        assert_eq!(with_client(visit, register).await, json!(["cancelled", ""]));
        laptop.recognise(&visit.browser, true).await;
        assert_eq!(with_client(visit, register).await, json!({ "name": "Ada" }));
        assert_eq!(
            with_client(visit, register).await,
            json!(["server", "name_taken"])
        );
        assert_eq!(
            with_client(visit, "return outcome(passkeys.register());").await,
            json!(["already-registered", ""])
        );
        assert_eq!(
            with_client(visit, "return outcome(passkeys.remove('nobodys'));").await,
            json!(["server", "credential_not_found"])
        );
        let remove = "const [{ id }] = await passkeys.list(); return outcome(passkeys.remove(id));";
        assert_eq!(
            with_client(visit, remove).await,
            json!(["server", "last_credential"])
        );
        let elsewhere = "const base = 'http://localhost:1';
             return outcome(new PasskeyClient({ base }).authenticate());";
        assert_eq!(
            with_client(visit, elsewhere).await,
            json!(["unreachable", ""])
        );
    });
}

#[test]
fn deleted_passkey_is_signalled_and_no_longer_offered() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        let mut key = Authenticator::new(Kind::SecurityKey);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;
        // A second passkey, since the last one cannot be deleted.
        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        visit.press(ADD).await;
        visit.hears("Passkey added.").await;
        key.unplug(&visit.browser).await;
        laptop.plug_in(&visit.browser).await;
        visit.press(&format!("Delete {}", this_device())).await;
        visit.press("Delete passkey").await;
        visit
            .until("the passkey to go", async || {
                laptop.passkeys(&visit.browser).await.is_empty()
            })
            .await;
    });
}

/// The server forgets a user handle with the last passkey that carries it.
#[test]
fn deleted_passkey_is_signalled_also_if_it_was_the_last_with_its_user_handle() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        let mut key = Authenticator::new(Kind::SecurityKey);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;
        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        visit.press(ADD).await;
        visit.hears("Passkey added.").await;
        visit.server.keep_user_handle_of(this_device()).await;
        key.unplug(&visit.browser).await;
        laptop.plug_in(&visit.browser).await;
        visit.press(&format!("Delete {}", this_device())).await;
        visit.press("Delete passkey").await;
        visit
            .until("the passkey to go", async || {
                laptop.passkeys(&visit.browser).await.is_empty()
            })
            .await;
    });
}

#[test]
fn changed_user_name_is_signalled_and_shown_with_the_passkey() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        sign_up(visit, "Ada").await;
        let name = async || laptop.passkeys(&visit.browser).await[0]["userName"].clone();
        assert_eq!(name().await, "Ada");
        visit.server.rename_account("Ada", "Ada Lovelace").await;
        visit.open().await;
        visit
            .until("the new name", async || name().await == "Ada Lovelace")
            .await;
    });
}

#[test]
fn failed_or_missing_signals_resolve_to_false() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        assert_eq!(with_client(visit, "return passkeys.signal();").await, false);
        assert_eq!(laptop.passkeys(&visit.browser).await.len(), 1);
        visit
            .before_scripts(
                "for (const name of Object.getOwnPropertyNames(PublicKeyCredential)) {
                   if (name.startsWith('signal')) delete PublicKeyCredential[name];
                 }",
            )
            .await;
        visit.open().await;
        sign_in(visit, "Ada").await;
        assert_eq!(with_client(visit, "return passkeys.signal();").await, false);
    });
}

/// Two people sign up with one name at the same time; the second finishes first.
#[test]
fn passkey_of_a_sign_up_that_was_rolled_back_is_dropped() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        let outcomes = with_client(
            visit,
            "const base = '/auth/passkeys';
             const signUp = { name: 'Ada' };
             const fetch = async (url, init) => {
               if (url.endsWith('/finish')) self.second = await passkeys.register({ signUp });
               return self.fetch(url, init);
             };
             const first = await outcome(new PasskeyClient({ base, fetch }).register({ signUp }));
             return [first, self.second];",
        )
        .await;
        let name_taken = ["server", "name_taken"];
        assert_eq!(outcomes, json!([name_taken, { "name": "Ada" }]));
        visit
            .until("the passkey to go", async || {
                laptop.passkeys(&visit.browser).await.len() == 1
            })
            .await;
        sign_in(visit, "Ada").await;
    });
}

/// As with `data` that does not fit: the code alone does not say that nothing was stored, the header does.
#[test]
fn passkey_of_a_registration_that_the_server_cannot_read_is_dropped() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        let outcome = with_client(
            visit,
            "const fetch = (url, init) => {
               const body = init.body && JSON.parse(init.body);
               if (url.endsWith('/finish')) body.credential.response.attestationObject = 7;
               return self.fetch(url, { ...init, body: body && JSON.stringify(body) });
             };
             const client = new PasskeyClient({ base: '/auth/passkeys', fetch });
             return outcome(client.register({ signUp: { name: 'Ada' } }));",
        )
        .await;
        assert_eq!(outcome, json!(["server", "invalid_request"]));
        visit
            .until("the passkey to go", async || {
                laptop.passkeys(&visit.browser).await.is_empty()
            })
            .await;
    });
}

/// A proxy may respond with an error while the server stores the passkey.
#[test]
fn passkey_of_a_registration_with_an_unknown_outcome_is_kept() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        let outcome = with_client(
            visit,
            "const fetch = async (url, init) => {
               const answer = await self.fetch(url, init);
               return url.endsWith('/finish') ? new Response('', { status: 504 }) : answer;
             };
             self.signalled = 0;
             PublicKeyCredential.signalUnknownCredential = async () => { self.signalled++; };
             const client = new PasskeyClient({ base: '/auth/passkeys', fetch });
             return [await outcome(client.register({ signUp: { name: 'Ada' } })), self.signalled];",
        )
        .await;
        assert_eq!(outcome, json!([["server", ""], 0]));
        assert_eq!(laptop.passkeys(&visit.browser).await.len(), 1);
    });
}

#[test]
fn step_up_names_the_host_only_if_it_is_another_one() {
    in_browser(async |visit| {
        visit.open().await;
        let sent = with_client(
            visit,
            "const sent = [];
             const fetch = async (url, init) => {
               sent.push([new URL(url, document.baseURI).pathname, JSON.parse(init.body)]);
               throw new TypeError('on purpose');
             };
             const client = new PasskeyClient({ base: '/auth/passkeys', fetch });
             await outcome(client.stepUp('/transfer?to=bob#top', { body: 5 }));
             await outcome(client.stepUp('https://api.example.com:8443/a', { method: 'put' }));
             return sent;",
        )
        .await;
        let begin = "/auth/passkeys/step-up/begin";
        assert_eq!(
            sent,
            json!([
                [begin, { "method": "POST", "path": "/transfer?to=bob", "body": 5 }],
                [begin, { "method": "put", "host": "api.example.com:8443", "path": "/a" }],
            ])
        );
    });
}

/// The quickstart never signals unknown credentials, because other applications share the RP ID
/// `localhost`; the test replaces its response.
#[test]
fn passkey_is_dropped_only_when_the_server_signals_it_as_unknown() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        visit.server.forget_passkeys().await;
        let sign_in = "return outcome(passkeys.authenticate());";
        let failed = json!(["server", "authentication_failed"]);
        assert_eq!(with_client(visit, sign_in).await, failed);
        assert_eq!(laptop.passkeys(&visit.browser).await.len(), 1);

        let outcome = with_client(
            visit,
            "const fetch = async (url, init) => {
               const answer = await self.fetch(url, init);
               if (!url.endsWith('/signals/unknown')) return answer;
               self.answered = answer.status;
               return Response.json({ rpId: 'localhost', ...JSON.parse(init.body) });
             };
             return outcome(new PasskeyClient({ fetch, base: '/auth/passkeys' }).authenticate());",
        )
        .await;
        assert_eq!(outcome, failed);
        visit
            .until("the passkey to go", async || {
                laptop.passkeys(&visit.browser).await.is_empty()
            })
            .await;
        assert_eq!(visit.script("return self.answered").await, 204);
    });
}
