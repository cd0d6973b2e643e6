//! Credentials of password managers that only look like those of the browser, and of older browsers.

use serde_json::{Value, json};

use super::client::{ada_has_a_passkey, with_client};
use crate::support::{Authenticator, Kind, Visit, in_browser};

/// Imitations of a credential, by what is wrong with them. `imitate[wrong](real)` returns one.
const IMITATIONS: &str = "
    const bytes = (buffer) => new Uint8Array(buffer);
    const MEMBERS = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
    // A plain object with the binary members, each in the form that `form` gives it.
    const plain = (real, form = (it) => it) => ({
      id: real.id,
      rawId: form(real.rawId),
      type: real.type,
      response: Object.fromEntries(
        MEMBERS.filter((name) => real.response[name]).map((name) => [name, form(real.response[name])]),
      ),
    });
    const fails = () => { throw new TypeError('Illegal invocation'); };
    const frame = document.body.appendChild(document.createElement('iframe'));
    const base64 = (buffer) => btoa(String.fromCharCode(...bytes(buffer)));
    const imitate = {
      'inherited methods and getters throw': (real) => {
        const response = Object.create(Object.getPrototypeOf(real.response));
        const imitation = Object.create(PublicKeyCredential.prototype);
        const define = (target, from, names) => names.forEach((name) => {
          if (from[name]) Object.defineProperty(target, name, { value: from[name] });
        });
        define(response, real.response, MEMBERS);
        define(imitation, { ...plain(real), response }, ['id', 'rawId', 'type', 'response']);
        return imitation;
      },
      'own methods throw': (real) => ({
        ...plain(real),
        response: { ...plain(real).response, getTransports: fails },
        toJSON: fails,
        getClientExtensionResults: fails,
        get authenticatorAttachment() { return fails(); },
      }),
      'no methods': (real) => plain(real),
      'toJSON() returns buffers': (real) => ({ ...plain(real), toJSON: () => plain(real) }),
      'toJSON() returns nothing': (real) => ({ ...plain(real), toJSON: () => null }),
      'toJSON() leaves out the response': (real) => ({ ...plain(real), toJSON: () => ({ rawId: real.id }) }),
      'typed arrays': (real) => plain(real, bytes),
      'parts of buffers': (real) => plain(real, (buffer) => {
        const larger = new Uint8Array(buffer.byteLength + 9);
        larger.set(bytes(buffer), 5);
        return larger.subarray(5, 5 + buffer.byteLength);
      }),
      'data views': (real) => plain(real, (buffer) => new DataView(buffer)),
      'arrays of numbers': (real) => plain(real, (buffer) => [...bytes(buffer)]),
      'buffers of another realm': (real) => plain(real, (buffer) => {
        const foreign = new frame.contentWindow.ArrayBuffer(buffer.byteLength);
        new frame.contentWindow.Uint8Array(foreign).set(bytes(buffer));
        return foreign;
      }),
      'base64url': (real) => plain(real, (buffer) =>
        base64(buffer).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')),
      'base64 with padding': (real) => plain(real, base64),
      'no rawId': (real) => ({ ...plain(real), rawId: undefined }),
      'no id': (real) => ({ ...plain(real), id: undefined }),
    };";

/// Asserts that a recorded credential is the JSON of the real one, with the members that every
/// imitation has.
fn is_the_real_one(sent: &Value, real: &Value, wrong: &str) {
    for member in ["id", "rawId", "type"] {
        assert_eq!(sent[member], real[member], "{wrong}: {member}");
    }
    for member in [
        "clientDataJSON",
        "attestationObject",
        "authenticatorData",
        "signature",
        "userHandle",
    ] {
        // The browser's JSON of a registration repeats parts of the attestation object.
        if real["response"]["attestationObject"].is_null() || member != "authenticatorData" {
            let (sent, real) = (&sent["response"][member], &real["response"][member]);
            assert_eq!(sent, real, "{wrong}: {member}");
        }
    }
    assert!(sent["clientExtensionResults"].is_object(), "{wrong}");
}

#[test]
fn credentials_whose_methods_throw_or_are_missing_are_read_by_their_members() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        ada_has_a_passkey(visit, &mut laptop).await;
        let all = with_client(
            visit,
            &format!(
                "{IMITATIONS}
                 // One real credential of each kind, and then its imitations.
                 const real = {{}};
                 for (const method of ['create', 'get']) {{
                   const original = navigator.credentials[method].bind(navigator.credentials);
                   navigator.credentials[method] = async (options) =>
                     self.wrong ? imitate[self.wrong](real[method]) : (real[method] = await original(options));
                 }}
                 const sent = [];
                 const record = async (url, init) => {{
                   if (!url.endsWith('/finish')) return fetch(url, init);
                   sent.push(JSON.parse(init.body).credential);
                   return Response.json({{}});
                 }};
                 const client = new PasskeyClient({{ base: '/auth/passkeys', fetch: record }});
                 const all = [];
                 for (const wrong of ['', ...Object.keys(imitate)]) {{
                   self.wrong = wrong;
                   await client.register({{ signUp: {{ name: 'Bob' }} }});
                   await client.authenticate({{ username: 'Ada' }});
                   all.push([wrong, ...sent.splice(0)]);
                 }}
                 return all;"
            ),
        )
        .await;
        let all = all.as_array().unwrap();
        assert_eq!(all.len(), 16);
        let [_, created, got] = &all[0].as_array().unwrap()[..] else {
            panic!("the real credentials: {}", all[0]);
        };
        for imitation in all {
            let wrong = imitation[0].as_str().unwrap();
            is_the_real_one(&imitation[1], created, wrong);
            is_the_real_one(&imitation[2], got, wrong);
        }
    });
}

#[test]
fn passkey_of_a_manager_whose_methods_throw_signs_up_and_in() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        let outcome = with_client(
            visit,
            &format!(
                "{IMITATIONS}
                 for (const method of ['create', 'get']) {{
                   const original = navigator.credentials[method].bind(navigator.credentials);
                   navigator.credentials[method] = async (options) =>
                     imitate['inherited methods and getters throw'](await original(options));
                 }}
                 return [
                   await outcome(passkeys.register({{ signUp: {{ name: 'Ada' }}, deviceName: ({{ id }}) => typeof id }})),
                   await outcome(passkeys.authenticate()),
                   (await passkeys.list())[0].deviceName,
                 ];"
            ),
        )
        .await;
        let ada = json!({ "name": "Ada" });
        assert_eq!(outcome, json!([ada, ada, "string"]));
    });
}

/// Registers with a credential that lacks what the server needs, and returns the outcome.
async fn unreadable(visit: &Visit, returned: &str) -> Value {
    let body = format!(
        "const sent = [];
         const record = (url, init) => (sent.push(url), fetch(url, init));
         const client = new PasskeyClient({{ base: '/auth/passkeys', fetch: record }});
         const {{ create, get }} = navigator.credentials;
         navigator.credentials.create = navigator.credentials.get = async () => ({returned});
         const cause = (error) => [error.reason, error.cause instanceof Error];
         const outcomes = [
           await client.register({{ signUp: {{ name: 'Ada' }} }}).catch(cause),
           await client.authenticate().catch(cause),
           sent.filter((url) => url.endsWith('finish')).length,
         ];
         Object.assign(navigator.credentials, {{ create, get }});
         return outcomes;"
    );
    with_client(visit, &body).await
}

#[test]
fn credential_that_cannot_be_read_has_a_reason_and_is_not_sent() {
    in_browser(async |visit| {
        visit.open().await;
        for returned in [
            "{}",
            "Object.create(PublicKeyCredential.prototype)",
            "{ id: 'AA', rawId: new ArrayBuffer(1) }",
            "{ response: { clientDataJSON: 'e30', attestationObject: 'AA' } }",
            "{ id: 'AA', response: { attestationObject: 'AA', authenticatorData: 'AA', signature: 'AA' } }",
            "{ id: 'AA', response: { clientDataJSON: 'e30', authenticatorData: 'AA' } }",
            "{ id: 'AA', response: { clientDataJSON: 'e30', attestationObject: new ArrayBuffer(0) } }",
            "'a credential'",
        ] {
            let outcome = unreadable(visit, returned).await;
            let reason = json!(["unreadable", true]);
            assert_eq!(outcome, json!([reason, reason, 0]), "{returned}");
        }
    });
}

#[test]
fn user_is_told_of_a_passkey_that_a_manager_may_keep() {
    in_browser(async |visit| {
        visit
            .before_scripts("navigator.credentials.create = async () => ({});")
            .await;
        visit.open().await;
        visit.fill("Your name", "Ada").await;
        visit.press(super::CREATE).await;
        visit.is_warned("delete it there").await;
    });
}

/// As Safari before 17.4 does with security keys; password managers do it, too.
#[test]
fn client_js_leaves_out_an_empty_user_handle() {
    in_browser(async |visit| {
        visit.open().await;
        let sent = with_client(
            visit,
            "const sent = [];
             const record = (url, init) => {
               if (!url.endsWith('/finish')) return fetch(url, init);
               sent.push('userHandle' in JSON.parse(init.body).credential.response);
               return Response.json({});
             };
             const client = new PasskeyClient({ base: '/auth/passkeys', fetch: record });
             const some = new Uint8Array([1]).buffer;
             const response = { clientDataJSON: some, authenticatorData: some, signature: some };
             const texts = { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' };
             for (const userHandle of [new ArrayBuffer(0), null, some, '', 'AA']) {
               navigator.credentials.get = async () => ({
                 id: 'AA', rawId: some, type: 'public-key', response: { ...response, userHandle },
                 getClientExtensionResults: () => ({}),
               });
               await client.authenticate();
             }
             for (const userHandle of ['', undefined, 'AA']) {
               navigator.credentials.get = async () => ({
                 id: 'AA', rawId: 'AA', response: { ...texts, userHandle },
                 toJSON: () => ({ id: 'AA', rawId: 'AA', response: { ...texts, userHandle } }),
               });
               await client.authenticate();
             }
             return sent;",
        )
        .await;
        let from_members = json!([false, false, true, false, true]);
        let from_json = json!([false, false, true]);
        assert_eq!(
            sent.as_array().unwrap()[..5],
            *from_members.as_array().unwrap()
        );
        assert_eq!(
            sent.as_array().unwrap()[5..],
            *from_json.as_array().unwrap()
        );
    });
}

/// Browsers from before 2025 convert neither options nor credentials.
#[test]
fn browser_without_json_conversions_signs_up_and_in() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit
            .before_scripts(
                "delete PublicKeyCredential.prototype.toJSON;
                 delete PublicKeyCredential.parseCreationOptionsFromJSON;
                 delete PublicKeyCredential.parseRequestOptionsFromJSON;",
            )
            .await;
        visit.open().await;
        let outcome = with_client(
            visit,
            "// In advance, because some browsers forget the user's click while a module loads.
             const loaded = performance.getEntriesByName(new URL('/auth/passkeys/fallback.js', location)).length;
             return [
               loaded,
               await outcome(passkeys.register({ signUp: { name: 'Ada' } })),
               await outcome(passkeys.authenticate({ username: 'Ada' })),
               await outcome(passkeys.register()),
             ];",
        )
        .await;
        let ada = json!({ "name": "Ada" });
        assert_eq!(outcome, json!([1, ada, ada, ["already-registered", ""]]));
    });
}

#[test]
fn fallback_is_not_loaded_in_a_browser_that_does_not_need_it() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        let loaded = with_client(
            visit,
            "await passkeys.register({ signUp: { name: 'Ada' } });
             await passkeys.authenticate();
             const own = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
             return own.filter((path) => path.endsWith('.js')).sort();",
        )
        .await;
        assert_eq!(
            loaded,
            json!([
                "/app.js",
                "/auth/passkeys/client.js",
                "/auth/passkeys/elements.js",
                "/auth/passkeys/elements/base.js",
                "/auth/passkeys/elements/list.js",
                "/auth/passkeys/elements/offer.js",
                "/auth/passkeys/elements/page.js",
                "/auth/passkeys/elements/parts.js",
                "/auth/passkeys/elements/sign-in.js",
                "/auth/passkeys/elements/sign-up.js",
                "/auth/passkeys/elements/style.js",
                "/auth/passkeys/elements/texts.js",
                "/auth/passkeys/texts/en.js"
            ])
        );
    });
}

/// A function of the page fails after the passkey was created, and before the server knows of it.
#[test]
fn passkey_is_dropped_if_a_function_of_the_page_fails() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        for options in [
            "data: () => { throw new RangeError('mine'); }",
            "data: async () => { throw new RangeError('mine'); }",
            "deviceName: () => { throw new RangeError('mine'); }",
            "data: () => { const error = new RangeError('mine'); error.reason = 'server'; throw error; }",
        ] {
            let register = format!(
                "return passkeys.register({{ signUp: {{ name: 'Ada' }}, {options} }}).catch(String);"
            );
            let outcome = with_client(visit, &register).await;
            assert_eq!(outcome, "RangeError: mine", "{options}");
            visit
                .until("the passkey to go", async || {
                    laptop.passkeys(&visit.browser).await.is_empty()
                })
                .await;
        }
        let circular = "const data = {}; data.data = data;
             return passkeys.register({ signUp: { name: 'Ada' }, data }).catch(({ name }) => name);";
        assert_eq!(with_client(visit, circular).await, "TypeError");
        visit
            .until("the passkey to go", async || {
                laptop.passkeys(&visit.browser).await.is_empty()
            })
            .await;
    });
}

/// The network fails, or a content security policy forbids the module.
#[test]
fn parts_of_client_js_that_do_not_load_are_unreachable() {
    in_browser(async |visit| {
        let browser = &visit.browser;
        browser.devtools("Network.enable", json!({})).await;
        let blocked = json!({ "urls": ["*/fallback.js", "*/capabilities.js"] });
        browser.devtools("Network.setBlockedURLs", blocked).await;
        visit
            .before_scripts("delete PublicKeyCredential.parseRequestOptionsFromJSON;")
            .await;
        visit.open().await;
        let outcomes = with_client(
            visit,
            "navigator.credentials.create = async () => ({});
             return [
               await outcome(capabilities()),
               await outcome(passkeys.authenticate()),
               await outcome(passkeys.register({ signUp: { name: 'Ada' } })),
             ];",
        )
        .await;
        let unreachable = ["unreachable", ""];
        assert_eq!(
            outcomes,
            json!([unreachable, unreachable, ["unreadable", ""]])
        );
    });
}
