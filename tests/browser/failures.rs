//! Reasons of failures: what browsers throw, and where a permissions policy forbids passkeys.

use axum::{
    Router,
    extract::RawQuery,
    http::header::HeaderName,
    response::{Html, IntoResponse},
    routing::get,
};
use fantoccini::Locator;
use passkeys::{Config, Passkeys, store::MemoryRepository};
use passkeys_test_support::App;
use serde_json::{Value, json};

use super::client::{ada_has_a_passkey, with_client};
use crate::support::{Authenticator, Kind, SecureSite, Visit, in_browser, in_browser_at};

/// `docs/browser.md` has the same table.
#[test]
fn exceptions_of_browsers_have_reasons_by_their_names() {
    in_browser(async |visit| {
        visit.open().await;
        let exceptions = [
            // Name, reason of `register()`, reason of `authenticate()`.
            ("AbortError", "cancelled", "cancelled"),
            ("ConstraintError", "not-supported", "not-supported"),
            ("EncodingError", "invalid-options", "invalid-options"),
            ("InvalidStateError", "already-registered", "failed"),
            ("NotAllowedError", "cancelled", "cancelled"),
            ("NotReadableError", "failed", "failed"),
            ("NotSupportedError", "not-supported", "not-supported"),
            ("OperationError", "busy", "busy"),
            ("RangeError", "invalid-options", "invalid-options"),
            ("SecurityError", "wrong-origin", "wrong-origin"),
            ("TimeoutError", "cancelled", "cancelled"),
            ("TypeError", "invalid-options", "invalid-options"),
            ("UnknownError", "failed", "failed"),
            ("", "failed", "failed"),
        ];
        let names: Vec<_> = exceptions.iter().map(|(name, ..)| *name).collect();
        let script = format!(
            "const all = [];
             for (const name of {}) {{
               const fail = async () => {{ throw new DOMException('because', name); }};
               navigator.credentials.create = navigator.credentials.get = fail;
               const told = ({{ reason, message, cause }}) => [reason, message, cause.name];
               all.push([
                 await passkeys.register({{ signUp: {{ name: 'Ada' }} }}).catch(told),
                 await passkeys.authenticate().catch(told),
               ]);
             }}
             return all;",
            json!(names)
        );
        let all = with_client(visit, &script).await;
        for ((name, create, get), outcome) in exceptions.iter().zip(all.as_array().unwrap()) {
            assert_eq!(outcome[0], json!([create, "because", name]), "{name}");
            assert_eq!(outcome[1], json!([get, "because", name]), "{name}");
        }
    });
}

/// Password managers reject with all kinds of values, or resolve to nothing.
#[test]
fn rejections_with_other_values_are_failures_and_no_credential_is_a_cancellation() {
    in_browser(async |visit| {
        visit.open().await;
        let outcomes = with_client(
            visit,
            "const all = [];
             for (const value of [undefined, null, 'cancelled', 5, {}, { name: 'Toast', message: 'no' }, Object.create(null)]) {
               navigator.credentials.get = () => Promise.reject(value);
               all.push(await passkeys.authenticate().catch((error) => [error.name, error.reason]));
             }
             navigator.credentials.get = () => { throw 'at once'; };
             all.push(await passkeys.authenticate().catch((error) => [error.name, error.reason]));
             const none = [];
             for (const value of [undefined, null]) {
               navigator.credentials.get = async () => value;
               none.push(await passkeys.authenticate().catch((error) => [error.name, error.reason]));
             }
             return [all, none];",
        )
        .await;
        let failed = json!(["PasskeyError", "failed"]);
        assert_eq!(outcomes[0], json!(vec![failed; 8]));
        let cancelled = json!(["PasskeyError", "cancelled"]);
        assert_eq!(outcomes[1], json!([cancelled, cancelled]));
    });
}

/// Returns the reasons of a sign-in and a registration, and what the browser itself throws, where each of these
/// functions changes the server's options.
async fn with_options(visit: &Visit, changes: &str) -> Value {
    let body = format!(
        "const changed = (change) => async (url, init) => {{
           const response = await fetch(url, init);
           const begun = await response.json();
           change(begun.publicKey);
           return Response.json(begun);
         }};
         const all = [];
         for (const change of [{changes}]) {{
           const client = new PasskeyClient({{ base: '/auth/passkeys', fetch: changed(change) }});
           const told = ({{ reason, cause }}) => [reason, cause.name];
           all.push(await client.authenticate().catch(told));
           all.push(await client.register({{ signUp: {{ name: 'Ada' }} }}).catch(told));
         }}
         return all;"
    );
    with_client(visit, &body).await
}

#[test]
fn options_that_browsers_cannot_read_are_invalid_options() {
    in_browser(async |visit| {
        visit.open().await;
        let changes = "(it) => { it.challenge = '%'; }, (it) => { delete it.challenge; }";
        let of = |name| json!(["invalid-options", name]);
        let (encoding, missing) = (of("EncodingError"), of("TypeError"));
        assert_eq!(
            with_options(visit, changes).await,
            json!([encoding, encoding, missing, missing])
        );
    });
}

#[test]
fn lists_that_are_too_long_for_chromium_are_invalid_options() {
    in_browser(async |visit| {
        visit.open().await;
        let changes = "(it) => {
           const many = Array.from({ length: 65 }, () => ({ type: 'public-key', id: 'AA' }));
           it.allowCredentials = it.excludeCredentials = many;
         }";
        let long = json!(["invalid-options", "RangeError"]);
        assert_eq!(with_options(visit, changes).await, json!([long, long]));
    });
}

/// Another script of the page asks for a passkey.
#[test]
fn request_while_chromium_is_still_asking_for_another_script_is_busy() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in_unattended(&visit.browser).await;
        visit.open().await;
        let outcomes = with_client(
            visit,
            "const controller = new AbortController();
             const publicKey = { challenge: new Uint8Array(16), rpId: 'localhost' };
             const other = navigator.credentials.get({ publicKey, signal: controller.signal }).catch(() => {});
             const outcomes = [
               await outcome(passkeys.authenticate()),
               await outcome(passkeys.register({ signUp: { name: 'Ada' } })),
             ];
             controller.abort();
             await other;
             // Nobody asked for these.
             self.inFields = true;
             const busy = async () => { throw new DOMException('pending', 'OperationError'); };
             navigator.credentials.get = busy;
             outcomes.push(await outcome(passkeys.autofill()), await outcome(passkeys.immediate()));
             return outcomes;",
        )
        .await;
        let busy = json!(["busy", ""]);
        assert_eq!(outcomes, json!([busy, busy, null, null]));
    });
}

/// A fresh Chromium without any authenticator, and one whose authenticator is empty.
#[test]
fn autofill_resolves_to_null_or_waits_where_there_is_no_passkey() {
    in_browser(async |visit| {
        visit.offer_in_fields().await;
        for kind in [Kind::Laptop, Kind::SecurityKey] {
            let mut device = Authenticator::new(kind);
            device.plug_in(&visit.browser).await;
            visit.open().await;
            let offered = with_client(
                visit,
                "const waits = new Promise((resolve) => setTimeout(resolve, 2000, 'waits'));
                 return Promise.race([outcome(passkeys.autofill()), waits]);",
            )
            .await;
            assert!(
                offered.is_null() || offered == "waits",
                "{kind:?}: {offered}"
            );
            device.unplug(&visit.browser).await;
        }
        visit.open().await;
        let offered = with_client(
            visit,
            "const waits = new Promise((resolve) => setTimeout(resolve, 2000, 'waits'));
             return Promise.race([outcome(passkeys.autofill()), waits]);",
        )
        .await;
        assert!(offered.is_null() || offered == "waits", "{offered}");
    });
}

/// `autofill()` ends with the passkey that is selected. The page calls it again with its form.
#[test]
fn autofill_called_again_after_signing_out_offers_passkeys_again() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        visit.offer_in_fields_of_this_page().await;
        let outcomes = with_client(
            visit,
            "const sent = [];
             const record = (url, init) => (sent.push(url.split('/').at(-1)), fetch(url, init));
             const client = new PasskeyClient({ base: '/auth/passkeys', fetch: record });
             const first = await client.autofill();
             await fetch('/sign-out', { method: 'POST' });
             return [first, await client.autofill(), sent];",
        )
        .await;
        let ada = json!({ "name": "Ada" });
        let sent = ["begin", "finish", "begin", "finish"];
        assert_eq!(outcomes, json!([ada, ada, sent]));
    });
}

/// Pages with different permissions policies, and one that shows another in a frame without `allow`.
async fn site() -> SecureSite {
    let own = ["https://example.com", "https://app.example.com"];
    let config = Config::builder("example.com", own).build().unwrap();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let page = async |RawQuery(policy): RawQuery| {
        let policy = policy.unwrap_or_default().replace("%20", " ");
        let header = HeaderName::from_static("permissions-policy");
        (
            [(header, policy)],
            Html("<!doctype html><title>Page</title>"),
        )
            .into_response()
    };
    let frame = Html("<!doctype html><iframe src='https://app.example.com/'></iframe>");
    let router = Router::new()
        .route("/", get(page))
        .route("/frame", get(frame))
        .nest("/auth/passkeys", passkeys.router());
    SecureSite::start(&["example.com", "app.example.com"], router).await
}

/// Calls the client on the current page or in the current frame.
async fn calls(visit: &Visit<SecureSite>) -> Value {
    let body = "const { PasskeyClient } = await import('/auth/passkeys/client.js');
         const asAda = (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'x-user': 'ada' } });
         const client = new PasskeyClient({ base: '/auth/passkeys', fetch: asAda });
         const reason = (promise) => promise.then(() => 'works', (error) => error.reason);
         self.inFields = true;
         return [await reason(client.register()), await reason(client.authenticate()), await reason(client.autofill())];";
    visit.script_async(body).await
}

#[test]
fn permissions_policy_that_forbids_passkeys_has_a_reason_of_its_own() {
    in_browser_at(
        async |_| site().await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            let (no, yes, held) = ("not-allowed-here", "works", "already-registered");
            for (policy, expected) in [
                ("", [yes, yes, yes]),
                ("publickey-credentials-create=()", [no, yes, yes]),
                ("publickey-credentials-get=()", [held, no, no]),
                (
                    "publickey-credentials-create=(),publickey-credentials-get=()",
                    [no, no, no],
                ),
            ] {
                visit.go_to(&format!("https://example.com/?{policy}")).await;
                assert_eq!(calls(visit).await, json!(expected), "{policy}");
            }
            // A user who cancels has not met a policy.
            laptop.recognise(&visit.browser, false).await;
            visit.go_to("https://example.com/").await;
            assert_eq!(
                calls(visit).await,
                json!(["cancelled", "cancelled", "works"])
            );
        },
    );
}

#[test]
fn frame_without_allow_has_the_reason_of_permissions_policies() {
    in_browser_at(
        async |_| site().await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to("https://example.com/frame").await;
            let browser = visit.browser.client();
            let element = browser.find(Locator::Css("iframe")).await.unwrap();
            element.enter_frame().await.unwrap();
            let no = "not-allowed-here";
            assert_eq!(calls(visit).await, json!([no, no, no]));
            browser.clone().enter_parent_frame().await.unwrap();
        },
    );
}

/// Safari forbids passkeys in frames of other origins, and has no interface for policies.
#[test]
fn message_of_safari_about_frames_has_the_reason_of_permissions_policies() {
    in_browser(async |visit| {
        visit.open().await;
        let outcome = with_client(
            visit,
            "const message = 'The origin of the document is not the same as its ancestors.';
             navigator.credentials.get = async () => { throw new DOMException(message, 'NotAllowedError'); };
             return outcome(passkeys.authenticate());",
        )
        .await;
        assert_eq!(outcome, json!(["not-allowed-here", ""]));
    });
}
