use std::time::Duration;

use tokio::time::{Instant, sleep_until};

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
        if !self.at_least.is_zero() {
            sleep_until(self.received + self.at_least).await;
        }
    }
}
