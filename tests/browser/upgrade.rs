//! `passkeys.upgrade()`: a passkey without asking, after a sign-in by password.
//!
//! Chromium has conditional creation, but creates passkeys with it only in the password manager of a
//! Google account, for a password that was just filled in, and never on virtual authenticators. What
//! it does without them is tested as it is. For a browser that is willing,
//! `navigator.credentials.create()` is replaced: it asks a virtual authenticator, and removes user
//! presence and user verification from the answer, which is not signed under `attestation = "none"`.
//! Chrome's password manager has neither in such answers.

use axum::{Router, response::Html, routing::get};
use passkeys::{Config, Passkeys, store::MemoryRepository};
use passkeys_test_support::App;
use serde_json::{Value, json};

use crate::support::{Authenticator, Kind, SecureSite, Visit, in_browser_at};

const HOST: &str = "example.com";

/// The application for tests, with or without conditional creation.
async fn site(conditional_create: bool) -> SecureSite {
    let config = Config::builder(HOST, [format!("https://{HOST}")])
        .conditional_create(conditional_create)
        .build()
        .unwrap();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let router = Router::new()
        .route("/", get(Html("<!doctype html><title>Page</title>")))
        .nest("/auth/passkeys", passkeys.router());
    SecureSite::start(&[HOST], router).await
}

/// Runs a test on a page of the application that takes conditional creation.
fn at_the_site(test: impl AsyncFnOnce(&mut Visit<SecureSite>)) {
    in_browser_at(
        async |_| site(true).await,
        async |visit| {
            visit.go_to(&format!("https://{HOST}")).await;
            test(visit).await;
        },
    );
}

/// A browser that creates a passkey when it is not to ask.
const WILLING: &str = "
    const create = navigator.credentials.create.bind(navigator.credentials);
    navigator.credentials.create = async ({ mediation, ...options }) => {
      self.mediation = mediation;
      const credential = await create(options);
      const json = credential.toJSON();
      const { attestationObject } = json.response;
      const base64 = attestationObject.replaceAll('-', '+').replaceAll('_', '/');
      const bytes = Uint8Array.from(atob(base64), (it) => it.charCodeAt(0));
      // The flags are after the hash of the RP ID, which is the start of `authData`.
      const hash = new Uint8Array(await crypto.subtle.digest(
        'SHA-256', new TextEncoder().encode('example.com')));
      const flags = 32 + bytes.findIndex((_, at) => hash.every((it, i) => bytes[at + i] === it));
      const PRESENT_AND_VERIFIED = 0b101;
      self.flags = bytes[flags] &= ~PRESENT_AND_VERIFIED;
      json.response.attestationObject = btoa(String.fromCharCode(...bytes))
        .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
      return { toJSON: () => json };
    };";

/// Runs the body of an async function with a client for Ada, whose requests are recorded in `sent`.
async fn as_ada(visit: &Visit<SecureSite>, body: &str) -> Value {
    let script = format!(
        "const {{ PasskeyClient }} = await import('/auth/passkeys/client.js');
         const sent = [];
         const clientOf = (fetch) => new PasskeyClient({{ base: '/auth/passkeys', fetch }});
         const send = (url, init) => {{
           sent.push([init.method, url.slice('/auth/passkeys'.length)]);
           return fetch(url, {{ ...init, headers: {{ ...init.headers, 'x-user': 'ada' }} }});
         }};
         const client = clientOf(send);
         const outcome = (promise) => promise.catch((error) => [error.reason, error.code]);
         {body}"
    );
    visit.script_async(&script).await
}

#[test]
fn upgrade_creates_a_passkey_without_user_presence_and_verification_in_a_willing_browser() {
    at_the_site(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.script(WILLING).await;
        let outcome = as_ada(
            visit,
            "const { status } = await client.upgrade({ deviceName: 'Laptop' });
             const [{ deviceName }] = await client.list();
             const signedIn = await client.authenticate();
             return [status, deviceName, signedIn, self.mediation, self.flags & 0b101, sent[0]];",
        )
        .await;
        let begin = ["POST", "/register/begin?mediation=conditional"];
        // Sign-ins demand user verification, as the configuration says.
        let signed_in = json!({ "userId": "ada", "userVerified": true });
        assert_eq!(
            outcome,
            json!(["ok", "Laptop", signed_in, "conditional", 0, begin])
        );
    });
}

/// The broken counterpart of the test above: such a passkey does not register by `register()`.
#[test]
fn passkey_without_user_presence_does_not_register_without_conditional_mediation() {
    at_the_site(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.script(WILLING).await;
        let register = "return outcome(client.register());";
        let refused = json!(["server", "attestation_verification_failed"]);
        assert_eq!(as_ada(visit, register).await, refused);
        // The browser has dropped it, since it is of no use.
        visit
            .until("the passkey to go", async || {
                laptop.passkeys(&visit.browser).await.is_empty()
            })
            .await;
    });
}

/// Chromium as it is: without a password manager that would create one.
#[test]
fn upgrade_resolves_to_null_in_chromium_without_a_password_manager() {
    at_the_site(async |visit| {
        let outcome = as_ada(
            visit,
            "const { conditionalCreate } = await PublicKeyCredential.getClientCapabilities();
             return [conditionalCreate, await client.upgrade(), sent, await client.list()];",
        )
        .await;
        let begin = ["POST", "/register/begin?mediation=conditional"];
        let list = ["GET", "/credentials"];
        assert_eq!(outcome, json!([true, null, [begin, list], []]));
    });
}

/// With a virtual authenticator Chromium neither creates a passkey nor refuses to.
#[test]
fn upgrade_resolves_to_null_when_the_browser_does_not_answer() {
    at_the_site(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        let outcome = as_ada(
            visit,
            "const { timeout } = AbortSignal;
             AbortSignal.timeout = (limit) => {
               self.limit = limit;
               return timeout.call(AbortSignal, 500);
             };
             return [await client.upgrade(), self.limit, await client.list()];",
        )
        .await;
        assert_eq!(outcome, json!([null, 10_000, []]));
        assert!(laptop.passkeys(&visit.browser).await.is_empty());
    });
}

#[test]
fn upgrade_sends_nothing_in_browsers_without_conditional_creation() {
    at_the_site(async |visit| {
        let outcome = as_ada(
            visit,
            "const outcomes = [];
             // Such a browser ignores the mediation, and would ask.
             navigator.credentials.create = () => outcomes.push('asked');
             for (const capabilities of [
               async () => ({ conditionalCreate: false }),
               async () => ({}),
               async () => { throw new TypeError('on purpose'); },
               undefined,
             ]) {
               PublicKeyCredential.getClientCapabilities = capabilities;
               outcomes.push(await client.upgrade());
             }
             delete self.PublicKeyCredential;
             outcomes.push(await client.upgrade());
             return [outcomes, sent];",
        )
        .await;
        assert_eq!(outcome, json!([[null, null, null, null, null], []]));
    });
}

#[test]
fn upgrade_resolves_to_null_for_every_refusal_of_the_browser_but_a_wrong_origin() {
    at_the_site(async |visit| {
        let outcome = as_ada(
            visit,
            "const outcomes = {};
             for (const name of ['AbortError', 'ConstraintError', 'InvalidStateError',
                 'NotAllowedError', 'NotSupportedError', 'UnknownError', 'SecurityError']) {
               navigator.credentials.create = async () => { throw new DOMException('', name); };
               outcomes[name] = await outcome(client.upgrade());
             }
             navigator.credentials.create = async () => null;
             outcomes.nothing = await outcome(client.upgrade());
             return outcomes;",
        )
        .await;
        assert_eq!(
            outcome,
            json!({
                "AbortError": null,
                "ConstraintError": null,
                "InvalidStateError": null,
                "NotAllowedError": null,
                "NotSupportedError": null,
                "UnknownError": null,
                "SecurityError": ["wrong-origin", ""],
                "nothing": null,
            })
        );
    });
}

#[test]
fn upgrade_rejects_only_for_responses_that_the_developer_has_to_repair() {
    at_the_site(async |visit| {
        let outcomes = as_ada(
            visit,
            "const error = (code) => JSON.stringify({ error: { code, message: '' } });
             const outcomes = {};
             for (const [status, code] of [
               [400, 'invalid_request'], [401, 'signed_out'], [404, ''], [415, 'unsupported_media_type'],
               [422, 'invalid_request'], [403, 'reauthentication_required'],
               [409, 'too_many_credentials'], [409, 'credential_already_exists'], [429, ''],
               [500, 'internal_error'], [502, ''], [503, 'storage_unavailable'],
             ]) {
               const fetch = async () => new Response(error(code), { status });
               outcomes[`${status} ${code}`] = await outcome(clientOf(fetch).upgrade());
             }
             const offline = async () => { throw new TypeError('on purpose'); };
             outcomes.offline = await outcome(clientOf(offline).upgrade());
             return outcomes;",
        )
        .await;
        assert_eq!(
            outcomes,
            json!({
                "400 invalid_request": ["server", "invalid_request"],
                "401 signed_out": ["server", "signed_out"],
                "404 ": ["server", ""],
                "415 unsupported_media_type": ["server", "unsupported_media_type"],
                "422 invalid_request": ["server", "invalid_request"],
                "403 reauthentication_required": null,
                "409 too_many_credentials": null,
                "409 credential_already_exists": null,
                "429 ": null,
                "500 internal_error": null,
                "502 ": null,
                "503 storage_unavailable": null,
                "offline": null,
            })
        );
    });
}

#[test]
fn upgrade_rejects_at_an_application_without_conditional_create() {
    in_browser_at(
        async |_| site(false).await,
        async |visit| {
            visit.go_to(&format!("https://{HOST}")).await;
            let outcome = as_ada(visit, "return outcome(client.upgrade());").await;
            assert_eq!(outcome, json!(["server", "invalid_request"]));
        },
    );
}

#[test]
fn upgrade_gives_way_to_ceremonies_that_the_user_is_asked_for() {
    at_the_site(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in_unattended(&visit.browser).await;
        let outcome = as_ada(
            visit,
            "const until = async (is) => { while (!is()) await new Promise((it) => setTimeout(it)); };
             // Chromium does not answer, see above, so this one is pending.
             const pending = client.upgrade();
             await until(() => sent.length === 1);
             const controller = new AbortController();
             const asked = outcome(client.register({ signal: controller.signal }));
             const outcomes = [await pending, await client.upgrade()];
             controller.abort();
             return [...outcomes, await asked, sent.map(([, path]) => path)];",
        )
        .await;
        let begun = ["/register/begin?mediation=conditional", "/register/begin"];
        assert_eq!(outcome, json!([null, null, ["aborted", ""], begun]));
    });
}
