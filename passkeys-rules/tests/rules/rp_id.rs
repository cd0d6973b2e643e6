//! Validation of RP IDs.

use passkeys_rules::wording::quote;
use passkeys_rules::{Draft, Key, RpId};

use crate::{ANDROID, only_violation};

/// Checks the message of each value after `RP ID <value> `.
#[track_caller]
fn refuses(cases: &[(&str, &str)]) {
    for (value, message) in cases {
        let error = RpId::parse(value).expect_err(value);
        assert_eq!(
            error.to_string(),
            format!("RP ID {} {message}", quote(value))
        );
    }
}

#[test]
fn empty_rp_id_is_rejected() {
    refuses(&[
        (
            "",
            "is empty; write your domain alone, such as `example.com`",
        ),
        (
            " ",
            "has white space in it; write your domain alone, such as `example.com`",
        ),
    ]);
}

#[test]
fn rp_id_with_white_space_is_rejected() {
    refuses(&[
        ("example.com ", "has white space in it; write `example.com`"),
        (
            "exa mple.com",
            "has white space in it; write your domain alone, such as `example.com`",
        ),
        (
            "a\nb",
            "has white space in it; write your domain alone, such as `example.com`",
        ),
    ]);
}

#[test]
fn rp_id_that_is_a_url_is_rejected() {
    refuses(&[
        (
            "https://example.com",
            "is a URL, and an RP ID is only the domain in it; write `example.com`",
        ),
        (
            "https://login.example.com:8443/a?b#c",
            "is a URL, and an RP ID is only the domain in it; write `login.example.com`",
        ),
        (
            "HTTP://Localhost:3000",
            "is a URL, and an RP ID is only the domain in it; write `localhost`",
        ),
        (
            "https://127.0.0.1",
            "is a URL, and an RP ID is only the domain in it; write `localhost`",
        ),
        (
            "https://",
            "is a URL, and an RP ID is only the domain in it; write your domain alone, such as `example.com`",
        ),
        (
            "https://co.uk",
            "is a URL, and an RP ID is only the domain in it; write your domain alone, such as `example.com`",
        ),
    ]);
}

#[test]
fn rp_id_with_path_is_rejected() {
    refuses(&[
        (
            "example.com/login",
            "has a path, and an RP ID is only a domain; write `example.com`",
        ),
        (
            "example.com?x",
            "has a path, and an RP ID is only a domain; write `example.com`",
        ),
        (
            "example.com#x",
            "has a path, and an RP ID is only a domain; write `example.com`",
        ),
        (
            "example.com\\x",
            "has a path, and an RP ID is only a domain; write `example.com`",
        ),
    ]);
}

#[test]
fn rp_id_with_user_name_is_rejected() {
    refuses(&[(
        "me@example.com",
        "has an `@`, and an RP ID is only a domain; write `example.com`",
    )]);
}

#[test]
fn rp_id_with_a_wildcard_is_rejected() {
    refuses(&[
        (
            "*.example.com",
            "is a pattern, and an RP ID already covers the domains below it; write `example.com`",
        ),
        (
            "*",
            "is a pattern, and an RP ID already covers the domains below it; write your domain alone, such as `example.com`",
        ),
        (
            "a*.example.com",
            "is a pattern, and an RP ID already covers the domains below it; write your domain alone, such as `example.com`",
        ),
    ]);
}

#[test]
fn rp_id_with_port_is_rejected() {
    refuses(&[
        (
            "example.com:8080",
            "has a port, and an RP ID covers every port; write `example.com`",
        ),
        (
            "localhost:3000",
            "has a port, and an RP ID covers every port; write `localhost`",
        ),
        (
            "example.com:",
            "has a port, and an RP ID covers every port; write `example.com`",
        ),
        (
            "[::1]:3000",
            "has a port, and an RP ID covers every port; write `localhost`",
        ),
    ]);
}

#[test]
fn rp_id_in_upper_case_is_rejected() {
    refuses(&[
        (
            "Example.com",
            "has upper-case letters, and browsers compare the lower-case form; write `example.com`",
        ),
        (
            "LOCALHOST",
            "has upper-case letters, and browsers compare the lower-case form; write `localhost`",
        ),
        (
            "xn--MNCHEN-3ya.de",
            "has upper-case letters, and browsers compare the lower-case form; write `xn--mnchen-3ya.de`",
        ),
    ]);
}

#[test]
fn rp_id_that_is_not_ascii_is_rejected() {
    refuses(&[
        (
            "münchen.de",
            "is not ASCII, and browsers compare the punycode form; write `xn--mnchen-3ya.de`",
        ),
        (
            "MÜNCHEN.de",
            "is not ASCII, and browsers compare the punycode form; write `xn--mnchen-3ya.de`",
        ),
        (
            "ｅxample.com",
            "is not ASCII, and browsers compare the punycode form; write `example.com`",
        ),
        (
            "пример.рф",
            "is not ASCII, and browsers compare the punycode form; write `xn--e1afmkfd.xn--p1ai`",
        ),
        (
            "公司.cn",
            "is not ASCII, and browsers compare the punycode form; use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
        (
            "ex\u{202e}ample.com",
            "is not ASCII, and browsers compare the punycode form; use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
    ]);
}

#[test]
fn rp_id_with_invalid_characters_is_rejected() {
    refuses(&[
        (
            "exa$mple.com",
            "has the character `$`, which no registry and no public certificate allows; use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
        (
            "example,com",
            "has the character `,`, which no registry and no public certificate allows; use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
        (
            "\0",
            "has the character `\\0`, which no registry and no public certificate allows; use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
    ]);
}

#[test]
fn rp_id_with_trailing_dot_is_rejected() {
    refuses(&[
        (
            "example.com.",
            "ends with a dot, which makes it another host to browsers; write `example.com`",
        ),
        (
            "..",
            "ends with a dot, which makes it another host to browsers; use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
        (
            ".",
            "ends with a dot, which makes it another host to browsers; use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
    ]);
}

#[test]
fn rp_id_with_empty_label_is_rejected() {
    refuses(&[
        (
            ".example.com",
            "has an empty label (a dot with nothing before it); write `example.com`",
        ),
        (
            "a..example.com",
            "has an empty label (a dot with nothing before it); use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
    ]);
}

#[test]
fn rp_id_that_is_an_ip_address_is_rejected() {
    refuses(&[
        (
            "127.0.0.1",
            "is an IP address, and a passkey belongs to a domain name; write `localhost`",
        ),
        (
            "::1",
            "is an IP address, and a passkey belongs to a domain name; write `localhost`",
        ),
        (
            "[::1]",
            "is an IP address, and a passkey belongs to a domain name; write `localhost`",
        ),
        (
            "192.168.0.10",
            "is an IP address, and a passkey belongs to a domain name; use a domain name, or `localhost` for development",
        ),
        (
            "2001:db8::1",
            "is an IP address, and a passkey belongs to a domain name; use a domain name, or `localhost` for development",
        ),
    ]);
}

#[test]
fn rp_id_that_browsers_parse_as_an_ip_address_is_rejected() {
    refuses(&[
        (
            "1",
            "ends in a number, so browsers read it as an IP address; use a domain name, or `localhost` for development",
        ),
        (
            "127.1",
            "ends in a number, so browsers read it as an IP address; use a domain name, or `localhost` for development",
        ),
        (
            "0x7f.1",
            "ends in a number, so browsers read it as an IP address; use a domain name, or `localhost` for development",
        ),
        (
            "0x7f000001",
            "ends in a number, so browsers read it as an IP address; use a domain name, or `localhost` for development",
        ),
        (
            "example.123",
            "ends in a number, so browsers read it as an IP address; use a domain name, or `localhost` for development",
        ),
        (
            "example.0x",
            "ends in a number, so browsers read it as an IP address; use a domain name, or `localhost` for development",
        ),
        (
            "256.256.256.256",
            "ends in a number, so browsers read it as an IP address; use a domain name, or `localhost` for development",
        ),
    ]);
}

/// Checks the message of each RP ID with these origins after `RP ID <value> `.
#[track_caller]
fn refuses_with(origins: &[&str], cases: &[(&str, &str)]) {
    for (value, message) in cases {
        let draft = Draft {
            rp_id: Some(value),
            origins: Some(origins.to_vec()),
            ..Draft::default()
        };
        let violation = only_violation(&draft);
        assert_eq!(violation.place, Key::RpId.into());
        assert_eq!(violation.to_string(), format!("RP ID `{value}` {message}"));
    }
}

#[test]
fn public_suffix_that_is_the_host_of_no_origin_is_rejected() {
    let rule = "is a public suffix: the domains below it belong to different people, so browsers accept it on pages of exactly this host, and no origin is on it";
    for suffix in ["com", "co.uk", "github.io", "foo.ck", "xn--55qx5d.cn"] {
        let fix = format!("use your own domain below it, such as `example.{suffix}`");
        let below = format!("https://example.{suffix}");
        for origins in [&[&*below][..], &["https://example.org"], &[ANDROID]] {
            refuses_with(origins, &[(suffix, &format!("{rule}; {fix}"))]);
        }
    }
}

#[test]
fn single_label_that_is_the_host_of_no_origin_is_rejected() {
    let rule = "is a single label, which browsers take for a top-level domain and accept on pages of exactly this host, and no origin is on it";
    for label in [
        "intranet",
        "internal",
        "my_app",
        "abcdefghijklmnopabcdefghijklmnop",
    ] {
        let fix = format!(
            "use a full domain name, such as `{label}.example.com`, or `localhost` for development, or add `https://{label}` to `origins`"
        );
        refuses_with(
            &["https://example.com"],
            &[(label, &format!("{rule}; {fix}"))],
        );
    }
}

/// As in Chromium: `tests/browser/hosts.rs`.
#[test]
fn single_label_or_public_suffix_that_is_the_host_of_every_origin_is_accepted() {
    for (rp_id, origins) in [
        ("homeserver", &["https://homeserver"][..]),
        (
            "homeserver",
            &["https://homeserver", "https://homeserver:8443"],
        ),
        ("my_server", &["https://my_server"]),
        (
            "ec2-1-2-3-4.compute-1.amazonaws.com",
            &["https://ec2-1-2-3-4.compute-1.amazonaws.com"],
        ),
        ("github.io", &["https://github.io", ANDROID]),
        ("localhost", &["http://localhost:3000"]),
        (
            "abcdefghijklmnopabcdefghijklmnop",
            &["chrome-extension://abcdefghijklmnopabcdefghijklmnop"],
        ),
    ] {
        let draft = Draft {
            rp_id: Some(rp_id),
            origins: Some(origins.to_vec()),
            ..Draft::default()
        };
        assert!(draft.check().is_ok(), "{:?}", draft.check());
    }
}

#[test]
fn single_label_or_public_suffix_is_not_judged_by_invalid_origins() {
    for rp_id in ["com", "intranet"] {
        let draft = Draft {
            rp_id: Some(rp_id),
            origins: Some(vec!["https://intranet/"]),
            ..Draft::default()
        };
        assert_eq!(only_violation(&draft).place, (Key::Origins, 0).into());
    }
}

#[test]
fn label_with_invalid_punycode_is_rejected() {
    refuses(&[
        (
            "xn--a.com",
            "has a label that starts with `xn--` and is not valid punycode; write the name with its accents and scripts once, and copy the form suggested then",
        ),
        (
            "xn--example.com",
            "has a label that starts with `xn--` and is not valid punycode; write the name with its accents and scripts once, and copy the form suggested then",
        ),
    ]);
}

#[test]
fn labels_have_63_characters_and_names_253() {
    let label = "a".repeat(63);
    assert!(RpId::parse(&format!("{label}.com")).is_ok());
    let name = format!("{label}.{label}.{label}.{}.com", "a".repeat(57));
    assert_eq!(name.len(), 253);
    assert!(RpId::parse(&name).is_ok());

    let advice = "use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`";
    refuses(&[
        (
            &format!("a{label}.com"),
            &format!("has a label of 64 characters, and DNS allows 63; {advice}"),
        ),
        (
            &format!("www.{name}"),
            &format!("has a name of 257 characters, and DNS allows 253; {advice}"),
        ),
        (
            &format!("a{name}"),
            &format!("has a name of 254 characters, and DNS allows 253; {advice}"),
        ),
    ]);
}

#[test]
fn very_long_value_is_cut_in_the_message() {
    let message = RpId::parse(&"x".repeat(10_000)).unwrap_err().to_string();
    assert!(message.len() < 500, "{message}");
    assert!(
        message.contains("x…` (9744 more characters) has a name of 10000 characters"),
        "{message}"
    );
}

#[test]
fn domain_names_are_accepted_as_rp_ids() {
    for value in [
        "example.com",
        "login.example.com",
        "example.co.uk",
        "me.github.io",
        "localhost",
        "app.localhost",
        "my_app.example.com",
        "_dmarc.example.com",
        "-a.example.com",
        "a-.example.com",
        "example-.com",
        "corp.internal",
        "xn--mnchen-3ya.de",
        "xn--e1afmkfd.xn--p1ai",
        "1and1.com",
        "123.example.com",
        "example.0xg",
        "a-b.example.com",
        "r3---sn-abc.example.com",
        // An exception to `*.ck`, and the parent domain of `*.kawasaki.jp`.
        "www.ck",
        "kawasaki.jp",
    ] {
        let rp_id = RpId::parse(value).unwrap();
        assert_eq!(
            (rp_id.as_str(), rp_id.as_ref(), &*rp_id.to_string()),
            (value, value, value)
        );
    }
}
