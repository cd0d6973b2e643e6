use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;

use crate::Clock;

/// Clock for tests that stands still until it is advanced. Clones share one time.
///
/// Set it by [`Passkeys::clock`](crate::Passkeys::clock).
///
/// ```
/// use std::time::Duration;
/// use passkeys::{Clock as _, testing::ManualClock};
///
/// let clock = ManualClock::default();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now() - before, Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<OffsetDateTime>>);

impl ManualClock {
    /// Creates a clock that is set to this time.
    #[must_use]
    pub fn at(time: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    /// Advances the clock, and all its clones.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Default for ManualClock {
    /// Creates a clock that is set to the current time.
    fn default() -> Self {
        Self::at(OffsetDateTime::now_utc())
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
