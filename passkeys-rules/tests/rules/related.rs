//! Validation of related origins.

use passkeys_rules::Draft;

use crate::{messages, only_violation, valid};

/// Checks the message of each RP ID and related origin after ``origin `..` ``.
#[track_caller]
fn refuses(cases: &[(&str, &str, &str)]) {
    for (rp_id, origin, message) in cases {
        let own = format!("https://{rp_id}");
        let draft = Draft {
            rp_id: Some(rp_id),
            origins: Some(vec![if own == *origin {
                "https://app.example.com"
            } else {
                &own
            }]),
            related_origins: Some(vec![origin]),
            ..Draft::default()
        };
        let violation = only_violation(&draft);
        assert_eq!(
            violation.to_string(),
            format!("origin `{origin}` {message}")
        );
        assert_eq!(violation.place.to_string(), "related_origins[0]");
    }
}

#[test]
fn related_origin_in_the_scope_of_the_rp_id_is_rejected() {
    refuses(&[
        (
            "example.com",
            "https://example.com",
            "is on `example.com` or a subdomain, so it is not a related origin; move it to `origins`",
        ),
        (
            "example.com",
            "https://a.example.com",
            "is on `example.com` or a subdomain, so it is not a related origin; move it to `origins`",
        ),
    ]);
}

#[test]
fn android_origin_is_not_a_related_origin() {
    refuses(&[(
        "example.com",
        "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA",
        "is an Android app, and related origins are web sites; move it to `origins`",
    )]);
}

#[test]
fn extension_is_not_a_related_origin() {
    refuses(&[(
        "example.com",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "is an extension, and related origins are web sites; move it to `origins`",
    )]);
}

#[test]
fn related_origin_on_localhost_is_rejected() {
    refuses(&[(
        "example.com",
        "http://localhost:3000",
        "is on a single label, which browsers skip among related origins; give development a configuration of its own, with `localhost` as its RP ID",
    )]);
}

#[test]
fn related_origin_without_registrable_domain_is_rejected() {
    refuses(&[
        (
            "example.com",
            "https://homeserver:8443",
            "is a single label or a public suffix, which browsers skip among related origins; write the origin of a domain of your own, such as `https://example.co.uk`",
        ),
        (
            "example.com",
            "https://intranet",
            "is a single label or a public suffix, which browsers skip among related origins; write the origin of a domain of your own, such as `https://example.co.uk`",
        ),
        (
            "example.com",
            "https://github.io",
            "is a single label or a public suffix, which browsers skip among related origins; write the origin of a domain of your own, such as `https://example.co.uk`",
        ),
    ]);
}

#[test]
fn invalid_related_origin_is_rejected() {
    refuses(&[(
        "example.com",
        "https://example.co.uk/",
        "ends with a slash, and browsers send an origin without; write `https://example.co.uk`",
    )]);
}

fn related(origins: &[&'static str]) -> Draft<'static> {
    Draft {
        related_origins: Some(origins.to_vec()),
        ..valid()
    }
}

#[test]
fn origin_of_another_site_is_accepted_as_related() {
    for (rp_id, own, origin) in [
        (
            "example.com",
            "https://example.com",
            "https://example.co.uk",
        ),
        (
            "example.com",
            "https://example.com",
            "https://shop.other.org:8443",
        ),
        (
            "example.com",
            "https://example.com",
            "https://evilexample.com",
        ),
        (
            "app.example.com",
            "https://app.example.com",
            "https://example.com",
        ),
        (
            "app.example.com",
            "https://app.example.com",
            "https://admin.example.com",
        ),
        // A subdomain that is out of scope.
        ("localhost", "http://localhost", "https://app.localhost"),
        ("example.com", "https://example.com", "http://app.localhost"),
        ("example.com", "https://example.com", "https://my_shop.com"),
        // A domain below a single label or a public suffix.
        (
            "example.com",
            "https://example.com",
            "https://app.homeserver",
        ),
        ("homeserver", "https://homeserver", "https://example.com"),
        (
            "amazonaws.com",
            "https://amazonaws.com",
            "https://bucket.s3.amazonaws.com",
        ),
    ] {
        let draft = Draft {
            rp_id: Some(rp_id),
            origins: Some(vec![own]),
            related_origins: Some(vec![origin]),
            ..Draft::default()
        };
        let policy = draft.check().unwrap();
        assert_eq!(policy.related_origins[0].as_str(), origin);
    }
}

#[test]
fn related_origins_with_five_labels_are_accepted() {
    assert!(
        related(&[
            "https://a.org",
            "https://b.org",
            "https://c.org",
            "https://d.org",
            "https://e.org"
        ])
        .check()
        .is_ok()
    );
}

#[test]
fn label_counts_once_with_any_suffix_and_subdomain() {
    assert!(
        related(&[
            "https://a.org",
            "https://a.co.uk",
            "https://www.a.github.io",
            "https://a.b.de",
            "https://b.org",
            "https://c.org",
            "https://d.org",
            "https://example.org",
            "https://example.de",
        ])
        .check()
        .is_ok()
    );
}

#[test]
fn sixth_label_of_related_origins_is_rejected_once() {
    let draft = related(&[
        "https://a.org",
        "https://b.org",
        "https://a.de",
        "https://c.org",
        "https://d.org",
        "https://e.org",
        "https://www.f.co.uk",
        "https://g.org",
        "https://f.org",
    ]);
    assert_eq!(
        messages(&draft),
        [
            "related_origins[6]: origin `https://www.f.co.uk` has a sixth label, `f`, and browsers accept 5, \
          here `a`, `b`, `c`, `d` and `e`, each with any suffix (`.com`, `.co.uk`); remove the origins of one \
          of them"
        ],
    );
}

#[test]
fn rejected_related_origin_does_not_count_as_a_label() {
    let draft = related(&[
        "https://www.example.com",
        "https://a.org",
        "https://b.org",
        "https://c.org",
        "https://d.org",
        "https://e.org",
    ]);
    let violation = only_violation(&draft);
    assert_eq!(violation.place.to_string(), "related_origins[0]");
}

#[test]
fn origin_in_both_lists_is_reported_as_a_duplicate() {
    assert_eq!(
        messages(&related(&["https://example.com"])),
        [
            "related_origins[0]: `https://example.com` is listed already, as `origins[0]`; remove one of them"
        ],
    );
}

#[test]
fn out_of_scope_origin_in_both_lists_is_reported_once() {
    let draft = Draft {
        origins: Some(vec!["https://example.com", "https://other.org"]),
        ..related(&["https://other.org"])
    };
    assert_eq!(only_violation(&draft).place.to_string(), "origins[1]");
}

#[test]
fn duplicate_related_origin_is_rejected() {
    assert_eq!(
        messages(&related(&[
            "https://a.org",
            "https://b.org",
            "https://a.org"
        ])),
        [
            "related_origins[2]: `https://a.org` is listed already, as `related_origins[0]`; remove one of them"
        ],
    );
}
