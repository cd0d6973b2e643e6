//! The metrics, by the facade `metrics`.

use std::time::Instant;

use axum::http::{Method, StatusCode};
use metrics::{SharedString, counter, gauge, histogram};

use crate::metrics::{
    AUDIT_EVENTS_LOST, CEREMONIES_BEGUN, CEREMONIES_FINISHED, CEREMONIES_REFUSED,
    CEREMONIES_WAITING, CREDENTIAL_EVENTS, PROMPTS_FAILED, REQUEST_DURATION, STORE_DURATION,
};

/// Returns the label of a profile; empty for ceremonies without one, and for requests of which no ceremony
/// is known.
fn profile_label(profile: Option<&str>) -> String {
    profile.unwrap_or_default().to_owned()
}

pub(crate) fn begun(ceremony: &'static str, profile: Option<&str>) {
    let profile = profile_label(profile);
    counter!(CEREMONIES_BEGUN, "ceremony" => ceremony, "profile" => profile).increment(1);
}

pub(crate) fn finished(ceremony: &'static str, profile: Option<&str>) {
    let profile = profile_label(profile);
    counter!(CEREMONIES_FINISHED, "ceremony" => ceremony, "profile" => profile).increment(1);
}

pub(crate) fn refused(ceremony: &'static str, profile: Option<&str>, reason: &'static str) {
    let profile = profile_label(profile);
    let counter = counter!(
        CEREMONIES_REFUSED,
        "ceremony" => ceremony,
        "profile" => profile,
        "reason" => reason,
    );
    counter.increment(1);
}

pub(crate) fn prompts(
    ceremony: &'static str,
    mediation: &'static str,
    outcome: &'static str,
    count: u64,
) {
    let counter = counter!(
        PROMPTS_FAILED,
        "ceremony" => ceremony,
        "mediation" => mediation,
        "outcome" => outcome,
    );
    counter.increment(count);
}

pub(crate) fn changed(event: &'static str) {
    counter!(CREDENTIAL_EVENTS, "event" => event).increment(1);
}

pub(crate) fn event_lost() {
    counter!(AUDIT_EVENTS_LOST).increment(1);
}

/// Changes the number of ceremonies that wait.
pub(crate) fn waiting(change: i64) {
    // Exact: there are never so many.
    #[expect(clippy::cast_precision_loss, reason = "of a number of ceremonies")]
    gauge!(CEREMONIES_WAITING).increment(change as f64);
}

/// Start of a request.
pub(crate) struct Started {
    at: Instant,
    method: &'static str,
    route: String,
}

impl Started {
    pub(crate) fn now(method: &Method, route: &str) -> Self {
        Self {
            at: Instant::now(),
            method: known(method),
            route: route.to_owned(),
        }
    }

    /// Records the duration.
    pub(crate) fn responded(&mut self, status: StatusCode) {
        let histogram = histogram!(
            REQUEST_DURATION,
            "method" => self.method,
            "route" => std::mem::take(&mut self.route),
            "status" => status.as_str().to_owned(),
        );
        histogram.record(self.at.elapsed());
    }
}

/// Returns a method as a word of a closed set: clients can send any.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Records the duration of a store's operation.
pub(crate) async fn stored<T, E>(
    store: &SharedString,
    operation: &'static str,
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let at = Instant::now();
    let result = future.await;
    let histogram = histogram!(
        STORE_DURATION,
        "store" => store.clone(),
        "operation" => operation,
        "result" => if result.is_ok() { "ok" } else { "error" },
    );
    histogram.record(at.elapsed());
    result
}
