//! Work that runs to its end, whatever the client's connection does.

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, sync::watch};
use tracing::Instrument as _;

use crate::{Error, alarm, domain::error::StoreError, explain, recorder::inherited};

/// Tasks of the finishes and changes that are in progress.
///
/// A server drops the future of a request whose client disconnects. What has begun to change a store
/// therefore runs in a task of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks {
    running: watch::Sender<usize>,
}

/// Counts a task until it is dropped: when the task has ended, also by a panic.
struct Running(watch::Sender<usize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}

impl Tasks {
    /// Runs work to its end in a task of its own, in the current span. A panic of the work is resumed
    /// here.
    ///
    /// Where there is no Tokio runtime, it runs in the caller.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Error> {
        let running = self.count();
        let work = async move {
            let _running = running;
            work.await
        };
        let work = inherited(explain::carried(work)).in_current_span();
        let Ok(runtime) = Handle::try_current() else {
            return Ok(work.await);
        };
        let failed = match runtime.spawn(work).await {
            Ok(output) => return Ok(output),
            Err(failed) => failed,
        };
        match failed.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // Nothing else cancels it.
            Err(_) => Err(StoreError::new("the Tokio runtime has shut down").into()),
        }
    }

    fn count(&self) -> Running {
        self.running.send_modify(|running| *running += 1);
        Running(self.running.clone())
    }

    /// Waits for the tasks in progress, for at most `at_most`. Returns whether all have ended.
    pub(crate) async fn ended(&self, at_most: Duration) -> bool {
        let mut running = self.running.subscribe();
        let mut ended = pin!(running.wait_for(|running| *running == 0));
        let until = Instant::now().checked_add(at_most);
        let mut late = pin!(until.map(|until| alarm::reached(until, Duration::ZERO)));
        poll_fn(|context| {
            if ended.as_mut().poll(context).is_ready() {
                return Poll::Ready(true);
            }
            match late.as_mut().as_pin_mut() {
                Some(late) => late.poll(context).map(|()| false),
                // A time that no clock reaches.
                None => Poll::Pending,
            }
        })
        .await
    }
}

/// Payload of a panic.
pub(crate) type Panic = Box<dyn std::any::Any + Send>;

/// Awaits a future, and returns its panic if it panics.
pub(crate) async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Panic> {
    let mut future = pin!(future);
    // The future is not polled again after a panic.
    poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panic) => Poll::Ready(Err(panic)),
        },
    )
    .await
}
