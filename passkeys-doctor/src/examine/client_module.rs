//! The browser module, `client.js`.

use std::collections::BTreeSet;

use hyper::StatusCode;

use super::{Examination, Page, routes::Routes};
use crate::fetch::{Answer, Ask};

/// Media types that browsers accept for a module.
const SCRIPTS: [&str; 4] = [
    "text/javascript",
    "application/javascript",
    "application/ecmascript",
    "application/x-javascript",
];

/// Name of the class that the module exports, in every release.
const EXPORT: &str = "PasskeyClient";

impl Examination<'_> {
    pub(super) async fn client_module(&mut self, page: &Page, routes: &Routes) {
        let url = routes.route("client.js");
        let ask = Ask::get(&url).of_page_on(&page.origin());
        match self.ask(ask).await {
            Ok(answer) => {
                self.module(&answer);
                self.imported(page, routes, &answer).await;
            }
            Err(error) => {
                let what = error.to_string();
                self.report
                    .error("client_unreachable", &url, what, error.fix());
            }
        }
    }

    fn module(&mut self, answer: &Answer) {
        const BUNDLED: &str = "; a page that bundles the module needs nothing";
        let at = &answer.url;
        if let Some(to) = answer.redirect() {
            let what = format!(
                "`client.js` is redirected to {}, and takes that for the place of the routes",
                to.shown()
            );
            let fix = "import it from where it is";
            self.report.error("client_redirects", at, what, fix);
        } else if answer.is_page() && answer.status.is_success() {
            let what = "a page responds in place of `client.js`: the fallback of a single-page application";
            let fix = format!(
                "switch the feature `client` on, let the proxy pass this path to the application, and put \
                 the fallback after the routes{BUNDLED}"
            );
            self.report.error("client_is_a_page", at, what, fix);
        } else if answer.status == StatusCode::NOT_FOUND {
            let what = "there is no `client.js` beside the routes";
            let fix = format!("switch the feature `client` of `passkeys` on{BUNDLED}");
            self.report.note("client_missing", at, what, fix);
        } else if answer.status != StatusCode::OK {
            let what = format!("`client.js` responds with {}", answer.status);
            let fix = format!("exempt it from layers that demand a session{BUNDLED}");
            self.report.error("client_fails", at, what, fix);
        } else {
            self.content(answer);
        }
    }

    /// Examines the modules that `client.js` imports where they are needed: a proxy that passes on
    /// `client.js` by its name may not pass on these.
    async fn imported(&mut self, page: &Page, routes: &Routes, answer: &Answer) {
        for name in imports(&String::from_utf8_lossy(&answer.body)) {
            let url = routes.route(&name);
            let ask = Ask::get(&url).of_page_on(&page.origin());
            let problem = match self.ask(ask).await {
                Ok(answer) => {
                    let media_type = answer.media_type().unwrap_or_default();
                    if answer.status != StatusCode::OK {
                        answer.status.to_string()
                    } else if !SCRIPTS.contains(&media_type.as_str()) || answer.is_page() {
                        answer.shown_media_type()
                    } else {
                        continue;
                    }
                }
                Err(error) => error.to_string(),
            };
            let what = format!("`client.js` imports `{name}`, and gets {problem}");
            let fix = "let the proxy pass everything below the routes to the application";
            self.report.error("client_import", &url, what, fix);
        }
    }

    /// Examines the module that is there.
    fn content(&mut self, answer: &Answer) {
        let at = &answer.url;
        let media_type = answer.media_type().unwrap_or_default();
        if !SCRIPTS.contains(&media_type.as_str()) {
            let what = format!(
                "`client.js` is declared as {}, and browsers load modules that are declared as JavaScript",
                answer.shown_media_type()
            );
            let fix =
                "send `Content-Type: text/javascript`, as the library does; find what changes it";
            self.report.error("client_content_type", at, what, fix);
            return;
        }
        if !String::from_utf8_lossy(&answer.body).contains(EXPORT) {
            let what = format!("`client.js` is not the library's: it exports no `{EXPORT}`");
            let fix = "find the file or proxy that responds in its place";
            self.report.warning("client_foreign", at, what, fix);
            return;
        }
        let nosniff = answer.header("x-content-type-options");
        if !nosniff.is_some_and(|it| it.trim().eq_ignore_ascii_case("nosniff")) {
            let what = "`client.js` has no `X-Content-Type-Options: nosniff`";
            let fix = "the library sends it: find the layer or proxy that removes it";
            self.report.warning("client_sniffed", at, what, fix);
        }
        let cache_control = answer.header("cache-control").unwrap_or_default();
        let cache_control = cache_control.to_ascii_lowercase();
        let revalidated = ["no-cache", "no-store", "max-age=0"]
            .iter()
            .any(|word| cache_control.contains(word));
        if !revalidated {
            let what = "browsers may keep an old `client.js` after an update of the server";
            let fix = "the library sends `Cache-Control: no-cache` and an `ETag`: find the layer or proxy that \
                       replaces them";
            self.report.warning("client_cached", at, what, fix);
        }
        self.report
            .ok("client", at, "`client.js` is a JavaScript module");
    }
}

/// Returns the names of the modules beside it that a module imports by `import("./name.js")`.
fn imports(script: &str) -> BTreeSet<String> {
    let imports = script.split("import(\"./").skip(1);
    let names = imports.filter_map(|rest| rest.split('"').next());
    let is_name = |name: &&str| {
        name.strip_suffix(".js").is_some_and(|stem| {
            let mut bytes = stem.bytes();
            bytes.all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'))
        })
    };
    // The library's has two; what a stranger writes is bounded.
    names.filter(is_name).take(8).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::imports;

    #[test]
    fn imported_modules_beside_the_module_are_found() {
        let script = r#"import("./a.js"); import("./types.d.ts"); import("./../b.js"); import("https://c.js");
                        const x = () => import("./a-b.js"); import("./a.js")"#;
        assert_eq!(
            imports(script).into_iter().collect::<Vec<_>>(),
            ["a-b.js", "a.js"]
        );
    }
}
