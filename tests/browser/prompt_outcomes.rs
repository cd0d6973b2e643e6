//! Prompts that end without a passkey, as `client.js` reports them where the attribute says
//! `prompt_outcomes = true`.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, header::SET_COOKIE},
    middleware::{Next, from_fn},
    response::{AppendHeaders, Html, Response},
    routing::{get, post},
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, Verified,
    audit::{AuditEvent, AuditSink},
    passkeys,
    store::MemoryRepository,
};
use serde_json::{Value, json};

use crate::support::{Authenticator, Kind, SecureSite, Visit, in_browser_at};

/// Application of one user, who signs in by a cookie.
#[derive(Clone)]
struct App;

#[passkeys(
    rp_id = "example.com",
    origins = ["https://example.com"],
    conditional_create = true,
    prompt_outcomes = true,
    profiles(hurry(timeout = "1s")),
)]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(&self, _: AuthenticationResult) -> Json<bool> {
        Json(true)
    }
}

/// A report as the server gets it: its body and headers.
type Reports = Arc<Mutex<Vec<(Value, HeaderMap)>>>;

/// Audit events about prompts: name, outcome, mediation.
#[derive(Clone, Default)]
struct Trail(Arc<Mutex<Vec<Value>>>);

impl AuditSink for Trail {
    fn record(&self, event: &AuditEvent) {
        if let Some(prompts) = event.kind.prompts() {
            let mediation = prompts.mediation.map(passkeys::audit::Mediation::as_str);
            let event = json!([event.kind.as_str(), prompts.outcome, mediation]);
            self.0.lock().unwrap().push(event);
        }
    }
}

/// Keeps the reports that pass.
async fn record(reports: Reports, request: Request, next: Next) -> Response {
    if !request.uri().path().ends_with("/outcomes") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let report = serde_json::from_slice(&body).unwrap();
    reports
        .lock()
        .unwrap()
        .push((report, parts.headers.clone()));
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// A button that does what the test has put into `self.act`, with the click that browsers demand.
const PAGE: &str = "<!doctype html><title>Page</title><button>Go</button>
    <script type='module'>
      self.faults = [];
      addEventListener('unhandledrejection', (it) => self.faults.push(String(it.reason)));
      document.querySelector('button').onclick = async () => {
        self.outcome = [await self.act().catch((error) => [error.reason, error.code])];
      };
    </script>";

async fn pay(_: Verified<App, Value>) {}

/// Runs a test on a page of the application, with a cookie.
fn on_the_page(test: impl AsyncFnOnce(&mut Visit<SecureSite>, Reports, Trail)) {
    let (reports, trail) = (Reports::default(), Trail::default());
    let passkeys = Passkeys::new(App, MemoryRepository::default()).audit(trail.clone());
    let recorded = reports.clone();
    in_browser_at(
        async move |_| {
            let cookie = AppendHeaders([(SET_COOKIE, "session=1; Path=/; Secure; SameSite=Lax")]);
            let router = Router::new()
                .route("/", get(async move || (cookie, Html(PAGE))))
                .route("/pay", post(pay))
                .nest("/auth/passkeys", passkeys.router())
                .layer(from_fn(move |request, next| {
                    record(recorded.clone(), request, next)
                }))
                .with_state(passkeys);
            SecureSite::start(&["example.com"], router).await
        },
        async |visit| {
            visit.go_to("https://example.com").await;
            test(visit, reports, trail).await;
        },
    );
}

/// Presses the button, which calls the client, and returns the outcome for the page.
async fn go(visit: &Visit<SecureSite>, call: &str) -> Value {
    let act = format!(
        "const {{ passkeys }} = await import('/auth/passkeys/client.js');
         self.outcome = undefined;
         self.act = () => passkeys.{call};"
    );
    visit.script_async(&act).await;
    visit.press("Go").await;
    let mut outcome = json!(null);
    visit
        .until("an outcome", async || {
            outcome = visit.script("return self.outcome ?? null").await;
            !outcome.is_null()
        })
        .await;
    assert_eq!(visit.script("return self.faults").await, json!([]));
    outcome[0].take()
}

/// Waits for the next report, and returns its body.
async fn next(visit: &Visit<SecureSite>, reports: &Reports) -> Value {
    visit
        .until("a report", async || !reports.lock().unwrap().is_empty())
        .await;
    let mut reports = reports.lock().unwrap();
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.remove(0).0
}

fn report(ceremony: &str, outcome: &str) -> Value {
    json!({ "ceremony": ceremony, "outcome": outcome })
}

#[test]
fn cancelled_prompts_of_each_ceremony_are_reported_and_recorded() {
    on_the_page(async |visit, reports, trail| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        assert_eq!(go(visit, "register()").await["status"], "ok");
        laptop.recognise(&visit.browser, false).await;
        for (call, ceremony) in [
            ("authenticate()", "authentication"),
            ("stepUp('/pay', { body: 5 })", "step_up"),
        ] {
            assert_eq!(go(visit, call).await, json!(["cancelled", ""]), "{call}");
            assert_eq!(next(visit, &reports).await, report(ceremony, "cancelled"));
        }
        laptop.recognise(&visit.browser, true).await;
        let again = json!(["already-registered", ""]);
        assert_eq!(go(visit, "register()").await, again);
        let reported = next(visit, &reports).await;
        assert_eq!(reported, report("registration", "already_registered"));
        visit
            .until("the events", async || trail.0.lock().unwrap().len() == 3)
            .await;
        let events = json!([
            ["authentication_prompt_failed", "cancelled", null],
            ["step_up_prompt_failed", "cancelled", null],
            ["registration_prompt_failed", "already_registered", null],
        ]);
        assert_eq!(json!(*trail.0.lock().unwrap()), events);
    });
}

#[test]
fn report_has_no_cookie_no_address_of_the_page_and_no_identifier() {
    on_the_page(async |visit, reports, _| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        go(visit, "register()").await;
        laptop.recognise(&visit.browser, false).await;
        go(visit, "authenticate()").await;
        visit
            .until("a report", async || !reports.lock().unwrap().is_empty())
            .await;
        let (body, headers) = reports.lock().unwrap().remove(0);
        assert_eq!(body, report("authentication", "cancelled"));
        for header in ["cookie", "authorization", "referer"] {
            assert_eq!(headers.get(header), None, "{header}");
        }
        // The page has a cookie, which its other requests carry.
        assert_eq!(visit.script("return document.cookie").await, "session=1");
    });
}

#[test]
fn prompt_whose_time_is_up_is_reported_as_timed_out() {
    on_the_page(async |visit, reports, _| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in_unattended(&visit.browser).await;
        let call = "authenticate({ profile: 'hurry' })";
        assert_eq!(go(visit, call).await, json!(["cancelled", ""]));
        let reported = next(visit, &reports).await;
        assert_eq!(reported, report("authentication", "timed_out"));
    });
}

#[test]
fn immediate_mediation_without_a_passkey_is_reported_as_no_passkey() {
    on_the_page(async |visit, reports, trail| {
        // With a virtual authenticator that has no passkey, Chromium does not say that there is none.
        assert_eq!(go(visit, "immediate()").await, json!(null));
        let expected = json!({
            "ceremony": "authentication",
            "mediation": "immediate",
            "outcome": "no_passkey",
        });
        assert_eq!(next(visit, &reports).await, expected);
        visit
            .until("the event", async || !trail.0.lock().unwrap().is_empty())
            .await;
        let event = json!(["authentication_prompt_failed", "no_passkey", "immediate"]);
        assert_eq!(trail.0.lock().unwrap()[0], event);
    });
}

#[test]
fn conditional_creation_that_the_browser_declines_is_reported_with_its_mediation() {
    on_the_page(async |visit, reports, _| {
        // Nobody has signed in by password here. With a virtual authenticator, Chromium would never answer.
        assert_eq!(go(visit, "upgrade()").await, json!(null));
        let reported = next(visit, &reports).await;
        assert_eq!(reported["ceremony"], "registration");
        assert_eq!(reported["mediation"], "conditional");
        assert_eq!(reported["outcome"], "cancelled");
    });
}

#[test]
fn prompts_that_succeed_or_that_the_page_aborts_are_not_reported() {
    on_the_page(async |visit, reports, _| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        assert_eq!(go(visit, "register()").await["status"], "ok");
        assert_eq!(go(visit, "authenticate()").await, json!(true));
        laptop.unplug(&visit.browser).await;
        laptop.plug_in_unattended(&visit.browser).await;
        let aborted = go(visit, "authenticate({ signal: AbortSignal.timeout(200) })");
        assert_eq!(aborted.await, json!(["aborted", ""]));
        // A report that comes after it is the only one.
        laptop.unplug(&visit.browser).await;
        laptop.plug_in(&visit.browser).await;
        laptop.recognise(&visit.browser, false).await;
        go(visit, "authenticate()").await;
        let reported = next(visit, &reports).await;
        assert_eq!(reported, report("authentication", "cancelled"));
    });
}

/// A blocked request, a module that does not load, a server without the route.
#[test]
fn report_that_fails_changes_nothing_for_the_page() {
    on_the_page(async |visit, reports, _| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        go(visit, "register()").await;
        laptop.recognise(&visit.browser, false).await;
        visit
            .script(
                "const { fetch } = self;
                 self.attempts = 0;
                 self.fetch = (url, init) => {
                   if (!url.endsWith('/outcomes')) return fetch(url, init);
                   self.attempts++;
                   throw new TypeError('blocked');
                 };",
            )
            .await;
        let cancelled = json!(["cancelled", ""]);
        assert_eq!(go(visit, "authenticate()").await, cancelled);
        visit
            .until("the attempt", async || {
                visit.script("return self.attempts").await == 1
            })
            .await;
        assert_eq!(visit.script("return self.faults").await, json!([]));
        assert!(reports.lock().unwrap().is_empty());

        // In a new page, since this one has the module.
        visit
            .browser
            .devtools(
                "Network.setBlockedURLs",
                json!({ "urls": ["*/outcomes.js"] }),
            )
            .await;
        visit.browser.devtools("Network.enable", json!({})).await;
        visit.go_to("https://example.com").await;
        assert_eq!(go(visit, "authenticate()").await, cancelled);
        assert_eq!(visit.script("return self.faults").await, json!([]));
        assert!(reports.lock().unwrap().is_empty());
    });
}

/// Pages of other applications load nothing more.
#[test]
fn module_for_reports_is_loaded_only_where_the_server_asks_for_them() {
    on_the_page(async |visit, _, _| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        let loaded = "return performance.getEntriesByType('resource')
            .filter((it) => it.name.endsWith('/outcomes.js')).length";
        let answer = format!(
            "const {{ PasskeyClient }} = await import('/auth/passkeys/client.js');
             const fetch = async (url, init) => {{
               const {{ reportAs, ...begun }} = await (await self.fetch(url, init)).json();
               return Response.json(begun);
             }};
             const client = new PasskeyClient({{ base: '/auth/passkeys', fetch }});
             await client.register();
             {loaded}"
        );
        assert_eq!(visit.script_async(&answer).await, 0);
        go(visit, "authenticate()").await;
        assert_eq!(visit.script(loaded).await, 1);
    });
}

/// The report goes to the routes of the client, and not to those of the module.
#[test]
fn report_goes_to_the_base_of_the_client() {
    on_the_page(async |visit, _, _| {
        let mut laptop = Authenticator::new(Kind::Laptop);
        laptop.plug_in(&visit.browser).await;
        laptop.recognise(&visit.browser, false).await;
        let urls = visit
            .script_async(
                "const { PasskeyClient } = await import('/auth/passkeys/client.js');
                 const { fetch } = self;
                 const urls = [];
                 self.fetch = async (url) => urls.push(url);
                 const begin = (url, init) => fetch(url.replace('/elsewhere', '/auth/passkeys'), init);
                 const client = new PasskeyClient({ base: '/elsewhere/', fetch: begin });
                 await client.register().catch(() => {});
                 while (!urls.length) await new Promise((done) => setTimeout(done, 10));
                 return urls;",
            )
            .await;
        assert_eq!(urls, json!(["/elsewhere/outcomes"]));
    });
}
