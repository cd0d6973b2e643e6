use std::time::{Duration, Instant};

use futures_timer::Delay;

/// Answers that would tell who has an account by the time they take.
pub(super) struct Floor {
    received: Instant,
    at_least: Duration,
}

impl Floor {
    /// From now, when the request has been read.
    pub(super) fn from_now(at_least: Duration) -> Self {
        Self {
            received: Instant::now(),
            at_least,
        }
    }

    /// Until it was long enough for everybody.
    pub(super) async fn reached(self) {
        let left = self.at_least.saturating_sub(self.received.elapsed());
        if !left.is_zero() {
            Delay::new(left).await;
        }
    }
}
