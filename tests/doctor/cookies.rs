//! Cookies that browsers reject, and sessions that are not safe.

use super::site::{Site, assert_error, assert_healthy, assert_not_found, assert_warning};

async fn with(cookie: &str) -> passkeys_doctor::Report {
    Site::healthy()
        .header("/", "set-cookie", cookie)
        .examine()
        .await
}

#[tokio::test]
async fn cookie_that_browsers_reject_is_an_error() {
    let report = with("theme=dark; SameSite=None").await;
    assert_error(&report, "cookie_rejected", "`SameSite=None` needs `Secure`");
}

#[tokio::test]
async fn session_that_is_not_safe_is_a_warning() {
    let report = with("id=1").await;
    assert_warning(&report, "cookie_insecure", "with_secure(true)");
    assert_warning(&report, "cookie_readable", "`HttpOnly`");
    assert_warning(&report, "cookie_same_site", "SameSite=Lax");
}

#[tokio::test]
async fn cookies_of_other_uses_and_safe_sessions_are_fine() {
    assert_healthy(&with("theme=dark; Path=/").await);
    assert_healthy(&with("__Host-session=1; Secure; HttpOnly; SameSite=Strict; Path=/").await);
}

#[tokio::test]
async fn cookies_of_the_routes_are_examined_and_their_values_not_shown() {
    let site = Site::healthy().header(
        "/auth/passkeys/authenticate/begin",
        "set-cookie",
        "sid=geheim",
    );
    let report = site.examine().await;
    assert_warning(&report, "cookie_insecure", "`sid`");
    assert!(!report.to_string().contains("geheim") && !report.to_json().contains("geheim"));
}

#[tokio::test]
async fn session_that_another_site_would_need_is_an_error() {
    let cookie = "id=1; Secure; HttpOnly; SameSite=Lax";
    let site = || Site::healthy().header("/", "set-cookie", cookie);
    let report = site().examine_with(|options| options.origin("https://partner.net").unwrap());
    assert_error(&report.await, "cookie_cross_site", "`partner.net`");
    // Another origin of the same site is sent the cookie.
    let report = site().examine_with(|options| options.origin("https://app.example.com").unwrap());
    assert_not_found(&report.await, "cookie_cross_site");
}
