//! Which origins can be related to an RP ID.

use passkeys_rules::Draft;

use crate::{messages, only_violation, valid};

/// RP ID, related origin, and what follows ``origin `..` `` in the message.
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
fn what_the_rp_id_serves_belongs_in_origins() {
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
fn an_app_is_no_related_origin() {
    refuses(&[(
        "example.com",
        "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA",
        "is an Android app, and related origins are web sites; move it to `origins`",
    )]);
}

#[test]
fn related_origins_are_https_only() {
    refuses(&[(
        "example.com",
        "http://localhost:3000",
        "is not encrypted, and related origins are `https` only; give development a configuration of its own, with `localhost` as its RP ID",
    )]);
}

#[test]
fn browsers_skip_what_has_no_registrable_domain() {
    refuses(&[
        (
            "example.com",
            "https://localhost",
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
fn a_related_origin_is_an_origin() {
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
fn another_site_can_be_related() {
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
        // Below it, but not served by it.
        ("localhost", "http://localhost", "https://app.localhost"),
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
fn five_names_are_read() {
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
fn one_name_counts_once_whatever_its_ending_and_its_subdomains() {
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
fn the_sixth_name_is_refused_once() {
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
fn an_origin_that_is_refused_anyway_does_not_count_as_a_name() {
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
fn an_origin_of_both_lists_is_to_be_removed_not_moved() {
    assert_eq!(
        messages(&related(&["https://example.com"])),
        [
            "related_origins[0]: `https://example.com` is listed already, as `origins[0]`; remove one of them"
        ],
    );
}

#[test]
fn an_origin_of_both_lists_that_belongs_here_is_one_mistake_there() {
    let draft = Draft {
        origins: Some(vec!["https://example.com", "https://other.org"]),
        ..related(&["https://other.org"])
    };
    assert_eq!(only_violation(&draft).place.to_string(), "origins[1]");
}

#[test]
fn a_related_origin_is_listed_once() {
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
