//! The documents under `/.well-known/`.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use passkeys_doctor::{Options, Report, examine};
use serde_json::json;

use super::site::{
    Site, a_page, assert_error, assert_healthy, assert_note, assert_warning, not_found, router, to,
};

const RELATED: &str = "/.well-known/webauthn";
const ENDPOINTS: &str = "/.well-known/passkey-endpoints";
const ANDROID: &str = "/.well-known/assetlinks.json";
const APPLE: &str = "/.well-known/apple-app-site-association";

async fn with(path: &'static str, response: fn() -> Response) -> Report {
    Site::healthy().respond(path, response).examine().await
}

/// Examines the healthy site as one whose page is also at another domain.
async fn partner(path: &'static str, response: fn() -> Response) -> Report {
    Site::healthy()
        .respond(path, response)
        .examine_with(|options| options.origin("https://partner.net").unwrap())
        .await
}

#[tokio::test]
async fn documents_of_the_library_are_fine() {
    let report = Site::healthy().examine().await;
    assert_healthy(&report);
    let text = report.to_string();
    for says in [
        "`https://partner.net`",
        "`com.example.app`",
        "`ABCDE12345.com.example.app`",
    ] {
        assert!(text.contains(says), "{says}: {text}");
    }
}

#[tokio::test]
async fn documents_that_are_not_served_are_no_fault() {
    for path in [RELATED, ENDPOINTS, ANDROID, APPLE] {
        assert_healthy(&with(path, not_found).await);
        let report = with(path, || StatusCode::METHOD_NOT_ALLOWED.into_response()).await;
        assert_healthy(&report);
    }
}

#[tokio::test]
async fn documents_that_clients_do_not_take_are_explained() {
    for path in [RELATED, ENDPOINTS, ANDROID, APPLE] {
        let moved = || Redirect::permanent("https://www.example.com/x").into_response();
        assert_error(
            &with(path, moved).await,
            "well_known_redirects",
            "www.example.com",
        );
        let text = || "{}".into_response();
        assert_error(
            &with(path, text).await,
            "well_known_content_type",
            "application/json",
        );
        let broken = || ([("content-type", "application/json")], "{").into_response();
        assert_error(&with(path, broken).await, "well_known_not_json", "JSON");
        let forbidden = || StatusCode::FORBIDDEN.into_response();
        assert_error(&with(path, forbidden).await, "well_known_fails", "403");
        assert_warning(
            &with(path, a_page).await,
            "well_known_is_a_page",
            "outermost router",
        );
    }
}

#[tokio::test]
async fn document_that_is_too_large_to_read_is_an_error() {
    let large = || {
        (
            [("content-type", "application/json")],
            " ".repeat(2_000_000),
        )
            .into_response()
    };
    assert_error(
        &with(APPLE, large).await,
        "well_known_not_json",
        "larger than 1 MiB",
    );
}

#[tokio::test]
async fn front_end_on_another_domain_needs_the_document_of_related_origins() {
    let related = |report: &Report| report.errors().any(|it| it.id == "outside_rp_id");
    let listed = || Json(json!({"origins": ["https://partner.net"]})).into_response();
    assert!(!related(&partner(RELATED, listed).await));
    for response in [
        not_found,
        a_page,
        || Json(json!({"origins": ["https://other.net"]})).into_response(),
        || Redirect::to("/x").into_response(),
    ] {
        assert_error(
            &partner(RELATED, response).await,
            "outside_rp_id",
            "partner.net",
        );
    }
}

#[tokio::test]
async fn related_origins_of_another_form_are_errors() {
    for response in [
        || Json(json!(["https://partner.net"])).into_response(),
        || Json(json!({"origins": "https://partner.net"})).into_response(),
        || Json(json!({"origins": [1]})).into_response(),
    ] {
        assert_error(
            &with(RELATED, response).await,
            "related_origins_malformed",
            "origins",
        );
    }
}

#[tokio::test]
async fn related_origins_beyond_five_labels_and_invalid_ones_are_found() {
    let many = || {
        let origins = ["a", "b", "c", "d", "e", "f"].map(|name| format!("https://{name}.net"));
        Json(json!({ "origins": origins })).into_response()
    };
    assert_error(
        &with(RELATED, many).await,
        "related_origins_too_many",
        "sixth label",
    );
    let path = || Json(json!({"origins": ["https://partner.net/login"]})).into_response();
    assert_warning(
        &with(RELATED, path).await,
        "related_origins_invalid",
        "has a path",
    );
    let own = || {
        let origins = ["https://example.com", "https://partner.net"];
        Json(json!({ "origins": origins })).into_response()
    };
    let report = with(RELATED, own).await;
    assert_note(&report, "related_origins_superfluous", "more than it needs");
    assert_healthy(&report);
}

#[tokio::test]
async fn passkey_endpoints_must_lead_to_pages_of_the_site() {
    let list = || Json(json!(["https://example.com"])).into_response();
    assert_error(
        &with(ENDPOINTS, list).await,
        "endpoints_malformed",
        "`enroll`",
    );
    let relative = || Json(json!({"manage": "/account"})).into_response();
    assert_error(
        &with(ENDPOINTS, relative).await,
        "endpoints_malformed",
        "manage_url",
    );
    let dead = || Json(json!({"manage": "https://example.com/nowhere"})).into_response();
    assert_error(&with(ENDPOINTS, dead).await, "endpoints_dead", "/nowhere");
    let elsewhere = || Json(json!({"manage": "https://partner.net/account"})).into_response();
    assert_warning(
        &with(ENDPOINTS, elsewhere).await,
        "endpoints_elsewhere",
        "partner.net",
    );
    let one = || Json(json!({"manage": "https://example.com/account"})).into_response();
    assert_healthy(&with(ENDPOINTS, one).await);
}

fn statement(fingerprint: &str) -> Response {
    Json(json!([{
        "relation": ["delegate_permission/common.get_login_creds"],
        "target": {
            "namespace": "android_app",
            "package_name": "com.example.app",
            "sha256_cert_fingerprints": [fingerprint],
        },
    }]))
    .into_response()
}

#[tokio::test]
async fn android_statements_are_examined() {
    assert_healthy(&with(ANDROID, || statement(&["AB"; 32].join(":"))).await);
    let lower = || statement(&["ab"; 32].join(":"));
    assert_error(
        &with(ANDROID, lower).await,
        "android_fingerprint",
        "upper case",
    );
    let object = || Json(json!({})).into_response();
    assert_error(&with(ANDROID, object).await, "android_malformed", "array");
    let nobody = || Json(json!([])).into_response();
    assert_warning(
        &with(ANDROID, nobody).await,
        "android_no_app",
        "get_login_creds",
    );
}

#[tokio::test]
async fn apple_apps_are_examined() {
    let links = || Json(json!({"applinks": {}})).into_response();
    assert_warning(
        &with(APPLE, links).await,
        "apple_no_app",
        "webcredentials.apps",
    );
    let id = || Json(json!({"webcredentials": {"apps": ["com.example.app"]}})).into_response();
    assert_error(&with(APPLE, id).await, "apple_app_id", "ten characters");
    let large = || {
        let apps = ["ABCDE12345.com.example.app"];
        let padding = "x".repeat(140_000);
        Json(json!({"webcredentials": {"apps": apps}, "padding": padding})).into_response()
    };
    assert_error(&with(APPLE, large).await, "apple_too_large", "128 KiB");
}

#[tokio::test]
async fn documents_are_fetched_at_the_host_of_the_rp_id() {
    let on_subdomain = |site: Site| async {
        let running = site.other("app.example.com", router()).start().await;
        let mut options = Options::new("https://app.example.com/").unwrap();
        options = options.root_certificate(running.root.path()).unwrap();
        for connect_to in &running.connect_to {
            options = options.connect_to(connect_to.parse().unwrap());
        }
        examine(&options).await.unwrap()
    };
    let broken = Site::healthy().respond(RELATED, || "{}".into_response());
    let report = on_subdomain(broken).await;
    assert_error(&report, "well_known_content_type", "application/json");
    assert_eq!(
        report.errors().next().unwrap().at,
        "https://example.com/.well-known/webauthn"
    );
    assert_healthy(&on_subdomain(Site::healthy()).await);
}

#[tokio::test]
async fn rp_ids_host_that_does_not_respond_matters_to_related_origins_only() {
    let at_nowhere = |origins: &'static [&'static str]| async move {
        let running = Site::healthy().start().await;
        let port = |host: &str| {
            let entry = running
                .connect_to
                .iter()
                .find(|it| it.starts_with(host))
                .unwrap();
            entry.rsplit(':').next().unwrap().to_owned()
        };
        let mut options = Options::new("https://login.partner.net/").unwrap();
        options = options.rp_id("partner.net");
        for (host, port) in [
            ("login.partner.net", port("example.com:443")),
            ("partner.net", port("partner.net:443")),
        ] {
            options = options.connect_to(to(format!("{host}:443:127.0.0.1:{port}")));
        }
        for origin in origins {
            options = options.origin(origin).unwrap();
        }
        examine(&options).await.unwrap()
    };
    assert_note(
        &at_nowhere(&[]).await,
        "well_known_unreachable",
        "native apps only",
    );
    let report = at_nowhere(&["https://example.com"]).await;
    assert_error(&report, "well_known_unreachable", "does not respond");
}
