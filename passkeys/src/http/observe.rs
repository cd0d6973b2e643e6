//! Middleware applied to every route: tracing [span](crate::audit#request-spans), and
//! `Cache-Control: no-store`.

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

use super::origin;
use crate::{
    Config,
    audit::span,
    ceremony::Notices,
    measure,
    recorder::{Exchange, InScope, Recorder},
};

/// Layer that adds the span and the header.
///
/// One layer with a future of its own rather than two of `axum::middleware::from_fn`, whose
/// overhead for each request exceeds the cost of a `begin`.
#[derive(Clone)]
pub(super) struct Observe {
    /// `None` if the relying party depends on the request.
    pub(super) config: Option<Arc<Config>>,
    pub(super) notices: Arc<Notices>,
    pub(super) recorder: Recorder,
}

#[derive(Clone)]
pub(super) struct Observed<S> {
    inner: S,
    config: Option<Arc<Config>>,
    notices: Arc<Notices>,
    recorder: Recorder,
}

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Self::Service {
        let Self {
            config,
            notices,
            recorder,
        } = self.clone();
        Observed {
            inner,
            config,
            notices,
            recorder,
        }
    }
}

impl<S: Service<Request, Response = Response>> Service<Request> for Observed<S> {
    type Response = Response;
    type Error = S::Error;
    type Future = ResponseFuture<InScope<S::Future>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The pattern and not the path: its cardinality is bounded, and it has no credential ID.
        let route = request.extensions().get().map_or("", MatchedPath::as_str);
        let config = self.config.as_deref();
        let span = span::of_request(request.method().as_str(), route, config.map(Config::rp_id));
        if let Some(config) = config
            && let Some(origin) = origin::unexpected(config, route, request.headers())
        {
            span.in_scope(|| self.notices.unexpected_origin(config, &origin));
        }
        let started = measure::Started::now(request.method(), route);
        let exchange = self.recorder.request(&request);
        let response = span.in_scope(|| self.inner.call(request));
        ResponseFuture {
            response: exchange.scope(response),
            span,
            exchange,
            started,
        }
    }
}

pin_project! {
    pub(super) struct ResponseFuture<F> {
        #[pin]
        response: F,
        span: Span,
        exchange: Exchange,
        started: measure::Started,
    }
}

impl<F: Future<Output = Result<Response, E>>, E> Future for ResponseFuture<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.span.in_scope(|| this.response.poll(context)))?;
        this.span.record("status", response.status().as_u16());
        this.started.responded(response.status());
        this.exchange.answered(&response);
        Poll::Ready(Ok(no_store(response)))
    }
}

/// Forbids caching: responses contain challenges, sessions and lists of passkeys.
pub(super) fn no_store(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
