//! Metrics (feature `metrics`): what is counted, and that labels are of closed sets.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};

use async_trait::async_trait;
use axum::{
    body::Body,
    http::{Method, Request},
};
use metrics_util::{
    MetricKind as Kind,
    debugging::{DebugValue, DebuggingRecorder, Snapshotter},
};
use passkeys::{
    Config, Passkeys,
    audit::{AuditEvent, AuditSink, MAX_WAITING, PromptOutcome, Reason},
    ceremony::{PromptCeremony, PromptReport},
    metrics::{self, MetricKind},
    store::{ChallengeStore, MemoryRepository, PendingCeremony, StoreError},
    testing::{Browser, Fault},
};
use passkeys_test_support::{App, World, ada};
use serde_json::json;

use crate::site::Site;

/// Labels of a metric, in the form `name=value`.
type Labels = Vec<String>;

/// Metrics of one test: those of its thread, on which its runtime runs, too.
struct Numbers {
    recorder: DebuggingRecorder,
    snapshotter: Snapshotter,
}

impl Numbers {
    fn new() -> Self {
        let recorder = DebuggingRecorder::new();
        let snapshotter = recorder.snapshotter();
        Self {
            recorder,
            snapshotter,
        }
    }

    /// Returns the values since the last call. That of a histogram is the number of its durations.
    fn values(&self) -> BTreeMap<(String, Labels), f64> {
        let snapshot = self.snapshotter.snapshot().into_vec().into_iter();
        snapshot
            .map(|(key, _, _, value)| {
                let labels = key.key().labels();
                let labels = labels.map(|it| format!("{}={}", it.key(), it.value()));
                let number = match value {
                    DebugValue::Counter(count) => f64::from(u32::try_from(count).unwrap()),
                    DebugValue::Gauge(value) => value.into_inner(),
                    DebugValue::Histogram(durations) => {
                        f64::from(u32::try_from(durations.len()).unwrap())
                    }
                };
                ((key.key().name().to_owned(), labels.collect()), number)
            })
            .filter(|(_, number)| *number != 0.0)
            .collect()
    }
}

/// Returns the value of a metric with these labels.
fn value(values: &BTreeMap<(String, Labels), f64>, name: &str, labels: &[&str]) -> f64 {
    let labels = labels.iter().map(|&label| label.to_owned()).collect();
    let value = values.get(&(name.to_owned(), labels));
    value.copied().unwrap_or_default()
}

#[track_caller]
fn assert_is(value: f64, expected: u32) {
    assert!(
        (value - f64::from(expected)).abs() < 0.5,
        "{value}, and not {expected}"
    );
}

fn config() -> Config {
    let config = Config::builder("example.com", ["https://example.com"]);
    let config = config.profile("careful", |profile| profile.timeout(Duration::from_mins(1)));
    config.prompt_outcomes(true).build().unwrap()
}

fn browser(passkeys: &Passkeys<App>, user: &str) -> Browser {
    let router = axum::Router::new().nest("/auth/passkeys", passkeys.router());
    Browser::new(router, "https://example.com").with_header("x-user", user)
}

#[tokio::test]
async fn ceremonies_are_counted_by_profile_and_refusals_by_reason() {
    let numbers = Numbers::new();
    let _guard = ::metrics::set_default_local_recorder(&numbers.recorder);
    let world = World::with_config(config());
    let mut browser = browser(&world.passkeys, "ada");
    browser.register().await.assert_ok();
    browser.set_profile(Some("careful"));
    browser.sign_in().await.assert_ok();
    let mut forged = browser.with_fault(Fault::BrokenSignature);
    forged.sign_in().await.assert_error("authentication_failed");
    let unknown = json!({ "state": "x", "credential": {} });
    let finish = "/auth/passkeys/authenticate/finish";
    browser
        .post(finish, &unknown)
        .await
        .assert_error("challenge_not_found");

    let values = numbers.values();
    let registration = ["ceremony=registration", "profile="];
    let careful = ["ceremony=authentication", "profile=careful"];
    assert_is(value(&values, metrics::CEREMONIES_BEGUN, &registration), 1);
    assert_is(
        value(&values, metrics::CEREMONIES_FINISHED, &registration),
        1,
    );
    assert_is(value(&values, metrics::CEREMONIES_BEGUN, &careful), 2);
    assert_is(value(&values, metrics::CEREMONIES_FINISHED, &careful), 1);
    let refused = [careful[0], careful[1], "reason=signature"];
    assert_is(value(&values, metrics::CEREMONIES_REFUSED, &refused), 1);
    // Of a state that is unknown, so is the profile.
    let unknown = [careful[0], "profile=", "reason=unknown_state"];
    assert_is(value(&values, metrics::CEREMONIES_REFUSED, &unknown), 1);
}

/// The audit trail has the profile, too.
#[tokio::test]
async fn audit_events_of_a_ceremony_have_its_profile_from_begin_to_finish() {
    let world = World::with_config(config());
    let mut browser = browser(&world.passkeys, "ada");
    browser.register().await.assert_ok();
    browser.set_profile(Some("careful"));
    browser.register().await.assert_ok();
    browser.sign_in().await.assert_ok();
    let mut forged = browser.with_fault(Fault::BrokenSignature);
    forged.register().await;
    forged.sign_in().await.assert_error("authentication_failed");
    let events = world.audit.events();
    let profiles: Vec<_> = events
        .iter()
        .map(|event| event.profile.as_deref())
        .collect();
    assert_eq!(profiles[..2], [None, None]);
    assert!(profiles.len() >= 10, "{events:?}");
    assert!(
        profiles[2..].iter().all(|it| *it == Some("careful")),
        "{events:?}"
    );
}

#[tokio::test]
async fn requests_are_measured_by_method_route_and_status() {
    let numbers = Numbers::new();
    let _guard = ::metrics::set_default_local_recorder(&numbers.recorder);
    let world = World::with_config(config());
    let mut browser = browser(&world.passkeys, "ada");
    browser.register().await.assert_ok();
    let path = "/auth/passkeys/credentials/AAAA";
    browser.request(Method::DELETE, path, None).await;
    let values = numbers.values();
    let of = |labels: &[&str]| value(&values, metrics::REQUEST_DURATION, labels);
    let begin = "route=/auth/passkeys/register/begin";
    assert_is(of(&["method=POST", begin, "status=200"]), 1);
    let deletion = "route=/auth/passkeys/credentials/{id}";
    assert_is(of(&["method=DELETE", deletion, "status=404"]), 1);
}

/// Challenge store that cannot be reached.
struct Gone;

#[async_trait]
impl ChallengeStore for Gone {
    async fn put(&self, _: PendingCeremony) -> Result<String, StoreError> {
        Err(StoreError::new("gone"))
    }

    async fn take(&self, _: &str) -> Result<Option<PendingCeremony>, StoreError> {
        Err(StoreError::new("gone"))
    }
}

#[tokio::test]
async fn store_operations_are_measured_with_their_results() {
    let numbers = Numbers::new();
    let _guard = ::metrics::set_default_local_recorder(&numbers.recorder);
    let world = World::default();
    let mut device = world.device();
    world.register(&ada(), &mut device).await.unwrap();
    world.sign_in(&mut device).await.unwrap();
    let values = numbers.values();
    for (store, operation) in [
        ("MemoryChallenges", "put"),
        ("MemoryChallenges", "take"),
        ("MemoryRepository", "list"),
        ("MemoryRepository", "insert"),
        ("MemoryRepository", "find"),
        ("MemoryRepository", "record_use"),
    ] {
        let labels = [
            &*format!("store={store}"),
            &*format!("operation={operation}"),
            "result=ok",
        ];
        let number = value(&values, metrics::STORE_DURATION, &labels);
        assert!(number >= 1.0, "{store} {operation}: {values:?}");
    }

    let passkeys = Passkeys::new(App, MemoryRepository::default()).challenges(Gone);
    passkeys.authentication().begin().await.unwrap_err();
    let labels = ["store=Gone", "operation=put", "result=error"];
    assert_is(
        value(&numbers.values(), metrics::STORE_DURATION, &labels),
        1,
    );
}

#[tokio::test]
async fn ceremonies_wait_from_begin_to_finish() {
    let numbers = Numbers::new();
    let _guard = ::metrics::set_default_local_recorder(&numbers.recorder);
    let world = World::default();
    let mut device = world.device();
    let mut sum = 0.0;
    let mut waiting = || {
        // A snapshot has the change since the last one.
        sum += value(&numbers.values(), metrics::CEREMONIES_WAITING, &[]);
        sum
    };
    for number in 1..=3 {
        world.passkeys.authentication().begin().await.unwrap();
        assert_is(waiting(), number);
    }
    let request = world.create(&ada(), &mut device).await;
    assert_is(waiting(), 4);
    let who = async { Ok::<_, passkeys::Error>(ada()) };
    world
        .passkeys
        .registration()
        .finish(&request, who)
        .await
        .unwrap();
    assert_is(waiting(), 3);
    // A replay takes nothing.
    let who = async { Ok::<_, passkeys::Error>(ada()) };
    world
        .passkeys
        .registration()
        .finish(&request, who)
        .await
        .unwrap_err();
    assert_is(waiting(), 3);
}

#[tokio::test]
async fn prompts_are_counted_with_those_that_wait_for_their_event() {
    let numbers = Numbers::new();
    let _guard = ::metrics::set_default_local_recorder(&numbers.recorder);
    let world = World::with_config(config());
    let report = PromptReport::new(PromptCeremony::StepUp, PromptOutcome::TimedOut);
    for _ in 0..7 {
        world.passkeys.record_prompt(report);
    }
    assert_eq!(world.audit.events().len(), 2);
    let labels = ["ceremony=step_up", "mediation=modal", "outcome=timed_out"];
    assert_is(
        value(&numbers.values(), metrics::PROMPTS_FAILED, &labels),
        7,
    );
}

/// Sink that never ends.
struct Stuck;

impl AuditSink for Stuck {
    fn record(&self, _: &AuditEvent) {
        std::thread::park();
    }
}

#[tokio::test]
async fn lost_audit_events_and_changes_of_passkeys_are_counted() {
    let numbers = Numbers::new();
    let _guard = ::metrics::set_default_local_recorder(&numbers.recorder);
    let world = World::default();
    let mut browser = browser(&world.passkeys, "ada");
    let registered: serde_json::Value = browser.register().await.assert_ok().json();
    let path = format!(
        "/auth/passkeys/credentials/{}",
        registered["credentialId"].as_str().unwrap()
    );
    browser
        .request(Method::DELETE, &path, None)
        .await
        .assert_status(204);
    let deleted = ["event=credential_deleted"];
    assert_is(
        value(&numbers.values(), metrics::CREDENTIAL_EVENTS, &deleted),
        1,
    );

    let passkeys = Passkeys::new(App, MemoryRepository::default()).audit(Stuck);
    let begins = MAX_WAITING / 2 + 10;
    for _ in 0..begins {
        passkeys.authentication().begin().await.unwrap();
    }
    let lost = value(&numbers.values(), metrics::AUDIT_EVENTS_LOST, &[]);
    // The sink may have taken one.
    assert!((9.0..=10.0).contains(&lost), "{lost}");
}

/// Otherwise a client could fill the memory of the recorder and of what collects from it.
#[tokio::test]
async fn labels_have_only_words_of_closed_sets_whatever_clients_send() {
    let numbers = Numbers::new();
    let _guard = ::metrics::set_default_local_recorder(&numbers.recorder);
    let world = World::with_config(config());
    let site = Site::of(&world.passkeys);
    for number in 0..50 {
        for (method, path) in [
            ("POST", "/authenticate/begin?profile=made-up-"),
            ("POST", "/authenticate/begin?x="),
            ("DELETE", "/credentials/"),
            ("PATCH", "/credentials/"),
            ("POST", "/outcomes?x="),
            ("POST", "/no-route-"),
        ] {
            for method in [method.to_owned(), format!("{method}{number}")] {
                let request = Request::builder()
                    .method(&*method)
                    .uri(format!("/auth/passkeys{path}{number}"))
                    .header("x-user", format!("user-{number}"))
                    .header("content-type", "application/json")
                    .body(Body::from(format!(
                        r#"{{"userId":"{number}","ceremony":"{number}","outcome":"{number}","state":"{number}"}}"#
                    )));
                site.send(request.unwrap()).await;
            }
        }
    }
    let values = numbers.values();
    let mut words = BTreeMap::<_, BTreeSet<_>>::new();
    for (name, labels) in values.keys() {
        let metric = metrics::ALL.iter().find(|it| it.name == name).unwrap();
        for pair in labels {
            let (label, value) = pair.split_once('=').unwrap();
            assert!(metric.labels.contains(&label), "{name}: {pair}");
            words.entry(label).or_default().insert(value);
        }
    }
    let methods = ["DELETE", "PATCH", "POST", "other"];
    assert!(words["method"].iter().eq(&methods), "{words:?}");
    assert!(words["route"].len() <= 3, "{words:?}");
    assert!(words["profile"].iter().eq([&""]), "{words:?}");
    assert!(words["status"].len() <= 6, "{words:?}");
    let reasons: Vec<_> = Reason::ALL.iter().map(|it| it.as_str()).collect();
    let of_refusals = words.get("reason").into_iter().flatten();
    assert!(of_refusals.into_iter().all(|it| reasons.contains(it)));
    assert!(values.len() < 60, "{}", values.len());
}

#[tokio::test]
async fn every_metric_is_described_with_its_kind_and_unit() {
    let numbers = Numbers::new();
    let _guard = ::metrics::set_default_local_recorder(&numbers.recorder);
    metrics::describe();
    for metric in metrics::ALL {
        // A description is kept with the first value.
        match metric.kind {
            MetricKind::Counter => ::metrics::counter!(metric.name).increment(1),
            MetricKind::Gauge => ::metrics::gauge!(metric.name).increment(1.0),
            _ => ::metrics::histogram!(metric.name).record(1.0),
        }
    }
    let described = numbers.snapshotter.snapshot().into_vec();
    assert_eq!(described.len(), metrics::ALL.len());
    for (key, unit, description, _) in described {
        let named = metrics::ALL.iter().find(|it| it.name == key.key().name());
        let metric = named.unwrap();
        assert_eq!(description.unwrap().as_ref(), metric.description);
        let unit = unit.unwrap();
        let (kind, expected) = match metric.kind {
            MetricKind::Counter => (Kind::Counter, ::metrics::Unit::Count),
            MetricKind::Gauge => (Kind::Gauge, ::metrics::Unit::Count),
            _ => (Kind::Histogram, ::metrics::Unit::Seconds),
        };
        assert_eq!((key.kind(), unit), (kind, expected), "{}", metric.name);
        let seconds = metric.name.ends_with("_seconds");
        assert_eq!(
            seconds,
            metric.kind == MetricKind::Histogram,
            "{}",
            metric.name
        );
        let total = metric.name.ends_with("_total");
        assert_eq!(total, metric.kind == MetricKind::Counter, "{}", metric.name);
    }
}

#[test]
fn page_about_metrics_lists_every_metric_with_its_labels_and_no_other() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/metrics.md");
    let page = fs::read_to_string(page).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `passkeys_"));
    let rows: BTreeSet<_> = rows
        .map(|row| {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            (
                cells[1].to_owned(),
                cells[2].to_owned(),
                cells[3].to_owned(),
            )
        })
        .collect();
    let expected: BTreeSet<_> = metrics::ALL
        .iter()
        .map(|metric| {
            let kind = match metric.kind {
                MetricKind::Counter => "counter",
                MetricKind::Gauge => "gauge",
                _ => "histogram",
            };
            let labels: Vec<_> = metric.labels.iter().map(|it| format!("`{it}`")).collect();
            (
                format!("`{}`", metric.name),
                kind.to_owned(),
                labels.join(", "),
            )
        })
        .collect();
    assert_eq!(rows, expected);
}
