//! `client.js`, the browser module, as the router serves it.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};

use crate::site::{Answer, Site};

/// Requests `client.js` with these `If-None-Match` headers.
async fn fetch(known: &[&str]) -> Answer {
    let mut request = Request::get("/auth/passkeys/client.js");
    for tag in known {
        request = request.header("if-none-match", *tag);
    }
    Site::default()
        .send(request.body(Body::empty()).unwrap())
        .await
}

#[tokio::test]
async fn client_js_is_served_as_javascript_without_signing_in() {
    let answer = fetch(&[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.headers["content-type"],
        "text/javascript; charset=utf-8"
    );
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert!(
        answer.body == include_bytes!("../../passkeys/client/client.js"),
        "as it is in the source"
    );
}

#[tokio::test]
async fn client_js_with_a_matching_etag_is_not_modified() {
    let answer = fetch(&[]).await;
    let tag = answer.headers["etag"].to_str().unwrap();
    let strong = tag.strip_prefix("W/").unwrap();
    assert!(strong.len() > 2 && strong.starts_with('"') && strong.ends_with('"'));

    let others = "\"a\", W/\"b\"";
    let listed = format!("{others} , {tag}");
    for known in [&[tag][..], &[strong], &["*"], &[&listed], &[others, tag]] {
        let again = fetch(known).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{known:?}");
        assert_eq!(again.body, b"");
        assert_eq!(again.headers["etag"], tag);
    }
    for unknown in [&[others][..], &[""], &["W/"], &[&strong[1..]]] {
        assert_eq!(fetch(unknown).await.status, StatusCode::OK, "{unknown:?}");
    }
}

/// The URL stays the same when the content changes, so browsers have to revalidate their copy.
#[tokio::test]
async fn client_js_may_be_cached_and_other_responses_may_not() {
    assert_eq!(fetch(&[]).await.headers["cache-control"], "no-cache");
    let site = Site::default();
    for path in ["/register/begin", "/client.js"] {
        let other = site.ask(Method::DELETE, path, None, None).await;
        assert_eq!(other.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(other.headers["cache-control"], "no-store", "{path}");
    }
}
