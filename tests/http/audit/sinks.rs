//! Audit sinks that block, panic or are slow, and do not affect sign-ins.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use axum::http::Method;
use passkeys::{
    Passkeys,
    audit::{AuditEvent, AuditKind, AuditSink, MAX_WAITING, Reason},
    store::MemoryRepository,
    testing::Fault,
};
use passkeys_test_support::{App, RegistrationExt as _, World, ada};
use serde_json::{Value, json};

use super::browser;

/// Upper bound of a test's waiting time; durations are not asserted.
const PATIENCE: Duration = Duration::from_mins(1);

/// Sink that blocks until the gate is opened, then keeps the events.
#[derive(Clone, Default)]
struct Gated {
    gate: Arc<(Mutex<bool>, Condvar)>,
    notes: Arc<Mutex<Vec<AuditEvent>>>,
}

impl Gated {
    fn open(&self) {
        *self.gate.0.lock().unwrap() = true;
        self.gate.1.notify_all();
    }

    fn kinds(&self) -> Vec<AuditKind> {
        let notes = self.notes.lock().unwrap();
        notes.iter().map(|event| event.kind).collect()
    }
}

impl AuditSink for Gated {
    fn record(&self, event: &AuditEvent) {
        let (gate, opened) = &*self.gate;
        let gate = gate.lock().unwrap();
        drop(opened.wait_while(gate, |open| !*open).unwrap());
        self.notes.lock().unwrap().push(event.clone());
    }
}

/// Returns a test world with this audit sink.
fn world(sink: impl AuditSink) -> World {
    let mut world = World::default();
    world.passkeys = world.passkeys.audit(sink);
    world
}

#[tokio::test]
async fn blocking_audit_sink_does_not_block_sign_ins() {
    let sink = Gated::default();
    let world = world(sink.clone());
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    // More events than the queue holds.
    for _ in 0..MAX_WAITING {
        world.passkeys.authentication().begin().await.unwrap();
    }
    world.sign_in(&mut device).await.unwrap();
    assert!(!world.passkeys.flush_audit(Duration::from_millis(1)));
    assert_eq!(sink.kinds(), [], "it is still blocked");
    sink.open();
}

/// Sink that panics at every event except a successful sign-in.
#[derive(Clone, Default)]
struct Panicking(Arc<AtomicUsize>);

impl AuditSink for Panicking {
    fn record(&self, event: &AuditEvent) {
        assert_eq!(event.kind, AuditKind::AuthenticationSucceeded, "on purpose");
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn panicking_audit_sink_fails_no_sign_in_and_receives_the_next_event() {
    let sink = Panicking::default();
    let world = world(sink.clone());
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    for _ in 0..3 {
        world.sign_in(&mut device).await.unwrap();
    }
    assert!(world.passkeys.flush_audit(PATIENCE));
    assert_eq!(sink.0.load(Ordering::Relaxed), 3);
}

/// Returns the number of begun sign-ins and the number of events reported lost, which is all there is.
fn count(kinds: &[AuditKind]) -> (usize, usize) {
    kinds
        .iter()
        .fold((0, 0), |(begun, lost), kind| match *kind {
            AuditKind::AuthenticationBegun => (begun + 1, lost),
            AuditKind::EventsLost(more) => (begun, lost + usize::try_from(more).unwrap()),
            other => panic!("{other:?}"),
        })
}

#[tokio::test]
async fn slow_audit_sink_receives_the_number_of_events_that_were_lost() {
    const EVENTS: usize = 10_000;
    let sink = Gated::default();
    let world = world(sink.clone());
    for _ in 0..EVENTS {
        world.passkeys.authentication().begin().await.unwrap();
    }
    sink.open();
    assert!(world.passkeys.flush_audit(PATIENCE));

    let kinds = sink.kinds();
    let (given, missed) = count(&kinds);
    // The sink may have received one before the queue was full.
    assert!(given <= MAX_WAITING / 2 + 1, "{given} waited");
    assert_eq!(given + missed, EVENTS);

    // The next loss is counted anew.
    world.passkeys.authentication().begin().await.unwrap();
    assert!(world.passkeys.flush_audit(PATIENCE));
    assert_eq!(sink.kinds().len(), kinds.len() + 1);
}

#[tokio::test]
async fn flood_of_begins_and_failures_evicts_no_account_event_from_the_audit_trail() {
    let sink = Gated::default();
    let world = world(sink.clone());
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    let mut broken = device.with_fault(Fault::BrokenSignature);
    let request = world.assert(None, &mut broken).await;
    for _ in 0..MAX_WAITING {
        world.passkeys.authentication().begin().await.unwrap();
        let again = world.passkeys.authentication().finish(&request).await;
        again.unwrap_err();
    }
    world.sign_in(&mut device).await.unwrap();
    sink.open();
    assert!(world.passkeys.flush_audit(PATIENCE));
    let kinds = sink.kinds();
    assert!(kinds.contains(&AuditKind::AuthenticationFailed(Reason::Replayed)));
    assert!(kinds.contains(&AuditKind::AuthenticationSucceeded));
}

/// Sink that records one event for each permit, and passes it on.
struct Permitted(Mutex<mpsc::Receiver<()>>, mpsc::Sender<AuditEvent>);

impl AuditSink for Permitted {
    fn record(&self, event: &AuditEvent) {
        // Without a sender the test is over.
        let _ = self.0.lock().unwrap().recv();
        let _ = self.1.send(event.clone());
    }
}

#[tokio::test]
async fn user_renaming_in_a_loop_displaces_no_event_of_others_and_losses_are_reported_meanwhile() {
    let (permit, permits) = mpsc::channel();
    let (sender, recorded) = mpsc::channel();
    let world = world(Permitted(Mutex::new(permits), sender));
    let mut eve = browser(&world, "eve");
    let registered: Value = eve.register().await.assert_ok().json();
    let id = registered["credentialId"].as_str().unwrap();
    let path = format!("/auth/passkeys/credentials/{id}");
    let name = json!({ "deviceName": "Key" });
    // The sink is slow: it records one event while four arrive.
    let mut renamed = 0;
    let mut received = Vec::new();
    let mut rename = async || {
        eve.request(Method::PATCH, &path, Some(&name)).await;
        renamed += 1;
        if renamed % 4 == 0 {
            permit.send(()).unwrap();
        }
        renamed
    };
    while rename().await < MAX_WAITING {}
    browser(&world, "ada").register().await.assert_ok();
    // And the loop goes on until the sink has recorded everything that was queued by now.
    while rename().await < 4 * MAX_WAITING {
        received.extend(recorded.try_iter());
    }

    let of = |user: &str| {
        let of_user = received
            .iter()
            .filter(move |event: &&AuditEvent| event.user_id.as_deref() == Some(user));
        of_user.map(|event| event.kind).collect::<Vec<_>>()
    };
    let begun_and_succeeded = [
        AuditKind::RegistrationBegun,
        AuditKind::RegistrationSucceeded,
    ];
    assert_eq!(of("ada"), begun_and_succeeded);
    assert_eq!(of("eve")[..2], begun_and_succeeded);
    let mut notices = received
        .iter()
        .filter(|event| matches!(event.kind, AuditKind::EventsLost(_)));
    assert!(notices.next().is_some(), "there was no notice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn audit_sink_receives_the_events_of_a_ceremony_in_order() {
    let sink = Gated::default();
    sink.open();
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let world = Arc::new(World::of(passkeys));
    let passkeys = world.passkeys.clone().audit(sink.clone());
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..100 {
        let (world, passkeys) = (world.clone(), passkeys.clone());
        tasks.spawn(async move {
            let user = passkeys::PasskeyUser::new(format!("{number}"), "name", "name");
            let begun = passkeys.registration().begin(&user).await.unwrap();
            let request = world.answer(begun, &mut world.device());
            let finished = passkeys.registration().finish_as(&user, &request).await;
            finished.unwrap();
        });
    }
    tasks.join_all().await;
    assert!(passkeys.flush_audit(PATIENCE));
    let notes = sink.notes.lock().unwrap();
    for number in 0..100 {
        let of_user = notes
            .iter()
            .filter(|event| event.user_id == Some(format!("{number}")));
        let kinds: Vec<_> = of_user.map(|event| event.kind).collect();
        let in_order = [
            AuditKind::RegistrationBegun,
            AuditKind::RegistrationSucceeded,
        ];
        assert_eq!(kinds, in_order);
    }
}

/// Sink that reports the thread that it runs on, and when it is dropped.
struct Observed(mpsc::Sender<Option<String>>);

impl AuditSink for Observed {
    fn record(&self, _: &AuditEvent) {
        let name = thread::current().name().map(str::to_owned);
        self.0.send(name).unwrap();
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        let _ = self.0.send(Some("dropped".to_owned()));
    }
}

#[tokio::test]
async fn audit_sink_thread_ends_after_the_last_event() {
    let (sender, told) = mpsc::channel();
    let world = world(Observed(sender));
    world.passkeys.authentication().begin().await.unwrap();
    drop(world);
    let told: Vec<_> = [(); 2]
        .map(|()| told.recv_timeout(PATIENCE).unwrap())
        .into();
    assert_eq!(
        told,
        [
            Some("passkeys-audit".to_owned()),
            Some("dropped".to_owned())
        ]
    );
}

/// Sink that takes 50 ms for each event.
struct Slow;

impl AuditSink for Slow {
    fn record(&self, _: &AuditEvent) {
        thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test]
async fn flush_audit_waits_for_the_sink_up_to_the_timeout() {
    let world = world(Slow);
    let begun = Instant::now();
    assert!(world.passkeys.flush_audit(PATIENCE), "there is nothing yet");
    world.passkeys.authentication().begin().await.unwrap();
    assert!(!world.passkeys.flush_audit(Duration::ZERO));
    assert!(world.passkeys.flush_audit(PATIENCE));
    assert!(begun.elapsed() >= Duration::from_millis(50));
}
