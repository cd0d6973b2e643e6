//! `client.js`, the browser module, and the modules that it imports, as the router serves them.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};

use crate::site::{Answer, Site};

/// The modules, as they are in the source.
const MODULES: [(&str, &[u8]); 5] = [
    (
        "/client.js",
        include_bytes!("../../passkeys/client/client.js"),
    ),
    (
        "/capabilities.js",
        include_bytes!("../../passkeys/client/capabilities.js"),
    ),
    (
        "/fallback.js",
        include_bytes!("../../passkeys/client/fallback.js"),
    ),
    (
        "/outcomes.js",
        include_bytes!("../../passkeys/client/outcomes.js"),
    ),
    (
        "/extensions.js",
        include_bytes!("../../passkeys/client/extensions.js"),
    ),
];

/// Requests a module with these `If-None-Match` headers.
async fn fetch(module: &str, known: &[&str]) -> Answer {
    let mut request = Request::get(format!("/auth/passkeys{module}"));
    for tag in known {
        request = request.header("if-none-match", *tag);
    }
    Site::default()
        .send(request.body(Body::empty()).unwrap())
        .await
}

#[tokio::test]
async fn client_js_and_its_parts_are_served_as_javascript_without_signing_in() {
    for (module, source) in MODULES {
        let answer = fetch(module, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{module}");
        assert_eq!(
            answer.headers["content-type"],
            "text/javascript; charset=utf-8"
        );
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.body == source, "as it is in the source: {module}");
    }
}

#[tokio::test]
async fn every_module_that_client_js_imports_is_served() {
    let served = MODULES.map(|(module, _)| format!("./{}", &module[1..]));
    for (module, source) in MODULES {
        let source = str::from_utf8(source).unwrap();
        let imports = source.split("import(\"").skip(1);
        // Not those of types, which are comments.
        for import in imports.map(|rest| rest.split('"').next().unwrap()) {
            let is_type = import.ends_with(".d.ts");
            assert!(
                is_type || served.contains(&import.to_owned()),
                "{module}: {import}"
            );
        }
    }
}

#[tokio::test]
async fn client_js_with_a_matching_etag_is_not_modified() {
    let answer = fetch("/client.js", &[]).await;
    let tag = answer.headers["etag"].to_str().unwrap();
    let strong = tag.strip_prefix("W/").unwrap();
    assert!(strong.len() > 2 && strong.starts_with('"') && strong.ends_with('"'));

    let others = "\"a\", W/\"b\"";
    let listed = format!("{others} , {tag}");
    for known in [&[tag][..], &[strong], &["*"], &[&listed], &[others, tag]] {
        let again = fetch("/client.js", known).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{known:?}");
        assert_eq!(again.body, b"");
        assert_eq!(again.headers["etag"], tag);
    }
    for unknown in [&[others][..], &[""], &["W/"], &[&strong[1..]]] {
        let answer = fetch("/client.js", unknown).await;
        assert_eq!(answer.status, StatusCode::OK, "{unknown:?}");
    }
    let other = fetch("/fallback.js", &[tag]).await;
    assert_eq!(other.status, StatusCode::OK, "the tag of another module");
}

/// The URL stays the same when the content changes, so browsers have to revalidate their copy.
#[tokio::test]
async fn client_js_may_be_cached_and_other_responses_may_not() {
    for (module, _) in MODULES {
        let answer = fetch(module, &[]).await;
        assert_eq!(answer.headers["cache-control"], "no-cache", "{module}");
    }
    let site = Site::default();
    for path in ["/register/begin", "/client.js", "/fallback.js"] {
        let other = site.ask(Method::DELETE, path, None, None).await;
        assert_eq!(other.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(other.headers["cache-control"], "no-store", "{path}");
    }
}
