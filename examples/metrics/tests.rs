//! The dashboard and the traces, held to what the library records.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use opentelemetry::Key;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use passkeys::{
    audit::PromptOutcome,
    ceremony::{PromptCeremony, PromptReport},
    testing::{Browser, Fault},
};
use serde_json::Value;
use tracing::{Dispatch, subscriber::NoSubscriber};

use super::{prometheus, router, traces};

/// Registers, signs in, fails to sign in, cancels, and reads the list.
async fn use_the_site() {
    let mut browser = Browser::new(router(), "http://localhost:3000");
    browser.register().await.assert_ok();
    browser.set_profile(Some("security_key"));
    browser.sign_in().await.assert_ok();
    let mut forged = browser.with_fault(Fault::BrokenSignature);
    forged.sign_in().await.assert_error("authentication_failed");
    let cancelled = PromptReport::new(PromptCeremony::Authentication, PromptOutcome::Cancelled);
    browser.report_prompt(&cancelled).await.assert_status(204);
    browser.get("/auth/passkeys/credentials").await.assert_ok();
}

/// Returns every word of a text that has the prefix of the library's metrics.
fn names(text: &str) -> BTreeSet<String> {
    let is_of_name = |char: char| char.is_ascii_lowercase() || char == '_';
    let words = text.split(|char| !is_of_name(char));
    words
        .filter(|word| word.starts_with("passkeys_"))
        .map(str::to_owned)
        .collect()
}

/// Returns a metric's name without the suffix that Prometheus adds to histograms.
fn base(name: &str) -> &str {
    ["_bucket", "_count", "_sum"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name)
}

fn is_known(name: &str) -> bool {
    let known = passkeys::metrics::ALL.iter();
    known.map(|metric| metric.name).any(|it| it == base(name))
}

/// Returns the queries of the dashboard.
fn queries() -> Vec<String> {
    fn collect(value: &Value, queries: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    match value {
                        Value::String(text) if key == "expr" || key == "query" => {
                            queries.push(text.clone());
                        }
                        value => collect(value, queries),
                    }
                }
            }
            Value::Array(elements) => elements.iter().for_each(|it| collect(it, queries)),
            _ => {}
        }
    }
    let dashboard: Value = serde_json::from_str(include_str!("dashboard.json")).unwrap();
    let mut queries = Vec::new();
    collect(&dashboard, &mut queries);
    queries
}

#[test]
fn every_metric_of_the_dashboard_exists_and_every_metric_is_on_it() {
    let queries = queries().join("\n");
    let on_dashboard = names(&queries);
    for name in &on_dashboard {
        assert!(is_known(name), "`{name}` is no metric of the library");
    }
    for metric in passkeys::metrics::ALL {
        let is_shown = on_dashboard.iter().any(|name| base(name) == metric.name);
        assert!(is_shown, "`{}` is not on the dashboard", metric.name);
    }
    assert!(!is_known("passkeys_sign_ins_total"));
}

/// Labels in selectors and in `by (..)`, besides Prometheus' own.
#[test]
fn every_label_of_the_dashboard_is_one_of_its_metric() {
    for query in queries() {
        let of_metrics: BTreeSet<_> = passkeys::metrics::ALL
            .iter()
            .filter(|metric| names(&query).iter().any(|name| base(name) == metric.name))
            .flat_map(|metric| metric.labels.iter().copied())
            .collect();
        let selectors = query
            .split('{')
            .skip(1)
            .filter_map(|it| it.split('}').next());
        let selected = selectors
            .flat_map(|selector| selector.split(", "))
            .map(|it| {
                let end = it.find(['=', '!', '~']).unwrap_or(it.len());
                &it[..end]
            });
        let groups = query
            .split("by (")
            .skip(1)
            .filter_map(|it| it.split(')').next());
        let grouped = groups.flat_map(|group| group.split(", "));
        for label in selected.chain(grouped) {
            let is_prometheus = ["job", "le"].contains(&label);
            assert!(
                is_prometheus || of_metrics.contains(label),
                "`{label}` in {query}"
            );
        }
    }
}

#[tokio::test]
async fn exporter_renders_what_the_site_did() {
    let recorder = prometheus::builder().build_recorder();
    let handle = recorder.handle();
    let guard = ::metrics::set_default_local_recorder(&recorder);
    passkeys::metrics::describe();
    use_the_site().await;
    drop(guard);
    let rendered = handle.render();
    for line in [
        r#"passkeys_ceremonies_begun_total{ceremony="registration",profile=""} 1"#,
        r#"passkeys_ceremonies_begun_total{ceremony="authentication",profile="security_key"} 2"#,
        r#"passkeys_ceremonies_finished_total{ceremony="authentication",profile="security_key"} 1"#,
        r#"passkeys_ceremonies_refused_total{ceremony="authentication",profile="security_key",reason="signature"} 1"#,
        r#"passkeys_prompts_failed_total{ceremony="authentication",mediation="modal",outcome="cancelled"} 1"#,
        "passkeys_ceremonies_waiting 0",
        "# TYPE passkeys_request_duration_seconds histogram",
    ] {
        assert!(
            rendered.lines().any(|it| it == line),
            "{line}\nin\n{rendered}"
        );
    }
    for name in names(&rendered) {
        assert!(is_known(&name), "{name}");
    }
}

/// Returns the value of an attribute of a span, as text.
fn attribute(span: &SpanData, key: &'static str) -> Option<String> {
    let attribute = span.attributes.iter().find(|it| it.key == Key::from(key));
    attribute.map(|it| it.value.to_string())
}

/// A second subscriber, which is never dropped.
///
/// While there is only one, `tracing` caches for a log statement whether the thread that reaches it first
/// has a subscriber: a test in another thread, without one, would make this one lose the events.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

#[tokio::test]
async fn traces_have_a_span_of_each_request_with_route_status_and_audit_events() {
    LazyLock::force(&ANOTHER);
    let exporter = InMemorySpanExporter::default();
    let provider = traces::provider(exporter.clone());
    let subscriber = Arc::new(traces::subscriber(&provider));
    let guard = tracing::subscriber::set_default(subscriber);
    use_the_site().await;
    drop(guard);
    provider.force_flush().unwrap();
    let spans = exporter.get_finished_spans().unwrap();
    let route = "/auth/passkeys/authenticate/finish";
    let is_finish = |span: &&SpanData| attribute(span, "route").as_deref() == Some(route);
    let finishes: Vec<_> = spans.iter().filter(is_finish).collect();
    assert_eq!(finishes.len(), 2, "{spans:?}");
    for (span, status) in finishes.iter().zip(["200", "401"]) {
        assert_eq!(span.name, "passkeys");
        assert_eq!(attribute(span, "status").as_deref(), Some(status));
        let ceremony = attribute(span, "ceremony");
        assert_eq!(ceremony.as_deref(), Some("authentication"));
        assert_eq!(attribute(span, "rp_id").as_deref(), Some("localhost"));
    }
    let mut of_events = finishes[1].events.iter().flat_map(|it| &it.attributes);
    let reason = of_events.find(|it| it.key == Key::from("reason")).unwrap();
    assert_eq!(reason.value.to_string(), "signature");
}
