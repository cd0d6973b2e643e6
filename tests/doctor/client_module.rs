//! The browser module.

use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};

use super::site::{
    Site, a_page, assert_error, assert_healthy, assert_note, assert_warning, not_found,
};

const CLIENT: &str = "/auth/passkeys/client.js";

async fn with(response: fn() -> Response) -> passkeys_doctor::Report {
    Site::healthy().respond(CLIENT, response).examine().await
}

#[tokio::test]
async fn module_of_the_library_is_fine() {
    let report = Site::healthy().examine().await;
    assert_healthy(&report);
    assert!(
        report
            .to_string()
            .contains("`client.js` is a JavaScript module"),
        "{report}"
    );
}

#[tokio::test]
async fn page_in_place_of_the_module_is_an_error() {
    assert_error(&with(a_page).await, "client_is_a_page", "feature `client`");
}

#[tokio::test]
async fn module_that_is_missing_is_noted() {
    let report = with(not_found).await;
    assert_note(&report, "client_missing", "feature `client`");
    assert_healthy(&report);
}

#[tokio::test]
async fn module_that_fails_or_is_redirected_is_an_error() {
    let forbidden = || StatusCode::FORBIDDEN.into_response();
    assert_error(&with(forbidden).await, "client_fails", "403");
    let moved = || Redirect::permanent("/assets/client.js").into_response();
    assert_error(&with(moved).await, "client_redirects", "/assets/client.js");
}

#[tokio::test]
async fn module_that_is_not_declared_as_javascript_is_an_error() {
    let report = Site::healthy()
        .header(CLIENT, "content-type", "text/plain")
        .examine()
        .await;
    assert_error(&report, "client_content_type", "text/javascript");
    let report = Site::healthy().header(CLIENT, "content-type", "application/javascript");
    assert_healthy(&report.examine().await);
}

#[tokio::test]
async fn another_script_in_place_of_the_module_is_a_warning() {
    let other = || ([("content-type", "text/javascript")], "alert(1)").into_response();
    assert_warning(&with(other).await, "client_foreign", "PasskeyClient");
}

#[tokio::test]
async fn headers_that_a_proxy_has_changed_are_warnings() {
    let report = Site::healthy()
        .header(CLIENT, "x-content-type-options", "")
        .examine()
        .await;
    assert_warning(&report, "client_sniffed", "nosniff");
    let report = Site::healthy().header(
        CLIENT,
        "cache-control",
        "public, max-age=31536000, immutable",
    );
    assert_warning(&report.examine().await, "client_cached", "ETag");
}

#[tokio::test]
async fn module_on_a_host_that_stops_responding_is_an_error() {
    let hangs = || async {
        std::future::pending::<()>().await;
    };
    let site = Site::healthy().layer(|router| {
        let hanging = axum::Router::new().route(CLIENT, axum::routing::get(hangs));
        hanging.fallback_service(router)
    });
    let report = site
        .examine_with(|options| options.timeout(std::time::Duration::from_millis(500)))
        .await;
    assert_error(&report, "client_unreachable", "no response within");
}

#[tokio::test]
async fn modules_that_client_js_imports_must_be_there_too() {
    const PART: &str = "/auth/passkeys/capabilities.js";
    let report = Site::healthy().respond(PART, not_found).examine().await;
    assert_error(&report, "client_import", "`capabilities.js`, and gets 404");
    let report = Site::healthy().respond(PART, a_page).examine().await;
    assert_error(&report, "client_import", "text/html");
}
