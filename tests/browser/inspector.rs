//! The inspector in Chromium: what it says about common mistakes, read from its page.

use axum::{
    Router,
    response::Html,
    routing::{get, post},
};
use fantoccini::key::Key;
use passkeys::{Config, Passkeys, Verified, store::MemoryRepository};
use passkeys_test_support::App;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::pictures::pictures;
use crate::support::{Authenticator, Kind, SecureSite, Site, Visit, in_browser, in_browser_at};

/// An application at a free port of this machine, and its inspector.
struct LocalSite {
    origin: String,
}

impl Site for LocalSite {
    fn origin(&self) -> &str {
        &self.origin
    }
}

impl LocalSite {
    async fn start(config: impl FnOnce(&str) -> Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let origin = format!("http://localhost:{port}");
        let router = application(config(&origin));
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { origin }
    }
}

fn application(config: Config) -> Router {
    async fn transfer(Verified { user, .. }: Verified<App, Value>) -> String {
        user.id().to_owned()
    }

    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    Router::new()
        .route("/", get(Html("<!doctype html><title>Page</title>")))
        .route("/transfer", post(transfer))
        .route("/close", post(transfer))
        .nest("/auth/passkeys", passkeys.router())
        .nest("/inspector", passkeys.inspector())
        .with_state(passkeys)
}

fn configured(origin: &str) -> Config {
    Config::new("localhost", [origin]).unwrap()
}

/// Runs a test with a laptop's authenticator on the page of an application with this configuration.
fn with_config(
    config: impl FnOnce(&str) -> Config,
    test: impl AsyncFnOnce(&mut Visit<LocalSite>, &mut Authenticator),
) {
    in_browser_at(
        async |_| LocalSite::start(config).await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            test(visit, &mut laptop).await;
        },
    );
}

/// Calls the client on the page, as Ada unless `change` says otherwise: it gets the URL, the request's
/// options and the client data, and may change them. Returns the result or the error's reason.
async fn call(visit: &Visit<impl Site>, doing: &str, change: &str) -> Value {
    visit.go_to(visit.server.origin()).await;
    let body = format!(
        "const {{ PasskeyClient }} = await import('/auth/passkeys/client.js');
         const through = async (url, init) => {{
           const headers = {{ ...init.headers, 'x-user': 'ada' }};
           const request = {{ url, init: {{ ...init, headers }}, body: init.body && JSON.parse(init.body) }};
           const options = {{}};
           (({{ request, options }}) => {{ {change} }})({{ request, options }});
           if (request.body) request.init.body = JSON.stringify(request.body);
           const response = await fetch(request.url, request.init);
           if (!response.ok || !url.endsWith('/begin')) return response;
           const begun = await response.json();
           for (const [member, value] of Object.entries(options)) {{
             let of = begun.publicKey;
             const path = member.split('.');
             for (const name of path.slice(0, -1)) of = of[name];
             of[path.at(-1)] = value;
           }}
           return Response.json(begun);
         }};
         const client = new PasskeyClient({{ base: '/auth/passkeys', fetch: through }});
         return client.{doing}.then(() => 'done', (error) => error.reason);"
    );
    visit.script_async(&body).await
}

async fn inspect(visit: &Visit<impl Site>) {
    visit
        .go_to(&format!("{}/inspector", visit.server.origin()))
        .await;
    visit.sees("Last ceremonies").await;
    visit.sees("Live").await;
}

/// Waits for all of these texts.
async fn sees(visit: &Visit<impl Site>, texts: &[&str]) {
    for text in texts {
        visit.sees(text).await;
    }
}

/// Returns the step of the table that has failed: its number and name.
async fn failed_step(visit: &Visit<impl Site>) -> Value {
    visit
        .script("return [...document.querySelectorAll('tr.failed td')].slice(0, 2).map((it) => it.innerText)")
        .await
}

#[test]
fn inspector_explains_a_wrong_port() {
    let config = |_: &str| configured("http://localhost:3000");
    with_config(config, async |visit, _| {
        assert_ne!(call(visit, "register()", "").await, "done");
        inspect(visit).await;
        let origin = visit.server.origin().to_owned();
        sees(
            visit,
            &[
                "Registration 1: failed, reason origin",
                "The page's origin is not configured",
                &format!(r#"origins = ["http://localhost:3000", "{origin}"]"#),
                &format!(r#"Config::builder("localhost", ["http://localhost:3000", "{origin}"])"#),
                &format!("PASSKEYS_ORIGINS=http://localhost:3000,{origin}"),
                &format!("{origin}: not configured"),
                "webauthn.create",
                "the one that was sent (not recorded)",
                "set (user verified)",
            ],
        )
        .await;
        assert_eq!(
            failed_step(visit).await,
            json!(["9", "origin is configured"])
        );
        pictures(visit, "inspector-wrong-port").await;
    });
}

#[test]
fn inspector_explains_an_rp_id_that_the_browser_rejects() {
    let config = |_: &str| Config::new("example.com", ["https://example.com"]).unwrap();
    with_config(config, async |visit, _| {
        assert_eq!(call(visit, "register()", "").await, "wrong-origin");
        inspect(visit).await;
        let origin = visit.server.origin().to_owned();
        sees(
            visit,
            &[
                "Registration 1: waiting",
                "The browser does not let this page use the RP ID",
                &format!(r#"rp_id = "localhost", origins = ["{origin}"]"#),
                &format!("PASSKEYS_RP_ID=localhost\nPASSKEYS_ORIGINS={origin}"),
            ],
        )
        .await;
        pictures(visit, "inspector-rejected-rp-id").await;
    });
}

#[test]
fn inspector_explains_an_rp_id_that_the_page_has_changed() {
    let host = "app.example.com";
    in_browser_at(
        async |_| {
            let config = Config::new("example.com", [format!("https://{host}")]).unwrap();
            SecureSite::start(&[host], application(config)).await
        },
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            let change = "options['rp.id'] = 'app.example.com';";
            assert_ne!(call(visit, "register()", change).await, "done");
            inspect(visit).await;
            sees(
                visit,
                &[
                    "failed, reason rp_id_hash",
                    "the authenticator data is for app.example.com",
                    "app.example.com: not the configured RP ID, example.com",
                    r#"rp_id = "app.example.com", origins = ["https://app.example.com"]"#,
                ],
            )
            .await;
            let step = json!(["14", "rpIdHash is that of the RP ID"]);
            assert_eq!(failed_step(visit).await, step);
            pictures(visit, "inspector-changed-rp-id").await;
        },
    );
}

#[test]
fn inspector_explains_a_missing_user_verification() {
    with_config(configured, async |visit, laptop| {
        laptop.unplug(&visit.browser).await;
        let mut key = Authenticator::new(Kind::PlainKey);
        key.plug_in(&visit.browser).await;
        let change = "options['authenticatorSelection.userVerification'] = 'discouraged';
                      options['authenticatorSelection.residentKey'] = 'discouraged';
                      options['authenticatorSelection.requireResidentKey'] = false;";
        assert_ne!(call(visit, "register()", change).await, "done");
        inspect(visit).await;
        sees(
            visit,
            &[
                "failed, reason user_not_verified",
                "not set (user verified)",
                r#"user_verification = "preferred""#,
                ".user_verification(UserVerification::Preferred)",
                "PASSKEYS_USER_VERIFICATION=preferred",
            ],
        )
        .await;
        let step = json!(["16", "UV: the user is verified, where that is required"]);
        assert_eq!(failed_step(visit).await, step);
        pictures(visit, "inspector-user-verification").await;
    });
}

#[test]
fn inspector_explains_the_counter_of_a_cloned_passkey() {
    with_config(configured, async |visit, laptop| {
        assert_eq!(call(visit, "register()", "").await, "done");
        laptop.unplug(&visit.browser).await;
        let mut copy = laptop.cloned();
        laptop.plug_in(&visit.browser).await;
        for _ in 0..2 {
            assert_eq!(call(visit, "authenticate()", "").await, "done");
        }
        laptop.unplug(&visit.browser).await;
        copy.plug_in(&visit.browser).await;
        assert_ne!(call(visit, "authenticate()", "").await, "done");
        inspect(visit).await;
        sees(
            visit,
            &[
                "Sign-in 4: failed, reason sign_count",
                "The passkey may have been cloned",
                "it must be higher",
                r#"sign_count = "report""#,
                "PASSKEYS_SIGN_COUNT=report",
                "clone_suspected",
                "Stored passkey, before",
            ],
        )
        .await;
        let step = json!(["22", "The signature counter advances"]);
        assert_eq!(failed_step(visit).await, step);
        visit.sees("3 Sign-in\nSucceeded").await;
        pictures(visit, "inspector-clone").await;
    });
}

const STEP_UP: &str = "stepUp('/transfer', { method: 'POST', body: { to: 'bob' } })";

#[test]
fn inspector_explains_consent_to_another_action() {
    with_config(configured, async |visit, _| {
        assert_eq!(call(visit, "register()", "").await, "done");
        assert_eq!(call(visit, STEP_UP, "").await, "done");
        let change = "if (request.url.includes('/transfer')) request.url = '/close';";
        assert_ne!(call(visit, STEP_UP, change).await, "done");
        inspect(visit).await;
        let host = visit.server.origin().replace("http://", "");
        sees(
            visit,
            &[
                "Step-up 3: failed, reason other_action",
                "The user has consented to another request",
                "Failed at a check around the steps",
                &format!("The user was asked for POST /transfer at {host}, and the consent came with POST /close at {host}"),
                "What differs: path.",
                "passkeys.stepUp(",
            ],
        )
        .await;
        let step = "The request is the one that the step-up was begun for";
        assert_eq!(failed_step(visit).await, json!(["", step]));
        pictures(visit, "inspector-other-action").await;
    });
}

#[test]
fn inspector_explains_consent_of_another_user() {
    with_config(configured, async |visit, _| {
        assert_eq!(call(visit, "register()", "").await, "done");
        let change =
            "if (request.url.includes('/transfer')) request.init.headers['x-user'] = 'bob';";
        assert_ne!(call(visit, STEP_UP, change).await, "done");
        inspect(visit).await;
        sees(
            visit,
            &[
                "Step-up 2: failed, reason other_user",
                "User ada has begun it, and user bob is signed in now.",
            ],
        )
        .await;
        let step = "The user who began is the one who is signed in";
        assert_eq!(failed_step(visit).await, json!(["", step]));
        pictures(visit, "inspector-other-user").await;
    });
}

#[test]
fn inspector_shows_values_of_clients_as_text_and_not_as_html() {
    with_config(configured, async |visit, _| {
        let hostile = "<img src=x onerror=self.pwned=1>";
        let change = format!("request.init.headers['x-user'] = '{hostile}';");
        assert_eq!(call(visit, "register()", &change).await, "done");
        let change = format!(
            "if (request.body?.credential) {{
               const {{ response }} = request.body.credential;
               const data = JSON.parse(atob(response.clientDataJSON.replaceAll('-', '+').replaceAll('_', '/')));
               data.origin = '{hostile}';
               response.clientDataJSON = btoa(JSON.stringify(data)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
             }}"
        );
        assert_ne!(call(visit, "authenticate()", &change).await, "done");
        visit
            .before_scripts("addEventListener('securitypolicyviolation', (it) => (self.violation = it.blockedURI))")
            .await;
        inspect(visit).await;
        sees(visit, &["reason origin", hostile]).await;
        visit.press("Registration 1, succeeded").await;
        sees(
            visit,
            &[
                "Registration 1: succeeded",
                &format!("\"{hostile}@example.com\""),
            ],
        )
        .await;
        assert_eq!(
            visit
                .script("return [self.pwned ?? 0, self.violation ?? 0]")
                .await,
            json!([0, 0])
        );
        assert_eq!(visit.script("return document.images.length").await, 0);
    });
}

#[test]
fn inspector_works_with_the_keyboard_and_copies_a_report() {
    in_browser(async |visit| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        visit.open().await;
        super::sign_up(visit, "Ada Lovelace").await;
        super::sign_out(visit).await;
        super::sign_in(visit, "Ada Lovelace").await;
        visit.press_link("Inspector").await;
        visit.sees("Sign-in 2: succeeded").await;
        pictures(visit, "inspector-quickstart").await;
        visit
            .before_scripts(
                "addEventListener('securitypolicyviolation', (it) => (self.violation = it.blockedURI));
                 navigator.clipboard.writeText = async (text) => { self.copied = text; };",
            )
            .await;
        inspect(visit).await;

        for stop in ["follow", "Sign-in 2, succeeded", "Sign-up 1, succeeded"] {
            visit.key(Key::Tab.into()).await;
            visit.focus_is_on(stop).await;
        }
        visit.key(Key::Enter.into()).await;
        visit.sees("Sign-up 1: succeeded").await;
        visit.focus_is_on("detail-title").await;
        visit.key(Key::Tab.into()).await;
        visit.focus_is_on("copied").await;
        visit.key(Key::Enter.into()).await;
        visit.hears_in("status", "Report copied.").await;
        let report = visit.script("return self.copied").await;
        let report = report.as_str().unwrap();
        assert!(
            report.contains("### Sign-up: succeeded") && report.contains("rp_id: localhost"),
            "{report}"
        );
        assert!(!report.contains("Ada"), "{report}");

        // What arrives does not take away what is read.
        let script = "await fetch('/auth/passkeys/authenticate/begin', { method: 'POST' });";
        visit.script_async(script).await;
        visit.sees("3 Sign-in").await;
        visit.sees("Sign-up 1: succeeded").await;
        assert_eq!(visit.script("return self.violation ?? 0").await, 0);
    });
}
