use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use axum::{body::Body, http::Request};
use http_body_util::BodyExt as _;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{runtime::Builder, time};

use crate::Result;

/// Number of clients that sign in concurrently, each in a loop.
const PEOPLE: usize = 32;

const WARM_UP: Duration = Duration::from_millis(500);
const LASTS: Duration = Duration::from_secs(3);

/// Pause between two cheap requests.
const PAUSE: Duration = Duration::from_millis(1);

/// Measurements of one run.
pub(crate) struct Measured {
    sign_ins_per_second: f64,
    cheap_median: Duration,
    cheap_99_percent: Duration,
}

/// Loads the server on this port with as many sign-ins as it can verify, and measures the latency of
/// cheap requests meanwhile.
pub(crate) fn run(port: u16, sign_in: String) -> Result<Measured> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let base = format!("http://127.0.0.1:{port}");
        let done = Arc::new(AtomicUsize::new(0));
        for _ in 0..PEOPLE {
            let (done, url, body) = (
                Arc::clone(&done),
                format!("{base}/sign-in"),
                sign_in.clone(),
            );
            tokio::spawn(async move {
                let client = client();
                let request = || Request::post(&url).header("content-type", "application/json");
                while ask(&client, request().body(body.clone().into())?).await? == "1" {
                    done.fetch_add(1, Relaxed);
                }
                Result::Ok(())
            });
        }
        let client = client();
        time::sleep(WARM_UP).await;
        let (began, before) = (Instant::now(), done.load(Relaxed));
        let mut cheap = Vec::new();
        while began.elapsed() < LASTS {
            let request = Request::get(format!("{base}/cheap")).body(Body::empty())?;
            let asked = Instant::now();
            ask(&client, request).await?;
            cheap.push(asked.elapsed());
            time::sleep(PAUSE).await;
        }
        let (lasted, done) = (began.elapsed(), done.load(Relaxed) - before);
        if done < PEOPLE {
            return Err("too few sign-ins were verified".into());
        }
        cheap.sort_unstable();
        #[expect(clippy::cast_precision_loss, reason = "there are not that many")]
        Ok(Measured {
            sign_ins_per_second: done as f64 / lasted.as_secs_f64(),
            cheap_median: cheap[cheap.len() / 2],
            cheap_99_percent: cheap[cheap.len() * 99 / 100],
        })
    })
}

/// Renders the medians of several runs as cells of a table.
pub(crate) fn medians(mut runs: Vec<Measured>) -> String {
    let middle = runs.len() / 2;
    runs.sort_by(|a, b| a.sign_ins_per_second.total_cmp(&b.sign_ins_per_second));
    let sign_ins = runs[middle].sign_ins_per_second;
    runs.sort_by_key(|run| run.cheap_median);
    let median = runs[middle].cheap_median;
    runs.sort_by_key(|run| run.cheap_99_percent);
    let most = runs[middle].cheap_99_percent;
    format!(
        "{sign_ins:.0} | {:.1} ms | {:.1} ms",
        millis(median),
        millis(most)
    )
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Creates a client with a keep-alive connection.
fn client() -> Client<HttpConnector, Body> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}

/// Sends a request. Returns the body as text, and an error unless the status is one of success.
async fn ask(client: &Client<HttpConnector, Body>, request: Request<Body>) -> Result<String> {
    let response = client.request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    if !status.is_success() {
        return Err(format!("{status}").into());
    }
    Ok(String::from_utf8_lossy(&body).into_owned())
}
