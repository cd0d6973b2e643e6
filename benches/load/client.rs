use std::time::{Duration, Instant};

use axum::body::Body;
use http_body_util::BodyExt as _;
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use passkeys_benches::Request;
use serde_json::Value;

use crate::Result;

/// Client of one server, with keep-alive connections: as many as there are requests at once.
#[derive(Clone)]
pub(crate) struct Client {
    http: HttpClient<HttpConnector, Body>,
    base: String,
}

impl Client {
    pub(crate) fn new(port: u16) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            http: HttpClient::builder(TokioExecutor::new()).build(connector),
            base: format!("http://127.0.0.1:{port}/auth/passkeys"),
        }
    }

    /// Sends a request. Returns the response's body and latency, and an error unless the status is
    /// one of success.
    pub(crate) async fn ask(&self, request: Request) -> Result<(Value, Duration)> {
        let request = request.http(&self.base)?;
        let asked = Instant::now();
        let response = self.http.request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        let took = asked.elapsed();
        if !status.is_success() {
            return Err(format!("{status} {}", String::from_utf8_lossy(&body)).into());
        }
        Ok((serde_json::from_slice(&body)?, took))
    }
}
