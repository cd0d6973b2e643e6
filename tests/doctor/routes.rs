//! The mount point, and what responds in place of the routes.

use axum::{
    Json, Router,
    http::StatusCode,
    response::{IntoResponse as _, Redirect},
};
use serde_json::json;

use super::site::{
    Site, a_page, assert_error, assert_healthy, assert_warning, found, not_found, router,
};

const BEGIN: &str = "/auth/passkeys/authenticate/begin";

#[tokio::test]
async fn routes_are_found_at_usual_paths_and_where_they_are_said_to_be() {
    let elsewhere = |path: &'static str| {
        let passkeys = passkeys::Passkeys::new(
            super::site::App,
            passkeys::store::MemoryRepository::default(),
        );
        let router = router().layer(axum::middleware::from_fn(
            |request: axum::extract::Request, next: axum::middleware::Next| async move {
                if request.uri().path().starts_with("/auth/passkeys") {
                    not_found()
                } else {
                    next.run(request).await
                }
            },
        ));
        Site::of(router.nest(path, passkeys.router()))
    };
    let report = elsewhere("/api/passkeys").examine().await;
    assert_healthy(&report);
    assert_eq!(
        report.routes.as_deref(),
        Some("https://example.com/api/passkeys")
    );

    for mount in ["/members/door", "https://example.com/members/door/"] {
        let report = elsewhere("/members/door")
            .examine_with(|options| options.mount(mount).unwrap())
            .await;
        assert_healthy(&report);
        assert_eq!(
            report.routes.as_deref(),
            Some("https://example.com/members/door")
        );
    }

    let report = elsewhere("/members/door").examine().await;
    assert_error(&report, "routes_not_found", "`/auth/passkeys` (404)");
    assert_eq!(report.routes, None);
}

#[tokio::test]
async fn responses_in_place_of_the_routes_are_explained() {
    type Respond = fn() -> axum::response::Response;
    let cases: [(Respond, &str, &str); 9] = [
        (
            a_page,
            "begin_is_a_page",
            "put the fallback after the routes",
        ),
        (not_found, "begin_not_found", "nest `Passkeys::router()`"),
        (
            || Redirect::permanent("https://www.example.com/").into_response(),
            "begin_redirects",
            "www.example.com",
        ),
        (
            || StatusCode::METHOD_NOT_ALLOWED.into_response(),
            "begin_wrong_method",
            "file server",
        ),
        (
            || StatusCode::FORBIDDEN.into_response(),
            "begin_forbidden",
            "CSRF",
        ),
        (
            || StatusCode::TOO_MANY_REQUESTS.into_response(),
            "begin_rate_limited",
            "429",
        ),
        (
            || StatusCode::BAD_GATEWAY.into_response(),
            "begin_unavailable",
            "502",
        ),
        (
            || Json(json!({"ok": true})).into_response(),
            "begin_foreign",
            "something else",
        ),
        (
            || {
                let error =
                    json!({"error": {"code": "storage_unavailable", "message": "Storage."}});
                (StatusCode::SERVICE_UNAVAILABLE, Json(error)).into_response()
            },
            "begin_failed",
            "call `migrate()`",
        ),
    ];
    for (respond, id, says) in cases {
        let report = Site::healthy()
            .respond(BEGIN, respond)
            .examine_with(|options| options.mount("/auth/passkeys").unwrap())
            .await;
        assert_error(&report, id, says);
    }
}

#[tokio::test]
async fn fallback_of_a_single_page_application_is_explained_without_a_mount() {
    let everywhere = Router::new().fallback(|| async { a_page() });
    let report = Site::of(everywhere).examine().await;
    assert_error(&report, "routes_not_found", "200, a page");
    assert_error(&report, "begin_is_a_page", "single-page application");
}

#[tokio::test]
async fn routes_on_a_host_that_does_not_respond_are_an_error() {
    let report = Site::healthy()
        .examine_with(|options| options.mount("https://api.example.com/passkeys").unwrap())
        .await;
    assert_error(&report, "begin_unreachable", "no connection");
}

#[tokio::test]
async fn options_that_are_declared_wrongly_or_may_be_cached_are_errors() {
    let report = Site::healthy()
        .header(BEGIN, "content-type", "text/plain")
        .examine()
        .await;
    assert_error(&report, "begin_content_type", "text/plain");
    let report = Site::healthy()
        .header(BEGIN, "cache-control", "")
        .examine()
        .await;
    assert_error(&report, "begin_cacheable", "no `Cache-Control`");
    let report = Site::healthy()
        .header(BEGIN, "cache-control", "max-age=60")
        .examine()
        .await;
    assert_error(&report, "begin_cacheable", "max-age=60");
}

#[tokio::test]
async fn same_challenge_twice_is_the_error_of_a_cache() {
    let cached = || {
        let options =
            json!({"publicKey": {"challenge": "AAAA", "rpId": "example.com"}, "state": "s"});
        ([("cache-control", "no-store")], Json(options)).into_response()
    };
    let report = Site::healthy().respond(BEGIN, cached).examine().await;
    assert_error(&report, "begin_cached", "CDN");
}

#[tokio::test]
async fn passkeys_that_are_listed_without_a_session_are_an_error() {
    let list = || Json(json!([])).into_response();
    let report = Site::healthy()
        .respond("/auth/passkeys/credentials", list)
        .examine()
        .await;
    assert_error(&report, "credentials_without_session", "401");
}

#[tokio::test]
async fn redirects_and_pages_in_place_of_the_list_are_found() {
    let to_login = || Redirect::to("/login").into_response();
    let report = Site::healthy()
        .respond("/auth/passkeys/credentials", to_login)
        .examine()
        .await;
    assert_warning(&report, "get_user_redirects", "/login");
    let report = Site::healthy()
        .respond("/auth/passkeys/credentials", a_page)
        .examine()
        .await;
    assert_error(&report, "credentials_are_a_page", "page");
}

#[tokio::test]
async fn values_of_a_server_are_escaped() {
    let hostile = || {
        let error = json!({"error": {"code": "x\u{1b}[31m", "message": "\u{202e}m".repeat(5000)}});
        (StatusCode::BAD_REQUEST, Json(error)).into_response()
    };
    let report = Site::healthy().respond(BEGIN, hostile).examine().await;
    let finding = found(&report, "begin_failed");
    assert!(
        !finding.what.contains(['\u{1b}', '\u{202e}']),
        "{}",
        finding.what
    );
    assert!(finding.what.len() < 4000, "{}", finding.what.len());
}
