//! Validation of `enroll_url` and `manage_url`.

use passkeys_rules::{Draft, wording::quote};
use proptest::prelude::*;
use url::Url;

use crate::{only_violation, valid};

fn enroll_at(url: &str) -> Draft<'_> {
    Draft {
        related_origins: Some(vec!["https://example.co.uk:8443"]),
        enroll_url: Some(url),
        ..valid()
    }
}

/// Checks the message of each page after ``page `..` ``.
#[track_caller]
fn refuses(cases: &[(&str, &str)]) {
    for (url, message) in cases {
        let violation = only_violation(&enroll_at(url));
        assert_eq!(
            violation.to_string(),
            format!("page {} {message}", quote(url))
        );
        assert_eq!(violation.place.to_string(), "enroll_url");
        let draft = Draft {
            manage_url: Some(url),
            ..valid()
        };
        assert_eq!(only_violation(&draft).place.to_string(), "manage_url");
    }
}

#[test]
fn page_on_the_rp_id_or_a_related_origin_is_accepted() {
    for url in [
        "https://example.com",
        "https://example.com/",
        "https://example.com/account/passkeys?tab=new&a=%C3%A9",
        // Single-page applications have URLs like this one.
        "https://example.com/#/passkeys",
        "https://account.example.com:8443/passkeys",
        "https://example.co.uk/passkeys",
    ] {
        let policy = enroll_at(url).check().unwrap();
        assert_eq!(policy.enroll_url.as_deref(), Some(url));
        assert_eq!(policy.manage_url.as_deref(), None);
    }
    let draft = Draft {
        rp_id: Some("localhost"),
        origins: Some(vec!["http://localhost:3000"]),
        manage_url: Some("http://localhost:3000/passkeys"),
        ..Draft::default()
    };
    let policy = draft.check().unwrap();
    assert_eq!(policy.manage_url.as_deref(), draft.manage_url);
}

#[test]
fn page_on_another_host_is_rejected() {
    let only = "and only pages on `example.com`, below it or on one of `related_origins` can use \
                its passkeys; write a page such as `https://example.com/account/passkeys`";
    refuses(&[
        (
            "https://evilexample.com/",
            &format!("is on `evilexample.com`, {only}"),
        ),
        ("https://com/", &format!("is on `com`, {only}")),
        ("http://localhost/", &format!("is on `localhost`, {only}")),
        (
            "https://www.example.co.uk/",
            &format!("is on `www.example.co.uk`, {only}"),
        ),
    ]);
}

#[test]
fn page_that_is_not_an_absolute_url_is_rejected() {
    let whole = "write the whole address, such as `https://example.com/account/passkeys`";
    refuses(&[
        ("", &format!("is empty; {whole}")),
        (
            "/account/passkeys",
            &format!("has no `https://` in front; {whole}"),
        ),
        ("account", &format!("has no `https://` in front; {whole}")),
        (
            "example.com/passkeys",
            "has no `https://` in front; write `https://example.com/passkeys`",
        ),
        (
            "javascript:alert(1)",
            &format!("has no `https://` in front; {whole}"),
        ),
        (
            "HTTPS://example.com/",
            "has the scheme `HTTPS`, and pages have `https`; write `https://example.com/`",
        ),
        (
            " https://example.com/",
            "has the scheme ` https`, and pages have `https`; write `https://example.com/`",
        ),
        (
            "ftp://example.com/",
            "has the scheme `ftp`, and pages have `https`; write `https://example.com/`",
        ),
    ]);
}

#[test]
fn http_page_outside_of_localhost_is_rejected() {
    refuses(&[(
        "http://example.com/passkeys",
        "is not encrypted, and browsers offer passkeys on `http` pages of `localhost` only; write `https://example.com/passkeys`",
    )]);
}

#[test]
fn page_with_invalid_host_is_rejected() {
    refuses(&[
        (
            "https://me:pw@example.com/",
            "has a user name in it, and every user is sent to the same page; write `https://example.com/`",
        ),
        (
            "https://example.com:0/",
            "has the port `0`, and a port is a number from 1 to 65535 without leading zeros; write the whole address, such as `https://example.com/account/passkeys`",
        ),
        (
            "https://example.com:/",
            "has the port `\"\"`, and a port is a number from 1 to 65535 without leading zeros; write `https://example.com/`",
        ),
        (
            "https:///passkeys",
            "has no host; use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
        (
            "https://192.168.0.1/",
            "is an IP address, and a passkey belongs to a domain name; use a domain name, or `localhost` for development",
        ),
        (
            "https://Example.com/Account",
            "has upper-case letters, and browsers compare the lower-case form; write `https://example.com/Account`",
        ),
    ]);
}

#[test]
fn page_with_characters_to_percent_encode_is_rejected() {
    refuses(&[
        (
            "https://example.com/schlüssel neu",
            "has the character `ü`, which addresses have only in its encoded form; write `https://example.com/schl%C3%BCssel%20neu`",
        ),
        (
            "https://example.com\\passkeys",
            "has the character `\\\\`, which addresses have only in its encoded form; write `https://example.com/passkeys`",
        ),
        (
            "https://example.com/100%",
            "has a `%` without two hexadecimal digits after it; write the whole address, such as `https://example.com/account/passkeys`",
        ),
        (
            "https://example.com/%4/%a",
            "has a `%` without two hexadecimal digits after it; write the whole address, such as `https://example.com/account/passkeys`",
        ),
    ]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// An accepted page has the same host by the URL Standard.
    #[test]
    fn accepted_page_has_the_host_that_the_url_standard_parses(
        url in "(https|https|http|ftp)(://|://|:/)(me@)?[/\\\\]?(www\\.|evil)?(example|example|EXAMPLE)\\.(com|org|co\\.uk)[.@]?(:[0-9]{1,5})?[/\\\\?#@:]?[a-z/.%@\\\\#?é20\t\n ]{0,12}",
    ) {
        if enroll_at(&url).check().is_ok() {
            let parsed = Url::parse(&url).unwrap();
            let host = parsed.host_str().unwrap();
            prop_assert!(["example.com", "www.example.com", "example.co.uk"].contains(&host), "{}", url);
            prop_assert_eq!(parsed.scheme(), "https");
            prop_assert_eq!(parsed.username(), "");
        }
    }
}
