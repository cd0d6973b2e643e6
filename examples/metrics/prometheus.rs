//! The recorder of the metrics, and the route that Prometheus reads.

use std::time::Duration;

use axum::{Router, extract::State, routing::get};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use passkeys::metrics::{REQUEST_DURATION, STORE_DURATION};

/// Upper bounds of the buckets of requests, in seconds. The timing floor makes many of them 20 ms.
const REQUESTS: [f64; 9] = [0.005, 0.01, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Upper bounds of the buckets of stores, in seconds.
const STORES: [f64; 9] = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 2.0];

/// Returns the builder of a recorder with buckets, so that Prometheus can add the durations of several instances.
pub(crate) fn builder() -> PrometheusBuilder {
    let buckets = |name: &str| Matcher::Full(name.to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(buckets(REQUEST_DURATION), &REQUESTS)
        .and_then(|it| it.set_buckets_for_metric(buckets(STORE_DURATION), &STORES))
        .expect("there are buckets")
}

/// Installs the recorder for the whole program, and returns what renders its metrics.
///
/// # Panics
///
/// If another recorder is installed.
pub(crate) fn install() -> PrometheusHandle {
    let handle = builder()
        .install_recorder()
        .expect("no other recorder is installed");
    passkeys::metrics::describe();

    // Histograms keep their samples until they are rendered, or until this.
    let upkeep = handle.clone();
    tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_secs(5));
        loop {
            every.tick().await;
            upkeep.run_upkeep();
        }
    });
    handle
}

/// Returns the router that Prometheus reads, for a port of its own: the numbers tell how the site is used.
pub(crate) fn router(handle: PrometheusHandle) -> Router {
    let render = async |State(handle): State<PrometheusHandle>| handle.render();
    Router::new()
        .route("/metrics", get(render))
        .with_state(handle)
}
