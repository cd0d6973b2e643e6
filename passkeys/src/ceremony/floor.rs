use std::time::{Duration, Instant};

use futures_timer::Delay;

/// Pads a response to a minimum duration, against user enumeration by timing.
pub(super) struct Floor {
    started: Instant,
    minimum: Duration,
}

impl Floor {
    /// Starts the minimum duration now.
    pub(super) fn starting_now(minimum: Duration) -> Self {
        Self {
            started: Instant::now(),
            minimum,
        }
    }

    /// Waits for what is left of the minimum duration.
    pub(super) async fn reached(self) {
        let left = self.minimum.saturating_sub(self.started.elapsed());
        if !left.is_zero() {
            Delay::new(left).await;
        }
    }
}
