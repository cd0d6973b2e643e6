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
                $crate::debug::fmt(self, f)
            }
        }
    )+};
}

/// Formats an error with its causes.
///
/// # Errors
///
/// That of the formatter.
pub fn fmt(error: &dyn Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(&with_causes(error))
}

/// Returns the text of an error and of its causes, separated by colons. Many errors have the text of their
/// cause in their own, which is not repeated.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

debug_as_display! {
    crate::AndroidAppError,
    crate::AndroidAppProblem,
    crate::AppleAppError,
    crate::AppleAppProblem,
    crate::DurationError,
    crate::DurationProblem,
    crate::ExtensionError,
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
