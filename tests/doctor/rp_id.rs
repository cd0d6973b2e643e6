//! The RP ID against the page, the routes and the public suffix list.

use super::site::{Site, assert_error, assert_healthy, router};

async fn with(rp_id: &str) -> passkeys_doctor::Report {
    Site::healthy()
        .examine_with(|options| options.rp_id(rp_id))
        .await
}

#[tokio::test]
async fn rp_id_of_the_routes_is_compared_with_the_expected_one() {
    assert_healthy(&with("example.com").await);
    let report = with("login.example.com").await;
    assert_error(
        &report,
        "rp_id_differs",
        "write `rp_id = \"login.example.com\"`",
    );
}

#[tokio::test]
async fn rp_ids_that_are_none_are_explained_with_the_rules_of_the_library() {
    for (rp_id, says) in [
        ("https://example.com", "is a URL"),
        ("example.com:8443", "has a port"),
        ("192.168.0.2", "IP address"),
        ("*.example.com", "is a pattern"),
        ("com", "is a public suffix"),
    ] {
        let report = with(rp_id).await;
        // The attribute has to be changed only for an RP ID that is one.
        assert!(
            !report.errors().any(|it| it.id == "rp_id_differs") || rp_id == "com",
            "{report}"
        );
        let finding = report
            .errors()
            .find(|it| it.id == "rp_id_invalid" || it.id == "outside_rp_id");
        let text = finding.map_or_else(
            || panic!("{rp_id}: {report}"),
            |it| format!("{} {}", it.what, it.fix),
        );
        assert!(text.contains(says), "{rp_id}: {text}");
    }
    assert_error(
        &with("https://example.com").await,
        "rp_id_invalid",
        "write `example.com`",
    );
}

#[tokio::test]
async fn page_outside_of_the_rp_id_is_an_error() {
    let report = Site::of(router())
        .other("app.example.com", router())
        .examine_with(|options| options.rp_id("app.example.com"))
        .await;
    assert_error(
        &report,
        "outside_rp_id",
        "`rp_id = \"example.com\"` to cover both",
    );
}
