//! The timing floor: pads responses, against user enumeration by timing.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use crate::alarm;

/// Number of ticks in a floor. Responses are sent at ticks, which all requests share: those of a burst
/// are sent together, by one wake-up.
const TICKS: u128 = 4;

/// Time from which ticks are counted.
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Pads a response to whole multiples of a minimum duration.
pub(super) struct Floor {
    started: Duration,
    minimum: Duration,
}

impl Floor {
    /// Starts the minimum duration now.
    pub(super) fn starting_now(minimum: Duration) -> Self {
        Self {
            started: ORIGIN.elapsed(),
            minimum,
        }
    }

    /// Waits until the response is due.
    pub(super) async fn reached(self) {
        if let Some(due) = due(self.started, ORIGIN.elapsed(), self.minimum) {
            // In the order of the requests, not in that in which their work was finished.
            alarm::reached(*ORIGIN + due, self.started).await;
        }
    }
}

/// Returns when a response is due: a whole multiple of the minimum after the start, rounded up to the
/// next tick, and not before the work is finished.
///
/// Work that takes less than the minimum does not change it, and longer work changes it in steps of the
/// minimum. Times are since the same origin.
fn due(started: Duration, finished: Duration, minimum: Duration) -> Option<Duration> {
    let tick = (minimum.as_nanos() / TICKS).max(1);
    let first = started.saturating_add(minimum).as_nanos();
    let first = first.next_multiple_of(tick);
    let late = finished.as_nanos().saturating_sub(first);
    let more = late.div_ceil(minimum.as_nanos().max(1));
    let due = first + more * minimum.as_nanos();
    let due = Duration::from_nanos(due.try_into().ok()?);
    (!minimum.is_zero()).then_some(due)
}

#[cfg(test)]
mod tests {
    use super::{Duration, due};

    const FLOOR: Duration = Duration::from_millis(20);

    fn micros(micros: u64) -> Duration {
        Duration::from_micros(micros)
    }

    #[test]
    fn work_below_the_timing_floor_does_not_change_when_the_response_is_due() {
        for started in [0, 1, 4999, 5000, 5001, 1_000_003].map(micros) {
            let at_once = due(started, started, FLOOR).unwrap();
            for work in (0..=20_000).map(micros) {
                assert_eq!(due(started, started + work, FLOOR), Some(at_once));
            }
            // At the tick that follows.
            let waited = at_once.saturating_sub(started);
            assert!(waited >= FLOOR && waited < FLOOR + FLOOR / 4, "{waited:?}");
            assert_eq!(at_once.as_nanos() % (FLOOR / 4).as_nanos(), 0);
        }
    }

    #[test]
    fn longer_work_changes_when_the_response_is_due_in_whole_multiples_of_the_floor() {
        let started = micros(1234);
        let first = due(started, started, FLOOR).unwrap();
        for work in (0..500_000).step_by(7).map(micros) {
            let finished = started + work;
            let due = due(started, finished, FLOOR).unwrap();
            assert!(due >= finished && due < finished.max(first) + FLOOR);
            let more = due.saturating_sub(first).as_nanos();
            assert_eq!(more % FLOOR.as_nanos(), 0);
        }
    }

    #[test]
    fn floor_of_zero_does_not_wait_and_extremes_do_not_overflow() {
        assert_eq!(due(micros(1), micros(2), Duration::ZERO), None);
        let tiny = due(micros(1), micros(1), Duration::from_nanos(1));
        assert_eq!(tiny, Some(micros(1) + Duration::from_nanos(1)));
        let hour = Duration::from_hours(1);
        assert!(due(micros(1), micros(2), hour).unwrap() > hour);
        assert_eq!(due(Duration::MAX, Duration::MAX, hour), None);
    }
}
