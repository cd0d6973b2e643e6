//! RP IDs: [WebAuthn Level 3, §4](https://www.w3.org/TR/webauthn-3/#rp-id).

use std::fmt;

use thiserror::Error;

use crate::host::{self, HostProblem};
use crate::suffix::{is_listed, public_suffix};
use crate::wording::quote;

/// The domain that passkeys belong to, for as long as they live.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RpId(String);

impl RpId {
    /// Checks that `value` can be an RP ID, in exactly the form that authenticators hash.
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

    /// The domain.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a page on `host` may use this RP ID: HTML, "is a registrable domain suffix of or
    /// is equal to".
    ///
    /// Being below it is not all: no public suffix may lie between, so `localhost` (one, by the
    /// list's default rule) serves no `app.localhost`.
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        host == self.0 || self.is_above(host) && !self.is_or_is_above(public_suffix(host))
    }

    /// Whether `host` is below it on a label boundary.
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

/// A value that cannot be an RP ID.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RpIdError {
    /// What was written.
    pub value: String,
    /// The first rule that it breaks.
    pub problem: RpIdProblem,
    /// The valid RP ID that was probably meant.
    pub suggestion: Option<String>,
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
                "use a full domain name, such as `{value}.example.com`, or `localhost` for development"
            ),
            (None, RpIdProblem::PublicSuffix) => {
                write!(f, "use your own domain below it, such as `example.{value}`")
            }
            (None, _) => f.write_str("write your domain alone, such as `example.com`"),
        }
    }
}

impl std::error::Error for RpIdError {}

/// The rules for an RP ID.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum RpIdProblem {
    /// Nothing there.
    #[error("is empty")]
    Empty,
    /// Before, after or within.
    #[error("has white space in it")]
    WhiteSpace,
    /// With a scheme.
    #[error("is a URL, and an RP ID is only the domain in it")]
    Url,
    /// With a path, a query or a fragment.
    #[error("has a path, and an RP ID is only a domain")]
    Path,
    /// An e-mail address, or a user's name in front.
    #[error("has an `@`, and an RP ID is only a domain")]
    UserInfo,
    /// `*.example.com`.
    #[error("is a pattern, and an RP ID already covers the domains below it")]
    Wildcard,
    /// With a port.
    #[error("has a port, and an RP ID covers every port")]
    Port,
    /// Not a domain name.
    #[error(transparent)]
    Host(HostProblem),
    /// Not in the public suffix list, but browsers apply its default rule.
    #[error("is a single label, which browsers take for a top-level domain")]
    SingleLabel,
    /// A passkey for it would be everybody's.
    #[error("is a public suffix: the domains below it belong to different people")]
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
    host::check(value).map_err(RpIdProblem::Host)?;
    // Browsers would let a public suffix be the RP ID of a page on exactly that host. For
    // `localhost` that is what development needs; elsewhere it is a mistake in all but the rarest
    // cases, and the names below could not use the passkeys anyway.
    if value == "localhost" || public_suffix(value) != value {
        Ok(())
    } else if is_listed(value) {
        Err(RpIdProblem::PublicSuffix)
    } else {
        Err(RpIdProblem::SingleLabel)
    }
}

/// The RP ID that was probably meant.
fn repair(value: &str) -> Option<String> {
    let value = value.trim();
    let value = value.split_once("://").map_or(value, |(_, rest)| rest);
    let (authority, _) = host::split_path(value);
    let authority = authority.rsplit('@').next()?;
    let (host, _) = host::split_port(authority);
    host::repair(host.strip_prefix("*.").unwrap_or(host)).filter(|host| check(host).is_ok())
}
