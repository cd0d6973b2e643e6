//! Limits for the routes of the library, with `tower_governor`. To be copied and changed.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    http::{
        Request, StatusCode,
        header::{CACHE_CONTROL, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use serde_json::json;
use tower::{Layer as _, util::BoxCloneSyncService};
use tower_governor::{
    GovernorError, GovernorLayer,
    governor::GovernorConfigBuilder,
    key_extractor::{KeyExtractor, PeerIpKeyExtractor},
};

/// These routes, with limits. Numbers are for one address, which may be a whole office's; what is
/// not asked for adds up, to `burst` at most.
pub(crate) fn limited(routes: &Router) -> Router {
    // Every visit of a page with a passkey field begins a sign-in, and what is begun waits in
    // memory: 660 at most in the five minutes that a challenge lasts.
    let begin = limit(routes, 60, Duration::from_millis(500));
    // Costs the verification of a signature. People do this once, and once more if it fails.
    let finish = limit(routes, 20, Duration::from_secs(1));
    // Costs a session and a query.
    let manage = limit(routes, 60, Duration::from_millis(200));
    Router::new()
        .route_service("/register/begin", begin.clone())
        .route_service("/authenticate/begin", begin)
        .route_service("/register/finish", finish.clone())
        .route_service("/authenticate/finish", finish)
        .fallback_service(manage)
}

type Limited = BoxCloneSyncService<Request<Body>, Response, std::convert::Infallible>;

/// `burst` requests at once, and one more each time `another` has passed.
fn limit(routes: &Router, burst: u32, another: Duration) -> Limited {
    let config = GovernorConfigBuilder::default()
        .key_extractor(Network)
        .burst_size(burst)
        .period(another)
        .finish()
        .expect("neither is zero");
    let config = Arc::new(config);
    let limiter = Arc::downgrade(config.limiter());
    tokio::spawn(async move {
        // Who has not asked for a while is forgotten, so that memory does not fill with addresses.
        loop {
            tokio::time::sleep(Duration::from_mins(1)).await;
            let Some(limiter) = limiter.upgrade() else {
                break;
            };
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    });
    let layer = GovernorLayer::new(config).error_handler(refuse);
    BoxCloneSyncService::new(layer.layer(routes.clone()))
}

/// Whom a limit is for: the peer's address. A household has 2⁶⁴ of the newer ones, and counts once.
///
/// Behind a proxy every peer is the proxy. There, have the proxy put the address that it sees into
/// a header, **in place of** whatever the client has sent in it, let nobody reach this server but
/// through the proxy, and read that header here. (`SmartIpKeyExtractor` takes the first address of
/// `X-Forwarded-For`: where the proxy appends to the header instead, that is the client's to choose,
/// and there is no limit at all.)
#[derive(Clone)]
struct Network;

impl KeyExtractor for Network {
    type Key = IpAddr;

    fn extract<T>(&self, request: &Request<T>) -> Result<IpAddr, GovernorError> {
        Ok(match PeerIpKeyExtractor.extract(request)?.to_canonical() {
            IpAddr::V6(address) => {
                let network = address.to_bits() >> 64 << 64;
                IpAddr::V6(Ipv6Addr::from_bits(network))
            }
            address @ IpAddr::V4(_) => address,
        })
    }
}

/// An error like the library's, so that pages need not tell them apart.
fn refuse(error: GovernorError) -> Response {
    let (status, code, message, wait) = match error {
        GovernorError::TooManyRequests { wait_time, .. } => (
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "Too many requests. Wait a moment and try again.",
            // Whole seconds, rounded down.
            Some(wait_time + 1),
        ),
        // The server does not pass on its peers' addresses.
        _ => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something went wrong on the server.",
            None,
        ),
    };
    let body = Json(json!({ "error": { "code": code, "message": message } }));
    let mut response = (status, [(CACHE_CONTROL, "no-store")], body).into_response();
    if let Some(seconds) = wait {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}
