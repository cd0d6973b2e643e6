//! Delivery of events to the sink: a bounded queue and a thread.

use std::{
    collections::VecDeque,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use super::{AuditEvent, AuditKind, AuditSink, MAX_WAITING};

/// Queue to a sink. Recording never waits for the sink.
///
/// Dropping it ends the thread once the queued events are delivered.
pub(crate) struct Trail(Arc<Shared>);

struct Shared {
    sink: Box<dyn AuditSink>,
    /// Not locked while the sink records an event.
    queue: Mutex<Queue>,
    /// Notified when an event is queued or the queue is closed.
    arrived: Condvar,
    /// Notified when the sink has recorded an event.
    delivered: Condvar,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<AuditEvent>,
    /// Pending [`AuditKind::EventsLost`] of the events lost since the last one.
    notice: Option<AuditEvent>,
    /// Number of events lost since the last notice.
    lost: u64,
    /// Number of events lost in total.
    lost_total: u64,
    /// Number of events and notices accepted for the sink.
    accepted: u64,
    /// Number of events and notices that the sink has recorded.
    delivered: u64,
    has_thread: bool,
    closed: bool,
}

impl Trail {
    pub(crate) fn to(sink: impl AuditSink) -> Self {
        Self(Arc::new(Shared {
            sink: Box::new(sink),
            queue: Mutex::default(),
            arrived: Condvar::new(),
            delivered: Condvar::new(),
        }))
    }

    /// Queues an event, or counts it as lost if the queue is full. Does not block.
    pub(crate) fn record(&self, event: AuditEvent) {
        let mut queue = self.0.lock();
        let lost = queue.add(event);
        let started = if queue.has_thread {
            Ok(())
        } else {
            let started = self.start();
            queue.has_thread = started.is_ok();
            started
        };
        drop(queue);
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
        let queue = self.0.lock();
        let goal = queue.accepted;
        let waited = self
            .0
            .delivered
            .wait_timeout_while(queue, timeout, |queue| queue.delivered < goal);
        let (queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        queue.delivered >= goal
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

impl Queue {
    /// Queues an event. If it is lost, returns the number of events lost in total.
    fn add(&mut self, event: AuditEvent) -> Option<u64> {
        let capacity = if event.kind.is_cheap() {
            MAX_WAITING / 2
        } else {
            MAX_WAITING
        };
        if self.waiting.len() < capacity {
            self.waiting.push_back(event);
            self.accepted += 1;
            return None;
        }
        if self.notice.is_none() {
            self.accepted += 1;
            self.lost = 0;
        }
        self.lost += 1;
        self.lost_total += 1;
        self.notice = Some(AuditEvent {
            kind: AuditKind::EventsLost(self.lost),
            user_id: None,
            credential_id: None,
            ..event
        });
        Some(self.lost_total)
    }

    /// Returns the next event. A notice of lost events comes after the queued ones.
    fn next(&mut self) -> Option<AuditEvent> {
        self.waiting.pop_front().or_else(|| self.notice.take())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Delivers events until the queue is closed and empty. Runs on the sink's thread.
    fn deliver(&self) {
        while let Some(event) = self.wait() {
            if catch_unwind(AssertUnwindSafe(|| self.sink.record(&event))).is_err() {
                tracing::error!(event = event.kind.as_str(), "the audit sink panicked");
            }
            self.lock().delivered += 1;
            self.delivered.notify_all();
        }
    }

    /// Waits for the next event. Returns `None` if the queue is closed and empty.
    fn wait(&self) -> Option<AuditEvent> {
        let mut queue = self.lock();
        loop {
            let next = queue.next();
            if next.is_some() || queue.closed {
                return next;
            }
            queue = self
                .arrived
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}
