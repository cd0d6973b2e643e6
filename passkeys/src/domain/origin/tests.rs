use super::{Cause, Unexpected, host, is_loopback};

const SITE: &str = "https://example.com";
const LOCAL: &str = "http://localhost:3000";

/// Origin that came, origin that is configured, RP ID, and the likely cause.
const TABLE: &[(&str, &str, &str, Cause<'static>)] = &[
    ("null", SITE, "example.com", Cause::Opaque),
    ("file://", SITE, "example.com", Cause::File),
    ("android:apk-key-hash:AAAA", SITE, "example.com", Cause::App),
    (
        "chrome-extension://aaaa",
        SITE,
        "example.com",
        Cause::Extension,
    ),
    (
        "moz-extension://aaaa",
        SITE,
        "example.com",
        Cause::OtherExtension,
    ),
    (
        "safari-web-extension://A",
        SITE,
        "example.com",
        Cause::OtherExtension,
    ),
    ("app://localhost", SITE, "example.com", Cause::OtherScheme),
    (
        "capacitor://localhost",
        LOCAL,
        "localhost",
        Cause::OtherScheme,
    ),
    ("", SITE, "example.com", Cause::OtherScheme),
    ("example.com", SITE, "example.com", Cause::OtherScheme),
    (
        "https://example.com.",
        SITE,
        "example.com",
        Cause::Spelling(SITE),
    ),
    (
        "https://example.com/",
        SITE,
        "example.com",
        Cause::Spelling(SITE),
    ),
    (
        "https://EXAMPLE.com",
        SITE,
        "example.com",
        Cause::Spelling(SITE),
    ),
    (
        "HTTPS://example.com:443",
        SITE,
        "example.com",
        Cause::Spelling(SITE),
    ),
    (
        "http://localhost:3001",
        LOCAL,
        "localhost",
        Cause::Port(LOCAL),
    ),
    ("http://localhost", LOCAL, "localhost", Cause::Port(LOCAL)),
    (
        "https://example.com:8443",
        SITE,
        "example.com",
        Cause::Port(SITE),
    ),
    (
        "https://localhost:3000",
        LOCAL,
        "localhost",
        Cause::TlsIsConfiguredAsHttp(LOCAL),
    ),
    (
        "https://localhost",
        LOCAL,
        "localhost",
        Cause::TlsIsConfiguredAsHttp(LOCAL),
    ),
    (
        "http://example.com",
        SITE,
        "example.com",
        Cause::NotEncrypted(SITE),
    ),
    (
        "http://example.com:8080",
        SITE,
        "example.com",
        Cause::NotEncrypted(SITE),
    ),
    (
        "http://127.0.0.1:3000",
        LOCAL,
        "localhost",
        Cause::Loopback(LOCAL),
    ),
    (
        "http://[::1]:3000",
        LOCAL,
        "localhost",
        Cause::Loopback(LOCAL),
    ),
    (
        "http://0.0.0.0:3000",
        LOCAL,
        "localhost",
        Cause::Loopback(LOCAL),
    ),
    (
        "http://app.localhost:3000",
        LOCAL,
        "localhost",
        Cause::Loopback(LOCAL),
    ),
    (
        "http://192.168.1.7:3000",
        LOCAL,
        "localhost",
        Cause::Address,
    ),
    (
        "https://[2001:db8::1]:8443",
        SITE,
        "example.com",
        Cause::Address,
    ),
    (
        "https://www.example.com",
        SITE,
        "example.com",
        Cause::Www(SITE),
    ),
    (
        "https://www.example.com:8443",
        SITE,
        "example.com",
        Cause::Www(SITE),
    ),
    (
        SITE,
        "https://www.example.com",
        "example.com",
        Cause::Www("https://www.example.com"),
    ),
    (
        "https://app.example.com",
        SITE,
        "example.com",
        Cause::InScope,
    ),
    (
        SITE,
        "https://app.example.com",
        "example.com",
        Cause::InScope,
    ),
    (
        SITE,
        "https://app.example.com",
        "app.example.com",
        Cause::Above,
    ),
    (
        "https://example.org",
        SITE,
        "example.com",
        Cause::OutOfScope,
    ),
    (
        "https://notexample.com",
        SITE,
        "example.com",
        Cause::OutOfScope,
    ),
    (
        "https://example.com.evil.test",
        SITE,
        "example.com",
        Cause::OutOfScope,
    ),
    (
        "http://machine.lan:3000",
        LOCAL,
        "localhost",
        Cause::Insecure,
    ),
    (
        "http://app.example.com",
        SITE,
        "example.com",
        Cause::Insecure,
    ),
    ("http://localhost:3000", SITE, "example.com", Cause::Local),
    ("http://127.0.0.1", SITE, "example.com", Cause::Local),
    ("https://example.com", LOCAL, "localhost", Cause::Deployed),
];

#[test]
fn likely_cause_of_an_unexpected_origin_is_found() {
    for &(came, expected, rp_id, cause) in TABLE {
        let unexpected = Unexpected {
            came,
            expected: vec![expected],
            rp_id,
        };
        assert_eq!(unexpected.find(), cause, "{came} where {expected}");
        let text = unexpected.to_string();
        assert!(text.len() < 512, "{} bytes: {text}", text.len());
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn hosts_are_found_in_origins() {
    assert_eq!(
        host("https://EXAMPLE.com.:8443").as_deref(),
        Some("example.com")
    );
    assert_eq!(host("http://[::1]:3000").as_deref(), Some("[::1]"));
    assert_eq!(host("android:apk-key-hash:AAAA"), None);
    for host in [
        "localhost",
        "a.localhost",
        "127.0.0.1",
        "127.9.9.9",
        "[::1]",
        "0.0.0.0",
    ] {
        assert!(is_loopback(host), "{host}");
    }
    for host in [
        "example.com",
        "localhost.example.com",
        "192.168.1.7",
        "notlocalhost",
    ] {
        assert!(!is_loopback(host), "{host}");
    }
}
