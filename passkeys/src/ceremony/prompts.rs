//! Reports of prompts that have ended without a passkey: counted, so that clients cannot flood the log
//! and the audit trail with them.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::runtime::Handle;

use super::{Ceremonies, PromptCeremony, PromptReport};
use crate::{
    alarm,
    audit::{AuditKind, PromptFailures},
    store::CredentialRepository,
};

/// Minimum time between two events about prompts of the same kind.
const INTERVAL: Duration = Duration::from_secs(10);

/// Maximum number of reports that are counted in a second.
const MAX_PER_SECOND: u32 = 1000;

/// Counters of reported prompts, by kind. There are at most as many kinds as the words of a report allow.
#[derive(Default)]
pub(crate) struct Prompts(Mutex<Tally>);

struct Tally {
    /// Minimum time between two events of one kind.
    interval: Duration,
    kinds: Vec<Kind>,
    second: Option<Second>,
    ignored: u64,
    /// Set while a task is to record what waits.
    has_task: bool,
}

/// Prompts of one kind.
struct Kind {
    report: PromptReport,
    /// Time of the last event.
    recorded: Instant,
    /// Number of reports since.
    waiting: u64,
}

/// The current second, and the number of reports in it.
struct Second {
    begun: Instant,
    reports: u32,
}

/// Reports of one kind that become an event, and their number.
type Due = Vec<(PromptReport, u64)>;

impl Default for Tally {
    fn default() -> Self {
        Self {
            interval: INTERVAL,
            kinds: Vec::new(),
            second: None,
            ignored: 0,
            has_task: false,
        }
    }
}

impl Tally {
    /// Counts a report. Returns `false` if there are too many.
    fn add(&mut self, report: PromptReport, now: Instant) -> bool {
        let second = self.second.get_or_insert(Second {
            begun: now,
            reports: 0,
        });
        if now.duration_since(second.begun) >= Duration::from_secs(1) {
            *second = Second {
                begun: now,
                reports: 0,
            };
        }
        if second.reports >= MAX_PER_SECOND {
            self.ignored += 1;
            return false;
        }
        second.reports += 1;
        match self.kinds.iter_mut().find(|it| it.report == report) {
            Some(kind) => kind.waiting += 1,
            None => self.kinds.push(Kind {
                report,
                // Due at once.
                recorded: now.checked_sub(self.interval).unwrap_or(now),
                waiting: 1,
            }),
        }
        true
    }

    /// Takes the reports of all kinds that are due.
    fn take(&mut self, is_due: impl Fn(&Kind) -> bool, now: Instant) -> Due {
        let waiting = self.kinds.iter_mut().filter(|kind| kind.waiting > 0);
        waiting
            .filter(|kind| is_due(kind))
            .map(|kind| {
                kind.recorded = now;
                (kind.report, std::mem::take(&mut kind.waiting))
            })
            .collect()
    }

    /// Returns the time at which the next reports are due.
    fn next(&self) -> Option<Instant> {
        let waiting = self.kinds.iter().filter(|kind| kind.waiting > 0);
        waiting.map(|kind| kind.recorded + self.interval).min()
    }
}

impl Prompts {
    fn lock(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the reports that are due.
    fn due(&self, now: Instant) -> Due {
        let mut tally = self.lock();
        let interval = tally.interval;
        tally.take(|kind| now.duration_since(kind.recorded) >= interval, now)
    }
}

/// The task that records what waits. There is one at a time, also after its runtime has dropped it.
struct Task {
    prompts: Arc<Prompts>,
    has_ended: bool,
}

impl Task {
    /// Starts the task, unless there is one, or nothing waits. Without a Tokio runtime, what waits is recorded
    /// with the next report.
    fn start<F: Fn(Due) + Send + 'static>(prompts: &Arc<Prompts>, record: impl FnOnce() -> F) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let Some(mut task) = Self::new(prompts) else {
            return;
        };
        let record = record();
        runtime.spawn(async move {
            while let Some(next) = task.next() {
                alarm::reached(next, Duration::ZERO).await;
                record(task.prompts.due(Instant::now()));
            }
        });
    }

    fn new(prompts: &Arc<Prompts>) -> Option<Self> {
        let mut tally = prompts.lock();
        if tally.has_task || tally.next().is_none() {
            return None;
        }
        tally.has_task = true;
        Some(Self {
            prompts: prompts.clone(),
            has_ended: false,
        })
    }

    /// Returns the time at which the next reports are due. Without any, the task ends: in the same moment,
    /// so that the next report starts another one.
    fn next(&mut self) -> Option<Instant> {
        let mut tally = self.prompts.lock();
        let next = tally.next();
        if next.is_none() {
            tally.has_task = false;
            self.has_ended = true;
        }
        next
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if !self.has_ended {
            self.prompts.lock().has_task = false;
        }
    }
}

impl<R> Ceremonies<R> {
    /// Returns the name of a ceremony in reports, if reports are wanted.
    pub(super) fn reported_as(&self, ceremony: PromptCeremony) -> Option<PromptCeremony> {
        self.config.prompt_outcomes().then_some(ceremony)
    }

    /// Records the reports that wait for their event.
    pub(crate) fn record_waiting_prompts(&self) {
        let waiting = self.prompts.lock().take(|_| true, Instant::now());
        self.record_prompts(waiting);
    }

    fn record_prompts(&self, due: Due) {
        for (report, count) in due {
            let kind = match report.ceremony {
                PromptCeremony::Registration => AuditKind::RegistrationPromptFailed,
                PromptCeremony::Authentication => AuditKind::AuthenticationPromptFailed,
                PromptCeremony::SecondFactor => AuditKind::SecondFactorPromptFailed,
                PromptCeremony::StepUp => AuditKind::StepUpPromptFailed,
            };
            let prompts = PromptFailures::new(report.outcome, report.mediation, count);
            self.record(kind(prompts), None, None);
        }
    }
}

impl<R: CredentialRepository> Ceremonies<R> {
    /// Counts a report, and records it together with others.
    pub(crate) fn record_prompt(&self, report: PromptReport) {
        let now = Instant::now();
        let ignored = {
            let mut tally = self.prompts.lock();
            let is_counted = tally.add(report, now);
            (!is_counted).then_some(tally.ignored)
        };
        // At powers of two only, so that a flood of reports does not flood the log.
        if let Some(ignored) = ignored.filter(|ignored| ignored.is_power_of_two()) {
            tracing::warn!(
                target: "passkeys",
                rp_id = self.config.rp_id(),
                ignored,
                "more than {MAX_PER_SECOND} prompts a second are reported; further ones are not counted",
            );
        }
        self.record_prompts(self.prompts.due(now));
        Task::start(&self.prompts, || {
            let ceremonies = self.clone();
            move |due| ceremonies.record_prompts(due)
        });
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Mutex},
        time::{Duration, Instant},
    };

    use tokio::sync::mpsc;

    use super::{INTERVAL, MAX_PER_SECOND, Prompts, Tally, Task};
    use crate::{
        audit::PromptOutcome,
        ceremony::{PromptCeremony, PromptReport},
    };

    fn report(outcome: PromptOutcome) -> PromptReport {
        PromptReport::new(PromptCeremony::Authentication, outcome)
    }

    /// Counts a report, and returns the number of reports in each event that is due.
    fn add(prompts: &Prompts, outcome: PromptOutcome, now: Instant) -> Vec<u64> {
        prompts.lock().add(report(outcome), now);
        let due = prompts.due(now).into_iter();
        due.map(|(_, count)| count).collect()
    }

    #[test]
    fn first_report_of_a_kind_is_due_at_once_and_further_ones_together() {
        let (prompts, start) = (Prompts::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(add(&prompts, PromptOutcome::Cancelled, start), [1]);
        for second in 1..10 {
            assert_eq!(add(&prompts, PromptOutcome::Cancelled, at(second)), [0; 0]);
        }
        assert_eq!(add(&prompts, PromptOutcome::TimedOut, at(9)), [1]);
        assert_eq!(prompts.lock().next(), Some(start + INTERVAL));
        // Also by a report of another kind.
        assert_eq!(add(&prompts, PromptOutcome::Busy, at(10)), [9, 1]);
        assert_eq!(prompts.lock().next(), None);
        assert_eq!(add(&prompts, PromptOutcome::Cancelled, at(20)), [1]);
    }

    #[test]
    fn reports_beyond_a_thousand_a_second_are_not_counted() {
        let (mut tally, start) = (Tally::default(), Instant::now());
        let cancelled = report(PromptOutcome::Cancelled);
        for number in 0..3 * MAX_PER_SECOND {
            assert_eq!(tally.add(cancelled, start), number < MAX_PER_SECOND);
        }
        assert_eq!(tally.ignored, u64::from(2 * MAX_PER_SECOND));
        let later = start + Duration::from_secs(1);
        assert!(tally.add(cancelled, later));
        let counted = tally.take(|_| true, later);
        assert_eq!(counted, [(cancelled, u64::from(MAX_PER_SECOND) + 1)]);
    }

    #[tokio::test]
    async fn reports_that_wait_are_due_without_a_further_one() {
        let prompts = Arc::new(Prompts(Mutex::new(Tally {
            interval: Duration::from_millis(20),
            ..Tally::default()
        })));
        let (recorded, mut events) = mpsc::unbounded_channel();
        // The task ends when nothing waits, and another one starts with the next report.
        for _ in 0..2 {
            for _ in 0..3 {
                let now = Instant::now();
                for due in add(&prompts, PromptOutcome::Cancelled, now) {
                    recorded.send(due).unwrap();
                }
                let recorded = recorded.clone();
                Task::start(&prompts, || {
                    move |due| {
                        for (_, count) in due {
                            recorded.send(count).unwrap();
                        }
                    }
                });
            }
            let mut counted = 0;
            while counted < 3 {
                counted += events.recv().await.unwrap();
            }
            assert_eq!(counted, 3);
            while prompts.lock().has_task {
                tokio::task::yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn task_that_its_runtime_has_dropped_is_started_again() {
        let prompts = Arc::new(Prompts::default());
        let start = || {
            let now = Instant::now();
            prompts.lock().add(report(PromptOutcome::Cancelled), now);
            Task::new(&prompts)
        };
        let task = start().unwrap();
        assert!(start().is_none(), "there is one");
        drop(task);
        assert!(start().is_some());
    }

    #[test]
    fn flood_of_every_kind_of_report_becomes_a_bounded_number_of_events() {
        use crate::audit::Mediation;

        let (prompts, start) = (Prompts::default(), Instant::now());
        let mediations = Mediation::ALL.iter().copied().map(Some).chain([None]);
        let mediations: Vec<_> = mediations.collect();
        let mut events = 0;
        for millisecond in 0..60_000 {
            let now = start + Duration::from_millis(millisecond);
            let number = usize::try_from(millisecond).unwrap();
            let of = |length: usize, every: usize| number / every % length;
            let report = PromptReport {
                ceremony: PromptCeremony::ALL[of(4, 1)],
                mediation: mediations[of(3, 4)],
                outcome: PromptOutcome::ALL[of(PromptOutcome::ALL.len(), 12)],
            };
            prompts.lock().add(report, now);
            events += prompts.due(now).len();
        }
        let kinds = 4 * 3 * PromptOutcome::ALL.len();
        assert_eq!(prompts.lock().kinds.len(), kinds);
        // One at once, and then one in ten seconds.
        assert!((kinds..=6 * kinds).contains(&events), "{events}");
    }
}
