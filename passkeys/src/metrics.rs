//! Metrics: counters, histograms and a gauge of the library, through the facade
//! [`metrics`](https://docs.rs/metrics).
//!
//! The library records them into the recorder that the program installs, such as
//! [`metrics-exporter-prometheus`](https://docs.rs/metrics-exporter-prometheus); without one, they cost
//! next to nothing. Call [`describe`] after it is installed, so that it knows units and descriptions.
//! The example `metrics` in the repository has an exporter and a dashboard.
//!
//! The values of every label come from a closed set: words of the library, routes, names of profiles and of
//! types of stores. None comes from a client, a user or a passkey, and their number does not grow. RP IDs
//! are not among them: where a program serves several, they would be.
//!
//! Names and labels do not change between minor releases, and the words of a label may become more.

/// Kind of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricKind {
    /// Number of events since the start.
    Counter,
    /// Current number.
    Gauge,
    /// Distribution of durations, in seconds.
    Histogram,
}

/// Metric of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric {
    /// Name.
    pub name: &'static str,
    /// Kind.
    pub kind: MetricKind,
    /// Names of its labels.
    pub labels: &'static [&'static str],
    /// Description.
    pub description: &'static str,
}

/// Makes the constants of the names, the list of all metrics and the calls that describe them.
macro_rules! metrics {
    ($($constant:ident = $name:literal, $kind:ident, [$($label:literal),*], $description:literal;)+) => {
        $(
            #[doc = concat!("`", $name, "`: ", $description, ".\n\nLabels:" $(, " `", $label, "`")*, ".")]
            pub const $constant: &str = $name;
        )+

        /// Every metric of the library.
        pub const ALL: &[Metric] = &[$(Metric {
            name: $name,
            kind: MetricKind::$kind,
            labels: &[$($label),*],
            description: $description,
        }),+];
    };
}

metrics! {
    CEREMONIES_BEGUN = "passkeys_ceremonies_begun_total", Counter, ["ceremony", "profile"],
        "Ceremonies that were begun";
    CEREMONIES_FINISHED = "passkeys_ceremonies_finished_total", Counter, ["ceremony", "profile"],
        "Ceremonies that were finished and verified";
    CEREMONIES_REFUSED = "passkeys_ceremonies_refused_total", Counter, ["ceremony", "profile", "reason"],
        "Begins, finishes and deletions that were rejected, by the reason in the audit trail";
    CEREMONIES_WAITING = "passkeys_ceremonies_waiting", Gauge, [],
        "Ceremonies that were begun and are neither finished nor expired; their sum over all instances";
    PROMPTS_FAILED = "passkeys_prompts_failed_total", Counter, ["ceremony", "mediation", "outcome"],
        "Prompts that have ended without a passkey, as browsers report them (key `prompt_outcomes`)";
    CREDENTIAL_EVENTS = "passkeys_credential_events_total", Counter, ["event"],
        "Other events of the audit trail: changes of passkeys, rollbacks, suspected clones";
    AUDIT_EVENTS_LOST = "passkeys_audit_events_lost_total", Counter, [],
        "Events that did not reach the audit sink, because it was too slow";
    REQUEST_DURATION = "passkeys_request_duration_seconds", Histogram, ["method", "route", "status"],
        "Time from a request of a route to the head of its response, hooks included";
    STORE_DURATION = "passkeys_store_duration_seconds", Histogram, ["store", "operation", "result"],
        "Time of an operation of the repository or the challenge store";
}

/// Describes every metric to the installed recorder: its unit and its description. Call it once, after
/// the recorder is installed.
pub fn describe() {
    use ::metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

    for metric in ALL {
        let Metric {
            name, description, ..
        } = *metric;
        match metric.kind {
            MetricKind::Counter => describe_counter!(name, Unit::Count, description),
            MetricKind::Gauge => describe_gauge!(name, Unit::Count, description),
            MetricKind::Histogram => describe_histogram!(name, Unit::Seconds, description),
        }
    }
}
