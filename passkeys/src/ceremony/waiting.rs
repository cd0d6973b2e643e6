//! The number of ceremonies that wait to be finished, for the feature `metrics`.
//!
//! Counted here, and not asked of the challenge store: a count would cost a database more than the
//! ceremonies themselves. An instance counts what it puts and takes. Where another one has put what it
//! takes, its own number is too small by as much as the other's is too large, so the sum over all instances is
//! right. Ceremonies that a full store has dropped count until they expire.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::runtime::Handle;

use super::Ceremonies;
use crate::{alarm, domain::pending::PendingCeremony, measure};

/// Ceremonies that wait, by the second in which they expire. Of one process, the number of seconds is
/// bounded by the longest lifetime, which is an hour.
#[derive(Default)]
pub(crate) struct Waiting(Mutex<Expiries>);

#[derive(Default)]
struct Expiries {
    /// Negative where more were taken here than put.
    by_second: BTreeMap<u64, i64>,
    /// Set while a task is to count those that expire.
    has_task: bool,
}

/// Start of the seconds.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Returns the second after an instant, so that it is over when the instant is.
fn second(at: Instant) -> u64 {
    at.saturating_duration_since(*START).as_secs() + 1
}

impl Expiries {
    fn add(&mut self, expiry: Instant, number: i64) {
        *self.by_second.entry(second(expiry)).or_default() += number;
    }

    /// Removes those that have expired, and returns their number.
    fn expired(&mut self, now: Instant) -> i64 {
        let later = self.by_second.split_off(&second(now));
        let expired = std::mem::replace(&mut self.by_second, later);
        expired.into_values().sum()
    }
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Expiries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, expiry: Instant, number: i64, now: Instant) {
        let expired = {
            let mut expiries = self.lock();
            let expired = expiries.expired(now);
            expiries.add(expiry, number);
            expired
        };
        measure::waiting(number - expired);
    }

    /// Counts those that expire, in a task, also where no request follows.
    fn watch(self: &Arc<Self>) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if std::mem::replace(&mut self.lock().has_task, true) {
            return;
        }
        let task = Task {
            waiting: self.clone(),
            has_ended: false,
        };
        runtime.spawn(task.run());
    }
}

/// The task that counts what expires. There is one at a time, also after its runtime has dropped it.
struct Task {
    waiting: Arc<Waiting>,
    has_ended: bool,
}

impl Task {
    async fn run(mut self) {
        while let Some(next) = self.next() {
            alarm::reached(next, Duration::ZERO).await;
            let expired = self.waiting.lock().expired(Instant::now());
            measure::waiting(-expired);
        }
    }

    /// Returns the time at which the next ceremonies have expired. Without any, the task ends.
    fn next(&mut self) -> Option<Instant> {
        let mut expiries = self.waiting.lock();
        let next = expiries.by_second.keys().next();
        let next = next.map(|second| *START + Duration::from_secs(*second));
        if next.is_none() {
            expiries.has_task = false;
            self.has_ended = true;
        }
        next
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if !self.has_ended {
            self.waiting.lock().has_task = false;
        }
    }
}

impl<R> Ceremonies<R> {
    /// Counts a ceremony that was put into the challenge store.
    pub(super) fn has_put(&self, expires_at: time::OffsetDateTime) {
        let now = Instant::now();
        let left = Duration::try_from(expires_at - self.now()).unwrap_or_default();
        self.waiting.change(now + left, 1, now);
        self.waiting.watch();
    }

    /// Counts a ceremony that was taken from the challenge store. One that has expired is counted already.
    pub(super) fn has_taken(&self, ceremony: &PendingCeremony) {
        let now = Instant::now();
        if let Ok(left) = Duration::try_from(ceremony.expires_at() - self.now()) {
            self.waiting.change(now + left, -1, now);
            self.waiting.watch();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Expiries, START};

    #[test]
    fn ceremonies_count_until_they_expire_or_are_taken() {
        let start = *START + Duration::from_secs(100);
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut expiries = Expiries::default();
        expiries.add(at(10), 1);
        expiries.add(at(10), 1);
        expiries.add(at(20), 1);
        // One of the first two is taken.
        expiries.add(at(10), -1);
        assert_eq!(expiries.expired(at(9)), 0);
        assert_eq!(expiries.expired(at(11)), 1);
        assert_eq!(expiries.expired(at(11)), 0);
        assert_eq!(expiries.expired(at(60)), 1);
        assert!(expiries.by_second.is_empty());
    }

    #[test]
    fn instance_that_takes_what_another_has_put_makes_the_sum_right() {
        let start: Instant = *START;
        let expiry = start + Duration::from_secs(10);
        let (mut first, mut second) = (Expiries::default(), Expiries::default());
        first.add(expiry, 1);
        second.add(expiry, -1);
        let later = start + Duration::from_mins(1);
        let expired = (first.expired(later), second.expired(later));
        assert_eq!(expired, (1, -1));
    }

    #[test]
    fn number_of_remembered_seconds_is_bounded_by_the_lifetime_of_ceremonies() {
        let mut expiries = Expiries::default();
        for second in 0..100_000 {
            let now = *START + Duration::from_secs(second);
            expiries.expired(now);
            expiries.add(now + Duration::from_hours(1), 1);
        }
        assert!(
            expiries.by_second.len() <= 3602,
            "{}",
            expiries.by_second.len()
        );
    }
}
