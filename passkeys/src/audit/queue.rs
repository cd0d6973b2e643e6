//! Bounded queue of events on their way to the sink, shared fairly.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque, hash_map::RandomState},
    hash::BuildHasher as _,
    time::{Duration, Instant},
};

use super::{AuditEvent, AuditKind, MAX_WAITING};

/// Minimum time between two notices of lost events while further events are queued.
const NOTICE_INTERVAL: Duration = Duration::from_secs(1);

/// Queue of events.
///
/// One half is for [cheap](AuditKind::is_cheap) events, the other for those of accounts. When a half
/// is full, the newest event of the largest flow in it is lost. So a flow loses its own events before
/// it can displace an event of a smaller one, however many events it has.
#[derive(Default)]
pub(super) struct Queue {
    /// Events by their number, which is their order.
    waiting: BTreeMap<u64, AuditEvent>,
    accounts: Flows,
    cheap: Flows,
    hasher: RandomState,
    notice: Option<Notice>,
    /// Time at which the last notice was delivered.
    noticed: Option<Instant>,
    lost_total: u64,
    /// Number of the next event.
    next: u64,
    /// Number of the event that the sink is recording.
    in_delivery: Option<u64>,
}

/// Events lost since the last notice.
struct Notice {
    number: u64,
    event: AuditEvent,
    lost: u64,
}

impl Queue {
    /// Queues an event. If that makes an event be lost, returns the number of events lost in total.
    pub(super) fn add(&mut self, event: AuditEvent) -> Option<u64> {
        let flow = self.flow(&event);
        let number = self.number();
        match self.flows(&event).add(flow, number) {
            Added::Fits => {
                self.waiting.insert(number, event);
                None
            }
            Added::Evicts(other) => {
                self.waiting.insert(number, event);
                self.waiting
                    .remove(&other)
                    .map(|evicted| self.lose(evicted))
            }
            Added::Lost => Some(self.lose(event)),
        }
    }

    /// Takes the next event, or a notice that is due. [`delivered`](Self::delivered) must follow.
    ///
    /// A notice of lost events is due when there was none in the last second, and when no event is
    /// queued.
    pub(super) fn take(&mut self, now: Instant) -> Option<AuditEvent> {
        let last = self.noticed;
        let recent = last.is_some_and(|last| now.duration_since(last) < NOTICE_INTERVAL);
        if (!recent || self.waiting.is_empty())
            && let Some(notice) = self.notice.take()
        {
            self.noticed = Some(now);
            self.in_delivery = Some(notice.number);
            return Some(AuditEvent {
                kind: AuditKind::EventsLost(notice.lost),
                user_id: None,
                credential_id: None,
                detail: None,
                profile: None,
                by_application: false,
                ..notice.event
            });
        }
        let (number, event) = self.waiting.pop_first()?;
        let flow = self.flow(&event);
        self.flows(&event).remove_first(flow);
        self.in_delivery = Some(number);
        Some(event)
    }

    /// Ends the delivery of the event that was taken.
    pub(super) fn delivered(&mut self) {
        self.in_delivery = None;
    }

    /// Returns the number up to which [`is_delivered`](Self::is_delivered) returns whether everything
    /// that is queued now has been delivered.
    pub(super) fn end(&self) -> u64 {
        self.next
    }

    /// Returns whether the sink has recorded every event and every notice with a number below `end`.
    pub(super) fn is_delivered(&self, end: u64) -> bool {
        let queued = self.waiting.keys().next().copied();
        let notice = self.notice.as_ref().map(|notice| notice.number);
        [queued, notice, self.in_delivery]
            .into_iter()
            .flatten()
            .all(|number| number >= end)
    }

    fn lose(&mut self, event: AuditEvent) -> u64 {
        let (number, lost) = match self.notice.take() {
            Some(notice) => (notice.number, notice.lost),
            None => (self.number(), 0),
        };
        self.notice = Some(Notice {
            number,
            event,
            lost: lost + 1,
        });
        self.lost_total += 1;
        self.lost_total
    }

    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    fn flows(&mut self, event: &AuditEvent) -> &mut Flows {
        if event.kind.is_cheap() {
            &mut self.cheap
        } else {
            &mut self.accounts
        }
    }

    /// Returns the flow that an event belongs to: one for each user and kind, so that a user's renames
    /// do not displace a registration by the same user either. Kinds of failures count as one: clients
    /// choose the reason. All sign-ups count as one user, since each has a new user ID.
    fn flow(&self, event: &AuditEvent) -> u64 {
        // A keyed hash: nobody can choose user IDs that share a flow.
        let user_id = event.user_id.as_ref().filter(|_| !event.sign_up);
        let kind = event.kind.as_str();
        self.hasher
            .hash_one((&event.rp_id, user_id, event.sign_up, kind))
    }
}

/// Flows of one half of the queue: the numbers of their events.
#[derive(Default)]
struct Flows {
    numbers: HashMap<u64, VecDeque<u64>>,
    /// Number of events and flow, of every flow.
    sizes: BTreeSet<(usize, u64)>,
    total: usize,
}

enum Added {
    /// There was space.
    Fits,
    /// This event is lost instead.
    Evicts(u64),
    /// The event is lost itself.
    Lost,
}

impl Flows {
    const CAPACITY: usize = MAX_WAITING / 2;

    fn add(&mut self, flow: u64, number: u64) -> Added {
        let mut added = Added::Fits;
        if self.total == Self::CAPACITY {
            let size = self.numbers.get(&flow).map_or(0, VecDeque::len);
            match self.sizes.last() {
                // Of two flows of one size, neither displaces the other.
                Some(&(largest, other)) if size + 1 < largest => {
                    let evicted = self.change(other, VecDeque::pop_back);
                    added = evicted.map_or(Added::Fits, Added::Evicts);
                }
                _ => return Added::Lost,
            }
        }
        self.change(flow, |numbers| numbers.push_back(number));
        added
    }

    fn remove_first(&mut self, flow: u64) {
        self.change(flow, VecDeque::pop_front);
    }

    /// Changes the events of a flow, and counts them anew.
    fn change<T>(&mut self, flow: u64, change: impl FnOnce(&mut VecDeque<u64>) -> T) -> T {
        let numbers = self.numbers.entry(flow).or_default();
        let before = numbers.len();
        let changed = change(numbers);
        let after = numbers.len();
        if after == 0 {
            self.numbers.remove(&flow);
        }
        self.sizes.remove(&(before, flow));
        if after > 0 {
            self.sizes.insert((after, flow));
        }
        self.total = self.total + after - before;
        changed
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use time::OffsetDateTime;

    use super::{AuditEvent, AuditKind, MAX_WAITING, Queue};
    use crate::audit::Reason;

    fn event(kind: AuditKind, user: &str) -> AuditEvent {
        AuditEvent {
            at: OffsetDateTime::UNIX_EPOCH,
            kind,
            rp_id: "example.com".to_owned(),
            user_id: Some(user.to_owned()),
            credential_id: None,
            detail: None,
            profile: None,
            by_application: false,
            sign_up: false,
        }
    }

    /// Takes every event, and returns the user and the kind of each.
    fn drain(queue: &mut Queue, now: Instant) -> Vec<(Option<String>, AuditKind)> {
        std::iter::from_fn(|| {
            let event = queue.take(now)?;
            queue.delivered();
            Some((event.user_id, event.kind))
        })
        .collect()
    }

    #[test]
    fn events_of_many_users_wait_in_order_up_to_half_of_the_queue_each() {
        let mut queue = Queue::default();
        for number in 0..MAX_WAITING {
            let kind = if number % 2 == 0 {
                AuditKind::CredentialRenamed
            } else {
                AuditKind::AuthenticationFailed(Reason::Signature)
            };
            assert_eq!(queue.add(event(kind, &number.to_string())), None);
        }
        for (kind, lost) in [
            (AuditKind::CredentialRenamed, 1),
            (AuditKind::RegistrationSucceeded, 2),
            (AuditKind::AuthenticationBegun, 3),
        ] {
            assert_eq!(queue.add(event(kind, "another")), Some(lost));
        }
        let delivered = drain(&mut queue, Instant::now());
        assert_eq!(delivered[0], (None, AuditKind::EventsLost(3)));
        let order = delivered[1..].iter().map(|(user, _)| user.clone().unwrap());
        assert!(order.eq((0..MAX_WAITING).map(|number| number.to_string())));
    }

    #[test]
    fn user_who_fills_the_queue_loses_own_events_to_every_other_user() {
        let mut queue = Queue::default();
        for _ in 0..3 * MAX_WAITING {
            queue.add(event(AuditKind::CredentialRenamed, "eve"));
        }
        let others = MAX_WAITING / 2 - 1;
        for user in 0..others {
            queue.add(event(AuditKind::RegistrationSucceeded, &user.to_string()));
            queue.add(event(AuditKind::CredentialRenamed, "eve"));
        }
        let delivered = drain(&mut queue, Instant::now());
        let of = |kind| delivered.iter().filter(|(_, it)| *it == kind).count();
        assert_eq!(of(AuditKind::RegistrationSucceeded), others);
        assert_eq!(of(AuditKind::CredentialRenamed), 1);
        let lost = 3 * MAX_WAITING + others - 1;
        let lost = AuditKind::EventsLost(u64::try_from(lost).unwrap());
        assert!(delivered.contains(&(None, lost)));
        // Nothing is left behind of users whose events are delivered.
        assert!(queue.accounts.numbers.is_empty() && queue.accounts.sizes.is_empty());
        assert_eq!(queue.accounts.total, 0);
    }

    #[test]
    fn sign_ups_of_many_user_ids_displace_no_event_of_a_user() {
        let mut queue = Queue::default();
        for number in 0..2 * MAX_WAITING {
            let kind = AuditKind::RegistrationSucceeded;
            queue.add(AuditEvent {
                by_application: false,
                sign_up: true,
                ..event(kind, &number.to_string())
            });
        }
        queue.add(event(AuditKind::RegistrationSucceeded, "ada"));
        let delivered = drain(&mut queue, Instant::now());
        let ada = (Some("ada".to_owned()), AuditKind::RegistrationSucceeded);
        assert!(delivered.contains(&ada));
    }

    #[test]
    fn notices_of_lost_events_come_once_a_second_while_events_are_queued() {
        let mut queue = Queue::default();
        let start = Instant::now();
        let mut notices = Vec::new();
        // Ten events arrive while the sink records one, which takes it 10 ms.
        for turn in 0..1000 {
            for _ in 0..10 {
                queue.add(event(AuditKind::CredentialRenamed, "eve"));
            }
            let now = start + Duration::from_millis(10) * turn;
            if let Some(AuditKind::EventsLost(lost)) = queue.take(now).map(|event| event.kind) {
                notices.push(lost);
            }
            queue.delivered();
        }
        // The queue is full after about 2.3 of the 10 seconds.
        assert_eq!(notices.len(), 8, "{notices:?}");
        let rest = drain(&mut queue, start + Duration::from_secs(11));
        let remaining = match rest[0].1 {
            AuditKind::EventsLost(lost) => lost,
            kind => panic!("{kind:?}"),
        };
        let delivered = 1000 - notices.len() + rest.len() - 1;
        let lost = notices.iter().sum::<u64>() + remaining;
        assert_eq!(u64::try_from(delivered).unwrap() + lost, 10_000);
    }

    #[test]
    fn queue_is_delivered_when_its_events_its_notice_and_the_taken_one_are() {
        let mut queue = Queue::default();
        assert!(queue.is_delivered(queue.end()));
        for _ in 0..=MAX_WAITING / 2 {
            queue.add(event(AuditKind::CredentialRenamed, "eve"));
        }
        let end = queue.end();
        queue.add(event(AuditKind::CredentialDeleted, "ada"));
        let now = Instant::now();
        let notice = queue.take(now).unwrap();
        assert_eq!(notice.kind, AuditKind::EventsLost(2));
        for _ in 0..MAX_WAITING / 2 - 1 {
            queue.delivered();
            assert!(!queue.is_delivered(end));
            queue.take(now).unwrap();
        }
        assert!(!queue.is_delivered(end), "the last one is in delivery");
        queue.delivered();
        assert!(queue.is_delivered(end));
        assert!(!queue.is_delivered(queue.end()), "`ada` is later");
    }
}
