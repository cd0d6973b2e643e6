//! Delivery of events to the sink: a bounded queue and a thread.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::{AuditEvent, AuditKind, AuditSink, queue::Queue};
use crate::measure;

/// Queue to a sink. Recording never waits for the sink.
///
/// Dropping it ends the thread once the queued events are delivered.
pub(crate) struct Trail(Arc<Shared>);

struct Shared {
    sink: Box<dyn AuditSink>,
    /// Not locked while the sink records an event.
    state: Mutex<State>,
    /// Notified when an event is queued or the queue is closed.
    arrived: Condvar,
    /// Notified when the sink has recorded an event.
    delivered: Condvar,
}

#[derive(Default)]
struct State {
    queue: Queue,
    has_thread: bool,
    closed: bool,
}

impl Trail {
    pub(crate) fn to(sink: impl AuditSink) -> Self {
        Self(Arc::new(Shared {
            sink: Box::new(sink),
            state: Mutex::default(),
            arrived: Condvar::new(),
            delivered: Condvar::new(),
        }))
    }

    /// Queues an event. If the queue is full, an event is lost and counted. Does not block.
    pub(crate) fn record(&self, event: AuditEvent) {
        let mut state = self.0.lock();
        let lost = state.queue.add(event);
        let started = if state.has_thread {
            Ok(())
        } else {
            let started = self.start();
            state.has_thread = started.is_ok();
            started
        };
        drop(state);
        if lost.is_some() {
            measure::event_lost();
        }
        self.0.arrived.notify_one();
        if let Err(error) = started {
            tracing::error!(%error, "cannot start the audit sink's thread; retrying with the next event");
        }
        // Logged at powers of two only, so that a stuck sink does not flood the log.
        if let Some(lost) = lost.filter(|lost| lost.is_power_of_two()) {
            tracing::error!(
                target: "passkeys::audit",
                event = AuditKind::EventsLost(lost).as_str(),
                lost,
                "the audit sink is too slow",
            );
        }
    }

    /// Waits until the sink has recorded all events queued so far. Returns `false` on timeout.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        let state = self.0.lock();
        let end = state.queue.end();
        let waited = self
            .0
            .delivered
            .wait_timeout_while(state, timeout, |state| !state.queue.is_delivered(end));
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.queue.is_delivered(end)
    }

    fn start(&self) -> io::Result<()> {
        let shared = self.0.clone();
        thread::Builder::new()
            .name("passkeys-audit".into())
            .spawn(move || shared.deliver())
            .map(drop)
    }
}

impl Drop for Trail {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.arrived.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Delivers events until the queue is closed and empty. Runs on the sink's thread.
    fn deliver(&self) {
        while let Some(event) = self.wait() {
            if catch_unwind(AssertUnwindSafe(|| self.sink.record(&event))).is_err() {
                tracing::error!(event = event.kind.as_str(), "the audit sink panicked");
            }
            self.lock().queue.delivered();
            self.delivered.notify_all();
        }
    }

    /// Waits for the next event. Returns `None` if the queue is closed and empty.
    fn wait(&self) -> Option<AuditEvent> {
        let mut state = self.lock();
        loop {
            let next = state.queue.take(Instant::now());
            if next.is_some() || state.closed {
                return next;
            }
            state = self
                .arrived
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}
