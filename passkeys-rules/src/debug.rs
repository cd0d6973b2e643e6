//! `Debug` of errors, which `main`, `unwrap` and `expect` print.

use std::error::Error;
use std::fmt;

/// Implements `Debug` for errors as their `Display`, followed by their causes.
///
/// `fn main() -> Result<(), E>` prints the `Debug` of an error: the derived one has the names of types,
/// and not the rule and the fix.
#[doc(hidden)]
#[macro_export]
macro_rules! debug_as_display {
    ($($error:ty),+ $(,)?) => {$(
        impl ::std::fmt::Debug for $error {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::debug::with_causes(self, f)
            }
        }
    )+};
}

/// Formats an error and its causes, separated by colons.
///
/// # Errors
///
/// That of the formatter.
pub fn with_causes(error: &dyn Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{error}")?;
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(f, ": {error}")?;
        cause = error.source();
    }
    Ok(())
}

debug_as_display! {
    crate::AndroidAppError,
    crate::AndroidAppProblem,
    crate::AppleAppError,
    crate::AppleAppProblem,
    crate::DurationError,
    crate::DurationProblem,
    crate::HostProblem,
    crate::KeyHashProblem,
    crate::NumberError,
    crate::OriginError,
    crate::OriginProblem,
    crate::PageError,
    crate::PageProblem,
    crate::ProfileNameError,
    crate::RelatedError,
    crate::RpIdError,
    crate::RpIdProblem,
    crate::RpNameError,
    crate::Rule,
    crate::ScopeError,
    crate::UnknownWord,
    crate::Violation,
}
