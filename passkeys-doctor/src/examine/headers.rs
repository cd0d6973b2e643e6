//! Headers of the page that decide whether passkeys can be used on it, and how safely.

use url::Url;

use super::{
    Examination, Page, cookies,
    csp::{Policies, Verdict},
    origin,
    routes::Routes,
};
use passkeys_rules::wording::quote;

/// The features of WebAuthn in `Permissions-Policy`.
const FEATURES: [&str; 2] = ["publickey-credentials-get", "publickey-credentials-create"];

/// Minimum `max-age` of HSTS that protects somebody who comes once a month.
const MIN_HSTS_SECONDS: u64 = 30 * 86_400;

impl Examination<'_> {
    pub(super) fn headers(&mut self, page: &Page, routes: Option<&Routes>) {
        self.permissions(page);
        self.content_security(page, routes);
        self.strict_transport(page);
        cookies::examine(&mut self.report, &page.answer, self.options);
    }

    fn permissions(&mut self, page: &Page) {
        let policy = page.answer.header("permissions-policy");
        let old = page.answer.header("feature-policy");
        let own = page.origin();
        let mut fine = true;
        for feature in FEATURES {
            let by_policy = policy
                .as_deref()
                .and_then(|policy| allowlist(policy, feature))
                .filter(|list| !permits(list, &own));
            let by_old = old
                .as_deref()
                .and_then(|policy| old_allowlist(policy, feature))
                .filter(|list| !permits_old(list, &own));
            let found = match (by_policy, by_old) {
                (Some(list), _) => format!("Permissions-Policy: {feature}={list}"),
                (None, Some(list)) => format!("Feature-Policy: {feature} {list}"),
                (None, None) => continue,
            };
            fine = false;
            let what = format!(
                "the page forbids passkeys to itself, by the header {}",
                quote(&found)
            );
            let fix = format!(
                "send `Permissions-Policy: {}=(self), {}=(self)`, or leave both out",
                FEATURES[0], FEATURES[1]
            );
            self.report
                .error("permissions_policy", &page.url, what, fix);
        }
        if fine {
            let what = "no `Permissions-Policy` forbids passkeys";
            self.report.ok("permissions_policy", &page.url, what);
        }
    }

    fn content_security(&mut self, page: &Page, routes: Option<&Routes>) {
        let policies = Policies::parse(page.answer.header("content-security-policy").as_deref());
        if policies.is_sandboxed() {
            let what = "`Content-Security-Policy: sandbox` gives the page an opaque origin, which \
                        cannot use passkeys";
            let fix = "add `allow-same-origin` and `allow-scripts` to `sandbox`, or leave it out";
            self.report.error("csp_sandbox", &page.url, what, fix);
        }
        if let Some(routes) = routes {
            self.content_security_of_requests(page, routes, &policies);
        }
        let framed = page.answer.header("x-frame-options");
        let old_protects = framed.as_deref().is_some_and(|value| {
            let mut words = value.split(',').map(|it| it.trim().to_ascii_lowercase());
            words.any(|it| it == "deny" || it == "sameorigin")
        });
        if page.answer.is_page() && !page.is_local() && !old_protects && !policies.restrict_frames()
        {
            let what = match framed {
                Some(value) => format!(
                    "any site can show the page in a frame (clickjacking): browsers ignore \
                     `X-Frame-Options: {}`",
                    value.escape_debug()
                ),
                None => "any site can show the page in a frame (clickjacking)".to_owned(),
            };
            let fix = "send `Content-Security-Policy: frame-ancestors 'self'`";
            self.report.warning("frames_allowed", &page.url, what, fix);
        }
    }

    /// Checks that the page may load the module and call the routes.
    fn content_security_of_requests(&mut self, page: &Page, routes: &Routes, policies: &Policies) {
        let here = |url: &Url| {
            if origin(url) == page.origin() {
                "'self'".to_owned()
            } else {
                origin(url)
            }
        };
        let mut fine = true;
        if policies.connection(&page.url, &routes.base) == Verdict::Blocked {
            fine = false;
            let what = format!(
                "the page's `Content-Security-Policy` forbids requests to the routes at `{}`",
                routes.base
            );
            let fix = format!("add `{}` to `connect-src`", here(&routes.base));
            self.report.error("csp_connect", &page.url, what, fix);
        }
        let module = routes.route("client.js");
        if policies.script(&page.url, &module) == Verdict::Blocked {
            fine = false;
            let what = format!(
                "the page's `Content-Security-Policy` forbids to load `{module}` as a script"
            );
            let fix = format!(
                "add `{}` to `script-src`; a page that bundles `client.js` needs nothing",
                here(&module)
            );
            self.report.warning("csp_script", &page.url, what, fix);
        }
        if fine {
            let what = "no `Content-Security-Policy` forbids the module or requests to the routes";
            self.report.ok("csp", &page.url, what);
        }
    }

    fn strict_transport(&mut self, page: &Page) {
        if page.url.scheme() != "https" || page.is_local() {
            return;
        }
        let header = page.answer.header("strict-transport-security");
        let max_age = header.as_deref().and_then(max_age);
        let fix = "send `Strict-Transport-Security: max-age=31536000; includeSubDomains` once every \
                   subdomain has TLS";
        match (header, max_age) {
            (None, _) => {
                let what = "the page does not tell browsers to come by `https` only (HSTS): the first \
                            request of a visit can be diverted";
                self.report.warning("hsts_missing", &page.url, what, fix);
            }
            (Some(value), age) if age.is_none_or(|age| age < MIN_HSTS_SECONDS) => {
                let what = format!(
                    "`Strict-Transport-Security: {}` lasts less than a month",
                    value.escape_debug()
                );
                self.report.warning("hsts_short", &page.url, what, fix);
            }
            _ => {
                let what = "browsers come by `https` only (HSTS)";
                self.report.ok("hsts", &page.url, what);
            }
        }
    }
}

/// Returns the value of `max-age` in `Strict-Transport-Security`.
fn max_age(header: &str) -> Option<u64> {
    let mut parts = header.split([';', ',']).map(str::trim);
    parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let is_it = name.trim().eq_ignore_ascii_case("max-age");
        is_it.then(|| value.trim().trim_matches('"').parse().ok())?
    })
}

/// Returns the allowlist of a feature in `Permissions-Policy`: a dictionary of structured fields, in
/// which the last entry of a name counts.
fn allowlist<'a>(policy: &'a str, feature: &str) -> Option<&'a str> {
    let mut found = None;
    for entry in split_outside(policy, ',') {
        let entry = split_outside(entry, ';').next().unwrap_or(entry);
        if let Some((name, list)) = entry.split_once('=')
            && name.trim() == feature
        {
            found = Some(list.trim());
        }
    }
    found
}

/// Returns whether an allowlist such as `(self "https://example.com")` names the page.
fn permits(list: &str, own: &str) -> bool {
    let list = list.trim_start_matches('(').trim_end_matches(')');
    list.split_ascii_whitespace()
        .any(|word| word == "*" || word == "self" || word.trim_matches('"') == own)
}

/// Returns the allowlist of a feature in the older header `Feature-Policy`.
fn old_allowlist<'a>(policy: &'a str, feature: &str) -> Option<&'a str> {
    let mut directives = policy.split([';', ',']).map(str::trim);
    directives.find_map(|directive| directive.strip_prefix(feature)?.strip_prefix(' '))
}

fn permits_old(list: &str, own: &str) -> bool {
    list.split_ascii_whitespace()
        .any(|word| word == "*" || word == "'self'" || word == own)
}

/// Splits a structured field at a separator outside of parentheses and strings.
fn split_outside(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut depth, mut quoted) = (0_usize, false);
    text.split(move |char: char| {
        match char {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        char == separator && depth == 0 && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_policy_is_read_as_browsers_read_it() {
        let feature = FEATURES[0];
        for (policy, permitted) in [
            ("publickey-credentials-get=()", false),
            ("publickey-credentials-get=(self)", true),
            ("publickey-credentials-get=self", true),
            ("publickey-credentials-get=*", true),
            ("publickey-credentials-get=(\"https://example.com\")", true),
            (
                "publickey-credentials-get=(\"https://other.example\")",
                false,
            ),
            (
                "camera=(), publickey-credentials-get=( ), geolocation=(self)",
                false,
            ),
            (
                "camera=(self \"https://a,b\"), publickey-credentials-get=(self);report-to=x",
                true,
            ),
            (
                "publickey-credentials-get=(self), publickey-credentials-get=()",
                false,
            ),
            ("publickey-credentials-create=()", true),
            ("camera=()", true),
        ] {
            let list = allowlist(policy, feature);
            let permits = list.is_none_or(|list| permits(list, "https://example.com"));
            assert_eq!(permits, permitted, "{policy}");
        }
    }

    #[test]
    fn feature_policy_is_read_as_browsers_read_it() {
        for (policy, permitted) in [
            ("publickey-credentials-get 'none'", false),
            ("camera 'none'; publickey-credentials-get 'self'", true),
            ("publickey-credentials-get *", true),
            ("camera 'none'", true),
        ] {
            let list = old_allowlist(policy, FEATURES[0]);
            let permits = list.is_none_or(|list| permits_old(list, "https://example.com"));
            assert_eq!(permits, permitted, "{policy}");
        }
    }

    #[test]
    fn max_age_of_hsts_is_read_in_any_spelling() {
        for (header, expected) in [
            ("max-age=31536000; includeSubDomains", Some(31_536_000)),
            ("includeSubDomains; Max-Age=\"60\"", Some(60)),
            ("includeSubDomains", None),
            ("max-age=soon", None),
        ] {
            assert_eq!(max_age(header), expected, "{header}");
        }
    }
}
