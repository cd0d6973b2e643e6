//! Certificates that browsers reject, or soon will.

use super::site::{Certificate, Site, assert_error, assert_healthy, assert_warning};

#[tokio::test]
async fn certificate_of_a_trusted_authority_is_fine() {
    let report = Site::healthy().examine().await;
    assert_healthy(&report);
    assert!(
        report.to_string().contains("is valid until 2099-01-01"),
        "{report}"
    );
}

#[tokio::test]
async fn certificates_that_browsers_reject_are_explained() {
    for (certificate, id, says) in [
        (
            Certificate::Expired,
            "certificate_expired",
            "expired on 2021-01-01",
        ),
        (
            Certificate::NotYetValid,
            "certificate_not_yet_valid",
            "valid from 2098-01-01",
        ),
        (
            Certificate::OtherName,
            "certificate_wrong_name",
            "but for `other.example`",
        ),
        (
            Certificate::SelfSigned,
            "certificate_self_signed",
            "--root-certificate",
        ),
        (
            Certificate::WithoutIntermediate,
            "certificate_chain_incomplete",
            "Test Intermediate",
        ),
        (
            Certificate::OfUnknownAuthority,
            "certificate_untrusted",
            "Other Root",
        ),
    ] {
        let report = Site::healthy().certificate(certificate).examine().await;
        assert_error(&report, id, says);
        // The rest of the examination goes on.
        assert_eq!(report.errors().count(), 1, "{report}");
    }
}

#[tokio::test]
async fn certificate_that_expires_within_two_weeks_is_a_warning() {
    let report = Site::healthy()
        .certificate(Certificate::ExpiresSoon)
        .examine()
        .await;
    assert_warning(&report, "certificate_expires_soon", " days, on ");
}
