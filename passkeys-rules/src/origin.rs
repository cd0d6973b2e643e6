//! Validation of origins: [WebAuthn Level 3, §13.4.9](https://www.w3.org/TR/webauthn-3/#sctn-validating-origin).

use std::fmt;
use std::ops::Range;

use thiserror::Error;

use crate::android::{self, KeyHashProblem};
use crate::extension;
use crate::host::{self, HostProblem, Hosts};
use crate::wording::quote;

/// Valid origin, spelled as browsers and Android spell it in `clientDataJSON`. Two origins are the
/// same if their strings are equal.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Origin {
    text: String,
    kind: Kind,
}

/// Kind of an origin.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Kind {
    /// Pages of a web site, with the position of the host in the text.
    Web(Range<usize>),
    /// Pages of a browser extension.
    Extension,
    /// An Android app.
    Android,
}

impl Origin {
    /// Parses an origin as browsers and Android spell it.
    pub fn parse(value: &str) -> Result<Self, OriginError> {
        Self::parse_on(value, Hosts::Domains)
    }

    /// Parses the origin of a page that shows another one in a frame. It can be on an IP address, as
    /// the passkeys are those of the page in the frame.
    pub(crate) fn parse_top(value: &str) -> Result<Self, OriginError> {
        Self::parse_on(value, Hosts::All)
    }

    fn parse_on(value: &str, hosts: Hosts) -> Result<Self, OriginError> {
        let kind = match value.strip_prefix(android::PREFIX) {
            Some(hash) => android::check(hash)
                .map(|()| Kind::Android)
                .map_err(OriginProblem::KeyHash),
            None => kind(value, hosts),
        };
        match kind {
            Ok(kind) => Ok(Self {
                text: value.to_owned(),
                kind,
            }),
            Err(problem) => Err(OriginError {
                suggestion: repair(value, hosts),
                value: value.to_owned(),
                problem,
            }),
        }
    }

    /// Returns the origin as it is spelled in `clientDataJSON`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the host of a web origin, and `None` for an extension or an Android app.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        match &self.kind {
            Kind::Web(host) => self.text.get(host.clone()),
            Kind::Extension | Kind::Android => None,
        }
    }

    /// Returns the ID of a browser extension, and `None` for a web site or an Android app.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        self.text.strip_prefix(extension::PREFIX)
    }

    /// Returns whether this is the origin of an Android app.
    #[must_use]
    pub fn is_android(&self) -> bool {
        self.kind == Kind::Android
    }

    /// Returns the SHA-256 fingerprint of an Android app's signing certificate in hexadecimal, as
    /// `keytool` shows it: `12:34:..`. `None` for a web origin.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        self.text
            .strip_prefix(android::PREFIX)
            .map(android::fingerprint)
    }

    /// Returns whether the scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https://")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl AsRef<str> for Origin {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// Error returned for a value that is not an origin that can use passkeys.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct OriginError {
    /// The value as it was written.
    pub value: String,
    /// The first rule that the value violates.
    pub problem: OriginProblem,
    /// The valid origin that is probably meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            value,
            problem,
            suggestion,
        } = self;
        write!(f, "origin {} {problem}; ", quote(value))?;
        match suggestion {
            Some(suggestion) => write!(f, "write `{suggestion}`"),
            None => f.write_str(problem.advice()),
        }
    }
}

impl std::error::Error for OriginError {}

/// Rules for an origin.
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum OriginProblem {
    /// An empty value.
    #[error("is empty")]
    Empty,
    /// White space before, after or within the value.
    #[error("has white space in it")]
    WhiteSpace,
    /// The opaque origin `null`.
    #[error("is the opaque origin, which sandboxed frames and `file:` pages have in common")]
    Opaque,
    /// A pattern such as `https://*.example.com`.
    #[error("is a pattern, and origins are compared letter by letter")]
    Wildcard,
    /// No scheme, as in `example.com`.
    #[error("has no `https://` in front")]
    NoScheme,
    /// An upper-case scheme, as in `HTTPS://example.com`.
    #[error("has the scheme in upper case, and browsers send it in lower case")]
    UpperCaseScheme,
    /// A scheme other than `https`, `http` and `chrome-extension`.
    #[error(
        "has the scheme {}, and browsers offer passkeys on `https` pages and in Chromium's \
         extensions only", quote(.0)
    )]
    Scheme(String),
    /// `chrome-extension://` without a valid extension ID after it.
    #[error("has {} for the ID of the extension, and an ID has 32 letters from `a` to `p`", quote(.0))]
    ExtensionId(String),
    /// `http` on a host other than `localhost`.
    #[error("is not encrypted, and browsers offer passkeys on `http` pages of `localhost` only")]
    Insecure,
    /// A trailing slash, as in `https://example.com/`.
    #[error("ends with a slash, and browsers send an origin without")]
    TrailingSlash,
    /// A path, as in `https://example.com/login`.
    #[error("has a path, and browsers send an origin without")]
    Path,
    /// A query, as in `https://example.com?a=b`.
    #[error("has a query, and browsers send an origin without")]
    Query,
    /// A fragment, as in `https://example.com#a`.
    #[error("has a fragment, and browsers send an origin without")]
    Fragment,
    /// A user name, as in `https://user@example.com`.
    #[error("has a user name in it, and browsers send an origin without")]
    UserInfo,
    /// An invalid port, as in `https://example.com:`, `:http`, `:065`, `:0` and `:70000`.
    #[error("has the port {}, and a port is a number from 1 to 65535 without leading zeros", quote(.0))]
    Port(String),
    /// The scheme's default port, as in `https://example.com:443`.
    #[error("has the port {0}, which browsers leave out because it is the default")]
    DefaultPort(u16),
    /// An invalid host.
    #[error(transparent)]
    Host(HostProblem),
    /// The fingerprint of a certificate without the prefix of an Android origin.
    #[error(
        "is a certificate's fingerprint, and the origin of an Android app starts with `{}`",
        android::PREFIX
    )]
    Fingerprint,
    /// The scheme `android:` without the rest of the prefix.
    #[error("is no Android origin, which starts with `{}`", android::PREFIX)]
    Android,
    /// An Android origin with an invalid hash.
    #[error(transparent)]
    KeyHash(KeyHashProblem),
}

impl OriginProblem {
    /// Returns the fix for a value without a suggestion.
    fn advice(&self) -> &'static str {
        match self {
            Self::Wildcard => "list each origin, such as `https://app.example.com`",
            Self::Opaque => "list the origins of your pages, such as `https://example.com`",
            Self::Scheme(_) => {
                "write the origin of the page that signs people in, such as `https://example.com`"
            }
            Self::ExtensionId(_) => {
                "copy the ID from the page `chrome://extensions`, such as \
                 `chrome-extension://abcdefghijklmnopabcdefghijklmnop`"
            }
            Self::Port(_) => {
                "write the port, or nothing for the default, such as `https://example.com`"
            }
            Self::Host(problem) => problem.advice(),
            Self::Android | Self::Fingerprint | Self::KeyHash(_) => {
                "take the SHA-256 fingerprint of the certificate that signs the app and write it in \
                 base64url without padding, 43 characters after `android:apk-key-hash:`"
            }
            _ => "write scheme, host and port only, such as `https://example.com`",
        }
    }
}

/// Checks the origin of a page on one of these hosts and returns its kind.
fn kind(value: &str, hosts: Hosts) -> Result<Kind, OriginProblem> {
    if value.is_empty() {
        return Err(OriginProblem::Empty);
    }
    if value.contains(char::is_whitespace) {
        return Err(OriginProblem::WhiteSpace);
    }
    if value == "null" {
        return Err(OriginProblem::Opaque);
    }
    if value.contains('*') {
        return Err(OriginProblem::Wildcard);
    }
    if android::is_fingerprint(value) {
        return Err(OriginProblem::Fingerprint);
    }
    if value
        .get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case("android:"))
    {
        return Err(OriginProblem::Android);
    }
    let (scheme, rest) = value.split_once("://").ok_or(OriginProblem::NoScheme)?;
    let default_port = match scheme {
        "https" => Some(443),
        "http" => Some(80),
        "chrome-extension" => None,
        _ if ["https", "http", "chrome-extension"].contains(&&*scheme.to_ascii_lowercase()) => {
            return Err(OriginProblem::UpperCaseScheme);
        }
        _ => return Err(OriginProblem::Scheme(scheme.to_owned())),
    };
    let (authority, path) = host::split_path(rest);
    match path.as_bytes() {
        [] => {}
        [b'?', ..] => return Err(OriginProblem::Query),
        [b'#', ..] => return Err(OriginProblem::Fragment),
        [_] => return Err(OriginProblem::TrailingSlash),
        _ => return Err(OriginProblem::Path),
    }
    let Some(default_port) = default_port else {
        return if extension::is_id(authority) {
            Ok(Kind::Extension)
        } else {
            Err(OriginProblem::ExtensionId(authority.to_owned()))
        };
    };
    if authority.contains('@') {
        return Err(OriginProblem::UserInfo);
    }
    let (host, port) = host::split_port(authority);
    hosts.check(host).map_err(OriginProblem::Host)?;
    if scheme == "http" && !hosts.are_trusted(host) {
        return Err(OriginProblem::Insecure);
    }
    if let Some(port) = port {
        match parse_port(port) {
            None => return Err(OriginProblem::Port(port.to_owned())),
            Some(port) if port == default_port => return Err(OriginProblem::DefaultPort(port)),
            Some(_) => {}
        }
    }
    let start = value.len() - rest.len();
    Ok(Kind::Web(start..start + host.len()))
}

/// Parses a port in the spelling that browsers use.
pub(crate) fn parse_port(port: &str) -> Option<u16> {
    let number: u16 = port.parse().ok().filter(|&number| number != 0)?;
    (number.to_string() == port).then_some(number)
}

/// Returns the valid origin that `value` is probably meant to be.
fn repair(value: &str, hosts: Hosts) -> Option<String> {
    let value = value.trim();
    if let Some(origin) = android::repair(value).or_else(|| extension::repair(value)) {
        return Some(origin);
    }
    let (scheme, rest) = value
        .split_once(':')
        .map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest))
        .filter(|(scheme, _)| ["https", "http"].contains(&scheme.as_str()))
        .unwrap_or((String::new(), value));
    let (authority, _) = host::split_path(rest.trim_start_matches(['/', '\\']));
    let (host, port) = host::split_port(authority.rsplit('@').next()?);
    let host = hosts.repair(host)?;
    let default_port = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        // A single word is hardly meant as a host.
        "" if host.contains('.') || hosts.are_trusted(&host) => 443,
        _ => return None,
    };
    let port = match port.filter(|port| !port.is_empty()).map(str::parse) {
        None => None,
        Some(Ok(port)) => Some(port).filter(|&port: &u16| port != default_port),
        Some(Err(_)) => return None,
    };
    let scheme = if hosts.are_trusted(&host) && !scheme.eq_ignore_ascii_case("https") {
        "http"
    } else {
        "https"
    };
    let origin = match port {
        None => format!("{scheme}://{host}"),
        Some(port) => format!("{scheme}://{host}:{port}"),
    };
    kind(&origin, hosts).is_ok().then_some(origin)
}
