//! Validation of pages that password managers link to:
//! [W3C, "A Well-Known URL for Relying Party Passkey Endpoints"](https://www.w3.org/TR/passkey-endpoints/).

use std::fmt::{self, Write as _};

use thiserror::Error;

use crate::host::{self, HostProblem};
use crate::origin::{Origin, parse_port};
use crate::rp_id::RpId;
use crate::wording::quote;

/// Error returned for a value that is not the URL of a page on a host that may use the RP ID.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct PageError {
    /// The value as it was written.
    pub value: String,
    /// The first rule that the value violates.
    pub problem: PageProblem,
    /// The valid page that is probably meant.
    pub suggestion: Option<String>,
}

impl PageError {
    /// Returns whether the value is a valid URL, on a host that may not use the RP ID.
    pub(crate) fn is_elsewhere(&self) -> bool {
        matches!(self.problem, PageProblem::Elsewhere { .. })
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            value,
            problem,
            suggestion,
        } = self;
        write!(f, "page {} {problem}; ", quote(value))?;
        match (suggestion, problem) {
            (Some(suggestion), _) => write!(f, "write {}", quote(suggestion)),
            (None, PageProblem::Host(problem)) => f.write_str(problem.advice()),
            (None, PageProblem::Elsewhere { rp_id, .. }) => {
                write!(f, "write a page such as `https://{rp_id}/account/passkeys`")
            }
            (None, _) => f.write_str(
                "write the whole address, such as `https://example.com/account/passkeys`",
            ),
        }
    }
}

impl std::error::Error for PageError {}

/// Rules for a page.
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum PageProblem {
    /// An empty value.
    #[error("is empty")]
    Empty,
    /// A character that must be percent-encoded: white space, quotes, non-ASCII.
    #[error("has the character `{}`, which addresses have only in its encoded form", .0.escape_debug())]
    Character(char),
    /// An invalid percent-encoding, as in `%zz`.
    #[error("has a `%` without two hexadecimal digits after it")]
    Escape,
    /// No scheme, as in `example.com/passkeys` and `/passkeys`.
    #[error("has no `https://` in front")]
    NoScheme,
    /// A scheme other than `https` and `http` in lower case.
    #[error("has the scheme {}, and pages have `https`", quote(.0))]
    Scheme(String),
    /// `http` on a host other than `localhost`.
    #[error("is not encrypted, and browsers offer passkeys on `http` pages of `localhost` only")]
    Insecure,
    /// A user name, as in `https://user@example.com/`.
    #[error("has a user name in it, and every user is sent to the same page")]
    UserInfo,
    /// An invalid port, as in `https://example.com:70000/`.
    #[error("has the port {}, and a port is a number from 1 to 65535 without leading zeros", quote(.0))]
    Port(String),
    /// An invalid host.
    #[error(transparent)]
    Host(HostProblem),
    /// A host that may not use the RP ID.
    #[error(
        "is on `{host}`, and only pages on `{rp_id}`, below it or on one of `related_origins` can \
         use its passkeys"
    )]
    Elsewhere {
        /// Host of the page.
        host: String,
        /// RP ID of the configuration.
        rp_id: RpId,
    },
}

/// Checks that `value` is the URL of a page on a host that may use the RP ID. The host is not
/// checked if the RP ID is unknown.
pub(crate) fn check(
    value: &str,
    rp_id: Option<&RpId>,
    related: &[(usize, Origin)],
) -> Result<(), PageError> {
    let check = |page: &str| {
        let host = find_host(page)?;
        rp_id.map_or(Ok(()), |rp_id| check_host(host, rp_id, related))
    };
    check(value).map_err(|problem| PageError {
        suggestion: repair(value).filter(|page| check(page).is_ok()),
        value: value.to_owned(),
        problem,
    })
}

fn check_host(host: &str, rp_id: &RpId, related: &[(usize, Origin)]) -> Result<(), PageProblem> {
    if rp_id.covers(host)
        || related
            .iter()
            .any(|(_, origin)| origin.host() == Some(host))
    {
        return Ok(());
    }
    Err(PageProblem::Elsewhere {
        host: host.to_owned(),
        rp_id: rp_id.clone(),
    })
}

/// Checks the URL of a page and returns its host.
fn find_host(value: &str) -> Result<&str, PageProblem> {
    if value.is_empty() {
        return Err(PageProblem::Empty);
    }
    let (scheme, rest) = value.split_once("://").ok_or(PageProblem::NoScheme)?;
    if !["https", "http"].contains(&scheme) {
        return Err(PageProblem::Scheme(scheme.to_owned()));
    }
    let (authority, path) = host::split_path(rest);
    if authority.contains('@') {
        return Err(PageProblem::UserInfo);
    }
    let (host, port) = host::split_port(authority);
    host::check(host).map_err(PageProblem::Host)?;
    if scheme == "http" && !host::is_local(host) {
        return Err(PageProblem::Insecure);
    }
    if let Some(port) = port
        && parse_port(port).is_none()
    {
        return Err(PageProblem::Port(port.to_owned()));
    }
    if let Some(char) = path.chars().find(|&char| !is_allowed(char)) {
        return Err(PageProblem::Character(char));
    }
    let mut escapes = path.split('%').skip(1);
    if !escapes.all(|rest| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2) {
        return Err(PageProblem::Escape);
    }
    Ok(host)
}

/// Returns whether a character may follow the host without percent-encoding: RFC 3986, appendix A.
fn is_allowed(char: char) -> bool {
    char.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(char)
}

/// Returns the page that `value` is probably meant to be.
fn repair(value: &str) -> Option<String> {
    let value = value.trim();
    let (scheme, rest) = value.split_once("://").unwrap_or(("", value));
    let (authority, path) = host::split_path(rest);
    let (host, port) = host::split_port(authority.rsplit('@').next()?);
    let host = host::repair(host)?;
    // A single word is hardly meant as a host.
    if scheme.is_empty() && !host.contains('.') && !host::is_local(&host) {
        return None;
    }
    let insecure = host::is_local(&host) && !scheme.eq_ignore_ascii_case("https");
    let mut page = format!("{}://{host}", if insecure { "http" } else { "https" });
    if let Some(port) = port.filter(|port| !port.is_empty()) {
        write!(page, ":{port}").ok()?;
    }
    for char in path.replace('\\', "/").chars() {
        if is_allowed(char) {
            page.push(char);
        } else {
            for byte in char.encode_utf8(&mut [0; 4]).bytes() {
                write!(page, "%{byte:02X}").ok()?;
            }
        }
    }
    Some(page)
}
