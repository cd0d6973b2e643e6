//! Access to the inspector: for pages of the same origin, at a host that is this machine or configured.

use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode, Uri,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
        uri::Authority,
    },
    response::{IntoResponse as _, Response},
};

use crate::Config;

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Returns the response to a request that may not read, with the rule.
///
/// The host is checked against DNS rebinding: a foreign page whose name resolves to this machine sends
/// its own name. The origin is checked in case that a layer of the application lets every origin read.
pub(super) fn rejection(request: &Request, config: &Config) -> Option<Response> {
    let headers = request.headers();
    let Some(host) = host(headers, request.uri()) else {
        return Some(forbidden("The request must name one host."));
    };
    if !is_local(host) && !is_configured(host, config) {
        return Some(forbidden(
            "The inspector is for this machine (`localhost`) and for the hosts of the configured origins. \
             Open it there.",
        ));
    }
    if !is_same_origin(headers, host) {
        return Some(forbidden(
            "The inspector is for its own page only, not for pages of other origins.",
        ));
    }
    None
}

/// Returns the host that the request names, with the port.
fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let mut values = headers.get_all(HOST).iter();
    let authority = uri.authority().map(Authority::as_str);
    // Browsers send no user there. What is before `@` would be taken for the host.
    if authority.is_some_and(|authority| authority.contains('@')) {
        return None;
    }
    match (values.next(), values.next(), authority) {
        (Some(host), None, None) => host.to_str().ok(),
        (Some(host), None, Some(authority)) => {
            let host = host.to_str().ok()?;
            host.eq_ignore_ascii_case(authority).then_some(host)
        }
        (None, None, authority) => authority,
        _ => None,
    }
}

/// Returns the host without the port.
fn name(host: &str) -> &str {
    let end = match host.strip_prefix('[') {
        Some(address) => address.find(']').map(|end| end + 2),
        None => host.find(':'),
    };
    &host[..end.unwrap_or(host.len())]
}

fn is_local(host: &str) -> bool {
    let name = name(host).trim_end_matches('.').to_ascii_lowercase();
    let is_loopback = |address: &str| {
        let address = address.parse::<std::net::IpAddr>();
        address.is_ok_and(|address| address.is_loopback())
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.ends_with(".localhost") || is_loopback(address)
}

fn is_configured(host: &str, config: &Config) -> bool {
    let mut origins = config.accepted_origins();
    origins.any(|origin| {
        let (scheme, configured) = origin.split_once("://").unwrap_or_default();
        let is_page = matches!(scheme, "http" | "https");
        is_page && self::name(configured).eq_ignore_ascii_case(self::name(host))
    })
}

/// Returns whether the request is by a page of the same origin, by a link, or by no page.
fn is_same_origin(headers: &HeaderMap, host: &str) -> bool {
    if let Some(origin) = headers.get(ORIGIN) {
        let origin = origin.to_str().unwrap_or_default();
        let (_, authority) = origin.split_once("://").unwrap_or_default();
        if !authority.eq_ignore_ascii_case(host) {
            return false;
        }
    }
    let value = |name| {
        headers
            .get(name)
            .map(|value: &HeaderValue| value.as_bytes())
    };
    match value(SEC_FETCH_SITE) {
        None | Some(b"same-origin" | b"none") => true,
        // A link leads here, and its page reads nothing.
        Some(_) => value(SEC_FETCH_MODE) == Some(b"navigate"),
    }
}

/// Adds the headers that keep others out.
pub(super) fn protected(mut response: Response, policy: &HeaderValue) -> Response {
    let headers = response.headers_mut();
    let fixed = [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        (CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
    response
}

fn forbidden(rule: &'static str) -> Response {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
    (StatusCode::FORBIDDEN, headers, rule).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};

    use super::{is_local, rejection};
    use crate::Config;

    fn is_answered(headers: &[(&str, &str)]) -> bool {
        let config = Config::new("example.com", ["https://app.example.com:8443"]).unwrap();
        let mut request = Request::get("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        rejection(&request.body(Body::empty()).unwrap(), &config).is_none()
    }

    #[test]
    fn inspector_is_answered_for_loopback_and_configured_hosts_only() {
        for host in [
            "localhost",
            "localhost:3000",
            "LOCALHOST:1",
            "app.localhost",
            "127.0.0.1:3000",
            "127.9.9.9",
            "[::1]",
            "[::1]:3000",
            "app.example.com",
            "app.example.com:1",
        ] {
            assert!(is_answered(&[("host", host)]), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "example.com",
            "localhost.evil.example",
            "evil-localhost",
            "0.0.0.0",
            "192.168.0.7:3000",
            "[::2]:3000",
            "app.example.com.evil.example",
            "[",
            "[]",
            "127.0.0.1.evil.example",
        ] {
            assert!(!is_answered(&[("host", host)]), "{host}");
        }
        assert!(!is_answered(&[]));
        assert!(!is_answered(&[
            ("host", "localhost"),
            ("host", "evil.example")
        ]));
        assert!(is_local("localhost."));
    }

    #[test]
    fn user_in_the_address_of_a_request_is_not_taken_for_its_host() {
        let config = Config::new("example.com", ["https://app.example.com"]).unwrap();
        for (uri, is_answered) in [
            ("http://localhost:3000/", true),
            ("http://localhost:3000@evil.example/", false),
            ("http://evil.example@localhost:3000/", false),
        ] {
            let request = Request::get(uri).body(Body::empty()).unwrap();
            assert_eq!(rejection(&request, &config).is_none(), is_answered, "{uri}");
        }
    }

    #[test]
    fn inspector_is_not_answered_for_pages_of_other_origins() {
        let host = ("host", "localhost:3000");
        assert!(is_answered(&[host, ("origin", "http://localhost:3000")]));
        assert!(is_answered(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(is_answered(&[host, ("sec-fetch-site", "none")]));
        let navigates = ("sec-fetch-mode", "navigate");
        assert!(is_answered(&[
            host,
            ("sec-fetch-site", "cross-site"),
            navigates
        ]));
        for origin in ["http://localhost:8080", "https://evil.example", "null", ""] {
            assert!(!is_answered(&[host, ("origin", origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site"] {
            assert!(!is_answered(&[host, ("sec-fetch-site", site)]), "{site}");
        }
    }
}
