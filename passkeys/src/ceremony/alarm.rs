//! Wakes tasks at a point in time, by a thread of its own.
//!
//! Tokio's timers would not do: they fire whole milliseconds after the worker has run out of work, so
//! the fraction of a millisecond at which they fire discloses how long the work took. The thread waits
//! for an absolute time. It also serves applications whose runtime has no timers, or is not Tokio's.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    thread::{self, Thread},
    time::Instant,
};

/// Waits until this time.
pub(super) fn reached(at: Instant) -> impl Future<Output = ()> + Send {
    Wait { at, number: None }
}

static ALARM: Mutex<Alarm> = Mutex::new(Alarm {
    waiting: BTreeMap::new(),
    next: 0,
    thread: None,
});

struct Alarm {
    /// Tasks that wait, by the time at which they are woken, and a number of their own.
    waiting: BTreeMap<(Instant, u64), Waker>,
    next: u64,
    thread: Option<Thread>,
}

impl Alarm {
    fn lock() -> MutexGuard<'static, Self> {
        ALARM.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a task, and returns its number; or `None` if the system refuses the thread.
    fn add(&mut self, at: Instant, waker: &Waker) -> Option<u64> {
        let thread = match &self.thread {
            Some(thread) => thread,
            None => self.thread.insert(start()?),
        };
        let number = self.next;
        self.next += 1;
        self.waiting.insert((at, number), waker.clone());
        // Where another task is due before this one, the thread is awake in time.
        let is_first = self.waiting.first_key_value();
        if is_first.is_some_and(|(key, _)| *key == (at, number)) {
            thread.unpark();
        }
        Some(number)
    }

    /// Removes the tasks that are due, and returns them.
    fn due(&mut self) -> BTreeMap<(Instant, u64), Waker> {
        let later = self.waiting.split_off(&(Instant::now(), u64::MAX));
        std::mem::replace(&mut self.waiting, later)
    }
}

fn start() -> Option<Thread> {
    let thread = thread::Builder::new().name("passkeys-timing-floor".to_owned());
    let started = thread.spawn(|| {
        loop {
            let due = Alarm::lock().due();
            due.into_values().for_each(Waker::wake);
            let next = Alarm::lock().waiting.keys().next().copied();
            match next {
                Some((at, _)) => thread::park_timeout(at.saturating_duration_since(Instant::now())),
                None => thread::park(),
            }
        }
    });
    started.ok().map(|handle| handle.thread().clone())
}

/// A waker is dropped after the lock is released: with the last one, some executors drop the task, and
/// with it another `Wait`.
struct Wait {
    at: Instant,
    number: Option<u64>,
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.at {
            return Poll::Ready(());
        }
        let mut alarm = Alarm::lock();
        if let Some(number) = self.number
            && let Some(waker) = alarm.waiting.get_mut(&(self.at, number))
        {
            let replaced = std::mem::replace(waker, context.waker().clone());
            drop(alarm);
            drop(replaced);
            return Poll::Pending;
        }
        self.number = alarm.add(self.at, context.waker());
        if self.number.is_none() {
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
        if let Some(number) = self.number {
            let removed = Alarm::lock().waiting.remove(&(self.at, number));
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
        alarm.waiting.keys().any(|(time, _)| *time == at)
    }

    /// Without a runtime.
    #[test]
    fn alarm_wakes_each_task_in_the_order_of_their_times_and_not_before() {
        let now = Instant::now();
        let (bell, woken) = mpsc::channel();
        let mut times = [600, 400, 500].map(|millis| now + Duration::from_millis(millis));
        let mut waits = times.map(|at| {
            let waker = Waker::from(Arc::new(Bell(bell.clone(), at)));
            let mut wait = Box::pin(reached(at));
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

    #[tokio::test]
    async fn alarm_wakes_the_task_that_polled_last_and_forgets_one_that_is_dropped() {
        let far = Instant::now() + Duration::from_hours(1);
        {
            let mut wait = pin!(reached(far));
            let polled = poll_fn(|context| Poll::Ready(wait.as_mut().poll(context))).await;
            assert!(polled.is_pending());
            assert!(waits(far));
        }
        assert!(!waits(far));

        let at = Instant::now() + Duration::from_millis(30);
        let mut wait = Box::pin(reached(at));
        let polled = wait.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
        // Another task.
        tokio::spawn(wait).await.unwrap();
        assert!(Instant::now() >= at);
        assert!(!waits(at));
    }
}
