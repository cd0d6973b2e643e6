//! Rate limits for the library's routes, with `tower_governor`. Copy this file and adjust the numbers.

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

/// Adds rate limits to the routes. The numbers are for one address, which a whole office may share.
/// Unused requests accumulate, up to `burst`.
pub(crate) fn limited(routes: &Router) -> Router {
    // Each visit of a page with passkey autofill begins a sign-in, which occupies memory until it
    // expires: at most 1260 in the ten minutes that a challenge lasts.
    let begin = limit(routes, 60, Duration::from_millis(500));
    // Verifies a signature. A user does this once, and again after a failure. The application's own
    // routes with `Verified`, which finish a step-up, verify one, too: give them such a limit.
    let finish = limit(routes, 20, Duration::from_secs(1));
    // Reads a session and queries the store.
    let manage = limit(routes, 60, Duration::from_millis(200));
    Router::new()
        .route_service("/register/begin", begin.clone())
        .route_service("/sign-up/begin", begin.clone())
        .route_service("/authenticate/begin", begin.clone())
        .route_service("/step-up/begin", begin)
        .route_service("/register/finish", finish.clone())
        .route_service("/authenticate/finish", finish)
        .fallback_service(manage)
}

type Limited = BoxCloneSyncService<Request<Body>, Response, std::convert::Infallible>;

/// Allows `burst` requests at once, and one more per `period`.
fn limit(routes: &Router, burst: u32, period: Duration) -> Limited {
    let config = GovernorConfigBuilder::default()
        .key_extractor(Network)
        .burst_size(burst)
        .period(period)
        .finish()
        .expect("neither is zero");
    let config = Arc::new(config);
    let limiter = Arc::downgrade(config.limiter());
    tokio::spawn(async move {
        // Forgets addresses without recent requests, so that memory stays bounded.
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

/// Identifies a client by the address of the connection: IPv4 addresses as they are, IPv6 addresses
/// by their /64 network, which is what one household has.
///
/// Behind a reverse proxy every connection comes from the proxy. Configure the proxy to **replace** a
/// header by the address that it sees, make the server reachable through the proxy only, and read
/// that header here. `SmartIpKeyExtractor` trusts the first address of `X-Forwarded-For`, which the
/// client controls if the proxy appends to the header: then there is no limit.
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

/// Responds in the form of the library's errors, so that pages handle both alike.
fn refuse(error: GovernorError) -> Response {
    let (status, code, message, wait) = match error {
        GovernorError::TooManyRequests { wait_time, .. } => (
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "Too many requests. Wait a moment and try again.",
            // `wait_time` is rounded down to seconds.
            Some(wait_time + 1),
        ),
        // The address of the connection is missing: see `into_make_service_with_connect_info`.
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
