//! Validation of the origins of pages that may show the site in a frame.

use passkeys_rules::Draft;

use crate::{ANDROID, messages, valid};

fn with<'a>(top_origins: &[&'a str]) -> Draft<'a> {
    Draft {
        top_origins: Some(top_origins.to_vec()),
        ..valid()
    }
}

#[test]
fn top_origin_on_any_host_is_accepted() {
    let top_origins = [
        "https://example.com",
        "https://portal.example.com:8443",
        "https://example.org",
        "https://my_app.example.org",
        "http://localhost:3000",
        "http://app.localhost",
        "http://127.0.0.1:3000",
        "http://[::1]",
        "https://192.0.2.1:8443",
        "https://[2001:db8::1]",
        "https://homeserver",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    ];
    let policy = with(&top_origins).check().unwrap();

    assert!(policy.top_origins.iter().map(AsRef::as_ref).eq(top_origins));
}

#[test]
fn top_origin_is_spelled_as_browsers_spell_origins() {
    assert_eq!(
        messages(&with(&[
            "https://example.org/",
            "http://example.org",
            "example.org",
            "https://*.example.org",
            "null",
            "http://192.0.2.1:80",
            "https://[2001:0db8::1]/",
            "https://[2001:0db8::1]",
            "https://2001:db8::1",
            "127.0.0.1:3000",
            "https://1",
        ])),
        [
            "top_origins[0]: origin `https://example.org/` ends with a slash, and browsers send an origin without; write `https://example.org`",
            "top_origins[1]: origin `http://example.org` is not encrypted, and browsers offer passkeys on `http` pages of `localhost` only; write `https://example.org`",
            "top_origins[2]: origin `example.org` has no `https://` in front; write `https://example.org`",
            "top_origins[3]: origin `https://*.example.org` is a pattern, and origins are compared letter by letter; list each origin, such as `https://app.example.com`",
            "top_origins[4]: origin `null` is the opaque origin, which sandboxed frames and `file:` pages have in common; list the origins of your pages, such as `https://example.com`",
            "top_origins[5]: origin `http://192.0.2.1:80` is not encrypted, and browsers offer passkeys on `http` pages of `localhost` only; write `https://192.0.2.1`",
            "top_origins[6]: origin `https://[2001:0db8::1]/` ends with a slash, and browsers send an origin without; write `https://[2001:db8::1]`",
            "top_origins[7]: origin `https://[2001:0db8::1]` has an IP address in another spelling than that of browsers; write `https://[2001:db8::1]`",
            "top_origins[8]: origin `https://2001:db8::1` has an IP address in another spelling than that of browsers; write `https://[2001:db8::1]`",
            "top_origins[9]: origin `127.0.0.1:3000` has no `https://` in front; write `http://127.0.0.1:3000`",
            "top_origins[10]: origin `https://1` ends in a number, so browsers read it as an IP address; use a domain name, or `localhost` for development",
        ],
    );
}

#[test]
fn android_app_is_not_a_top_origin() {
    assert_eq!(
        messages(&with(&[ANDROID])),
        [format!(
            "top_origins[0]: origin `{ANDROID}` is an Android app, and only web pages show others in a frame; remove it"
        )],
    );
}

#[test]
fn duplicate_top_origin_is_rejected() {
    assert_eq!(
        messages(&with(&["https://example.org", "https://example.org"])),
        [
            "top_origins[1]: `https://example.org` is listed already, as `top_origins[0]`; remove one of them"
        ],
    );
}
