//! CORS: front ends on other origins must be allowed, and nobody else.

use hyper::{
    Method,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE},
};
use passkeys_rules::wording::quote;
use url::Url;

use super::{Examination, Page, origin, routes::Routes, site};
use crate::fetch::{Answer, Ask};

/// Methods of the routes that a preflight must allow by name.
const METHODS: [&str; 2] = ["PATCH", "DELETE"];

impl Examination<'_> {
    pub(super) async fn cors(&mut self, page: &Page, routes: &Routes) {
        let own = origin(&routes.base);
        let mut friends: Vec<String> = self.options.origins.iter().map(origin).collect();
        if page.origin() != own {
            friends.insert(0, page.origin());
        }
        friends.dedup();
        self.strangers(routes, &friends).await;
        for friend in friends.iter().filter(|friend| **friend != own) {
            self.friend(routes, friend).await;
        }
    }

    /// Checks that pages of strangers cannot read responses to requests with cookies.
    async fn strangers(&mut self, routes: &Routes, friends: &[String]) {
        let url = routes.route("authenticate/begin");
        let host = routes.base.host_str().unwrap_or_default();
        let domain = site(host);
        // An origin that anybody can have, and those that a careless comparison takes for the site's.
        let strangers = [
            "https://evil.example".to_owned(),
            "null".to_owned(),
            format!("https://{domain}.evil.example"),
            format!("https://evil{domain}"),
        ];
        let mut open = false;
        for stranger in strangers.iter().filter(|it| !friends.contains(it)) {
            for ask in [
                preflight(&url, stranger),
                Ask::post(&url).of_page_on(stranger),
            ] {
                let Ok(answer) = self.ask(ask).await else {
                    continue;
                };
                let allowed = allowed_origin(&answer);
                let credentials = allows_credentials(&answer);
                if allowed.as_deref() == Some(stranger) && credentials {
                    open = true;
                    let what = format!(
                        "pages on {} may send requests with the user's cookies and read the responses: \
                         they can act as the signed-in user",
                        quote(stranger)
                    );
                    let fix = "name the allowed origins one by one, in `tower-http` with \
                               `AllowOrigin::list([..])`, instead of mirroring the header `Origin` or \
                               comparing its beginning or end";
                    self.report.error("cors_open", &url, what, fix);
                    break;
                }
                if let Some(value) = allowed.filter(|it| it == "*" || it == stranger) {
                    open = true;
                    let what = format!(
                        "pages of every site may read responses to requests without cookies \
                         (`Access-Control-Allow-Origin: {}`)",
                        value.escape_debug()
                    );
                    let fix = "if no front end of others needs it, leave CORS out for the routes";
                    self.report.note("cors_public", &url, what, fix);
                    break;
                }
            }
        }
        if !open {
            let what = "pages of other sites may not call the routes (CORS)";
            self.report.ok("cors", &url, what);
        }
    }

    /// Checks that a front end elsewhere may call the routes, with cookies.
    async fn friend(&mut self, routes: &Routes, friend: &str) {
        let url = routes.route("authenticate/begin");
        let shown = quote(friend).to_string();
        let Ok(answer) = self.ask(preflight(&url, friend)).await else {
            return;
        };
        let fix = format!(
            "allow the origin \"{friend}\", the header `content-type`, the methods `POST`, `PATCH` and `DELETE`, \
             and credentials, in `tower-http` with a `CorsLayer` around the routes"
        );
        let problem = if answer.redirect().is_some() {
            Some("is redirected, which browsers do not follow".to_owned())
        } else if !answer.status.is_success() {
            Some(format!("fails with {}", answer.status))
        } else {
            refusal(&answer, friend).or_else(|| {
                let headers = list(&answer, "access-control-allow-headers");
                let named = headers.iter().any(|it| it == CONTENT_TYPE.as_str());
                let by_pattern = headers.iter().any(|it| it == "*") && !allows_credentials(&answer);
                (!named && !by_pattern)
                    .then(|| "does not allow the header `content-type`".to_owned())
            })
        };
        if let Some(problem) = problem {
            let what =
                format!("pages on {shown} cannot call the routes: the CORS preflight {problem}");
            self.report.error("cors_missing", &url, what, fix);
            return;
        }
        self.response_to_friend(&url, friend, &fix).await;
        self.credentials_of_friend(&answer, &url, &shown, &fix);
        let credential = routes.route("credentials/AAAA");
        for method in METHODS {
            let ask = preflight_of(&credential, friend, method);
            let Ok(answer) = self.ask(ask).await else {
                continue;
            };
            let methods = list(&answer, "access-control-allow-methods");
            let name = method.to_ascii_lowercase();
            let by_pattern = methods.iter().any(|it| it == "*") && !allows_credentials(&answer);
            if !by_pattern && !methods.contains(&name) {
                let what = format!(
                    "pages on {shown} cannot manage passkeys: the CORS preflight does not allow `{method}`"
                );
                self.report
                    .warning("cors_methods", &credential, what, &*fix);
            }
        }
    }

    /// Checks the response itself, which needs the headers as much as the preflight.
    async fn response_to_friend(&mut self, url: &Url, friend: &str, fix: &str) {
        let Ok(answer) = self.ask(Ask::post(url).of_page_on(friend)).await else {
            return;
        };
        let shown = quote(friend);
        if let Some(problem) = refusal(&answer, friend) {
            let what = format!(
                "pages on {shown} cannot read responses: the preflight allows it, and the response {problem}"
            );
            self.report.error("cors_response", url, what, fix);
            return;
        }
        let varies = list(&answer, "vary");
        let varies = varies.iter().any(|it| it == "origin" || it == "*");
        if !varies
            && allowed_origin(&answer).as_deref() == Some(friend)
            && self.options.origins.len() > 1
        {
            let what =
                "the allowed origin differs by request, and no `Vary: Origin` says so to caches";
            self.report
                .warning("cors_vary", url, what, "send `Vary: Origin`");
        }
        let exposed = list(&answer, "access-control-expose-headers");
        if !exposed
            .iter()
            .any(|it| it == "passkey-rolled-back" || it == "*")
        {
            let what = format!(
                "pages on {shown} do not see the header `Passkey-Rolled-Back`, by which `client.js` drops the \
                 passkey of a sign-up that failed"
            );
            let fix = "expose it: `CorsLayer::expose_headers`";
            self.report.note("cors_expose", url, what, fix);
        }
        self.report.ok(
            "cors_friend",
            url,
            format!("pages on {shown} may call the routes"),
        );
    }

    /// Checks that cookies are allowed, which sessions need and tokens do not.
    fn credentials_of_friend(&mut self, answer: &Answer, url: &Url, shown: &str, fix: &str) {
        if !allows_credentials(answer) {
            let what = format!(
                "requests of pages on {shown} cannot carry cookies \
                 (`Access-Control-Allow-Credentials`): a session in a cookie does not arrive"
            );
            let fix = format!("{fix}; with tokens in a header nothing is needed");
            self.report.warning("cors_credentials", url, what, fix);
        }
    }
}

fn preflight(url: &Url, from: &str) -> Ask {
    preflight_of(url, from, "POST")
}

fn preflight_of(url: &Url, from: &str, method: &str) -> Ask {
    Ask::new(Method::OPTIONS, url)
        .of_page_on(from)
        .header(ACCESS_CONTROL_REQUEST_METHOD, method)
        .header(ACCESS_CONTROL_REQUEST_HEADERS, "content-type")
}

/// Returns why a response does not allow an origin, as the end of a sentence.
fn refusal(answer: &Answer, origin: &str) -> Option<String> {
    match allowed_origin(answer).as_deref() {
        None => Some("has no `Access-Control-Allow-Origin`".to_owned()),
        Some("*") if allows_credentials(answer) => Some(
            "has `Access-Control-Allow-Origin: *` with credentials, which browsers reject"
                .to_owned(),
        ),
        Some(allowed) if allowed == "*" || allowed == origin => None,
        Some(other) => Some(format!(
            "has `Access-Control-Allow-Origin: {}`",
            other.escape_debug()
        )),
    }
}

fn allowed_origin(answer: &Answer) -> Option<String> {
    answer.header("access-control-allow-origin")
}

fn allows_credentials(answer: &Answer) -> bool {
    answer.header("access-control-allow-credentials").as_deref() == Some("true")
}

/// Returns the elements of a header that is a list, in lower case.
fn list(answer: &Answer, name: &str) -> Vec<String> {
    let value = answer.header(name).unwrap_or_default().to_ascii_lowercase();
    value.split(',').map(|it| it.trim().to_owned()).collect()
}
