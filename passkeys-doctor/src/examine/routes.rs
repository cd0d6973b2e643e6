//! The routes: the path they are nested at, and a sign-in that is begun there.

use hyper::{StatusCode, header::CONTENT_TYPE};
use passkeys_rules::wording::quote;
use serde_json::Value;
use url::Url;

use super::{Examination, Page, cookies};
use crate::fetch::{Answer, Ask, FetchError};

/// Paths at which the routes are nested as a rule, the one of the documentation first.
const USUAL: [&str; 8] = [
    "/auth/passkeys",
    "/passkeys",
    "/api/auth/passkeys",
    "/api/passkeys",
    "/auth",
    "/api/auth",
    "/webauthn",
    "/api/webauthn",
];

/// The routes, as far as they have responded.
pub(super) struct Routes {
    /// Address at which they are nested, without a slash at the end.
    pub(super) base: Url,
    /// RP ID in the options of a sign-in.
    pub(super) rp_id: Option<String>,
}

impl Routes {
    pub(super) fn route(&self, path: &str) -> Url {
        route(&self.base, path)
    }
}

fn route(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let base = url.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{base}/{path}"));
    url
}

/// Meaning of a response to `POST authenticate/begin`.
enum Outcome {
    /// A sign-in was begun.
    Begun(Value),
    /// An error of the library: `{"error": {"code", "message"}}`.
    Failed { code: String, message: String },
    /// Something else has responded.
    Foreign,
}

impl Outcome {
    fn of(answer: &Answer) -> Self {
        let Some(json) = answer.json() else {
            return Self::Foreign;
        };
        if answer.status == StatusCode::OK && json["publicKey"]["challenge"].is_string() {
            return Self::Begun(json);
        }
        let error = &json["error"];
        match (error["code"].as_str(), error["message"].as_str()) {
            (Some(code), Some(message)) => Self::Failed {
                code: code.to_owned(),
                message: message.to_owned(),
            },
            _ => Self::Foreign,
        }
    }
}

impl Examination<'_> {
    /// Finds the routes, and begins a sign-in.
    pub(super) async fn routes(&mut self, page: &Page) -> Option<Routes> {
        let (base, answer, options) = match &self.options.mount {
            Some(mount) => self.expected(page, mount).await?,
            None => self.search(page).await?,
        };
        self.report.routes = Some(base.to_string());
        let routes = Routes {
            base,
            rp_id: options["publicKey"]["rpId"].as_str().map(str::to_owned),
        };
        self.begin(page, &routes, &answer, &options).await;
        self.management(page, &routes).await;
        Some(routes)
    }

    async fn try_begin(&mut self, page: &Page, base: &Url) -> Result<Answer, FetchError> {
        let ask = Ask::post(&route(base, "authenticate/begin")).of_page_on(&page.origin());
        self.ask(ask).await
    }

    /// Begins a sign-in where the routes should be.
    async fn expected(&mut self, page: &Page, mount: &str) -> Option<(Url, Answer, Value)> {
        let base = page.url.join(mount).ok()?;
        let mut base = base;
        base.set_query(None);
        base.set_fragment(None);
        match self.try_begin(page, &base).await {
            Ok(answer) => match Outcome::of(&answer) {
                Outcome::Begun(options) => return Some((base, answer, options)),
                outcome => self.explain(&answer, &outcome),
            },
            Err(error) => {
                let at = route(&base, "authenticate/begin");
                self.report
                    .error("begin_unreachable", at, error.to_string(), error.fix());
            }
        }
        None
    }

    /// Begins a sign-in where routes are nested as a rule.
    async fn search(&mut self, page: &Page) -> Option<(Url, Answer, Value)> {
        let mut tried = Vec::new();
        let mut first: Option<Answer> = None;
        for path in USUAL {
            let base = page.url.join(path).ok()?;
            match self.try_begin(page, &base).await {
                Ok(answer) => {
                    let outcome = Outcome::of(&answer);
                    if let Outcome::Begun(options) = outcome {
                        return Some((base, answer, options));
                    }
                    if matches!(outcome, Outcome::Failed { .. }) {
                        self.explain(&answer, &outcome);
                        return None;
                    }
                    let kind = if answer.is_page() { ", a page" } else { "" };
                    tried.push(format!("`{path}` ({}{kind})", answer.status.as_u16()));
                    first.get_or_insert(answer);
                }
                Err(error) => tried.push(format!("`{path}` ({error})")),
            }
        }
        let what = format!(
            "no sign-in can be begun at the usual places: `POST authenticate/begin` was tried below {}",
            tried.join(", ")
        );
        let fix = "pass the path of `Router::nest` with `--mount`, and the path of the proxy before it; if \
                   the routes are on another host, pass their address";
        self.report
            .error("routes_not_found", page.origin(), what, fix);
        // What the place of the documentation has responded may say why.
        if let Some(answer) = first.filter(|answer| answer.status != StatusCode::NOT_FOUND) {
            self.explain(&answer, &Outcome::Foreign);
        }
        None
    }

    /// Explains a response that does not begin a sign-in.
    fn explain(&mut self, answer: &Answer, outcome: &Outcome) {
        let at = &answer.url;
        if let Outcome::Failed { code, message } = outcome {
            let what = format!(
                "the routes respond with {} {}: {}",
                answer.status.as_u16(),
                quote(code),
                quote(message)
            );
            let fix = match code.as_str() {
                "storage_unavailable" => {
                    "the challenge store failed: the log has the cause; call `migrate()` at the start"
                }
                "method_not_allowed" => {
                    "something on the way has changed the method: look for a redirect or a proxy rule"
                }
                _ => "docs/errors-http.md explains the code",
            };
            self.report.error("begin_failed", at, what, fix);
            return;
        }
        let status = answer.status;
        let (id, what, fix) = if let Some(to) = answer.redirect() {
            (
                "begin_redirects",
                format!("`POST` is redirected to {}", to.shown()),
                "call the address that it leads to: browsers repeat a redirected `POST` as `GET`, or without \
                 the header `Content-Type`",
            )
        } else if answer.is_page() && status.is_success() {
            (
                "begin_is_a_page",
                "a page responds in place of the routes: the fallback of a single-page application, or a \
                 sign-in page"
                    .to_owned(),
                "let the proxy pass this path to the application, and put the fallback after the routes",
            )
        } else {
            let found = format!("`POST` responds with {status}, and not with JSON of the library");
            match status.as_u16() {
                404 => (
                    "begin_not_found",
                    found,
                    "nest `Passkeys::router()` at this path: `.nest(\"/auth/passkeys\", passkeys.router())`; \
                     behind a proxy that strips a prefix, pass the path as the browser sees it",
                ),
                405 => (
                    "begin_wrong_method",
                    found,
                    "something else is at this path, such as a file server that takes `GET` only: let the \
                     proxy pass it to the application",
                ),
                401 | 403 => (
                    "begin_forbidden",
                    found,
                    "a layer or a proxy demands a session, a token or a CSRF token before a sign-in: exempt \
                     the routes, which need none",
                ),
                429 => (
                    "begin_rate_limited",
                    found,
                    "wait, and raise the limit if people behind one address share it",
                ),
                502..=504 => (
                    "begin_unavailable",
                    found,
                    "the proxy does not reach the application: check that it runs and where it listens",
                ),
                _ => (
                    "begin_foreign",
                    found,
                    "something else responds at this path: check the proxy's rules and the order of the \
                     routes",
                ),
            }
        };
        self.report.error(id, at, what, fix);
    }

    /// Examines the response that begins a sign-in.
    async fn begin(&mut self, page: &Page, routes: &Routes, answer: &Answer, options: &Value) {
        let at = &answer.url;
        if answer.media_type().as_deref() != Some("application/json") {
            let what = format!(
                "the options are JSON and declared as {}",
                answer.shown_media_type()
            );
            let fix = format!("find the layer or proxy that changes `{CONTENT_TYPE}`");
            self.report.error("begin_content_type", at, what, fix);
        }
        let cache_control = answer.header("cache-control").unwrap_or_default();
        if !cache_control.to_ascii_lowercase().contains("no-store") {
            let what = if cache_control.is_empty() {
                "the options have no `Cache-Control`".to_owned()
            } else {
                format!(
                    "the options have `Cache-Control: {}`",
                    cache_control.escape_debug()
                )
            };
            let fix = "the library sends `no-store`: find the layer or proxy that replaces it";
            self.report.error("begin_cacheable", at, what, fix);
        }
        let challenge = |options: &Value| options["publicKey"]["challenge"].clone();
        if let Ok(second) = self.try_begin(page, &routes.base).await
            && let Outcome::Begun(second) = Outcome::of(&second)
            && challenge(options) == challenge(&second)
        {
            let what = "two sign-ins got the same challenge: a cache responds in place of the application, and \
                        only one of all users can sign in";
            let fix = "exempt the routes from the cache of the proxy or CDN";
            self.report.error("begin_cached", at, what, fix);
        } else {
            self.report.ok("begin", at, "a sign-in can be begun");
        }
        cookies::examine(&mut self.report, answer, self.options);
    }

    /// Asks for the passkeys of nobody: without a session there are none.
    async fn management(&mut self, page: &Page, routes: &Routes) {
        let at = routes.route("credentials");
        let ask = Ask::get(&at).of_page_on(&page.origin());
        let Ok(answer) = self.ask(ask).await else {
            return;
        };
        let says_where = answer.redirect();
        if answer.status.is_success() && answer.json().is_some_and(|it| it.is_array()) {
            let what = "passkeys are listed without a session: `get_user` returns a user for everybody, who \
                        can add and delete passkeys";
            let fix = "let `get_user` read the session, and reject requests without one with 401";
            self.report
                .error("credentials_without_session", at, what, fix);
        } else if let Some(to) = says_where {
            let what = format!(
                "without a session `get_user` redirects to {}, and `client.js` gets that page in place of \
                 an error",
                to.shown()
            );
            let fix = "let `get_user` reject with status 401, and the page lead to the sign-in";
            self.report.warning("get_user_redirects", at, what, fix);
        } else if answer.is_page() && answer.status.is_success() {
            let what = "a page responds in place of the list of passkeys";
            let fix = "let the proxy pass everything below the routes to the application";
            self.report.error("credentials_are_a_page", at, what, fix);
        }
    }
}
