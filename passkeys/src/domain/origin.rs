//! The likely cause of an origin that is not configured, for the developer.

use std::fmt;

use super::{config::Config, detail::shown};

/// Maximum number of configured origins in a message.
const MAX_LISTED: usize = 3;

/// Describes an origin that is not among those that are configured: the value, the rule, the likely cause,
/// and the fix.
pub(crate) struct Unexpected<'a> {
    /// Origin of the page, as its browser sent it.
    pub(crate) came: &'a str,
    /// Origins that ceremonies are accepted from.
    pub(crate) expected: Vec<&'a str>,
    pub(crate) rp_id: &'a str,
}

impl fmt::Display for Unexpected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let came = shown(self.came);
        let expected = List(&self.expected);
        let cause = self.cause();
        write!(
            f,
            "the page's origin {came} is not among `origins` ({expected}): {cause}"
        )
    }
}

/// The first of several configured origins, and how many more there are.
pub(crate) struct List<'a, S>(pub(crate) &'a [S]);

impl<S: fmt::Display> fmt::Display for List<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("empty");
        }
        for (index, origin) in self.0.iter().take(MAX_LISTED).enumerate() {
            write!(f, "{}`{origin}`", if index == 0 { "" } else { ", " })?;
        }
        match self.0.len().saturating_sub(MAX_LISTED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// Likely cause of an origin that is not configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause<'a> {
    /// `null`.
    Opaque,
    File,
    /// An Android app.
    App,
    /// A page of a browser extension that browsers let use passkeys.
    Extension,
    /// A page of another browser's extension.
    OtherExtension,
    OtherScheme,
    /// The same but for upper case, a trailing slash or dot, or the default port.
    Spelling(&'a str),
    /// The same host and scheme.
    Port(&'a str),
    /// `https` came, and the same host is configured with `http`.
    TlsIsConfiguredAsHttp(&'a str),
    /// `http` came, and the same host is configured with `https`.
    NotEncrypted(&'a str),
    /// Both are this machine, by different names.
    Loopback(&'a str),
    /// An IP address.
    Address,
    /// The configured host with `www.` in front, or without.
    Www(&'a str),
    /// A page of this machine, and none is configured.
    Local,
    /// A page that is not of this machine, and the RP ID is `localhost`.
    Deployed,
    /// `http`, of no configured host.
    Insecure,
    /// The host is the RP ID or below it.
    InScope,
    /// The host is above the RP ID.
    Above,
    /// The host is neither the RP ID nor below it.
    OutOfScope,
}

impl<'a> Unexpected<'a> {
    /// Describes an origin that this configuration does not have.
    pub(crate) fn of(came: &'a str, config: &'a Config) -> Self {
        Self {
            came,
            expected: config.accepted_origins().collect(),
            rp_id: config.rp_id(),
        }
    }

    /// Returns the configured origin at which the page is to be opened instead, if it is probably the same
    /// page.
    #[cfg(all(feature = "inspector", debug_assertions))]
    pub(crate) fn page(&self) -> Option<&'a str> {
        match self.find() {
            Cause::Spelling(page)
            | Cause::Port(page)
            | Cause::NotEncrypted(page)
            | Cause::Loopback(page)
            | Cause::Www(page) => Some(page),
            _ => None,
        }
    }

    fn cause(&self) -> Explained<'a> {
        Explained {
            cause: self.find(),
            came: self.came,
            rp_id: self.rp_id,
        }
    }

    fn find(&self) -> Cause<'a> {
        let came = self.came;
        if came == "null" {
            return Cause::Opaque;
        }
        if came.starts_with("android:") {
            return Cause::App;
        }
        let Some((scheme, _)) = came.split_once("://") else {
            return Cause::OtherScheme;
        };
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => {}
            "file" => return Cause::File,
            "chrome-extension" => return Cause::Extension,
            it if it.ends_with("-extension") => return Cause::OtherExtension,
            _ => return Cause::OtherScheme,
        }
        let came = Parts::of(came);
        let configured = || self.expected.iter().map(|it| (*it, Parts::of(it)));
        let find = |like: &dyn Fn(&Parts) -> bool| {
            configured()
                .find(|(_, parts)| like(parts))
                .map(|(it, _)| it)
        };
        if let Some(same) = find(&|it| *it == came) {
            return Cause::Spelling(same);
        }
        if let Some(other) = find(&|it| (it.scheme, &it.host) == (came.scheme, &came.host)) {
            return Cause::Port(other);
        }
        if let Some(other) = find(&|it| it.host == came.host) {
            return match came.scheme {
                Scheme::Https => Cause::TlsIsConfiguredAsHttp(other),
                _ => Cause::NotEncrypted(other),
            };
        }
        if came.is_loopback()
            && let Some(other) = find(&|it| it.is_loopback())
        {
            return Cause::Loopback(other);
        }
        if came.is_address() && !came.is_loopback() {
            return Cause::Address;
        }
        let www = |one: &str, other: &str| one.strip_prefix("www.") == Some(other);
        if let Some(other) = find(&|it| www(&it.host, &came.host) || www(&came.host, &it.host)) {
            return Cause::Www(other);
        }
        let rp_id = self.rp_id;
        if came.is_loopback() {
            Cause::Local
        } else if came.scheme == Scheme::Http {
            Cause::Insecure
        } else if is_loopback(rp_id) {
            Cause::Deployed
        } else if is_below(&came.host, rp_id) || came.host == rp_id {
            Cause::InScope
        } else if is_below(rp_id, &came.host) {
            Cause::Above
        } else {
            Cause::OutOfScope
        }
    }
}

/// Returns whether a host is a subdomain of a domain.
pub(crate) fn is_below(host: &str, domain: &str) -> bool {
    let prefix = host.strip_suffix(domain);
    prefix.is_some_and(|prefix| prefix.len() > 1 && prefix.ends_with('.'))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
    Other,
}

/// Parts of a web origin, without differences of spelling.
#[derive(PartialEq, Eq)]
struct Parts {
    scheme: Scheme,
    host: String,
    port: String,
}

impl Parts {
    fn of(origin: &str) -> Self {
        let (scheme, rest) = origin.split_once("://").unwrap_or(("", origin));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => Scheme::Other,
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // The last colon is not of an IPv6 address.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (authority, ""),
        };
        let host = host.to_ascii_lowercase();
        let default = match scheme {
            Scheme::Http => "80",
            Scheme::Https => "443",
            Scheme::Other => "",
        };
        Self {
            scheme,
            host: host.strip_suffix('.').unwrap_or(&host).to_owned(),
            port: if port.is_empty() { default } else { port }.to_owned(),
        }
    }

    fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    fn is_address(&self) -> bool {
        self.host.starts_with('[') || self.host.parse::<std::net::Ipv4Addr>().is_ok()
    }
}

/// Returns whether a host is this machine: `localhost`, a name below it, or a loopback address.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || address.parse().is_ok_and(|address: std::net::IpAddr| {
            address.is_loopback() || address.is_unspecified()
        })
}

/// Returns the host of a web origin, without the port.
pub(crate) fn host(origin: &str) -> Option<String> {
    let parts = Parts::of(origin);
    (parts.scheme != Scheme::Other).then_some(parts.host)
}

struct Explained<'a> {
    cause: Cause<'a>,
    came: &'a str,
    rp_id: &'a str,
}

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rp_id = self.rp_id;
        let came = shown(self.came);
        match self.cause {
            Cause::Opaque => f.write_str(
                "the page has an opaque origin, as in a sandboxed frame without `allow-same-origin`, or \
                 opened as a file: serve it over HTTP, from one of `origins`",
            ),
            Cause::File => f.write_str(
                "the page was opened as a file: serve it over HTTP, from one of `origins`",
            ),
            Cause::App => write!(
                f,
                "it is an Android app, signed with that certificate (debug and release builds differ, and \
                 so does Play App Signing): if the app is yours, add {came} to `origins` and its name to \
                 `android_apps`",
            ),
            Cause::Extension => write!(
                f,
                "it is a browser extension: if it is yours, add {came} to `origins` (the ID of an unpacked \
                 extension changes with its folder unless the manifest has a `key`)",
            ),
            Cause::OtherExtension => f.write_str(
                "it is an extension of a browser that gives it an origin of its own at each installation: \
                 run the ceremony in a page of one of `origins` instead",
            ),
            Cause::OtherScheme => f.write_str(
                "it is neither a web page nor an app that browsers let use passkeys: run the ceremony in a \
                 page of one of `origins`",
            ),
            Cause::Spelling(same) => write!(
                f,
                "it differs from `{same}` in spelling only (upper case, a trailing dot or slash, or the \
                 default port), and origins are compared letter by letter: redirect such pages to `{same}`",
            ),
            Cause::Port(other) => write!(
                f,
                "it differs from `{other}` in the port: open the page at `{other}`, or add {came} to \
                 `origins`",
            ),
            Cause::TlsIsConfiguredAsHttp(other) => write!(
                f,
                "it is `https`, and `{other}` is configured, as where a proxy terminates TLS: `origins` \
                 are what browsers show, not where the application listens. Write {came} in place of \
                 `{other}`",
            ),
            Cause::NotEncrypted(other) => write!(
                f,
                "it is `http`, and `{other}` is configured: redirect to `https`, or, where a proxy \
                 terminates TLS, open the proxy's address",
            ),
            Cause::Loopback(other) => write!(
                f,
                "it is this machine under another name than `{other}`, and browsers compare names: open \
                 the page at `{other}`",
            ),
            Cause::Address => write!(
                f,
                "it is an IP address, on which browsers offer no passkeys: open the page by a name, of \
                 which the RP ID `{rp_id}` is the end",
            ),
            Cause::Www(other) => write!(
                f,
                "it differs from `{other}` in `www.`: redirect one to the other, or add {came} to `origins`",
            ),
            Cause::Local => write!(
                f,
                "it is a page of this machine, and the configuration is for `{rp_id}`: for development, \
                 configure the RP ID `localhost` and the origin {came}, for example by \
                 `Config::from_env()`",
            ),
            Cause::Deployed => write!(
                f,
                "the configuration is for development, with the RP ID `{rp_id}`: set the RP ID and the \
                 origins of this site, in the attribute or by `Passkeys::with_config`",
            ),
            Cause::Insecure => f.write_str(
                "it is `http`, on which browsers offer passkeys for `localhost` only: serve the page over \
                 `https`, and add that origin to `origins`",
            ),
            Cause::InScope => write!(
                f,
                "the RP ID `{rp_id}` covers its host, so if the page is yours, add {came} to `origins`",
            ),
            Cause::Above => write!(
                f,
                "its host is above the RP ID `{rp_id}`, which must be the host or a domain above it: if \
                 the page is yours, set `rp_id` to its host before the first passkey is registered (they \
                 do not move), or add {came} to `related_origins`",
            ),
            Cause::OutOfScope => write!(
                f,
                "the RP ID `{rp_id}` is neither its host nor a domain above it: if the page is yours, add \
                 {came} to `related_origins`, and serve `well_known()` at the RP ID's host",
            ),
        }
    }
}

#[cfg(test)]
mod tests;
