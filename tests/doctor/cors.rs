//! CORS: front ends elsewhere, and strangers.

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode},
    middleware::{Next, from_fn},
    response::IntoResponse as _,
};
use passkeys_doctor::Report;

use super::site::{
    Site, assert_error, assert_healthy, assert_not_found, assert_note, assert_ok, assert_warning,
};

const FRIEND: &str = "https://app.example.com";

/// Headers with which a CORS layer responds to an origin: to preflights, and to other requests.
type Cors = fn(&str) -> Vec<(&'static str, String)>;

fn allow(origin: &str) -> Vec<(&'static str, String)> {
    vec![
        ("access-control-allow-origin", origin.to_owned()),
        ("access-control-allow-credentials", "true".to_owned()),
        ("access-control-allow-headers", "content-type".to_owned()),
        (
            "access-control-allow-methods",
            "GET,POST,PATCH,DELETE".to_owned(),
        ),
        (
            "access-control-expose-headers",
            "passkey-rolled-back".to_owned(),
        ),
        ("vary", "origin".to_owned()),
    ]
}

fn only_friend(origin: &str) -> Vec<(&'static str, String)> {
    if origin == FRIEND {
        allow(origin)
    } else {
        Vec::new()
    }
}

fn without(origin: &str, name: &str) -> Vec<(&'static str, String)> {
    let mut headers = only_friend(origin);
    headers.retain(|(header, _)| *header != name);
    headers
}

fn site(preflight: Cors, response: Cors) -> Site {
    Site::healthy().layer(|router| {
        router.layer(from_fn(move |request: Request, next: Next| async move {
            let origin = request.headers().get("origin").cloned();
            let origin = origin.and_then(|it| it.to_str().map(str::to_owned).ok());
            let is_preflight = request.method() == Method::OPTIONS;
            let mut answer = if is_preflight {
                StatusCode::OK.into_response()
            } else {
                next.run(request).await
            };
            let headers = if is_preflight { preflight } else { response };
            for (name, value) in origin.map(|origin| headers(&origin)).unwrap_or_default() {
                answer
                    .headers_mut()
                    .insert(name, HeaderValue::from_str(&value).unwrap());
            }
            answer
        }))
    })
}

async fn friend(site: Site) -> Report {
    site.examine_with(|options| options.origin(FRIEND).unwrap())
        .await
}

#[tokio::test]
async fn front_end_that_is_allowed_with_cookies_is_fine() {
    let report = friend(site(only_friend, only_friend)).await;
    assert_healthy(&report);
    assert_ok(&report, "cors_friend");
}

#[tokio::test]
async fn every_origin_with_credentials_is_an_error() {
    let report = site(allow, allow).examine().await;
    assert_error(&report, "cors_open", "`https://evil.example`");
    assert_error(&report, "cors_open", "AllowOrigin::list");
}

#[tokio::test]
async fn origins_that_only_look_like_the_sites_are_found() {
    let by_end: Cors = |origin| {
        if origin.ends_with("example.com") {
            allow(origin)
        } else {
            Vec::new()
        }
    };
    assert_error(
        &site(by_end, by_end).examine().await,
        "cors_open",
        "`https://evilexample.com`",
    );
    let by_start: Cors = |origin| {
        if origin.starts_with("https://example.com") {
            allow(origin)
        } else {
            Vec::new()
        }
    };
    let report = site(by_start, by_start).examine().await;
    assert_error(&report, "cors_open", "`https://example.com.evil.example`");
    let null: Cors = |origin| {
        if origin == "null" {
            allow(origin)
        } else {
            Vec::new()
        }
    };
    assert_error(&site(null, null).examine().await, "cors_open", "`null`");
}

#[tokio::test]
async fn every_origin_without_credentials_is_noted() {
    let any: Cors = |_| vec![("access-control-allow-origin", "*".to_owned())];
    let report = site(any, any).examine().await;
    assert_note(&report, "cors_public", "without cookies");
    assert_healthy(&report);
}

#[tokio::test]
async fn front_end_that_is_not_allowed_is_an_error() {
    let report = friend(Site::healthy()).await;
    assert_error(&report, "cors_missing", "CorsLayer");
    let report = friend(site(|_| Vec::new(), only_friend)).await;
    assert_error(&report, "cors_missing", "no `Access-Control-Allow-Origin`");
    let other: Cors = |_| {
        vec![(
            "access-control-allow-origin",
            "https://other.example".to_owned(),
        )]
    };
    assert_error(
        &friend(site(other, other)).await,
        "cors_missing",
        "https://other.example",
    );
    let no_headers: Cors = |origin| without(origin, "access-control-allow-headers");
    let report = friend(site(no_headers, only_friend)).await;
    assert_error(&report, "cors_missing", "the header `content-type`");
    let star: Cors = |origin| {
        let mut headers = only_friend(origin);
        if let Some(first) = headers.first_mut() {
            first.1 = "*".to_owned();
        }
        headers
    };
    assert_error(
        &friend(site(star, star)).await,
        "cors_missing",
        "which browsers reject",
    );
}

#[tokio::test]
async fn preflight_without_the_response_is_an_error() {
    let report = friend(site(only_friend, |_| Vec::new())).await;
    assert_error(&report, "cors_response", "cannot read responses");
}

#[tokio::test]
async fn cors_without_cookies_methods_or_exposed_headers_is_found() {
    let report = friend(site(
        |origin| without(origin, "access-control-allow-credentials"),
        |origin| without(origin, "access-control-allow-credentials"),
    ));
    assert_warning(
        &report.await,
        "cors_credentials",
        "Access-Control-Allow-Credentials",
    );
    let report = friend(site(
        |origin| without(origin, "access-control-allow-methods"),
        only_friend,
    ));
    assert_warning(&report.await, "cors_methods", "`DELETE`");
    let report = friend(site(only_friend, |origin| {
        without(origin, "access-control-expose-headers")
    }));
    assert_note(&report.await, "cors_expose", "Passkey-Rolled-Back");
}

#[tokio::test]
async fn several_origins_without_vary_are_a_warning() {
    let both: Cors = |origin| {
        let known = [FRIEND, "https://partner.net"];
        let mut headers = if known.contains(&origin) {
            allow(origin)
        } else {
            Vec::new()
        };
        headers.retain(|(name, _)| *name != "vary");
        headers
    };
    let report = site(both, both).examine_with(|options| {
        options
            .origin(FRIEND)
            .unwrap()
            .origin("https://partner.net")
            .unwrap()
    });
    assert_warning(&report.await, "cors_vary", "Vary: Origin");
    // One origin is the same for everybody.
    assert_not_found(&friend(site(both, both)).await, "cors_vary");
}
