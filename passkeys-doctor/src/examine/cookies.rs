//! Cookies that the page or the routes set: those that browsers reject, and sessions that are not safe.
//! Values are secrets and are not looked at.

use hyper::header::SET_COOKIE;
use passkeys_rules::wording::quote;

use super::site;
use crate::{Options, Report, fetch::Answer, options::is_local};

/// Attributes of a cookie, in lower case.
struct Cookie {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Cookie {
    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split(';');
        let (name, _) = parts.next()?.split_once('=')?;
        let attributes = parts.map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (
                name.trim().to_ascii_lowercase(),
                value.trim().to_ascii_lowercase(),
            )
        });
        Some(Self {
            name: name.trim().to_owned(),
            attributes: attributes.collect(),
        })
    }

    fn get(&self, attribute: &str) -> Option<&str> {
        let mut found = self.attributes.iter().rev();
        let found = found.find(|(name, _)| name == attribute);
        found.map(|(_, value)| value.as_str())
    }

    fn is_secure(&self) -> bool {
        self.get("secure").is_some()
    }

    /// Returns whether the name is one of a session, rather than of a preference.
    fn is_session(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        let words = ["sess", "sid", "auth", "token", "login", "jwt"];
        let is_guard = name.contains("csrf") || name.contains("xsrf");
        !is_guard && (name == "id" || words.iter().any(|word| name.contains(word)))
    }

    /// Returns the rule by which browsers reject the cookie.
    fn rejection(&self) -> Option<&'static str> {
        let name = self.name.to_ascii_lowercase();
        if self.get("samesite") == Some("none") && !self.is_secure() {
            Some("`SameSite=None` needs `Secure`")
        } else if name.starts_with("__secure-") && !self.is_secure() {
            Some("a name that begins with `__Secure-` needs `Secure`")
        } else if name.starts_with("__host-")
            && (!self.is_secure() || self.get("path") != Some("/") || self.get("domain").is_some())
        {
            Some("a name that begins with `__Host-` needs `Secure`, `Path=/` and no `Domain`")
        } else {
            None
        }
    }
}

/// Examines the cookies that a response sets.
pub(super) fn examine(report: &mut Report, answer: &Answer, options: &Options) {
    let at = &answer.url;
    if is_local(at) {
        return;
    }
    let host = at.host_str().unwrap_or_default();
    for line in answer.headers.get_all(SET_COOKIE) {
        let line = String::from_utf8_lossy(line.as_bytes());
        let Some(cookie) = Cookie::parse(&line) else {
            continue;
        };
        let name = quote(&cookie.name).to_string();
        if let Some(rule) = cookie.rejection() {
            let what = format!("browsers reject the cookie {name}: {rule}");
            let fix = "correct its attributes, in `tower-sessions` with `with_secure(true)`";
            report.error("cookie_rejected", at, what, fix);
            continue;
        }
        if !cookie.is_session() {
            continue;
        }
        if !cookie.is_secure() && at.scheme() == "https" {
            let what = format!("the cookie {name} is also sent without TLS");
            let fix = "add `Secure`, in `tower-sessions` with `with_secure(true)`";
            report.warning("cookie_insecure", at, what, fix);
        }
        if cookie.get("httponly").is_none() {
            let what = format!("scripts can read the cookie {name}");
            let fix = "add `HttpOnly`";
            report.warning("cookie_readable", at, what, fix);
        }
        let same_site = cookie.get("samesite");
        let strangers = options.origins.iter().chain([&options.page]);
        let stranger = strangers
            .filter_map(|url| url.host_str())
            .find(|other| site(other) != site(host));
        match (same_site, stranger) {
            (same_site, Some(stranger)) if same_site != Some("none") => {
                let what = format!(
                    "browsers do not send the cookie {name} with requests of pages on `{stranger}`, which \
                     is another site: the session of `get_user` is empty"
                );
                let fix = "serve the front end and the routes on one site, for example `app.example.com` \
                           and `api.example.com`; `SameSite=None; Secure` works in some browsers only, \
                           and `fetch` needs `credentials: \"include\"`";
                report.error("cookie_cross_site", at, what, fix);
            }
            (None, None) => {
                let what = format!(
                    "the cookie {name} does not say to which sites' requests it belongs, and browsers \
                     differ in what they take for granted"
                );
                report.warning(
                    "cookie_same_site",
                    at,
                    what,
                    "add `SameSite=Lax` or `Strict`",
                );
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_that_browsers_reject_are_known() {
        for (line, rejected) in [
            ("id=1; SameSite=None", true),
            ("id=1; SameSite=None; Secure", false),
            ("__Secure-id=1", true),
            ("__Host-id=1; Secure; Path=/", false),
            ("__Host-id=1; Secure; Path=/; Domain=example.com", true),
            ("__Host-id=1; Secure; Path=/app", true),
            ("id=1", false),
        ] {
            let cookie = Cookie::parse(line).unwrap();
            assert_eq!(cookie.rejection().is_some(), rejected, "{line}");
        }
    }

    #[test]
    fn sessions_are_told_from_other_cookies() {
        for (name, session) in [
            ("id", true),
            ("tower.sid", true),
            ("SESSION", true),
            ("access_token", true),
            ("csrf-token", false),
            ("theme", false),
        ] {
            let cookie = Cookie::parse(&format!("{name}=1")).unwrap();
            assert_eq!(cookie.is_session(), session, "{name}");
        }
    }
}
