//! Headers of the page that forbid passkeys, or leave it open to attacks.

use super::site::{Site, assert_error, assert_healthy, assert_not_found, assert_warning};

async fn with(name: &'static str, value: &str) -> passkeys_doctor::Report {
    Site::healthy().header("/", name, value).examine().await
}

#[tokio::test]
async fn permissions_policy_that_forbids_passkeys_is_an_error() {
    for policy in [
        "publickey-credentials-get=()",
        "publickey-credentials-create=(), camera=()",
        "publickey-credentials-get=(\"https://other.example\")",
    ] {
        let report = with("permissions-policy", policy).await;
        assert_error(
            &report,
            "permissions_policy",
            "publickey-credentials-get=(self)",
        );
    }
    let report = with("feature-policy", "publickey-credentials-get 'none'").await;
    assert_error(&report, "permissions_policy", "Feature-Policy");
}

#[tokio::test]
async fn permissions_policy_that_allows_passkeys_is_fine() {
    let policy = "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=()";
    assert_healthy(&with("permissions-policy", policy).await);
}

#[tokio::test]
async fn content_security_policy_without_the_routes_or_the_module_is_found() {
    let report = with(
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    )
    .await;
    assert_error(&report, "csp_connect", "add `'self'` to `connect-src`");
    assert_warning(&report, "csp_script", "add `'self'` to `script-src`");

    let report = with(
        "content-security-policy",
        "script-src 'nonce-abc'; connect-src 'self'; frame-ancestors 'none'",
    );
    assert_healthy(&report.await);
}

#[tokio::test]
async fn sandboxed_page_is_an_error() {
    let report = with(
        "content-security-policy",
        "sandbox allow-scripts; frame-ancestors 'none'",
    )
    .await;
    assert_error(&report, "csp_sandbox", "allow-same-origin");
}

#[tokio::test]
async fn page_that_any_site_can_frame_is_a_warning() {
    let report = with("content-security-policy", "").await;
    assert_warning(&report, "frames_allowed", "frame-ancestors 'self'");

    let site = Site::healthy().header("/", "content-security-policy", "");
    let report = site
        .header("/", "x-frame-options", "ALLOW-FROM https://other.example")
        .examine();
    assert_warning(&report.await, "frames_allowed", "ALLOW-FROM");

    let site = Site::healthy().header("/", "content-security-policy", "");
    let report = site.header("/", "x-frame-options", "DENY").examine().await;
    assert_not_found(&report, "frames_allowed");
}

#[tokio::test]
async fn missing_or_short_hsts_is_a_warning() {
    let report = with("strict-transport-security", "").await;
    assert_warning(&report, "hsts_missing", "max-age=31536000");
    let report = with("strict-transport-security", "max-age=0").await;
    assert_warning(&report, "hsts_short", "max-age=0");
}
