//! Validation of `challenge_ttl`, `timeout` and `fresh`.

use std::time::Duration;

use passkeys_rules::wording::quote;
use passkeys_rules::{Draft, DurationProblem, format_duration, parse_duration};

use crate::{only_violation, valid};

/// Checks the message of each value after `duration <value> `.
#[track_caller]
fn refuses(cases: &[(&str, &str)]) {
    for (value, message) in cases {
        let error = only_violation(&Draft {
            timeout: Some(value),
            challenge_ttl: Some("1h"),
            ..valid()
        });
        assert_eq!(
            error.to_string(),
            format!("duration {} {message}", quote(value))
        );
    }
}

#[test]
fn duration_is_a_whole_number_with_one_unit() {
    refuses(&[
        (
            "",
            "is not a whole number with one unit; write a duration from `1s` to `10m`",
        ),
        (
            "m",
            "is not a whole number with one unit; write a duration from `1s` to `10m`",
        ),
        (
            "five minutes",
            "is not a whole number with one unit; write a duration from `1s` to `10m`",
        ),
        ("5 m", "is not a whole number with one unit; write `5m`"),
        ("5m ", "is not a whole number with one unit; write `5m`"),
        (
            "5 minutes",
            "is not a whole number with one unit; write `5m`",
        ),
        ("1m30s", "is not a whole number with one unit; write `90s`"),
        ("1.5m", "is not a whole number with one unit; write `90s`"),
        (
            "1.5h",
            "is not a whole number with one unit; write a duration from `1s` to `10m`",
        ),
        (
            "0.5s",
            "is not a whole number with one unit; write a duration from `1s` to `10m`",
        ),
        (
            ".s",
            "is not a whole number with one unit; write a duration from `1s` to `10m`",
        ),
        (
            "1..5m",
            "is not a whole number with one unit; write a duration from `1s` to `10m`",
        ),
        (
            "-5m",
            "is not a whole number with one unit; write a duration from `1s` to `10m`",
        ),
        (
            "+5m",
            "is not a whole number with one unit; write a duration from `1s` to `10m`",
        ),
        (
            "1e3s",
            "is not a whole number with one unit; write a duration from `1s` to `10m`",
        ),
        (
            "10s, 5m",
            "is not a whole number with one unit; write a duration from `1s` to `10m`",
        ),
        (
            "5000000000000000000000000000.9h",
            "is not a whole number with one unit; write a duration from `1s` to `10m`",
        ),
    ]);
}

#[test]
fn duration_without_unit_is_rejected() {
    refuses(&[
        (
            "700",
            "has no unit (`ms`, `s`, `m` or `h`); write a duration from `1s` to `10m`",
        ),
        ("5", "has no unit (`ms`, `s`, `m` or `h`); write `5s`"),
        ("60", "has no unit (`ms`, `s`, `m` or `h`); write `60s`"),
        ("300000", "has no unit (`ms`, `s`, `m` or `h`); write `5m`"),
    ]);
}

#[test]
fn duration_with_unknown_unit_is_rejected() {
    refuses(&[
        (
            "5min",
            "has the unit `min`, and units are `ms`, `s`, `m` and `h`; write `5m`",
        ),
        (
            "60sec",
            "has the unit `sec`, and units are `ms`, `s`, `m` and `h`; write `1m`",
        ),
        (
            "5M",
            "has the unit `M`, and units are `ms`, `s`, `m` and `h`; write `5m`",
        ),
        (
            "1d",
            "has the unit `d`, and units are `ms`, `s`, `m` and `h`; write a duration from `1s` to `10m`",
        ),
        (
            "5µs",
            "has the unit `µs`, and units are `ms`, `s`, `m` and `h`; write a duration from `1s` to `10m`",
        ),
    ]);
}

#[test]
fn duration_of_zero_is_rejected() {
    refuses(&[("0s", "is zero; write a duration from `1s` to `10m`")]);
}

#[test]
fn timeout_below_one_second_is_rejected() {
    refuses(&[
        ("1ms", "is too short; write a duration from `1s` to `10m`"),
        ("999ms", "is too short; write a duration from `1s` to `10m`"),
    ]);
}

#[test]
fn timeout_above_ten_minutes_is_rejected() {
    refuses(&[
        ("11m", "is too long; write a duration from `1s` to `10m`"),
        ("61m", "is too long; write a duration from `1s` to `10m`"),
    ]);
}

#[test]
fn duration_that_overflows_is_rejected() {
    refuses(&[
        (
            "18446744073709551616s",
            "is too long; write a duration from `1s` to `10m`",
        ),
        (
            "18446744073709551615h",
            "is too long; write a duration from `1s` to `10m`",
        ),
    ]);
}

#[test]
fn units_have_their_lengths() {
    for (value, duration) in [
        ("1ms", Duration::from_millis(1)),
        ("10000ms", Duration::from_secs(10)),
        ("90s", Duration::from_secs(90)),
        ("007s", Duration::from_secs(7)),
        ("5m", Duration::from_mins(5)),
        ("2h", Duration::from_hours(2)),
        ("0h", Duration::ZERO),
    ] {
        assert_eq!(parse_duration(value), Ok(duration), "{value}");
    }
}

#[test]
fn duration_is_formatted_in_the_largest_whole_unit() {
    for (duration, written) in [
        (Duration::ZERO, "0s"),
        (Duration::from_nanos(999_999), "0s"),
        (Duration::from_millis(1), "1ms"),
        (Duration::from_millis(1500), "1500ms"),
        (Duration::from_secs(59), "59s"),
        (Duration::from_mins(1), "1m"),
        (Duration::from_secs(90), "90s"),
        (Duration::from_hours(1), "1h"),
        (Duration::MAX, "18446744073709551615999ms"),
    ] {
        assert_eq!(format_duration(duration), written);
    }
    assert_eq!(
        parse_duration(&format_duration(Duration::MAX)),
        Err(DurationProblem::TooLong)
    );
}

#[test]
fn suggestion_for_a_bare_number_is_seconds_or_milliseconds() {
    for (challenge_ttl, fix) in [
        ("999", "write `999s`"),
        ("1000", "write `1s`"),
        ("60000", "write `1m`"),
    ] {
        let violation = only_violation(&Draft {
            challenge_ttl: Some(challenge_ttl),
            ..valid()
        });
        assert_eq!(
            violation.to_string(),
            format!("duration `{challenge_ttl}` has no unit (`ms`, `s`, `m` or `h`); {fix}"),
        );
    }
}

#[test]
fn duration_whose_milliseconds_overflow_is_too_long() {
    // One hour more than 64 bits of milliseconds can hold.
    assert_eq!(
        parse_duration("5124095576031h"),
        Err(DurationProblem::TooLong)
    );
    assert_eq!(parse_duration("5124095576030h").map(|_| ()), Ok(()));
}

#[test]
fn bounds_of_a_duration_are_inclusive() {
    for (timeout, challenge_ttl) in [
        ("1s", "1s"),
        ("10m", "10m"),
        ("10m", "1h"),
        ("60s", "3600s"),
    ] {
        let draft = Draft {
            timeout: Some(timeout),
            challenge_ttl: Some(challenge_ttl),
            ..valid()
        };
        let policy = draft.check().unwrap();
        assert_eq!(Ok(policy.timeout), parse_duration(timeout));
        assert_eq!(Ok(policy.challenge_ttl), parse_duration(challenge_ttl));
    }
}

#[test]
fn challenge_ttl_is_from_one_second_to_one_hour() {
    for (challenge_ttl, problem) in [("999ms", "too short"), ("3601s", "too long")] {
        let violation = only_violation(&Draft {
            challenge_ttl: Some(challenge_ttl),
            ..valid()
        });
        assert_eq!(
            violation.to_string(),
            format!("duration `{challenge_ttl}` is {problem}; write a duration from `1s` to `1h`"),
        );
        assert_eq!(violation.place.to_string(), "challenge_ttl");
    }
}

#[test]
fn fresh_is_from_one_minute_to_24_hours() {
    for (fresh, expected) in [
        ("1m", Duration::from_mins(1)),
        ("10m", Duration::from_mins(10)),
        ("24h", Duration::from_hours(24)),
    ] {
        let draft = Draft {
            fresh: Some(fresh),
            ..valid()
        };
        assert_eq!(draft.check().unwrap().fresh, Some(expected));
    }
    for (fresh, problem, fix) in [
        ("59s", "is too short", "write a duration from `1m` to `24h`"),
        (
            "1441m",
            "is too long",
            "write a duration from `1m` to `24h`",
        ),
        ("0m", "is zero", "write a duration from `1m` to `24h`"),
        (
            "10",
            "has no unit (`ms`, `s`, `m` or `h`)",
            "write a duration from `1m` to `24h`",
        ),
        ("600", "has no unit (`ms`, `s`, `m` or `h`)", "write `600s`"),
        (
            "10min",
            "has the unit `min`, and units are `ms`, `s`, `m` and `h`",
            "write `10m`",
        ),
    ] {
        let violation = only_violation(&Draft {
            fresh: Some(fresh),
            ..valid()
        });
        assert_eq!(
            violation.to_string(),
            format!("duration `{fresh}` {problem}; {fix}")
        );
        assert_eq!(violation.place.to_string(), "fresh");
    }
}
