//! `extensions.js`: secrets from passkeys, and data that is stored with them, stay in the page.

use axum::{Router, response::Html, routing::get};
use passkeys::{
    AuthenticationResult, Config, Extension, LargeBlob, PasskeyUser, Passkeys, Verified, passkeys,
    store::MemoryRepository,
};
use serde_json::{Value, json};

use crate::support::{Authenticator, Kind, SecureSite, Visit, in_browser_at};

const HOST: &str = "example.com";

/// Application with one user, who is always signed in.
#[derive(Clone)]
struct App;

#[passkeys]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("ada", "ada@example.com", "Ada")
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> String {
        login.user_id().to_owned()
    }
}

async fn unlock(Verified { user, .. }: Verified<App>) -> String {
    user.id().to_owned()
}

async fn site(extensions: &[Extension]) -> SecureSite {
    let config = Config::builder(HOST, [format!("https://{HOST}")])
        .extensions(extensions.iter().copied())
        .build()
        .unwrap();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    let router = Router::new()
        .route("/", get(Html("<!doctype html><title>Page</title>")))
        .route("/unlock", axum::routing::post(unlock))
        .nest("/auth/passkeys", passkeys.router())
        .with_state(passkeys);
    SecureSite::start(&[HOST], router).await
}

/// Runs a test on a page of an application with these extensions, whose user has an authenticator with
/// those.
fn with(
    configured: &[Extension],
    available: &'static [&'static str],
    test: impl AsyncFnOnce(&mut Visit<SecureSite>),
) {
    in_browser_at(
        async |_| site(configured).await,
        async |visit| {
            let mut laptop = Authenticator::with_extensions(Kind::Laptop, available);
            laptop.plug_in(&visit.browser).await;
            visit.go_to(&format!("https://{HOST}")).await;
            test(visit).await;
        },
    );
}

/// Runs the body of an async function with a client, whose requests to finish are recorded in `sent`.
async fn run(visit: &Visit<SecureSite>, body: &str) -> Value {
    let script = format!(
        "const {{ PasskeyClient }} = await import('/auth/passkeys/client.js');
         const {{ Extensions, deriveKey }} = await import('/auth/passkeys/extensions.js');
         const sent = [];
         const record = (url, init) => {{
           const {{ credential }} = JSON.parse(init.body ?? '{{}}');
           if (credential) sent.push(credential.clientExtensionResults);
           return fetch(url, init);
         }};
         const client = new PasskeyClient({{ base: '/auth/passkeys', fetch: record }});
         const outcome = (promise) => promise.catch((error) => [error.reason, error.code]);
         const hex = (bytes) => bytes && [...bytes].map((it) => it.toString(16).padStart(2, '0')).join('');
         {body}"
    );
    visit.script_async(&script).await
}

#[test]
fn secrets_of_prf_are_the_same_for_one_input_and_are_never_sent() {
    with(&[Extension::Prf], &["prf"], async |visit| {
        let outcome = run(
            visit,
            "const created = new Extensions({ prf: { first: 'a' } });
             await client.register({ extensions: created });
             const secrets = [];
             for (const inputs of [
               { first: 'a' }, { first: new TextEncoder().encode('a') }, { first: 'b', second: 'a' },
             ]) {
               const extensions = new Extensions({ prf: inputs });
               await client.authenticate({ extensions });
               const { prf, credentialId } = extensions.results;
               secrets.push([hex(prf.first), hex(prf.second), credentialId === created.results.credentialId]);
             }
             const unlocking = new Extensions({ prf: { first: 'a' } });
             const user = await client.stepUp('/unlock', { extensions: unlocking });
             secrets.push([hex(unlocking.results.prf.first)]);
             return [created.results.prf.enabled, secrets, user, sent];",
        )
        .await;
        let [enabled, secrets, user, sent] = outcome.as_array().unwrap().as_slice() else {
            panic!("{outcome}");
        };
        assert_eq!((enabled, user), (&json!(true), &json!("ada")));
        let a = &secrets[0][0];
        assert_eq!(a.as_str().unwrap().len(), 64, "32 bytes");
        assert_eq!(secrets[0], json!([a, null, true]));
        assert_eq!(secrets[1], secrets[0], "text is its bytes");
        assert_ne!(&secrets[2][0], a);
        assert_eq!(
            &secrets[2][1], a,
            "the second input gives what it gives as the first"
        );
        assert_eq!(secrets[3], json!([a]));

        let sent = sent.as_array().unwrap();
        assert_eq!(sent.len(), 5);
        assert_eq!(sent[0]["prf"], json!({ "enabled": true }));
        for results in sent {
            assert_eq!(results["prf"]["results"], Value::Null, "{results}");
        }
    });
}

/// The broken counterpart: a page that asks for the secrets by itself, and sends what it gets.
#[test]
fn server_rejects_the_secrets_that_a_page_sends() {
    with(&[Extension::Prf], &["prf"], async |visit| {
        let outcome = run(
            visit,
            "await client.register();
             const get = navigator.credentials.get.bind(navigator.credentials);
             navigator.credentials.get = (options) => {
               const first = new Uint8Array(32);
               options.publicKey.extensions = { prf: { eval: { first } } };
               return get(options);
             };
             const answer = await client.authenticate().catch(({ status, code }) => [status, code]);
             return [answer, typeof sent[1].prf.results.first];",
        )
        .await;
        assert_eq!(outcome, json!([[422, "invalid_request"], "string"]));
    });
}

#[test]
fn inputs_of_single_passkeys_apply_where_the_server_lists_passkeys() {
    with(&[Extension::Prf], &["prf"], async |visit| {
        let outcome = run(
            visit,
            "await client.register();
             const [{ id }] = await client.list();
             const secretOf = async (prf, options) => {
               const extensions = new Extensions({ prf });
               await client.authenticate({ ...options, extensions });
               return hex(extensions.results.prf.first);
             };
             const named = { userId: 'ada' };
             const own = { byCredential: { [id]: { first: 'own' }, AAAA: { first: 'other' } } };
             return [
               await secretOf({ first: 'own' }) === await secretOf(own, named),
               await secretOf({ first: 'all', ...own }, named) === await secretOf({ first: 'own' }),
               await secretOf({ first: 'all', ...own }) === await secretOf({ first: 'all' }),
               await secretOf({ byCredential: { AAAA: { first: 'other' } } }, named) === undefined,
             ];",
        )
        .await;
        assert_eq!(outcome, json!([true, true, true, true]));
    });
}

#[test]
fn passkey_without_prf_signs_in_without_results() {
    with(&[Extension::Prf], &[], async |visit| {
        let outcome = run(
            visit,
            "const extensions = new Extensions({ prf: { first: 'a' } });
             await client.register({ extensions });
             const created = extensions.results;
             const user = await client.authenticate({ extensions });
             const missing = await deriveKey(extensions.results.prf.first, 'notes').catch((it) => it.name);
             return [created.prf.enabled, user, extensions.results.prf.first ?? null, missing];",
        )
        .await;
        assert_eq!(outcome, json!([false, "ada", null, "TypeError"]));
    });
}

/// Browsers reject a request for an extension that the page cannot have: the server decides.
#[test]
fn passkey_is_created_with_the_extensions_of_the_configuration_only() {
    let blob = Extension::LargeBlob(LargeBlob::Preferred);
    with(&[blob], &["prf", "largeBlob"], async |visit| {
        let outcome = run(
            visit,
            "const extensions = new Extensions({ prf: { first: 'a' }, largeBlob: { read: true } });
             await client.register({ extensions });
             return [extensions.results.prf.enabled ?? null, extensions.results.largeBlob.supported, sent[0]];",
        )
        .await;
        assert_eq!(outcome[0], Value::Null);
        assert_eq!(outcome[1], true);
        assert_eq!(outcome[2]["largeBlob"], json!({ "supported": true }));
    });
}

#[test]
fn derived_keys_encrypt_and_decrypt_and_differ_by_purpose() {
    with(&[Extension::Prf], &["prf"], async |visit| {
        let outcome = run(
            visit,
            "await client.register();
             const keyFor = async (purpose) => {
               const extensions = new Extensions({ prf: { first: 'a' } });
               await client.authenticate({ extensions });
               return deriveKey(extensions.results.prf.first, purpose);
             };
             const key = await keyFor('notes');
             const algorithm = { name: 'AES-GCM', iv: new Uint8Array(12) };
             const cipher = await crypto.subtle.encrypt(algorithm, key, new TextEncoder().encode('hello'));
             const open = async (key) => new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, cipher));
             const exported = await crypto.subtle.exportKey('raw', key).catch((it) => it.name);
             return [await open(await keyFor('notes')), await open(await keyFor('mail')).catch((it) => it.name), exported];",
        )
        .await;
        assert_eq!(
            outcome,
            json!(["hello", "OperationError", "InvalidAccessError"])
        );
    });
}

#[test]
fn large_blob_is_written_and_read_and_is_never_sent() {
    let blob = Extension::LargeBlob(LargeBlob::Required);
    with(&[blob], &["largeBlob"], async |visit| {
        let outcome = run(
            visit,
            "await client.register();
             const read = new Extensions({ largeBlob: { read: true } });
             await client.authenticate({ extensions: read });
             const before = read.results.largeBlob.blob ?? null;
             const { credentialId } = read.results;
             const write = new Extensions({ largeBlob: { write: 'a certificate', credentialId } });
             await client.authenticate({ extensions: write });
             const named = new Extensions({ largeBlob: { write: new Uint8Array([1, 2, 3]) } });
             await client.authenticate({ extensions: read });
             const text = new TextDecoder().decode(read.results.largeBlob.blob);
             await client.stepUp('/unlock', { extensions: named });
             await client.authenticate({ extensions: read });
             return [
               before, write.results.largeBlob.written, text, named.results.largeBlob.written,
               [...read.results.largeBlob.blob], sent.map(({ largeBlob }) => largeBlob ?? null),
             ];",
        )
        .await;
        let [before, written, text, named, bytes, sent] = outcome.as_array().unwrap().as_slice()
        else {
            panic!("{outcome}");
        };
        assert_eq!(before, &Value::Null);
        assert_eq!((written, named), (&json!(true), &json!(true)));
        assert_eq!(text, "a certificate");
        assert_eq!(bytes, &json!([1, 2, 3]));
        for results in sent.as_array().unwrap() {
            assert_eq!(results["blob"], Value::Null, "{results}");
        }
    });
}

/// The browser chooses an authenticator that has what is required, and there is none.
#[test]
fn passkey_without_large_blobs_is_not_created_where_they_are_required() {
    for (support, expected) in [
        // Chromium does not tell it from a user who cancels.
        (LargeBlob::Required, json!(["cancelled", ""])),
        (LargeBlob::Preferred, json!("created")),
    ] {
        with(&[Extension::LargeBlob(support)], &[], async |visit| {
            let register = "return outcome(client.register().then(() => 'created'));";
            assert_eq!(run(visit, register).await, expected);
        });
    }
}

/// A password manager's imitation of a credential, on which the inherited methods throw.
#[test]
fn secrets_of_a_password_managers_imitation_of_a_credential_are_not_sent() {
    with(&[Extension::Prf], &["prf"], async |visit| {
        let outcome = run(
            visit,
            "await client.register();
             const get = navigator.credentials.get.bind(navigator.credentials);
             navigator.credentials.get = async (options) => {
               const real = await get(options);
               const results = real.getClientExtensionResults();
               const imitation = Object.create(PublicKeyCredential.prototype, Object.fromEntries(
                 Object.entries({
                   id: real.id, rawId: real.rawId, type: 'public-key',
                   authenticatorAttachment: real.authenticatorAttachment,
                   response: real.response, getClientExtensionResults: () => results,
                 }).map(([name, value]) => [name, { value }])));
               return imitation;
             };
             const extensions = new Extensions({ prf: { first: 'a' } });
             const user = await client.authenticate({ extensions });
             return [user, extensions.results.prf.first.length, sent[1]];",
        )
        .await;
        assert_eq!(outcome[0], "ada");
        assert_eq!(outcome[1], 32);
        assert_eq!(outcome[2]["prf"]["results"], Value::Null);
    });
}

#[test]
fn inputs_that_are_missing_or_contradict_are_type_errors_and_results_do_not_outlive_a_failure() {
    with(&[Extension::Prf], &["prf"], async |visit| {
        let outcome = run(
            visit,
            "const wrong = [{ prf: {} }, { largeBlob: {} }, { largeBlob: { read: true, write: 'x' } }];
             const errors = wrong.map((inputs) => {
               try { return new Extensions(inputs) && 'none'; } catch (error) { return error.name; }
             });
             const extensions = new Extensions({ prf: { first: 'a' } });
             const before = extensions.results.credentialId ?? null;
             await client.register({ extensions });
             await client.authenticate({ extensions });
             const had = !!extensions.results.prf.first;
             const controller = new AbortController();
             controller.abort();
             const failed = await outcome(client.authenticate({ extensions, signal: controller.signal }));
             const get = navigator.credentials.get;
             navigator.credentials.get = async () => { throw new DOMException('', 'NotAllowedError'); };
             const cancelled = await outcome(client.authenticate({ extensions }));
             navigator.credentials.get = get;
             return [errors, before, had, failed[0], cancelled[0], extensions.results.prf.first ?? null];",
        )
        .await;
        assert_eq!(
            outcome,
            json!([
                ["TypeError", "TypeError", "TypeError"],
                null,
                true,
                "aborted",
                "cancelled",
                null
            ])
        );
    });
}
