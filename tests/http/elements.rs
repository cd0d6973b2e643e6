//! `elements.js` and its languages, as the router serves them.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};

use crate::site::Site;

const MODULES: [(&str, &[u8]); 6] = [
    (
        "elements.js",
        include_bytes!("../../passkeys/client/elements.js"),
    ),
    (
        "texts/ar.js",
        include_bytes!("../../passkeys/client/texts/ar.js"),
    ),
    (
        "texts/de.js",
        include_bytes!("../../passkeys/client/texts/de.js"),
    ),
    (
        "texts/es.js",
        include_bytes!("../../passkeys/client/texts/es.js"),
    ),
    (
        "texts/fr.js",
        include_bytes!("../../passkeys/client/texts/fr.js"),
    ),
    (
        "texts/ja.js",
        include_bytes!("../../passkeys/client/texts/ja.js"),
    ),
];

#[tokio::test]
async fn elements_js_and_its_languages_are_served_as_javascript_and_revalidated() {
    let site = Site::default();
    let mut tags = Vec::new();
    for (name, script) in MODULES {
        let get = || Request::get(format!("/auth/passkeys/{name}"));
        let answer = site.send(get().body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        assert!(answer.body == script, "{name}, as it is in the source");
        for (header, value) in [
            ("content-type", "text/javascript; charset=utf-8"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-cache"),
        ] {
            assert_eq!(answer.headers[header], value, "{name}");
        }
        let tag = &answer.headers["etag"];
        let again = get().header("if-none-match", tag).body(Body::empty());
        let again = site.send(again.unwrap()).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{name}");
        tags.push(tag.to_str().unwrap().to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), MODULES.len(), "each has its own tag");
}

#[tokio::test]
async fn language_without_texts_is_not_found() {
    let site = Site::default();
    for path in [
        "/texts/xx.js",
        "/texts/de",
        "/texts/",
        "/texts/..%2Fclient.js",
    ] {
        let answer = site.ask(Method::GET, path, None, None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}
