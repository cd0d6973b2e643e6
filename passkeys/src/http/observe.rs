//! What is true of every answer: it runs in a [span](crate::audit) that says what an operator
//! searches for, and is nobody else's to keep.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderValue, header::CACHE_CONTROL},
    response::Response,
};
use pin_project_lite::pin_project;
use tower::{Layer, Service};
use tracing::Span;

use crate::{Config, audit::span};

/// One layer with a future of its own and not two of axum's functions: those cost each request more
/// than a ceremony's beginning does.
#[derive(Clone)]
pub(super) struct Observe(pub(super) Arc<Config>);

#[derive(Clone)]
pub(super) struct Observed<S> {
    inner: S,
    config: Arc<Config>,
}

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Self::Service {
        let config = self.0.clone();
        Observed { inner, config }
    }
}

impl<S: Service<Request, Response = Response>> Service<Request> for Observed<S> {
    type Response = Response;
    type Error = S::Error;
    type Future = Answering<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The pattern: what the peer wrote in its place is nothing to search for.
        let route = request.extensions().get().map_or("", MatchedPath::as_str);
        let span = span::of_request(request.method().as_str(), route, self.config.rp_id());
        let answer = span.in_scope(|| self.inner.call(request));
        Answering { answer, span }
    }
}

pin_project! {
    pub(super) struct Answering<F> {
        #[pin]
        answer: F,
        span: Span,
    }
}

impl<F: Future<Output = Result<Response, E>>, E> Future for Answering<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = ready!(this.span.in_scope(|| this.answer.poll(context)))?;
        this.span.record("status", answer.status().as_u16());
        Poll::Ready(Ok(no_store(answer)))
    }
}

/// Challenges, sessions and lists of passkeys.
pub(super) fn no_store(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
