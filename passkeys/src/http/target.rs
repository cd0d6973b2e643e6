//! Host and path that the client sent a request to.

use std::borrow::Cow;

use axum::{
    extract::OriginalUri,
    http::{
        Uri,
        header::HOST,
        request::Parts,
        uri::{Authority, PathAndQuery},
    },
};

use crate::Error;

/// Returns the URI before routers changed it, or as a layer has inserted it.
fn uri(parts: &Parts) -> &Uri {
    let original = parts.extensions.get();
    original.map_or(&parts.uri, |OriginalUri(uri)| uri)
}

/// Returns the path with the query.
pub(super) fn path_and_query(parts: &Parts) -> &str {
    uri(parts).path_and_query().map_or("", PathAndQuery::as_str)
}

/// Returns the host, with the port if there is one; empty if the request names none.
///
/// Fails if the request names two hosts: a proxy or another layer may go by the other one.
pub(super) fn host(parts: &Parts) -> Result<&str, Error> {
    let sent = parts.uri.authority();
    let original = uri(parts).authority();
    if original != sent
        && let Some(original) = original
    {
        // Inserted by a layer of the application, which knows what the proxy received.
        return Ok(without_user(original));
    }
    let mut headers = parts.headers.get_all(HOST).iter();
    let header = headers.next().map(|host| host.to_str());
    let header = header.transpose().map_err(|_| ambiguous())?;
    if headers.next().is_some() {
        return Err(ambiguous());
    }
    match (sent.map(without_user), header) {
        (Some(host), Some(header)) if !host.eq_ignore_ascii_case(header) => Err(ambiguous()),
        (Some(host), _) | (None, Some(host)) => Ok(host),
        (None, None) => Ok(""),
    }
}

fn without_user(authority: &Authority) -> &str {
    let authority = authority.as_str();
    authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host)
}

fn ambiguous() -> Error {
    let message = "The request must name one host, in `Host` or `:authority`.";
    Error::MalformedRequest(Cow::Borrowed(message))
}

#[cfg(test)]
mod tests {
    use axum::{extract::OriginalUri, http::Request};

    use super::host;

    /// Returns the host of a request for this URI, with these `Host` headers and the URI that a layer
    /// has inserted.
    fn of(uri: &str, headers: &[&str], original: Option<&str>) -> Option<String> {
        let mut request = Request::get(uri);
        for header in headers {
            request = request.header("host", *header);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        if let Some(original) = original {
            let original = OriginalUri(original.parse().unwrap());
            parts.extensions.insert(original);
        }
        host(&parts).ok().map(str::to_owned)
    }

    #[test]
    fn host_is_taken_from_the_header_or_the_authority() {
        assert_eq!(
            of("/", &["a.example:8080"], None).as_deref(),
            Some("a.example:8080")
        );
        assert_eq!(
            of("https://a.example/", &[], None).as_deref(),
            Some("a.example")
        );
        assert_eq!(
            of("https://a.example/", &["A.EXAMPLE"], None).as_deref(),
            Some("a.example")
        );
        assert_eq!(
            of("http://user@a.example/", &[], None).as_deref(),
            Some("a.example")
        );
        assert_eq!(of("/", &[], None).as_deref(), Some(""));
    }

    #[test]
    fn request_that_names_two_hosts_is_rejected() {
        assert_eq!(of("/", &["a.example", "b.example"], None), None);
        assert_eq!(of("/", &["a.example", "a.example"], None), None);
        assert_eq!(
            of("https://a.example/", &["b.example"], None).as_deref(),
            None
        );
    }

    #[test]
    fn host_of_the_original_uri_is_the_host_if_it_has_one() {
        let (upstream, public) = (&["upstream:3000"][..], "https://a.example/app/");
        assert_eq!(
            of("/", upstream, Some(public)).as_deref(),
            Some("a.example")
        );
        assert_eq!(
            of("http://upstream:3000/", &[], Some(public)).as_deref(),
            Some("a.example")
        );
        // A router that nests another one inserts the URI as it received it.
        assert_eq!(
            of("/", upstream, Some("/app/")).as_deref(),
            Some("upstream:3000")
        );
        assert_eq!(
            of("https://a.example/", &["b.example"], Some(public)).as_deref(),
            None,
            "the authority is the client's"
        );
    }
}
