//! Wakes tasks at a point in time, by a thread of its own.
//!
//! Tokio's timers would not do: they fire whole milliseconds after the worker has run out of work, so
//! the fraction of a millisecond at which they fire discloses how long the work took. The thread waits
//! for an absolute time. It also serves applications whose runtime has no timers, or is not Tokio's.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

/// Waits until this time. Of tasks that wait until the same time, those with an earlier `rank` are woken
/// first: which of them began to wait first discloses nothing.
pub(crate) fn reached(at: Instant, rank: Duration) -> impl Future<Output = ()> + Send {
    let key = None;
    Wait { at, rank, key }
}

/// Time at which a task is woken, its rank among those of the same time, and a number of its own.
type Key = (Instant, Duration, u64);

static ALARM: Mutex<Alarm> = Mutex::new(Alarm {
    waiting: BTreeMap::new(),
    next: 0,
    thread: None,
});

struct Alarm {
    /// Tasks that wait.
    waiting: BTreeMap<Key, Waker>,
    next: u64,
    thread: Option<Thread>,
}

impl Alarm {
    fn lock() -> MutexGuard<'static, Self> {
        ALARM.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a task, and returns its key; or `None` if the system refuses the thread.
    fn add(&mut self, at: Instant, rank: Duration, waker: &Waker) -> Option<Key> {
        let thread = match &self.thread {
            Some(thread) => thread,
            None => self.thread.insert(start()?),
        };
        // Where another task is due no later, the thread wakes in time.
        let first = self.waiting.keys().next();
        if first.is_none_or(|(first, ..)| at < *first) {
            thread.unpark();
        }
        let key = (at, rank, self.next);
        self.next += 1;
        self.waiting.insert(key, waker.clone());
        Some(key)
    }

    /// Removes the tasks that are due, and returns them.
    fn due(&mut self) -> BTreeMap<Key, Waker> {
        let last = (Instant::now(), Duration::MAX, u64::MAX);
        let later = self.waiting.split_off(&last);
        std::mem::replace(&mut self.waiting, later)
    }
}

fn start() -> Option<Thread> {
    let thread = thread::Builder::new().name("passkeys-timer".to_owned());
    let started = thread.spawn(|| {
        loop {
            let due = Alarm::lock().due();
            for waker in due.into_values() {
                // A waker that panics does not end the thread, which the others wait for.
                let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
            }
            let next = Alarm::lock().waiting.keys().next().copied();
            if let Some((at, ..)) = next {
                thread::park_timeout(at.saturating_duration_since(Instant::now()));
            } else {
                thread::park();
            }
        }
    });
    started.ok().map(|handle| handle.thread().clone())
}

/// A waker is dropped after the lock is released: with the last one, some executors drop the task, and
/// with it another `Wait`.
struct Wait {
    at: Instant,
    rank: Duration,
    key: Option<Key>,
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.at {
            return Poll::Ready(());
        }
        let mut alarm = Alarm::lock();
        if let Some(key) = &self.key
            && let Some(waker) = alarm.waiting.get_mut(key)
        {
            let replaced = std::mem::replace(waker, context.waker().clone());
            drop(alarm);
            drop(replaced);
            return Poll::Pending;
        }
        self.key = alarm.add(self.at, self.rank, context.waker());
        if self.key.is_none() {
            drop(alarm);
            // No thread to be had. Better a slow server than one that discloses.
            thread::sleep(self.at.saturating_duration_since(Instant::now()));
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Some(key) = &self.key {
            let removed = Alarm::lock().waiting.remove(key);
            drop(removed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{Future as _, poll_fn},
        pin::pin,
        sync::{Arc, mpsc},
        task::{Context, Poll, Wake, Waker},
        time::{Duration, Instant},
    };

    use super::{Alarm, reached};

    /// Sends when it was to be woken.
    struct Bell(mpsc::Sender<Instant>, Instant);

    impl Wake for Bell {
        fn wake(self: Arc<Self>) {
            assert!(Instant::now() >= self.1);
            let _ = self.0.send(self.1);
        }
    }

    fn waits(at: Instant) -> bool {
        let alarm = Alarm::lock();
        alarm.waiting.keys().any(|(time, ..)| *time == at)
    }

    /// Without a runtime.
    #[test]
    fn alarm_wakes_each_task_in_the_order_of_their_times_and_not_before() {
        let now = Instant::now();
        let (bell, woken) = mpsc::channel();
        let mut times = [600, 400, 500].map(|millis| now + Duration::from_millis(millis));
        let mut waits = times.map(|at| {
            let waker = Waker::from(Arc::new(Bell(bell.clone(), at)));
            let mut wait = Box::pin(reached(at, Duration::ZERO));
            let polled = wait.as_mut().poll(&mut Context::from_waker(&waker));
            assert!(polled.is_pending());
            wait
        });
        times.sort();
        assert_eq!(times.map(|_| woken.recv().unwrap()), times);
        for wait in &mut waits {
            let polled = wait.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_ready());
        }
    }

    #[test]
    fn alarm_wakes_tasks_of_the_same_time_in_the_order_of_their_ranks() {
        let at = Instant::now() + Duration::from_millis(300);
        let (bell, woken) = mpsc::channel();
        let now = Instant::now();
        let ranks = [3, 1, 2].map(Duration::from_nanos);
        let _waits = ranks.map(|rank| {
            // A time from which the rank follows.
            let waker = Waker::from(Arc::new(Bell(bell.clone(), now + rank)));
            let mut wait = Box::pin(reached(at, rank));
            let polled = wait.as_mut().poll(&mut Context::from_waker(&waker));
            assert!(polled.is_pending());
            wait
        });
        let in_order = [1, 2, 3].map(|rank| now + Duration::from_nanos(rank));
        assert_eq!(in_order.map(|_| woken.recv().unwrap()), in_order);
    }

    #[test]
    fn alarm_wakes_the_other_tasks_after_a_waker_that_panics() {
        struct Panics;

        impl Wake for Panics {
            fn wake(self: Arc<Self>) {
                panic!("a waker's");
            }
        }

        let (bell, woken) = mpsc::channel();
        let at = Instant::now() + Duration::from_millis(100);
        let wakers = [
            Waker::from(Arc::new(Panics)),
            Waker::from(Arc::new(Bell(bell, at))),
        ];
        let _waits = wakers.map(|waker| {
            let mut wait = Box::pin(reached(at, Duration::ZERO));
            let polled = wait.as_mut().poll(&mut Context::from_waker(&waker));
            assert!(polled.is_pending());
            wait
        });
        assert_eq!(woken.recv().unwrap(), at);
    }

    #[tokio::test]
    async fn alarm_wakes_the_task_that_polled_last_and_forgets_one_that_is_dropped() {
        let far = Instant::now() + Duration::from_hours(1);
        {
            let mut wait = pin!(reached(far, Duration::ZERO));
            let polled = poll_fn(|context| Poll::Ready(wait.as_mut().poll(context))).await;
            assert!(polled.is_pending());
            assert!(waits(far));
        }
        assert!(!waits(far));

        let at = Instant::now() + Duration::from_millis(30);
        let mut wait = Box::pin(reached(at, Duration::ZERO));
        let polled = wait.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
        // Another task.
        tokio::spawn(wait).await.unwrap();
        assert!(Instant::now() >= at);
        assert!(!waits(at));
    }
}
