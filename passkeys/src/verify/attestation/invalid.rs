//! Checks of statements, and those that do not hold.

use std::borrow::Cow;

/// Requirement that a statement does not meet, in words. It completes the sentence "The statement does not
/// verify: ..".
#[derive(Debug)]
pub(super) struct Invalid(pub(super) Cow<'static, str>);

impl From<&'static str> for Invalid {
    fn from(what: &'static str) -> Self {
        Self(Cow::Borrowed(what))
    }
}

impl From<String> for Invalid {
    fn from(what: String) -> Self {
        Self(Cow::Owned(what))
    }
}

/// Returns an error unless a requirement is met.
pub(super) fn require(holds: bool, otherwise: &'static str) -> Result<(), Invalid> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
