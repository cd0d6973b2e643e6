//! An application whose pages are made of the elements, under a strict content security policy.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    http::{StatusCode, header},
    routing::{get, post},
};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::MemoryRepository,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Authenticator, Kind, Reach, Site, Visit, in_browser_at};

pub(super) const ORIGIN: &str = "http://localhost:3000";

/// Nothing inline, nothing of another site, and no HTML or script made of text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'; report-uri /violations";

/// An application that one browser visits, so that one session is enough.
#[derive(Clone, Default)]
struct App(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Names of accounts by user ID.
    accounts: HashMap<String, String>,
    signed_in: Option<String>,
    /// Bodies that the hook `sign_up` was given.
    sign_ups: Vec<Value>,
    violations: Vec<Value>,
}

#[passkeys(
    rp_id = "localhost",
    rp_name = "Elements",
    origins = ["http://localhost:3000"],
    conditional_create = true,
    profiles(this_device(authenticator_attachment = "platform")),
)]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> Result<PasskeyUser, StatusCode> {
        let state = self.0.lock().unwrap();
        let id = state.signed_in.as_ref().ok_or(StatusCode::UNAUTHORIZED)?;
        let name = &state.accounts[id];
        Ok(PasskeyUser::new(id, name, name).keeps_last_passkey(true))
    }

    fn sign_up(&self, Json(body): Json<Value>) -> Result<PasskeyUser, (StatusCode, Json<Value>)> {
        let mut state = self.0.lock().unwrap();
        let name = body["name"].as_str().unwrap_or_default().to_owned();
        state.sign_ups.push(body);
        if state.accounts.values().any(|it| *it == name) {
            let error = json!({ "code": "name_taken", "message": "This name is taken." });
            return Err((StatusCode::CONFLICT, Json(json!({ "error": error }))));
        }
        Ok(PasskeyUser::new(format!("user of {name}"), &name, &name))
    }

    fn on_registered(&self, registered: RegistrationResult) -> Json<Value> {
        let mut state = self.0.lock().unwrap();
        let user = registered.user();
        let (id, name) = (user.id().to_owned(), user.name().to_owned());
        state.accounts.insert(id.clone(), name.clone());
        state.signed_in = Some(id);
        Json(json!({ "name": name }))
    }

    fn find_user(&self, name: String) -> Option<PasskeyUser> {
        let state = self.0.lock().unwrap();
        let (id, name) = state.accounts.iter().find(|(_, it)| **it == name)?;
        Some(PasskeyUser::new(id, name, name))
    }

    fn on_authenticated(&self, login: AuthenticationResult) -> Json<Value> {
        let mut state = self.0.lock().unwrap();
        let id = login.user_id().to_owned();
        let name = state.accounts[&id].clone();
        state.signed_in = Some(id);
        Json(json!({ "name": name }))
    }
}

/// The application on a free port, which the browser reaches under the origin that it is written for.
pub(super) struct Elements {
    reach: Reach,
    app: App,
}

impl Elements {
    /// Serves these pages and scripts by their paths.
    async fn start(pages: &[(&str, String)]) -> Self {
        let app = App::default();
        let passkeys = Passkeys::new(app.clone(), MemoryRepository::default());
        let mut router = Router::new().nest("/auth/passkeys", passkeys.router());
        for (path, page) in pages {
            let kind = match Path::new(path).extension() {
                Some(extension) if extension == "js" => "text/javascript",
                _ => "text/html; charset=utf-8",
            };
            let headers = [
                (header::CONTENT_SECURITY_POLICY, POLICY),
                (header::CONTENT_TYPE, kind),
            ];
            let page = page.clone();
            router = router.route(path, get(async move || (headers, page)));
        }
        // axe takes a page without a background for white, in the dark as well.
        let style = ":root { color-scheme: light dark; background: Canvas; color: CanvasText; }";
        let style = ([(header::CONTENT_TYPE, "text/css")], style);
        router = router.route("/style.css", get(async move || style));
        let (reported, left) = (app.clone(), app.clone());
        let router = router
            .route(
                "/violations",
                post(async move |report: String| {
                    let report = serde_json::from_str(&report).unwrap();
                    reported.0.lock().unwrap().violations.push(report);
                }),
            )
            .route(
                "/sign-out",
                post(async move || left.0.lock().unwrap().signed_in = None),
            );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await });
        let reach = Reach::origin(ORIGIN, address);
        Self { reach, app }
    }

    /// Ends the session, without notice to the page.
    pub(super) fn sign_out(&self) {
        self.app.0.lock().unwrap().signed_in = None;
    }

    /// Returns what the hook `sign_up` was given.
    pub(super) fn sign_ups(&self) -> Vec<Value> {
        self.app.0.lock().unwrap().sign_ups.clone()
    }

    /// Returns the reports of violated policies.
    pub(super) fn violations(&self) -> Vec<Value> {
        let violations = self.app.0.lock().unwrap().violations.clone();
        // Firefox asks for an icon of the site, which the policy forbids.
        let icon = json!(format!("{ORIGIN}/favicon.ico"));
        violations
            .into_iter()
            .filter(|it| it["csp-report"]["blocked-uri"] != icon)
            .collect()
    }
}

impl Site for Elements {
    fn origin(&self) -> &'static str {
        ORIGIN
    }

    fn reach(&self) -> Reach {
        self.reach.clone()
    }
}

/// A page in a language.
pub(super) fn page(language: &str, body: &str) -> String {
    let direction = if language == "ar" { "rtl" } else { "ltr" };
    format!(
        "<!doctype html><html lang={language} dir={direction}><meta name=viewport content=width=device-width>
         <title>Page</title><link rel=stylesheet href=/style.css>
         <script type=module src=/auth/passkeys/elements.js></script>
         <body><main><h1>Account</h1>{body}</main>"
    )
}

/// The four elements; the sign-in and the sign-up do not lead to another page.
pub(super) const ALL: &str =
    "<passkey-sign-in></passkey-sign-in><passkey-sign-up></passkey-sign-up>
    <passkey-offer></passkey-offer><passkey-list keeps-last></passkey-list>";

/// Runs a test on pages by their paths, with a laptop; the one at `/` is open.
pub(super) fn at_pages(
    pages: &[(&str, String)],
    test: impl AsyncFnOnce(&mut Visit<Elements>, &mut Authenticator),
) {
    in_browser_at(
        async |_| Elements::start(pages).await,
        async |visit| {
            let mut laptop = Authenticator::new(Kind::Laptop);
            laptop.plug_in(&visit.browser).await;
            visit.go_to(ORIGIN).await;
            test(visit, &mut laptop).await;
        },
    );
}

/// Runs a test on a page in English.
pub(super) fn on_a_page(
    body: &str,
    test: impl AsyncFnOnce(&mut Visit<Elements>, &mut Authenticator),
) {
    at_pages(&[("/", page("en", body))], test);
}

/// Signs Ada up, and waits for her list.
pub(super) async fn sign_up(visit: &Visit<Elements>, name: &str) {
    visit.fill("Your name", name).await;
    visit.press("Create an account").await;
    visit.sees("Created today · Not used yet").await;
}

/// Records the events of the page, and returns their names and details with [`events`].
pub(super) async fn record(visit: &Visit<Elements>) {
    visit
        .script(
            "self.events = [];
             for (const name of ['signed-in', 'signed-up', 'listed', 'added', 'renamed', 'deleted', 'declined',
                 'signed-out', 'error']) {
               document.addEventListener(`passkey-${name}`, ({ detail, type }) => {
                 const { answer, deviceName, doing, error, words } = detail;
                 self.events.push([type.slice(8), answer ?? deviceName ?? (error && [doing, error.reason, words]) ?? null]);
               });
             }",
        )
        .await;
}

pub(super) async fn events(visit: &Visit<Elements>) -> Value {
    visit.script("return self.events").await
}
