//! Metrics for Prometheus, with a Grafana dashboard ([`dashboard.json`](dashboard.json)), and traces by
//! OpenTelemetry.
//!
//! Run `cargo run -p metrics_and_traces`, open <http://localhost:3000>, sign up and sign in. The metrics are at
//! <http://localhost:9100/metrics>, on a port of their own that is not for the public; the traces are printed.
//! [`prometheus.yml`](prometheus.yml) lets Prometheus collect them, and Grafana imports the dashboard.

mod prometheus;
#[cfg(test)]
mod tests;
mod traces;

use axum::{Router, response::Html, routing::get};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::MemoryRepository,
};
use tokio::net::TcpListener;

/// An application of one user.
#[derive(Clone)]
struct App;

#[passkeys(
    rp_id = "localhost",
    rp_name = "Metrics",
    origins = ["http://localhost:3000"],
    // How many people give up at the prompt is one of the metrics.
    prompt_outcomes = true,
    profiles(security_key(hints = ["security-key"])),
)]
impl App {
    type Repository = MemoryRepository;

    /// Returns the signed-in user. Look up your session here; this example has one user.
    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada@example.com", "Ada Lovelace")
    }

    /// Runs when a passkey has been stored.
    fn on_registered(&self, _: RegistrationResult) {}

    /// Runs when a passkey has been verified. Start your session here.
    fn on_authenticated(&self, _: AuthenticationResult) {}
}

/// Returns the application's router.
fn router() -> Router {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    Router::new()
        .route("/", get(Html(include_str!("index.html"))))
        .nest("/auth/passkeys", passkeys.router())
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let traces = traces::install(opentelemetry_stdout::SpanExporter::default());
    let metrics = prometheus::install();

    let internal = TcpListener::bind("127.0.0.1:9100").await?;
    tokio::spawn(async move { axum::serve(internal, prometheus::router(metrics)).await });
    let public = TcpListener::bind("127.0.0.1:3000").await?;
    println!("Open http://localhost:3000");
    let served = axum::serve(public, router()).await;
    // Sends what waits.
    drop(traces.shutdown());
    served
}
