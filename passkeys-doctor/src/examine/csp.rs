//! `Content-Security-Policy`, as far as it decides whether a page can load the module and call the routes
//! ([Level 3](https://www.w3.org/TR/CSP3/)).

use url::Url;

/// Answer of a policy about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Allowed,
    Blocked,
    /// A nonce or a hash decides, which the header alone does not tell.
    Unknown,
}

/// The policies of a page: each must allow a request.
pub(super) struct Policies(Vec<Policy>);

/// Directives by name, in lower case.
struct Policy(Vec<(String, Vec<String>)>);

impl Policies {
    pub(super) fn parse(header: Option<&str>) -> Self {
        let policies = header.unwrap_or_default().split(',').map(Policy::parse);
        Self(policies.collect())
    }

    /// Decides whether a page may load a module.
    pub(super) fn script(&self, page: &Url, target: &Url) -> Verdict {
        self.decide(
            &["script-src-elem", "script-src", "default-src"],
            page,
            target,
        )
    }

    /// Decides whether a page may send requests by `fetch`.
    pub(super) fn connection(&self, page: &Url, target: &Url) -> Verdict {
        self.decide(&["connect-src", "default-src"], page, target)
    }

    fn decide(&self, directives: &[&str], page: &Url, target: &Url) -> Verdict {
        let mut verdict = Verdict::Allowed;
        for policy in &self.0 {
            match policy.decide(directives, page, target) {
                Verdict::Blocked => return Verdict::Blocked,
                Verdict::Unknown => verdict = Verdict::Unknown,
                Verdict::Allowed => {}
            }
        }
        verdict
    }

    /// Returns whether the page has an opaque origin.
    pub(super) fn is_sandboxed(&self) -> bool {
        let sandboxes = self.0.iter().filter_map(|policy| policy.get("sandbox"));
        let mut sandboxes = sandboxes.map(|flags| flags.iter().any(|it| it == "allow-same-origin"));
        sandboxes.any(|same_origin| !same_origin)
    }

    /// Returns whether not every site can show the page in a frame.
    pub(super) fn restrict_frames(&self) -> bool {
        let ancestors = self
            .0
            .iter()
            .filter_map(|policy| policy.get("frame-ancestors"));
        let mut open = ancestors.map(|sources| {
            let all = ["*", "http:", "https:"];
            sources.iter().any(|source| all.contains(&source.as_str()))
        });
        open.any(|open| !open)
    }
}

impl Policy {
    fn parse(text: &str) -> Self {
        let directives = text.split(';').filter_map(|directive| {
            let mut words = directive.split_ascii_whitespace();
            let name = words.next()?.to_ascii_lowercase();
            Some((name, words.map(str::to_owned).collect()))
        });
        Self(directives.collect())
    }

    /// Returns the sources of a directive. Of several with one name the first counts.
    fn get(&self, name: &str) -> Option<&[String]> {
        let found = self.0.iter().find(|(it, _)| it == name);
        found.map(|(_, sources)| sources.as_slice())
    }

    fn decide(&self, directives: &[&str], page: &Url, target: &Url) -> Verdict {
        let Some(sources) = directives.iter().find_map(|name| self.get(name)) else {
            return Verdict::Allowed;
        };
        let is_key = |source: &String| {
            let source = source.to_ascii_lowercase();
            source == "'strict-dynamic'"
                || ["'nonce-", "'sha256-", "'sha384-", "'sha512-"]
                    .iter()
                    .any(|prefix| source.starts_with(prefix))
        };
        if sources.iter().any(|source| matches(source, page, target)) {
            Verdict::Allowed
        } else if directives.contains(&"script-src") && sources.iter().any(is_key) {
            Verdict::Unknown
        } else {
            Verdict::Blocked
        }
    }
}

/// Returns whether a source expression matches a URL.
fn matches(source: &str, page: &Url, target: &Url) -> bool {
    let source = source.to_ascii_lowercase();
    if source == "*" {
        return matches!(target.scheme(), "https" | "http");
    }
    if source == "'self'" {
        return target.origin() == page.origin();
    }
    if source.starts_with('\'') {
        return false;
    }
    if let Some(scheme) = source.strip_suffix(':') {
        return fits_scheme(scheme, target);
    }
    let (scheme, rest) = match source.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None => (page.scheme(), source.as_str()),
    };
    let (authority, path) = match rest.split_once('/') {
        Some((authority, path)) => (authority, format!("/{path}")),
        None => (rest, String::new()),
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let target_host = target.host_str().unwrap_or_default();
    let host_fits = match host.strip_prefix('*') {
        Some(suffix) => target_host.len() > suffix.len() && target_host.ends_with(suffix),
        None => host == target_host,
    };
    let target_port = target.port_or_known_default();
    let port_fits = match port {
        Some("*") => true,
        Some(port) => port.parse().ok() == target_port,
        None => target.port().is_none(),
    };
    // Paths are case-sensitive, and those of the library's routes are in lower case.
    let path_fits = match path.as_str() {
        "" | "/" => true,
        path if path.ends_with('/') => target.path().starts_with(path),
        path => target.path() == path,
    };
    fits_scheme(scheme, target) && host_fits && port_fits && path_fits
}

/// Returns whether a scheme is that of a URL, or the one that is upgraded to it.
fn fits_scheme(scheme: &str, target: &Url) -> bool {
    scheme == target.scheme() || (scheme == "http" && target.scheme() == "https")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(header: &str, target: &str) -> (Verdict, Verdict) {
        let policies = Policies::parse(Some(header));
        let page = Url::parse("https://example.com/login").unwrap();
        let target = Url::parse(target).unwrap();
        (
            policies.script(&page, &target),
            policies.connection(&page, &target),
        )
    }

    #[test]
    fn policies_decide_as_browsers_do() {
        use Verdict::{Allowed, Blocked, Unknown};
        let own = "https://example.com/auth/passkeys/client.js";
        let api = "https://api.example.com/passkeys/client.js";
        for (header, target, script, connection) in [
            ("", own, Allowed, Allowed),
            ("default-src 'self'", own, Allowed, Allowed),
            ("default-src 'self'", api, Blocked, Blocked),
            ("default-src 'none'", own, Blocked, Blocked),
            (
                "default-src 'none'; script-src 'self'",
                own,
                Allowed,
                Blocked,
            ),
            (
                "default-src 'none'; connect-src 'self'; script-src 'self'",
                own,
                Allowed,
                Allowed,
            ),
            (
                "script-src 'nonce-abc' 'strict-dynamic'",
                own,
                Unknown,
                Allowed,
            ),
            (
                "script-src 'self', script-src 'none'",
                own,
                Blocked,
                Allowed,
            ),
            (
                "script-src *.example.com; connect-src https:",
                api,
                Allowed,
                Allowed,
            ),
            ("script-src *.example.com", own, Blocked, Allowed),
            (
                "connect-src https://api.example.com/passkeys/",
                api,
                Allowed,
                Allowed,
            ),
            (
                "connect-src https://api.example.com/other/",
                api,
                Allowed,
                Blocked,
            ),
            ("connect-src api.example.com:8443", api, Allowed, Blocked),
            ("SCRIPT-SRC 'SELF'; CONNECT-SRC *", own, Allowed, Allowed),
            (
                "script-src-elem 'none'; script-src 'self'",
                own,
                Blocked,
                Allowed,
            ),
        ] {
            assert_eq!(
                decide(header, target),
                (script, connection),
                "{header}: {target}"
            );
        }
    }

    #[test]
    fn sandboxes_and_frame_ancestors_are_found() {
        for (header, sandboxed, framed) in [
            ("", false, false),
            ("sandbox allow-scripts", true, false),
            ("sandbox allow-scripts allow-same-origin", false, false),
            ("frame-ancestors 'self'", false, true),
            ("frame-ancestors 'none'", false, true),
            ("frame-ancestors *", false, false),
            ("default-src 'self'", false, false),
        ] {
            let policies = Policies::parse(Some(header));
            assert_eq!(policies.is_sandboxed(), sandboxed, "{header}");
            assert_eq!(policies.restrict_frames(), framed, "{header}");
        }
    }
}
