//! Traces by OpenTelemetry: the library's requests run in a span of `tracing`, and its audit events are events of
//! that span. A layer makes spans of OpenTelemetry of them, beside those of the application.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::{
    Resource,
    trace::{SdkTracerProvider, SpanExporter},
};
use tracing::Level;
use tracing_subscriber::{Layer as _, Registry, filter::Targets, layer::SubscriberExt as _};

/// Returns a provider of tracers that exports to this exporter.
pub(crate) fn provider(exporter: impl SpanExporter + 'static) -> SdkTracerProvider {
    let resource = Resource::builder().with_service_name("metrics_and_traces");
    SdkTracerProvider::builder()
        .with_resource(resource.build())
        .with_batch_exporter(exporter)
        .build()
}

/// Returns a subscriber that makes spans of OpenTelemetry of the library's spans and events.
pub(crate) fn subscriber(provider: &SdkTracerProvider) -> impl tracing::Subscriber + use<> {
    let tracer = provider.tracer("metrics_and_traces");
    // The library's spans have the level INFO, begins of ceremonies DEBUG.
    let filter = Targets::new()
        .with_default(Level::INFO)
        .with_target("passkeys", Level::DEBUG);
    let layer = tracing_opentelemetry::layer().with_tracer(tracer);
    Registry::default().with(layer.with_filter(filter))
}

/// Installs the exporter for the whole program. What is returned sends what waits when it is shut down.
///
/// # Panics
///
/// If another subscriber is installed.
pub(crate) fn install(exporter: impl SpanExporter + 'static) -> SdkTracerProvider {
    let provider = provider(exporter);
    let subscriber = subscriber(&provider);
    tracing::subscriber::set_global_default(subscriber).expect("no other subscriber is installed");
    provider
}
