//! The application's cookies.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, header::SET_COOKIE};

/// Cookies by name.
///
/// Of their attributes only `Max-Age=0` counts: a `Secure` cookie is also sent to the router of a page on
/// `http://localhost:3000`, as by browsers.
#[derive(Clone, Debug, Default)]
pub(super) struct Cookies(BTreeMap<String, String>);

impl Cookies {
    /// Returns the value of the header `Cookie`, if there are any.
    pub(super) fn header(&self) -> Option<String> {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={value}"));
        let pairs: Vec<_> = pairs.collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Stores and deletes the cookies of a response.
    pub(super) fn keep(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE) {
            let Some((pair, attributes)) = cookie.to_str().ok().map(split) else {
                continue;
            };
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            if value.is_empty() || attributes.to_ascii_lowercase().contains("max-age=0") {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn split(cookie: &str) -> (&str, &str) {
    cookie.split_once(';').unwrap_or((cookie, ""))
}
