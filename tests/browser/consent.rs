//! Consent where a sign-in is too old: `register()` and `remove()` at an application with the key
//! `fresh`.

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    response::Html,
    routing::get,
};
use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::support::{Authenticator, Kind, SecureSite, Visit, in_browser_at};

/// Application whose user and the minutes since their sign-in are in headers, in place of a session.
#[derive(Clone)]
struct App;

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com"],
    fresh = "10m",
    conditional_create = true,
)]
impl App {
    type Repository = MemoryRepository;

    async fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, StatusCode> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let id = header("x-user").ok_or(StatusCode::UNAUTHORIZED)?;
        let minutes: i64 = header("x-minutes")
            .and_then(|minutes| minutes.parse().ok())
            .ok_or(StatusCode::BAD_REQUEST)?;
        let signed_in = OffsetDateTime::now_utc() - Duration::minutes(minutes);
        Ok(PasskeyUser::new(id, id, id).authenticated_at(signed_in))
    }

    async fn on_authenticated(&self, login: AuthenticationResult) -> Json<String> {
        Json(login.user_id().to_owned())
    }
}

/// Runs a test on a page of the application, with a laptop that has a passkey of Ada's.
fn with_a_passkey(test: impl AsyncFnOnce(&mut Visit<SecureSite>, &mut Authenticator)) {
    in_browser_at(
        async |_| {
            let passkeys = Passkeys::new(App, MemoryRepository::default());
            let router = Router::new()
                .route("/", get(Html("<!doctype html><title>Page</title>")))
                .nest("/auth/passkeys", passkeys.router());
            SecureSite::start(&["example.com"], router).await
        },
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to("https://example.com").await;
            let register = "await client.register({ deviceName: 'Laptop' }); return sent;";
            let begin_and_finish = json!(["POST /register/begin", "POST /register/finish"]);
            assert_eq!(signed_in(visit, 9, register).await, begin_and_finish);
            test(visit, &mut laptop).await;
        },
    );
}

/// Runs the body of an async function with a client for Ada, who signed in so many minutes ago.
async fn signed_in(visit: &Visit<SecureSite>, minutes: u32, body: &str) -> Value {
    let script = format!(
        "const {{ PasskeyClient }} = await import('/auth/passkeys/client.js');
         const base = '/auth/passkeys';
         const sent = [];
         const fetch = (url, init) => {{
           const {{ pathname, search }} = new URL(url, document.baseURI);
           sent.push(`${{init.method}} ${{pathname.slice(base.length)}}${{search}}`);
           const headers = {{ ...init.headers, 'x-user': 'ada', 'x-minutes': '{minutes}' }};
           return self.fetch(url, {{ ...init, headers }});
         }};
         const client = new PasskeyClient({{ base, fetch }});
         const outcome = (promise) => promise.catch((error) => [error.reason, error.code]);
         const names = async () => (await client.list()).map((it) => it.deviceName);
         {body}"
    );
    visit.script_async(&script).await
}

/// Removes the passkey, and returns what became of it, what was sent, and what is left.
const REMOVE: &str = "
    const [{ id }] = await client.list();
    sent.length = 0;
    const removed = (await outcome(client.remove(id))) ?? 'removed';
    const requests = sent.filter((it) => !it.includes('/signals')).map((it) => it.replace(id, 'ID'));
    return [removed, requests, await names()];";

#[test]
fn passkey_is_deleted_without_consent_after_a_recent_sign_in() {
    with_a_passkey(async |visit, _| {
        let outcome = signed_in(visit, 9, REMOVE).await;
        assert_eq!(outcome, json!(["removed", ["DELETE /credentials/ID"], []]));
    });
}

#[test]
fn passkey_is_deleted_with_consent_after_an_older_sign_in() {
    with_a_passkey(async |visit, laptop| {
        let outcome = signed_in(visit, 11, REMOVE).await;
        let sent = json!([
            "DELETE /credentials/ID",
            "POST /step-up/begin",
            "DELETE /credentials/ID"
        ]);
        assert_eq!(outcome, json!(["removed", sent, []]));
        visit
            .until("the passkey to go", async || {
                laptop.passkeys(&visit.browser).await.is_empty()
            })
            .await;
    });
}

#[test]
fn passkey_stays_when_the_user_does_not_consent() {
    with_a_passkey(async |visit, laptop| {
        laptop.recognise(&visit.browser, false).await;
        let outcome = signed_in(visit, 11, REMOVE).await;
        let sent = json!(["DELETE /credentials/ID", "POST /step-up/begin"]);
        assert_eq!(outcome, json!([["cancelled", ""], sent, ["Laptop"]]));
        assert_eq!(laptop.passkeys(&visit.browser).await.len(), 1);
    });
}

/// Consent to one request is not consent to another, although both were begun by the same user.
#[test]
fn consent_to_delete_one_passkey_deletes_no_other() {
    with_a_passkey(async |visit, laptop| {
        let mut key = Authenticator::new(Kind::SecurityKey);
        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        let register = "await client.register({ deviceName: 'Key' }); return names();";
        let both = signed_in(visit, 0, register).await;
        assert_eq!(both, json!(["Laptop", "Key"]));
        let outcome = signed_in(
            visit,
            11,
            "const [laptop, key] = await client.list();
             const elsewhere = (url, init) => {
               const consented = init.method === 'DELETE' && init.body;
               return fetch(consented ? url.replace(key.id, laptop.id) : url, init);
             };
             const tampered = new PasskeyClient({ base, fetch: elsewhere });
             return [await outcome(tampered.remove(key.id)), await names()];",
        )
        .await;
        let refused = ["server", "challenge_not_found"];
        assert_eq!(outcome, json!([refused, ["Laptop", "Key"]]));
    });
}

#[test]
fn passkey_is_added_with_consent_after_an_older_sign_in() {
    with_a_passkey(async |visit, laptop| {
        // The user consents with the laptop, and then plugs in a key.
        visit
            .script(
                "const create = navigator.credentials.create.bind(navigator.credentials);
                 navigator.credentials.create = async (options) => {
                   self.consented = true;
                   while (!self.pluggedIn) await new Promise((it) => setTimeout(it, 10));
                   return create(options);
                 };",
            )
            .await;
        signed_in(
            visit,
            11,
            "const added = client.register({ deviceName: 'Key' });
             self.added = added.then(async () => [sent.slice(), await names()], String);",
        )
        .await;
        let consented = async || visit.script("return self.consented").await == true;
        visit.until("the consent", consented).await;
        let mut key = Authenticator::new(Kind::SecurityKey);
        laptop.unplug(&visit.browser).await;
        key.plug_in(&visit.browser).await;
        visit.script("self.pluggedIn = true").await;
        let sent = json!([
            "POST /register/begin",
            "POST /step-up/begin",
            "POST /register/begin",
            "POST /register/finish"
        ]);
        let added = visit.script_async("return self.added").await;
        assert_eq!(added, json!([sent, ["Laptop", "Key"]]));
    });
}

#[test]
fn user_without_a_passkey_has_to_sign_in_again_before_adding_one() {
    with_a_passkey(async |visit, _| {
        assert_eq!(signed_in(visit, 0, REMOVE).await[0], "removed");
        let register = "return [await outcome(client.register()), sent];";
        let again = ["server", "reauthentication_required"];
        let sent = ["POST /register/begin", "POST /step-up/begin"];
        let outcome = signed_in(visit, 11, register).await;
        assert_eq!(outcome, json!([again, sent]));
    });
}

#[test]
fn upgrade_after_an_older_sign_in_asks_for_no_consent() {
    with_a_passkey(async |visit, _| {
        let outcome = signed_in(visit, 11, "return [await client.upgrade(), sent];").await;
        let sent = ["POST /register/begin?mediation=conditional"];
        assert_eq!(outcome, json!([null, sent]));
    });
}

#[test]
fn new_ceremony_aborts_the_pending_consent() {
    with_a_passkey(async |visit, laptop| {
        laptop.unplug(&visit.browser).await;
        laptop.plug_in_unattended(&visit.browser).await;
        let outcome = signed_in(
            visit,
            11,
            "const [{ id }] = await client.list();
             const removed = outcome(client.remove(id));
             while (!sent.includes('POST /step-up/begin')) await new Promise((it) => setTimeout(it));
             const controller = new AbortController();
             const signedIn = outcome(client.authenticate({ signal: controller.signal }));
             const outcomes = [await removed];
             controller.abort();
             return [...outcomes, await signedIn, await names()];",
        )
        .await;
        let aborted = ["aborted", ""];
        assert_eq!(outcome, json!([aborted, aborted, ["Laptop"]]));
    });
}
