//! Parsing of whole numbers, such as `20`.

use std::fmt;
use std::ops::RangeInclusive;

use crate::wording::quote;

/// Range of `max_credentials`. Chromium rejects a request whose list has more than 64 credentials,
/// and the list of a user's passkeys must fit into one.
pub const MAX_CREDENTIALS: RangeInclusive<usize> = 1..=64;

/// Error returned for a value that is not a whole number in the range of its key.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct NumberError {
    /// The value as it was written.
    pub value: String,
    /// Range of the key.
    pub allowed: RangeInclusive<usize>,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, allowed } = self;
        let problem = match is_whole(value) {
            true if value.trim_start_matches('0').is_empty() => "is too small",
            true => "is too large",
            false => "is not a whole number",
        };
        let (least, most) = (allowed.start(), allowed.end());
        let value = quote(value);
        write!(
            f,
            "{value} {problem}; write a number from `{least}` to `{most}`"
        )
    }
}

impl std::error::Error for NumberError {}

/// Parses a whole number that must be in the range `allowed`.
pub(crate) fn parse(value: &str, allowed: &RangeInclusive<usize>) -> Result<usize, NumberError> {
    let number = is_whole(value).then(|| value.parse().ok()).flatten();
    number
        .filter(|number| allowed.contains(number))
        .ok_or_else(|| NumberError {
            value: value.to_owned(),
            allowed: allowed.clone(),
        })
}

fn is_whole(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}
