//! Validation of the origins of pages.

use passkeys_rules::Origin;
use passkeys_rules::wording::quote;

/// Checks the message of each value after `origin <value> `.
#[track_caller]
pub(crate) fn refuses(cases: &[(&str, &str)]) {
    for (value, message) in cases {
        let error = Origin::parse(value).expect_err(value);
        assert_eq!(
            error.to_string(),
            format!("origin {} {message}", quote(value))
        );
    }
}

#[test]
fn empty_origin_is_rejected() {
    refuses(&[
        (
            "",
            "is empty; write scheme, host and port only, such as `https://example.com`",
        ),
        (
            " ",
            "has white space in it; write scheme, host and port only, such as `https://example.com`",
        ),
    ]);
}

#[test]
fn origin_with_white_space_is_rejected() {
    refuses(&[
        (
            "https://example.com ",
            "has white space in it; write `https://example.com`",
        ),
        (
            "https://exa mple.com",
            "has white space in it; write scheme, host and port only, such as `https://example.com`",
        ),
    ]);
}

#[test]
fn opaque_origin_is_rejected() {
    refuses(&[(
        "null",
        "is the opaque origin, which sandboxed frames and `file:` pages have in common; list the origins of your pages, such as `https://example.com`",
    )]);
}

#[test]
fn origin_with_a_wildcard_is_rejected() {
    refuses(&[
        (
            "*",
            "is a pattern, and origins are compared letter by letter; list each origin, such as `https://app.example.com`",
        ),
        (
            "https://*.example.com",
            "is a pattern, and origins are compared letter by letter; list each origin, such as `https://app.example.com`",
        ),
        (
            "https://*",
            "is a pattern, and origins are compared letter by letter; list each origin, such as `https://app.example.com`",
        ),
    ]);
}

#[test]
fn origin_without_scheme_is_rejected() {
    refuses(&[
        (
            "example.com",
            "has no `https://` in front; write `https://example.com`",
        ),
        (
            "Example.com:8080",
            "has no `https://` in front; write `https://example.com:8080`",
        ),
        (
            "localhost:3000",
            "has no `https://` in front; write `http://localhost:3000`",
        ),
        (
            "www.example.com/login",
            "has no `https://` in front; write `https://www.example.com`",
        ),
        (
            "hello",
            "has no `https://` in front; write scheme, host and port only, such as `https://example.com`",
        ),
        (
            "https:example.com",
            "has no `https://` in front; write `https://example.com`",
        ),
        (
            "https:/example.com",
            "has no `https://` in front; write `https://example.com`",
        ),
        (
            "//example.com",
            "has no `https://` in front; write `https://example.com`",
        ),
        (
            "me@example.com",
            "has no `https://` in front; write `https://example.com`",
        ),
    ]);
}

#[test]
fn origin_with_upper_case_scheme_is_rejected() {
    refuses(&[
        (
            "HTTPS://example.com",
            "has the scheme in upper case, and browsers send it in lower case; write `https://example.com`",
        ),
        (
            "Http://localhost",
            "has the scheme in upper case, and browsers send it in lower case; write `http://localhost`",
        ),
        (
            "HTTPS://Example.COM:443/Login?x#y",
            "has the scheme in upper case, and browsers send it in lower case; write `https://example.com`",
        ),
    ]);
}

#[test]
fn origin_with_another_scheme_is_rejected() {
    refuses(&[
        (
            "ws://example.com",
            "has the scheme `ws`, and browsers offer passkeys on `https` pages and in Chromium's extensions only; write the origin of the page that signs people in, such as `https://example.com`",
        ),
        (
            "Wss://example.com",
            "has the scheme `Wss`, and browsers offer passkeys on `https` pages and in Chromium's extensions only; write the origin of the page that signs people in, such as `https://example.com`",
        ),
        (
            "ftp://x",
            "has the scheme `ftp`, and browsers offer passkeys on `https` pages and in Chromium's extensions only; write the origin of the page that signs people in, such as `https://example.com`",
        ),
        (
            "file:///x",
            "has the scheme `file`, and browsers offer passkeys on `https` pages and in Chromium's extensions only; write the origin of the page that signs people in, such as `https://example.com`",
        ),
        (
            "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc",
            "has the scheme `moz-extension`, and browsers offer passkeys on `https` pages and in Chromium's extensions only; write the origin of the page that signs people in, such as `https://example.com`",
        ),
        (
            "null://",
            "has the scheme `null`, and browsers offer passkeys on `https` pages and in Chromium's extensions only; write the origin of the page that signs people in, such as `https://example.com`",
        ),
        (
            "://x",
            r#"has the scheme `""`, and browsers offer passkeys on `https` pages and in Chromium's extensions only; write the origin of the page that signs people in, such as `https://example.com`"#,
        ),
    ]);
}

#[test]
fn http_origin_outside_of_localhost_is_rejected() {
    refuses(&[
        (
            "http://example.com",
            "is not encrypted, and browsers offer passkeys on `http` pages of `localhost` only; write `https://example.com`",
        ),
        (
            "http://example.com:80",
            "is not encrypted, and browsers offer passkeys on `http` pages of `localhost` only; write `https://example.com`",
        ),
        (
            "http://example.com:8080",
            "is not encrypted, and browsers offer passkeys on `http` pages of `localhost` only; write `https://example.com:8080`",
        ),
        (
            "http://mylocalhost",
            "is not encrypted, and browsers offer passkeys on `http` pages of `localhost` only; write `https://mylocalhost`",
        ),
    ]);
}

#[test]
fn origin_with_trailing_slash_is_rejected() {
    refuses(&[(
        "https://example.com/",
        "ends with a slash, and browsers send an origin without; write `https://example.com`",
    )]);
}

#[test]
fn origin_with_path_is_rejected() {
    refuses(&[
        (
            "https://example.com/login",
            "has a path, and browsers send an origin without; write `https://example.com`",
        ),
        (
            "https://example.com\\login",
            "has a path, and browsers send an origin without; write `https://example.com`",
        ),
        (
            "https://example.com/?x=1",
            "has a path, and browsers send an origin without; write `https://example.com`",
        ),
    ]);
}

#[test]
fn origin_with_query_is_rejected() {
    refuses(&[(
        "https://example.com?x=1",
        "has a query, and browsers send an origin without; write `https://example.com`",
    )]);
}

#[test]
fn origin_with_fragment_is_rejected() {
    refuses(&[(
        "https://example.com#a",
        "has a fragment, and browsers send an origin without; write `https://example.com`",
    )]);
}

#[test]
fn origin_with_user_name_is_rejected() {
    refuses(&[(
        "https://me:secret@example.com",
        "has a user name in it, and browsers send an origin without; write `https://example.com`",
    )]);
}

#[test]
fn origin_with_default_port_is_rejected() {
    refuses(&[
        (
            "https://example.com:443",
            "has the port 443, which browsers leave out because it is the default; write `https://example.com`",
        ),
        (
            "http://localhost:80",
            "has the port 80, which browsers leave out because it is the default; write `http://localhost`",
        ),
    ]);
}

#[test]
fn origin_with_invalid_port_is_rejected() {
    refuses(&[
        (
            "https://example.com:",
            r#"has the port `""`, and a port is a number from 1 to 65535 without leading zeros; write `https://example.com`"#,
        ),
        (
            "https://example.com:http",
            "has the port `http`, and a port is a number from 1 to 65535 without leading zeros; write the port, or nothing for the default, such as `https://example.com`",
        ),
        (
            "https://example.com:0443",
            "has the port `0443`, and a port is a number from 1 to 65535 without leading zeros; write `https://example.com`",
        ),
        (
            "https://example.com:08443",
            "has the port `08443`, and a port is a number from 1 to 65535 without leading zeros; write `https://example.com:8443`",
        ),
        (
            "https://example.com:0",
            "has the port `0`, and a port is a number from 1 to 65535 without leading zeros; write the port, or nothing for the default, such as `https://example.com`",
        ),
        (
            "https://example.com:65536",
            "has the port `65536`, and a port is a number from 1 to 65535 without leading zeros; write the port, or nothing for the default, such as `https://example.com`",
        ),
        (
            "https://example.com:+1",
            "has the port `+1`, and a port is a number from 1 to 65535 without leading zeros; write `https://example.com:1`",
        ),
    ]);
}

#[test]
fn origin_without_host_is_rejected() {
    refuses(&[
        (
            "https://",
            "has no host; use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
        (
            "https://:3000",
            "has no host; use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
    ]);
}

#[test]
fn origin_host_in_another_spelling_is_rejected() {
    refuses(&[
        (
            "https://Example.com",
            "has upper-case letters, and browsers compare the lower-case form; write `https://example.com`",
        ),
        (
            "https://münchen.de",
            "is not ASCII, and browsers compare the punycode form; write `https://xn--mnchen-3ya.de`",
        ),
        (
            "https://example.com.",
            "ends with a dot, which makes it another host to browsers; write `https://example.com`",
        ),
    ]);
}

#[test]
fn origin_host_with_invalid_characters_is_rejected() {
    refuses(&[
        (
            "https://exa%6dple.com",
            "has the character `%`, which no registry and no public certificate allows; use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
        (
            "https://a..com",
            "has an empty label (a dot with nothing before it); use a domain name of letters, digits, hyphens, underscores and dots, such as `example.com`",
        ),
        (
            "https://xn--a.com",
            "has a label that starts with `xn--` and is not valid punycode; write the name with its accents and scripts once, and copy the form suggested then",
        ),
    ]);
}

#[test]
fn origin_host_that_is_an_ip_address_is_rejected() {
    refuses(&[
        (
            "http://127.0.0.1:3000",
            "is an IP address, and a passkey belongs to a domain name; write `http://localhost:3000`",
        ),
        (
            "https://127.0.0.1",
            "is an IP address, and a passkey belongs to a domain name; write `https://localhost`",
        ),
        (
            "http://[::1]:8000",
            "is an IP address, and a passkey belongs to a domain name; write `http://localhost:8000`",
        ),
        (
            "http://0.0.0.0:3000",
            "is an IP address, and a passkey belongs to a domain name; write `http://localhost:3000`",
        ),
        (
            "https://10.0.0.1",
            "is an IP address, and a passkey belongs to a domain name; use a domain name, or `localhost` for development",
        ),
        (
            "https://1",
            "ends in a number, so browsers read it as an IP address; use a domain name, or `localhost` for development",
        ),
    ]);
}

#[test]
fn origins_in_the_spelling_of_browsers_are_accepted() {
    for (value, host) in [
        ("https://example.com", "example.com"),
        ("https://example.com:8443", "example.com"),
        ("https://example.com:80", "example.com"),
        ("https://example.com:1", "example.com"),
        ("https://example.com:65535", "example.com"),
        ("https://a.b.c.example.com", "a.b.c.example.com"),
        ("https://xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("https://intranet", "intranet"),
        ("https://my_app.example.com", "my_app.example.com"),
        ("https://a-.example.com", "a-.example.com"),
        ("https://localhost", "localhost"),
        ("http://localhost", "localhost"),
        ("http://localhost:3000", "localhost"),
        ("http://localhost:443", "localhost"),
        ("http://app.localhost:3000", "app.localhost"),
    ] {
        let origin = Origin::parse(value).unwrap();
        assert_eq!(origin.host(), Some(host));
        assert_eq!(
            (origin.as_str(), origin.as_ref(), &*origin.to_string()),
            (value, value, value)
        );
        assert_eq!(origin.is_https(), value.starts_with("https:"));
        assert!(!origin.is_android());
    }
}

const EXTENSION: &str = "chrome-extension://abcdefghijklmnopabcdefghijklmnop";

#[test]
fn extension_is_an_origin() {
    let origin = Origin::parse(EXTENSION).unwrap();

    assert_eq!(origin.as_str(), EXTENSION);
    assert_eq!(origin.extension(), Some("abcdefghijklmnopabcdefghijklmnop"));
    assert_eq!((origin.host(), origin.fingerprint()), (None, None));
    assert!(!origin.is_https() && !origin.is_android());
    assert_eq!(
        Origin::parse("https://example.com").unwrap().extension(),
        None
    );
}

#[test]
fn extension_origin_in_another_spelling_is_rejected() {
    let id = "abcdefghijklmnopabcdefghijklmnop";
    let advice = "copy the ID from the page `chrome://extensions`, such as `chrome-extension://abcdefghijklmnopabcdefghijklmnop`";
    let has = |id: &str| {
        format!(
            "has {} for the ID of the extension, and an ID has 32 letters from `a` to `p`",
            quote(id)
        )
    };
    refuses(&[
        (
            &format!("{EXTENSION}/"),
            &format!("ends with a slash, and browsers send an origin without; write `{EXTENSION}`"),
        ),
        (
            &format!("{EXTENSION}/popup.html"),
            &format!("has a path, and browsers send an origin without; write `{EXTENSION}`"),
        ),
        (
            &EXTENSION.to_ascii_uppercase(),
            &format!(
                "has the scheme in upper case, and browsers send it in lower case; write `{EXTENSION}`"
            ),
        ),
        (
            "chrome-extension://Abcdefghijklmnopabcdefghijklmnop",
            &format!(
                "{}; write `{EXTENSION}`",
                has("Abcdefghijklmnopabcdefghijklmnop")
            ),
        ),
        (
            id,
            &format!("has no `https://` in front; write `{EXTENSION}`"),
        ),
        ("chrome-extension://", &format!("{}; {advice}", has(""))),
        (
            "chrome-extension://abcdef",
            &format!("{}; {advice}", has("abcdef")),
        ),
        (
            "chrome-extension://abcdefghijklmnopabcdefghijklmnoq",
            &format!("{}; {advice}", has("abcdefghijklmnopabcdefghijklmnoq")),
        ),
        (
            &format!("{EXTENSION}:1"),
            &format!("{}; {advice}", has(&format!("{id}:1"))),
        ),
    ]);
}
