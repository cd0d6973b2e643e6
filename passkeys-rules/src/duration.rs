//! Durations: `"5m"`, `"60s"`.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use thiserror::Error;

use crate::wording::quote;

/// How long a browser may be told to wait. Nobody answers within a second. Chromium waits ten
/// minutes at most whatever it is told, and that is the upper end of what
/// [WebAuthn Level 3, §15.1](https://www.w3.org/TR/webauthn-3/#sctn-timeout-recommended-range)
/// recommends.
pub const TIMEOUT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(10);

/// How long a challenge may live: long enough for the shortest timeout, and not so long that a
/// stolen one is worth keeping. An hour is for pages that wait for a passkey from autofill.
pub const CHALLENGE_TTL: RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_hours(1);

/// The units and their milliseconds, largest first.
const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// A duration that is none, or not a sensible one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DurationError {
    /// What was written.
    pub value: String,
    /// The rule that it breaks.
    pub problem: DurationProblem,
    /// What is allowed here.
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

/// The rules for a duration.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum DurationProblem {
    /// Not a whole number and a unit.
    #[error("is not a whole number with one unit")]
    Malformed,
    /// A number alone.
    #[error("has no unit (`ms`, `s`, `m` or `h`)")]
    NoUnit,
    /// `5min`.
    #[error("has the unit {}, and units are `ms`, `s`, `m` and `h`", quote(.0))]
    UnknownUnit(String),
    /// `0s`.
    #[error("is zero")]
    Zero,
    /// Below the least.
    #[error("is too short")]
    TooShort,
    /// Above the most.
    #[error("is too long")]
    TooLong,
}

/// Reads a whole number and its unit: `ms`, `s`, `m` or `h`.
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
    // Only digits, so what does not parse does not fit.
    let number: u64 = number.parse().map_err(|_| DurationProblem::TooLong)?;
    number
        .checked_mul(millis)
        .map(Duration::from_millis)
        .ok_or(DurationProblem::TooLong)
}

/// Writes a duration as [`parse_duration`] reads it, in the largest unit without a remainder.
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

/// Reads a duration that must be in `allowed`.
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

/// The duration that was probably meant: other names of units, fractions, sums, white space.
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
            // Browsers count in milliseconds; nobody writes a thousand seconds.
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
