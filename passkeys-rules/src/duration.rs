//! Parsing and formatting of durations such as `"5m"` and `"60s"`.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use thiserror::Error;

use crate::wording::quote;

/// Range of `timeout`. No user can respond in less than a second. Ten minutes is the upper end of
/// the range that
/// [WebAuthn Level 3, §15.1](https://www.w3.org/TR/webauthn-3/#sctn-timeout-recommended-range)
/// recommends, and the maximum that Chromium waits.
pub const TIMEOUT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(10);

/// Range of `challenge_ttl`. The minimum is that of `timeout`. An hour is enough for pages that wait
/// for a passkey from autofill, and short enough to bound the pending ceremonies that are stored.
pub const CHALLENGE_TTL: RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_hours(1);

/// Range of `fresh`. In less than a minute nobody has named a device and confirmed with it; after a
/// day a sign-in is not recent by any measure.
pub const FRESH: RangeInclusive<Duration> = Duration::from_mins(1)..=Duration::from_hours(24);

/// Units and their length in milliseconds, largest first.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Error returned for a value that is not a duration in the range of its key.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct DurationError {
    /// The value as it was written.
    pub value: String,
    /// The rule that the value violates.
    pub problem: DurationProblem,
    /// Range of the key.
    pub allowed: RangeInclusive<Duration>,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            value,
            problem,
            allowed,
        } = self;
        write!(f, "duration {} {problem}; ", quote(value))?;
        if let Some(meant) = repair(value).filter(|meant| parse(meant, allowed).is_ok()) {
            return write!(f, "write `{meant}`");
        }
        let (least, most) = (
            format_duration(*allowed.start()),
            format_duration(*allowed.end()),
        );
        write!(f, "write a duration from `{least}` to `{most}`")
    }
}

impl std::error::Error for DurationError {}

/// Rules for a duration.
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum DurationProblem {
    /// Not a whole number followed by a unit.
    #[error("is not a whole number with one unit")]
    Malformed,
    /// A number without a unit.
    #[error("has no unit (`ms`, `s`, `m` or `h`)")]
    NoUnit,
    /// An unknown unit, as in `5min`.
    #[error("has the unit {}, and units are `ms`, `s`, `m` and `h`", quote(.0))]
    UnknownUnit(String),
    /// A duration of zero, such as `0s`.
    #[error("is zero")]
    Zero,
    /// Shorter than the minimum.
    #[error("is too short")]
    TooShort,
    /// Longer than the maximum.
    #[error("is too long")]
    TooLong,
}

/// Parses a duration: a whole number followed by a unit, `ms`, `s`, `m` or `h`.
///
/// ```
/// # use std::time::Duration;
/// assert_eq!(passkeys_rules::parse_duration("5m"), Ok(Duration::from_secs(300)));
/// ```
pub fn parse_duration(value: &str) -> Result<Duration, DurationProblem> {
    let unit = value.trim_start_matches(|char: char| char.is_ascii_digit());
    let number = &value[..value.len() - unit.len()];
    if number.is_empty() || unit.contains(|char: char| !char.is_alphabetic()) {
        return Err(DurationProblem::Malformed);
    }
    if unit.is_empty() {
        return Err(DurationProblem::NoUnit);
    }
    let Some(&(_, millis)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(DurationProblem::UnknownUnit(unit.to_owned()));
    };
    // The number consists of digits, so parsing fails only by overflow.
    let number: u64 = number.parse().map_err(|_| DurationProblem::TooLong)?;
    number
        .checked_mul(millis)
        .map(Duration::from_millis)
        .ok_or(DurationProblem::TooLong)
}

/// Formats a duration as [`parse_duration`] parses it, in the largest unit that leaves no remainder.
/// Fractions of a millisecond are dropped.
#[must_use]
pub fn format_duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    UNITS
        .iter()
        .map(|&(unit, length)| (unit, u128::from(length)))
        .find(|(_, length)| millis != 0 && millis.is_multiple_of(*length))
        .map_or_else(
            || "0s".to_owned(),
            |(unit, length)| format!("{}{unit}", millis / length),
        )
}

/// Parses a duration that must be in the range `allowed`.
pub(crate) fn parse(
    value: &str,
    allowed: &RangeInclusive<Duration>,
) -> Result<Duration, DurationError> {
    parse_duration(value)
        .and_then(|duration| match duration {
            Duration::ZERO => Err(DurationProblem::Zero),
            _ if duration < *allowed.start() => Err(DurationProblem::TooShort),
            _ if duration > *allowed.end() => Err(DurationProblem::TooLong),
            _ => Ok(duration),
        })
        .map_err(|problem| DurationError {
            value: value.to_owned(),
            problem,
            allowed: allowed.clone(),
        })
}

/// Returns the duration that `value` is probably meant to be: reads other names of units, fractions,
/// sums and white space.
fn repair(value: &str) -> Option<String> {
    let value: String = value.to_lowercase().split_whitespace().collect();
    if value.len() < 4 && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(format!("{value}s"));
    }
    let mut rest = &*value;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.');
        let number: f64 = rest[..rest.len() - unit.len()].parse().ok()?;
        let end = unit
            .find(|char: char| char.is_ascii_digit())
            .unwrap_or(unit.len());
        let (unit, after) = unit.split_at(end);
        let seconds = match unit {
            // Browsers count timeouts in milliseconds.
            "" | "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => 0.001,
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
            _ => return None,
        };
        total = total.checked_add(Duration::try_from_secs_f64(number * seconds).ok()?)?;
        rest = after;
    }
    Some(format_duration(total))
}
