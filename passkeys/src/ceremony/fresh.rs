//! The age of a sign-in, which changes of an account's passkeys may limit.

use std::time::Duration;

use time::OffsetDateTime;

use super::Ceremonies;
use crate::{
    PasskeyUser,
    audit::{Failed, Reason},
};

/// How far the clock of the application, on this machine or another, may be ahead of the library's.
const MAX_CLOCK_SKEW: time::Duration = time::Duration::MINUTE;

impl<R> Ceremonies<R> {
    /// Checks that the user's sign-in is as recent as the configuration demands to add or delete a
    /// passkey, if it does.
    pub(crate) fn check_fresh(&self, user: &PasskeyUser) -> Result<(), Failed> {
        match self.config.fresh() {
            Some(at_most) => self.check_recent(user, at_most),
            None => Ok(()),
        }
    }

    /// Checks that the user signed in at most so long ago.
    pub(super) fn check_recent(&self, user: &PasskeyUser, at_most: Duration) -> Result<(), Failed> {
        let (signed_in_at, now) = (user.signed_in_at(), self.clock.now());
        check(signed_in_at, at_most, now)
            .map_err(|reason| explain(reason, signed_in_at, at_most, now))
    }
}

#[cold]
fn explain(
    reason: Reason,
    signed_in_at: Option<OffsetDateTime>,
    at_most: Duration,
    now: OffsetDateTime,
) -> Failed {
    const KEYS: &str = "`fresh`, or the policy `Recent`";
    let Some(signed_in_at) = signed_in_at else {
        return reason.because(format_args!(
            "this request takes a sign-in of the last {at_most:?} ({KEYS}) or consent by step-up, and `get_user` \
             returned a user without the time of the sign-in: keep it in the session, and set it with \
             `PasskeyUser::authenticated_at`",
        ));
    };
    let age = (now - signed_in_at).whole_seconds();
    if age < 0 {
        return reason.because(format_args!(
            "according to `get_user` the user signed in {} seconds after now: clocks differ, or the time was not \
             taken from the server's clock, in UTC, when the user signed in",
            age.unsigned_abs(),
        ));
    }
    reason.because(format_args!(
        "the user signed in {age} seconds ago, and this request takes a sign-in of the last {at_most:?} ({KEYS}) \
         or consent by step-up: as intended, unless the time in the session is not that of the sign-in",
    ))
}

fn check(
    signed_in_at: Option<OffsetDateTime>,
    at_most: Duration,
    now: OffsetDateTime,
) -> Result<(), Reason> {
    let Some(signed_in_at) = signed_in_at else {
        return Err(Reason::SignInAgeUnknown);
    };
    let age = now - signed_in_at;
    if age < -MAX_CLOCK_SKEW {
        Err(Reason::SignInInFuture)
    } else if age > at_most {
        Err(Reason::SignInTooOld)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_is_recent_up_to_its_age_and_up_to_a_minute_in_the_future() {
        let now = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000);
        let of = |age| check(Some(now - age), Duration::from_mins(10), now);
        let (minute, moment) = (time::Duration::MINUTE, time::Duration::NANOSECOND);
        for (age, expected) in [
            (time::Duration::ZERO, Ok(())),
            (minute * 10, Ok(())),
            (minute * 10 + moment, Err(Reason::SignInTooOld)),
            (-minute, Ok(())),
            (-minute - moment, Err(Reason::SignInInFuture)),
        ] {
            assert_eq!(of(age), expected, "{age}");
        }
    }

    #[test]
    fn sign_in_of_unknown_age_is_not_recent() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let unknown = check(None, Duration::MAX, now);
        assert_eq!(unknown, Err(Reason::SignInAgeUnknown));
    }

    #[test]
    fn extreme_times_and_ages_do_not_panic() {
        let (first, last) = (time::Date::MIN.midnight(), time::Date::MAX.midnight());
        let (first, last) = (first.assume_utc(), last.assume_utc());
        let too_old = Err(Reason::SignInTooOld);
        assert_eq!(check(Some(first), Duration::from_mins(1), last), too_old);
        assert_eq!(check(Some(first), Duration::MAX, last), Ok(()));
        let in_future = Err(Reason::SignInInFuture);
        assert_eq!(check(Some(last), Duration::MAX, first), in_future);
    }
}
