use axum::{Router, body::Body, http::Request, response::Response};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower::Service as _;

use crate::{Person, Route};

/// In-process server without sockets, on the current thread.
#[derive(Debug)]
pub struct Server {
    router: Router,
    runtime: Runtime,
}

impl Server {
    /// Creates a server of these routes.
    ///
    /// # Panics
    ///
    /// If a runtime cannot be created.
    #[must_use]
    pub fn new(router: Router) -> Self {
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        Self { router, runtime }
    }

    /// Sends requests one after the other.
    pub fn ask(&mut self, requests: Vec<Request<Body>>) -> Vec<Response> {
        self.runtime.block_on(async {
            let mut responses = Vec::with_capacity(requests.len());
            for request in requests {
                let Ok(response) = self.router.call(request).await;
                responses.push(response);
            }
            responses
        })
    }

    /// Reads and checks the bodies of responses.
    ///
    /// # Panics
    ///
    /// If a response is not as expected.
    pub fn read(&self, people: &[Person], route: Route, responses: Vec<Response>) -> Vec<Value> {
        assert_eq!(people.len(), responses.len());
        let read = |(person, response): (&Person, Response)| {
            let status = response.status();
            let body = self.runtime.block_on(response.into_body().collect());
            let body = body.expect("a body").to_bytes();
            assert!(status.is_success(), "{route:?}: {status} {body:?}");
            let answer = serde_json::from_slice(&body).expect("JSON");
            person.check(route, &answer);
            answer
        };
        people.iter().zip(responses).map(read).collect()
    }
}
