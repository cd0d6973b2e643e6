//! The fields of logged events and spans, as the documentation of `passkeys::audit` lists them.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use axum::http::Method;
use passkeys::{
    Clock as _, Config, SignCount,
    store::{CredentialRepository as _, Owner},
    testing::Fault,
};
use passkeys_test_support::{World, ada};
use serde_json::{Value, json};
use tracing::{
    Dispatch, Event, Level, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::{DefaultGuard, NoSubscriber},
};
use tracing_subscriber::{Layer, layer::Context, prelude::*, registry::LookupSpan};

use super::browser;

/// Level and fields of one event or span.
#[derive(Clone, Debug, Default, PartialEq)]
struct Entry {
    level: Option<Level>,
    fields: BTreeMap<&'static str, String>,
}

impl Visit for Entry {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

impl Entry {
    fn of(level: Level) -> Self {
        Self {
            level: Some(level),
            fields: BTreeMap::new(),
        }
    }
}

/// Records the events and spans of the library while the guard is in scope.
#[derive(Clone, Default)]
struct Log {
    events: Arc<Mutex<Vec<Entry>>>,
    spans: Arc<Mutex<Vec<Entry>>>,
    /// Names of the fields that were recorded in spans later.
    recorded: Arc<Mutex<Vec<&'static str>>>,
}

/// A second subscriber, which is never dropped.
///
/// While there is only one, `tracing` caches for a log statement whether the thread that reaches it first
/// has a subscriber: a test in another thread, without one, would make this one lose the events.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

impl Log {
    fn listen(&self) -> DefaultGuard {
        LazyLock::force(&ANOTHER);
        let subscriber = tracing_subscriber::registry().with(self.clone());
        tracing::subscriber::set_default(subscriber)
    }

    fn events(&self) -> Vec<Entry> {
        self.events.lock().unwrap().clone()
    }

    fn last_span(&self) -> BTreeMap<&'static str, String> {
        self.spans.lock().unwrap().last().unwrap().fields.clone()
    }
}

/// Index of a span's entry.
struct At(usize);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "passkeys::audit" {
            let mut entry = Entry::of(*event.metadata().level());
            event.record(&mut entry);
            self.events.lock().unwrap().push(entry);
        }
    }

    fn on_new_span(
        &self,
        attributes: &span::Attributes<'_>,
        id: &span::Id,
        context: Context<'_, S>,
    ) {
        let metadata = attributes.metadata();
        if (metadata.target(), metadata.name()) == ("passkeys::http", "passkeys") {
            let mut entry = Entry::of(*metadata.level());
            attributes.record(&mut entry);
            let mut spans = self.spans.lock().unwrap();
            let at = At(spans.len());
            spans.push(entry);
            context.span(id).unwrap().extensions_mut().insert(at);
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, context: Context<'_, S>) {
        if let Some(At(at)) = context.span(id).unwrap().extensions().get() {
            let mut names = Entry::default();
            values.record(&mut names);
            self.recorded.lock().unwrap().extend(names.fields.keys());
            values.record(&mut self.spans.lock().unwrap()[*at]);
        }
    }
}

fn entry(level: Level, fields: &[(&'static str, &str)]) -> Entry {
    Entry {
        level: Some(level),
        fields: fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
    }
}

#[tokio::test]
async fn audit_events_are_logged_with_the_documented_fields() {
    let config = Config::builder("example.com", ["https://example.com"]);
    let world = World::with_config(config.sign_count(SignCount::Suspend).build().unwrap());
    let mut browser = browser(&world, "ada");
    let log = Log::default();
    let guard = log.listen();
    let registered: Value = browser.register().await.assert_ok().json();
    let id = registered["credentialId"].as_str().unwrap();
    let mut ahead = browser.with_fault(Fault::SignCount(5));
    ahead.sign_in().await.assert_ok();
    ahead.sign_in().await.assert_error("authentication_failed");
    let path = format!("/auth/passkeys/credentials/{id}");
    let name = json!({ "deviceName": "Key" });
    browser.request(Method::PATCH, &path, Some(&name)).await;
    browser.request(Method::DELETE, &path, None).await;
    drop(guard);

    let of = |level, event, ceremony, more: &[(&'static str, &str)]| {
        let fixed = [
            ("event", event),
            ("ceremony", ceremony),
            ("rp_id", "example.com"),
        ];
        entry(level, &[&fixed[..], more].concat())
    };
    let (registration, authentication) = ("registration", "authentication");
    let ada = ("user_id", "\"ada\"");
    let hers = [ada, ("credential_id", id)];
    let refused = [ada, ("credential_id", id), ("reason", "sign_count")];
    let expected = [
        of(Level::DEBUG, "registration_begun", registration, &[ada]),
        of(Level::INFO, "registration_succeeded", registration, &hers),
        of(Level::DEBUG, "authentication_begun", authentication, &[]),
        of(
            Level::INFO,
            "authentication_succeeded",
            authentication,
            &hers,
        ),
        of(Level::DEBUG, "authentication_begun", authentication, &[]),
        of(Level::WARN, "clone_suspected", authentication, &hers),
        of(Level::WARN, "credential_suspended", authentication, &hers),
        of(
            Level::INFO,
            "authentication_failed",
            authentication,
            &refused,
        ),
        of(Level::INFO, "credential_renamed", "management", &hers),
        of(Level::INFO, "credential_deleted", "management", &hers),
    ];
    let mut events = log.events();
    for event in &mut events {
        let explained = ["clone_suspected", "authentication_failed"];
        let is_explained = explained.contains(&event.fields["event"].as_str());
        let detail = event.fields.remove("detail");
        assert_eq!(detail.is_some(), is_explained, "{event:?}");
        assert!(detail.is_none_or(|it| it.contains("counter 5, and 5 is stored")));
    }
    assert_eq!(events, expected);
}

#[tokio::test]
async fn changes_by_the_application_are_logged_as_its_management() {
    let world = World::default();
    let mut browser = browser(&world, "ada");
    let registered: Value = browser.register().await.assert_ok().json();
    let id = registered["credentialId"].as_str().unwrap();
    let passkey = id.parse().unwrap();
    let management = world.passkeys.management();
    let log = Log::default();
    let guard = log.listen();
    management.rename("ada", &passkey, "Key").await.unwrap();
    management.suspend("ada", &passkey).await.unwrap();
    management.resume("ada", &passkey).await.unwrap();
    management.delete("ada", &passkey).await.unwrap();
    drop(guard);

    let expected = ["renamed", "suspended", "resumed", "deleted"].map(|change| {
        let event = format!("credential_{change}");
        let fields = [
            ("event", event.as_str()),
            ("ceremony", "management"),
            ("rp_id", "example.com"),
            ("user_id", "\"ada\""),
            ("credential_id", id),
            ("by", "application"),
        ];
        entry(Level::INFO, &fields)
    });
    assert_eq!(log.events(), expected);
}

#[tokio::test]
async fn requests_run_in_a_span_with_the_documented_fields() {
    let world = World::default();
    let mut browser = browser(&world, "ada");
    let log = Log::default();
    let guard = log.listen();
    let registered: Value = browser.register().await.assert_ok().json();
    let id = registered["credentialId"].as_str().unwrap();
    let span = |method, route, ceremony, status, who: &[(&'static str, &str)]| {
        let route = format!("/auth/passkeys{route}");
        let fixed = [
            ("method", method),
            ("route", route.as_str()),
            ("ceremony", ceremony),
            ("rp_id", "example.com"),
            ("status", status),
        ];
        entry(Level::INFO, &[&fixed[..], who].concat()).fields
    };
    let hers = [("user_id", "\"ada\""), ("credential_id", id)];
    let finish = span("POST", "/register/finish", "registration", "200", &hers);
    assert_eq!(log.last_span(), finish);

    browser.sign_in().await.assert_ok();
    let finish = span(
        "POST",
        "/authenticate/finish",
        "authentication",
        "200",
        &hers,
    );
    assert_eq!(log.last_span(), finish);

    browser.get("/auth/passkeys/credentials").await.assert_ok();
    let list = span("GET", "/credentials", "management", "200", &[]);
    assert_eq!(log.last_span(), list);

    let path = format!("/auth/passkeys/credentials/{id}");
    browser.request(Method::DELETE, &path, None).await;
    let delete = span("DELETE", "/credentials/{id}", "management", "204", &hers);
    assert_eq!(log.last_span(), delete);

    browser.request(Method::PUT, &path, None).await;
    let refused = span("PUT", "/credentials/{id}", "management", "405", &[]);
    assert_eq!(log.last_span(), refused);

    let unknown = json!({ "userId": "eve\n" });
    browser
        .post("/auth/passkeys/authenticate/begin", &unknown)
        .await
        .assert_ok();
    let eve = [("user_id", "\"eve\\n\"")];
    let begin = span("POST", "/authenticate/begin", "authentication", "200", &eve);
    assert_eq!(log.last_span(), begin);
    drop(guard);
}

/// A deletion with consent has two events of one user and one passkey.
#[tokio::test]
async fn span_of_a_request_with_several_events_has_each_value_once() {
    let config = Config::builder("example.com", ["https://example.com"]);
    let config = config.fresh(Duration::from_mins(10)).build().unwrap();
    let world = World::with_config(config);
    let mut device = world.device();
    let recent = ada().authenticated_at(world.clock.now());
    world.register(&recent, &mut device).await.unwrap();
    let mut browser = browser(&world, "ada");
    *browser.authenticator() = device;
    let id = world
        .passkeys
        .repository()
        .list(Owner::everywhere("ada"))
        .await
        .unwrap()[0]
        .id
        .clone();
    let log = Log::default();
    let guard = log.listen();
    let path = format!("/auth/passkeys/credentials/{id}");
    browser.step_up(Method::DELETE, &path, None).await;
    drop(guard);
    let last = log.last_span();
    assert_eq!(
        (&*last["method"], &*last["status"]),
        ("DELETE", "204"),
        "{last:?}"
    );
    let recorded = log.recorded.lock().unwrap().clone();
    let of_deletion = recorded.iter().rev().take(3).copied().collect::<Vec<_>>();
    assert_eq!(
        of_deletion,
        ["status", "credential_id", "user_id"],
        "{recorded:?}"
    );
}

#[tokio::test]
async fn spans_of_the_application_are_left_unchanged() {
    let world = World::default();
    let log = Log::default();
    let guard = log.listen();
    let own = tracing::info_span!("passkeys", user_id = tracing::field::Empty);
    let begun = tracing::Instrument::instrument(
        async {
            world
                .passkeys
                .authentication()
                .begin_for_user_id("ada")
                .await
        },
        own,
    );
    begun.await.unwrap();
    drop(guard);
    assert_eq!(log.spans.lock().unwrap().len(), 0);
    assert_eq!(log.events().len(), 1);
}
