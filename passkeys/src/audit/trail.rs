//! From the requests to the sink, by a queue and a thread.

use std::{
    collections::VecDeque,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use super::{AuditEvent, AuditKind, AuditSink, MAX_WAITING};

/// Hands events to a sink without waiting for it. The last one that is dropped ends the thread,
/// as soon as the sink has been given what waits.
pub(crate) struct Trail(Arc<Shared>);

struct Shared {
    sink: Box<dyn AuditSink>,
    /// Never locked while the sink works.
    queue: Mutex<Queue>,
    /// There is something to do for the thread.
    arrived: Condvar,
    /// The sink was given an event.
    delivered: Condvar,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<AuditEvent>,
    /// What the sink is to be told of events that were lost since it was last told.
    notice: Option<AuditEvent>,
    lost: u64,
    lost_in_all: u64,
    /// How many events and notices there were for the sink, and how many it was given.
    accepted: u64,
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

    /// Takes an event, or counts it as lost. Takes no longer than that.
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
            tracing::error!(%error, "no thread for the audit sink; trying again with the next event");
        }
        // Fewer and fewer messages, so that a sink that is stuck does not fill the log.
        if let Some(lost) = lost.filter(|lost| lost.is_power_of_two()) {
            tracing::error!(
                target: "passkeys::audit",
                event = AuditKind::EventsLost(lost).as_str(),
                lost,
                "the audit sink is too slow",
            );
        }
    }

    /// Waits until the sink has been given what was recorded so far; answers whether it has.
    pub(crate) fn flush(&self, at_most: Duration) -> bool {
        let queue = self.0.lock();
        let goal = queue.accepted;
        let waited = self
            .0
            .delivered
            .wait_timeout_while(queue, at_most, |queue| queue.delivered < goal);
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
    /// Answers how many events are lost by now, if this is one of them.
    fn add(&mut self, event: AuditEvent) -> Option<u64> {
        let room = if event.kind.is_anybodys() {
            MAX_WAITING / 2
        } else {
            MAX_WAITING
        };
        if self.waiting.len() < room {
            self.waiting.push_back(event);
            self.accepted += 1;
            return None;
        }
        if self.notice.is_none() {
            self.accepted += 1;
            self.lost = 0;
        }
        self.lost += 1;
        self.lost_in_all += 1;
        self.notice = Some(AuditEvent {
            kind: AuditKind::EventsLost(self.lost),
            user_id: None,
            credential_id: None,
            ..event
        });
        Some(self.lost_in_all)
    }

    /// Notices come when the sink has caught up.
    fn next(&mut self) -> Option<AuditEvent> {
        self.waiting.pop_front().or_else(|| self.notice.take())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread.
    fn deliver(&self) {
        while let Some(event) = self.wait() {
            if catch_unwind(AssertUnwindSafe(|| self.sink.record(&event))).is_err() {
                tracing::error!(event = event.kind.as_str(), "the audit sink panicked");
            }
            self.lock().delivered += 1;
            self.delivered.notify_all();
        }
    }

    /// The next event, or nothing when there will be none.
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
