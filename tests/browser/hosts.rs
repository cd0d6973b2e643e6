//! RP IDs and origins in a browser, compared with the rules: a configuration is valid if and only if
//! the browser creates passkeys with this RP ID on pages of this origin.

use axum::{Json, Router, response::Html, routing::get};
use passkeys::{Config, Passkeys, store::MemoryRepository};
use passkeys_test_support::App;
use serde_json::{Value, json};

use crate::support::{
    Authenticator, Extended, Extension, Kind, SecureSite, Site, Visit, in_browser_at,
};

const EC2: &str = "ec2-1-2-3-4.compute-1.amazonaws.com";

/// Serves an empty page.
fn page() -> Router {
    Router::new().route("/", get(Html("<!doctype html><title>Page</title>")))
}

/// Creates a passkey with this RP ID on the current page. Returns the origin in `clientDataJSON`, or
/// the error.
async fn create(visit: &Visit<impl Site>, rp_id: &str) -> Value {
    let body = format!(
        "const publicKey = {{
           rp: {{ id: '{rp_id}', name: 'Example' }},
           user: {{ id: new Uint8Array(1), name: 'ada', displayName: 'Ada' }},
           challenge: new Uint8Array(32),
           pubKeyCredParams: [{{ type: 'public-key', alg: -7 }}],
           // The virtual authenticator has room for three discoverable credentials.
           authenticatorSelection: {{ residentKey: 'discouraged' }},
         }};
         const credential = await navigator.credentials.create({{ publicKey }});
         return JSON.parse(new TextDecoder().decode(credential.response.clientDataJSON)).origin;"
    );
    visit.script_async(&body).await
}

/// Checks that the browser and the rules agree on an origin and an RP ID.
async fn agree(visit: &Visit<impl Site>, origin: &str, rp_id: &str, accepted: bool) {
    let created = create(visit, rp_id).await;
    let config = Config::new(rp_id, [origin]);
    let said = format!(
        "{rp_id} on {origin}: {created}, {:?}",
        config.as_ref().err()
    );
    assert_eq!(created == origin, accepted, "{said}");
    assert_eq!(config.is_ok(), accepted, "{said}");
    if !accepted {
        let refused = created.as_str().unwrap_or_default();
        assert!(refused.starts_with("SecurityError"), "{said}");
    }
}

/// Checks that the browser and the rules agree on pages of these hosts and RP IDs.
fn agree_on(cases: &[(&str, &str, bool)]) {
    let mut hosts: Vec<_> = cases.iter().map(|(host, ..)| *host).collect();
    hosts.dedup();
    in_browser_at(
        async |_| SecureSite::start(&hosts, page()).await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            for (host, rp_id, accepted) in cases {
                let origin = format!("https://{host}");
                visit.go_to(&origin).await;
                agree(visit, &origin, rp_id, *accepted).await;
            }
        },
    );
}

#[test]
fn rules_accept_the_rp_ids_that_browsers_accept() {
    agree_on(&[
        ("example.com", "example.com", true),
        ("example.com", "www.example.com", false),
        ("example.com", "com", false),
        ("example.com", "Example.com", false),
        ("example.com", "example.com.", false),
        ("example.com", "example.org", false),
        ("evilexample.com", "example.com", false),
        ("app.example.com", "example.com", true),
        ("my_app.example.com", "my_app.example.com", true),
        ("my_app.example.com", "example.com", true),
        ("homeserver", "homeserver", true),
        ("app.homeserver", "homeserver", false),
        ("app.homeserver", "app.homeserver", true),
        ("my_server", "my_server", true),
        (EC2, "compute-1.amazonaws.com", false),
        ("app.ec2-1-2-3-4.compute-1.amazonaws.com", EC2, false),
        ("ada.github.io", "github.io", false),
        ("ada.github.io", "ada.github.io", true),
        ("app.localhost", "localhost", false),
        ("app.localhost", "app.localhost", true),
        ("127.0.0.1", "127.0.0.1", false),
    ]);
}

/// Firefox accepts no RP ID of the public suffix list.
#[test]
fn rules_accept_a_public_suffix_on_its_own_pages_as_chromium_does() {
    agree_on(&[(EC2, EC2, true), ("github.io", "github.io", true)]);
}

#[test]
fn rules_accept_the_rp_ids_that_extensions_can_claim_in_chromium() {
    let allowed = [
        "example.com",
        "*.example.org",
        "homeserver",
        "github.io",
        "localhost",
    ];
    in_browser_at(
        async |directory| {
            let extension = Extension::write(directory, &allowed);
            let site = SecureSite::start(&["example.com"], page()).await;
            Extended { site, extension }
        },
        async |visit| {
            let extension = &visit.server.extension;
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to(&extension.page()).await;
            for (rp_id, accepted) in [
                (extension.id(), true),
                ("example.com", true),
                ("app.example.org", true),
                ("localhost", true),
                ("homeserver", false),
                ("github.io", false),
            ] {
                agree(visit, &extension.origin, rp_id, accepted).await;
            }
        },
    );
}

#[test]
fn rules_accept_the_related_origins_that_chromium_accepts() {
    let cases = [
        ("example.org", true),
        ("my_shop.org", true),
        ("app.homeserver", true),
        ("homeserver", false),
        ("app.ec2-1-2-3-4.compute-1.amazonaws.com", true),
        (EC2, false),
        ("localhost", false),
    ];
    let related = cases.map(|(host, _)| format!("https://{host}"));
    let mut hosts: Vec<_> = cases.iter().map(|(host, _)| *host).collect();
    hosts.push("example.com");
    // As the library would serve it if it accepted every origin.
    let document = json!({ "origins": &related });
    let document = get(async || Json(document));
    let router = page().route("/.well-known/webauthn", document);
    in_browser_at(
        async |_| SecureSite::start(&hosts, router).await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            for (origin, (_, accepted)) in related.iter().zip(cases) {
                visit.go_to(origin).await;
                let created = create(visit, "example.com").await;
                let config = Config::builder("example.com", ["https://example.com"]);
                let config = config.related_origins([origin]).build();
                let said = format!("{origin}: {created}, {:?}", config.as_ref().err());
                assert_eq!(created == *origin, accepted, "{said}");
                assert_eq!(config.is_ok(), accepted, "{said}");
            }
        },
    );
}

/// Registers and signs in at a server of the library with this RP ID, which is also the host.
fn signs_in_at(host: &str) {
    in_browser_at(
        async |_| {
            let config = Config::new(host, [format!("https://{host}")]).unwrap();
            let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
            let router = page().nest("/auth/passkeys", passkeys.router());
            SecureSite::start(&[host], router).await
        },
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to(&format!("https://{host}")).await;
            let body = "const { PasskeyClient } = await import('/auth/passkeys/client.js');
                 const asAda = (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'x-user': 'ada' } });
                 const client = new PasskeyClient({ base: '/auth/passkeys', fetch: asAda });
                 await client.register();
                 return (await client.authenticate()).userId;";
            assert_eq!(visit.script_async(body).await, "ada");
        },
    );
}

#[test]
fn passkey_signs_in_where_the_rp_id_is_a_single_label() {
    signs_in_at("homeserver");
}

#[test]
fn passkey_signs_in_where_the_rp_id_is_a_public_suffix() {
    signs_in_at(EC2);
}

#[test]
fn passkey_signs_in_where_the_rp_id_has_an_underscore() {
    signs_in_at("my_app.example.com");
}

#[test]
fn extension_registers_and_signs_in_with_the_rp_id_of_a_site() {
    in_browser_at(
        async |directory| {
            let extension = Extension::write(directory, &["example.com"]);
            let origins = ["https://example.com", &extension.origin];
            let config = Config::new("example.com", origins).unwrap();
            let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
            let router = page().nest("/auth/passkeys", passkeys.router());
            let site = SecureSite::start(&["example.com"], router).await;
            Extended { site, extension }
        },
        async |visit| {
            let extension = &visit.server.extension;
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to(&extension.page()).await;
            // Extensions cannot import the module of the site.
            let body = "
                const headers = { 'content-type': 'application/json', 'x-user': 'ada' };
                const post = async (path, body) => {
                  const init = { method: 'POST', headers, body: body && JSON.stringify(body) };
                  return (await fetch('https://example.com/auth/passkeys' + path, init)).json();
                };
                const { publicKey, state } = await post('/register/begin');
                const creation = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
                const created = await navigator.credentials.create({ publicKey: creation });
                await post('/register/finish', { credential: created.toJSON(), state });
                const begun = await post('/authenticate/begin');
                const request = PublicKeyCredential.parseRequestOptionsFromJSON(begun.publicKey);
                const credential = await navigator.credentials.get({ publicKey: request });
                const finish = { credential: credential.toJSON(), state: begun.state };
                return post('/authenticate/finish', finish);";
            let signed_in = visit.script_async(body).await;
            assert_eq!(signed_in["userId"], "ada", "{signed_in}");
        },
    );
}
