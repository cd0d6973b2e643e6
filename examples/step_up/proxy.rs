//! The URL that the browser requested, where a proxy in front of the application changes the host or
//! the path.
//!
//! A step-up is consent to one URL, so the application must know which one the browser requested. The
//! proxy says so in a header, and **must overwrite** it: otherwise a client could send the URL that its
//! user has consented to together with a request to another one. For nginx:
//!
//! ```nginx
//! location /bank/ {
//!     proxy_pass http://127.0.0.1:3000/;
//!     # Replaces what a client has sent under this name.
//!     proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
//! }
//! ```
//!
//! The application must be reachable through the proxy only.

use axum::{
    extract::{OriginalUri, Request},
    http::{HeaderMap, StatusCode, Uri},
};

const HEADER: &str = "x-original-url";

/// Inserts the URL that the proxy names as [`OriginalUri`], and rejects a request without one: it has
/// not come through the proxy.
pub(crate) async fn original_url(mut request: Request) -> Result<Request, StatusCode> {
    let url = of_proxy(request.headers()).ok_or(StatusCode::BAD_REQUEST)?;
    request.extensions_mut().insert(OriginalUri(url));
    Ok(request)
}

/// Returns the URL in the proxy's header, if it is there once and has a host.
fn of_proxy(headers: &HeaderMap) -> Option<Uri> {
    let mut headers = headers.get_all(HEADER).iter();
    let url = Uri::try_from(headers.next()?.as_bytes()).ok()?;
    (headers.next().is_none() && url.authority().is_some()).then_some(url)
}
