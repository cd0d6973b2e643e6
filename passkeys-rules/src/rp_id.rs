//! Validation of RP IDs: [WebAuthn Level 3, §4](https://www.w3.org/TR/webauthn-3/#rp-id).

use std::fmt;

use thiserror::Error;

use crate::host::{self, HostProblem};
use crate::origin::Origin;
use crate::suffix::{is_listed, public_suffix};
use crate::wording::quote;

/// Valid RP ID: the domain that passkeys are scoped to.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RpId(String);

impl RpId {
    /// Parses an RP ID in the form that authenticators hash.
    pub fn parse(value: &str) -> Result<Self, RpIdError> {
        match check(value) {
            Ok(()) => Ok(Self(value.to_owned())),
            Err(problem) => Err(RpIdError {
                suggestion: repair(value),
                value: value.to_owned(),
                problem,
            }),
        }
    }

    /// Returns the RP ID as a string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the RP ID is a single label or a public suffix, which no RP ID is above, and
    /// which browsers accept on pages of exactly this host only, Firefox no suffix of the list at all.
    /// `localhost` is one, too.
    pub(crate) fn is_suffix(&self) -> bool {
        public_suffix(&self.0) == self.0
    }

    /// Checks that an RP ID which is a single label or a public suffix is the host of an origin.
    pub(crate) fn check_suffix(&self, origins: &[(usize, Origin)]) -> Result<(), RpIdError> {
        let is_host =
            |(_, origin): &(_, Origin)| origin.host().or(origin.extension()) == Some(self.as_str());
        if self.0 == "localhost" || !self.is_suffix() || origins.iter().any(is_host) {
            return Ok(());
        }
        Err(RpIdError {
            value: self.0.clone(),
            problem: if is_listed(&self.0) {
                RpIdProblem::PublicSuffix
            } else {
                RpIdProblem::SingleLabel
            },
            suggestion: None,
        })
    }

    /// Returns whether a page on `host` is in the scope of this RP ID: HTML, "is a registrable
    /// domain suffix of or is equal to".
    ///
    /// A subdomain is in scope only if no public suffix lies between: `localhost` is a public suffix
    /// by the list's default rule, so `app.localhost` is out of its scope.
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        host == self.0 || self.is_above(host) && !self.is_or_is_above(public_suffix(host))
    }

    /// Returns whether `host` is a subdomain of this domain.
    pub(crate) fn is_above(&self, host: &str) -> bool {
        host.strip_suffix(&self.0)
            .is_some_and(|left| left.ends_with('.'))
    }

    fn is_or_is_above(&self, host: &str) -> bool {
        host == self.0 || self.is_above(host)
    }
}

impl fmt::Display for RpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for RpId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Error returned for a value that cannot be an RP ID.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct RpIdError {
    /// The value as it was written.
    pub value: String,
    /// The first rule that the value violates.
    pub problem: RpIdProblem,
    /// The valid RP ID that is probably meant.
    pub suggestion: Option<String>,
}

impl RpIdError {
    /// Returns whether other origins would make the RP ID valid.
    pub(crate) fn depends_on_origins(&self) -> bool {
        matches!(
            self.problem,
            RpIdProblem::SingleLabel | RpIdProblem::PublicSuffix
        )
    }
}

impl fmt::Display for RpIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            value,
            problem,
            suggestion,
        } = self;
        write!(f, "RP ID {} {problem}; ", quote(value))?;
        match (suggestion, problem) {
            (Some(suggestion), _) => write!(f, "write `{suggestion}`"),
            (None, RpIdProblem::Host(problem)) => f.write_str(problem.advice()),
            (None, RpIdProblem::SingleLabel) => write!(
                f,
                "use a full domain name, such as `{value}.example.com`, or `localhost` for \
                 development, or add `https://{value}` to `origins`"
            ),
            (None, RpIdProblem::PublicSuffix) => {
                write!(f, "use your own domain below it, such as `example.{value}`")
            }
            (None, _) => f.write_str("write your domain alone, such as `example.com`"),
        }
    }
}

impl std::error::Error for RpIdError {}

/// Rules for an RP ID.
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RpIdProblem {
    /// An empty value.
    #[error("is empty")]
    Empty,
    /// White space before, after or within the value.
    #[error("has white space in it")]
    WhiteSpace,
    /// A URL with a scheme.
    #[error("is a URL, and an RP ID is only the domain in it")]
    Url,
    /// A path, query or fragment.
    #[error("has a path, and an RP ID is only a domain")]
    Path,
    /// A user name before the domain, as in an e-mail address.
    #[error("has an `@`, and an RP ID is only a domain")]
    UserInfo,
    /// A pattern such as `*.example.com`.
    #[error("is a pattern, and an RP ID already covers the domains below it")]
    Wildcard,
    /// A port.
    #[error("has a port, and an RP ID covers every port")]
    Port,
    /// An invalid host.
    #[error(transparent)]
    Host(HostProblem),
    /// A single label, which is a public suffix by the list's default rule, and no origin is on it.
    #[error(
        "is a single label, which browsers take for a top-level domain and accept on pages of \
         exactly this host, and no origin is on it"
    )]
    SingleLabel,
    /// A domain on the public suffix list, and no origin is on it.
    #[error(
        "is a public suffix: the domains below it belong to different people, so browsers accept it \
         on pages of exactly this host, and no origin is on it"
    )]
    PublicSuffix,
}

fn check(value: &str) -> Result<(), RpIdProblem> {
    if value.is_empty() {
        return Err(RpIdProblem::Empty);
    }
    if value.contains(char::is_whitespace) {
        return Err(RpIdProblem::WhiteSpace);
    }
    if value.contains("://") {
        return Err(RpIdProblem::Url);
    }
    let (authority, path) = host::split_path(value);
    if !path.is_empty() {
        return Err(RpIdProblem::Path);
    }
    if authority.contains('@') {
        return Err(RpIdProblem::UserInfo);
    }
    if authority.contains('*') {
        return Err(RpIdProblem::Wildcard);
    }
    if let (_, Some(_)) = host::split_port(authority) {
        return Err(RpIdProblem::Port);
    }
    host::check(value).map_err(RpIdProblem::Host)
}

/// Returns the valid RP ID that `value` is probably meant to be.
fn repair(value: &str) -> Option<String> {
    let value = value.trim();
    let value = value.split_once("://").map_or(value, |(_, rest)| rest);
    let (authority, _) = host::split_path(value);
    let authority = authority.rsplit('@').next()?;
    let (host, _) = host::split_port(authority);
    // A single label or a public suffix is hardly meant.
    let is_meant = |host: &String| host == "localhost" || public_suffix(host) != host;
    host::repair(host.strip_prefix("*.").unwrap_or(host))
        .filter(|host| check(host).is_ok() && is_meant(host))
}
