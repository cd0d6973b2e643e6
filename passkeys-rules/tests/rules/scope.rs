//! Validation of origins against the scope of the RP ID.

use passkeys_rules::{Draft, RpId};
use proptest::prelude::*;

use crate::{only_violation, valid};

/// Checks the message of each RP ID and origin after ``origin `..` ``.
#[track_caller]
fn refuses(cases: &[(&str, &str, &str)]) {
    for (rp_id, origin, message) in cases {
        let draft = Draft {
            rp_id: Some(rp_id),
            origins: Some(vec![origin]),
            ..Draft::default()
        };
        let violation = only_violation(&draft);
        assert_eq!(
            violation.to_string(),
            format!("origin `{origin}` {message}")
        );
        assert_eq!(violation.place.to_string(), "origins[0]");
    }
}

#[test]
fn origin_on_another_site_is_rejected() {
    refuses(&[
        (
            "example.com",
            "https://evil.com",
            "is not `example.com` or below it; remove it, or list it in `related_origins` if it is another site of yours",
        ),
        (
            "example.co.uk",
            "https://other.co.uk",
            "is not `example.co.uk` or below it; remove it, or list it in `related_origins` if it is another site of yours",
        ),
        (
            "example.com",
            "https://com",
            "is not `example.com` or below it; remove it, or list it in `related_origins` if it is another site of yours",
        ),
        (
            "localhost",
            "https://example.com",
            "is not `localhost` or below it; remove it, or list it in `related_origins` if it is another site of yours",
        ),
        (
            "me.github.io",
            "https://you.github.io",
            "is not `me.github.io` or below it; remove it, or list it in `related_origins` if it is another site of yours",
        ),
        (
            "example.com",
            "https://example.com.evil.com",
            "is not `example.com` or below it; remove it, or list it in `related_origins` if it is another site of yours",
        ),
        // A subdomain with a public suffix in between.
        (
            "www.amazonaws.com",
            "https://bucket.s3.amazonaws.com",
            "is not `www.amazonaws.com` or below it; remove it, or list it in `related_origins` if it is another site of yours",
        ),
    ]);
}

#[test]
fn look_alike_origin_is_rejected() {
    refuses(&[
        (
            "example.com",
            "https://evilexample.com",
            "only ends like RP ID `example.com`: `evilexample.com` is another domain, whose owner could sign in as your users; remove it, or list it in `related_origins` if it is yours too",
        ),
        (
            "localhost",
            "https://mylocalhost",
            "only ends like RP ID `localhost`: `mylocalhost` is another domain, whose owner could sign in as your users; remove it, or list it in `related_origins` if it is yours too",
        ),
    ]);
}

#[test]
fn localhost_origin_with_a_production_rp_id_is_rejected() {
    refuses(&[
        (
            "example.com",
            "http://localhost:3000",
            r#"is not `example.com` or below it; give that server a configuration of its own, with `rp_id = "localhost"`"#,
        ),
        (
            "example.com",
            "http://app.localhost:3000",
            r#"is not `example.com` or below it; give that server a configuration of its own, with `rp_id = "app.localhost"`"#,
        ),
        (
            "app.localhost",
            "http://localhost:3000",
            r#"is not `app.localhost` or below it; give that server a configuration of its own, with `rp_id = "localhost"`"#,
        ),
        (
            "app.localhost",
            "http://other.localhost:3000",
            r#"is not `app.localhost` or below it; give that server a configuration of its own, with `rp_id = "other.localhost"`"#,
        ),
    ]);
}

#[test]
fn parent_or_sibling_origin_gets_the_shorter_rp_id_suggested() {
    refuses(&[
        (
            "app.example.com",
            "https://example.com",
            r#"is not `app.example.com` or below it; write `rp_id = "example.com"` to cover both"#,
        ),
        (
            "app.example.com",
            "https://admin.example.com:8443",
            r#"is not `app.example.com` or below it; write `rp_id = "example.com"` to cover both"#,
        ),
        (
            "a.b.example.com",
            "https://c.b.example.com",
            r#"is not `a.b.example.com` or below it; write `rp_id = "b.example.com"` to cover both"#,
        ),
    ]);
}

#[test]
fn no_rp_id_reaches_below_a_public_suffix() {
    refuses(&[
        (
            "localhost",
            "http://app.localhost:3000",
            r#"is below `localhost`, but browsers take `localhost` for a public suffix and let no RP ID reach below one; write `rp_id = "app.localhost"` for it"#,
        ),
        (
            "localhost",
            "http://a.b.localhost:3000",
            r#"is below `localhost`, but browsers take `localhost` for a public suffix and let no RP ID reach below one; write `rp_id = "b.localhost"` for it"#,
        ),
        (
            "amazonaws.com",
            "https://bucket.s3.amazonaws.com",
            r#"is below `amazonaws.com`, but browsers take `s3.amazonaws.com` for a public suffix and let no RP ID reach below one; write `rp_id = "bucket.s3.amazonaws.com"` for it"#,
        ),
        (
            "amazonaws.com",
            "https://s3.amazonaws.com",
            r#"is below `amazonaws.com`, but browsers take `s3.amazonaws.com` for a public suffix and let no RP ID reach below one; write `rp_id = "s3.amazonaws.com"` for it"#,
        ),
        (
            "kawasaki.jp",
            "https://foo.kawasaki.jp",
            r#"is below `kawasaki.jp`, but browsers take `foo.kawasaki.jp` for a public suffix and let no RP ID reach below one; write `rp_id = "foo.kawasaki.jp"` for it"#,
        ),
    ]);
}

#[test]
fn origin_on_the_rp_id_or_a_subdomain_is_accepted() {
    for (rp_id, origin) in [
        ("example.com", "https://example.com"),
        ("example.com", "https://example.com:8443"),
        ("example.com", "https://a.example.com"),
        ("example.com", "https://a.b.c.example.com"),
        ("a.example.com", "https://a.example.com"),
        ("example.co.uk", "https://www.example.co.uk"),
        ("me.github.io", "https://blog.me.github.io"),
        ("corp.internal", "https://sso.corp.internal"),
        ("localhost", "http://localhost"),
        ("localhost", "http://localhost:3000"),
        ("localhost", "https://localhost:3000"),
        ("app.localhost", "http://app.localhost:3000"),
        ("app.localhost", "http://a.app.localhost:3000"),
        ("xn--e1afmkfd.xn--p1ai", "https://www.xn--e1afmkfd.xn--p1ai"),
        // A public suffix above the RP ID does not matter.
        (
            "bucket.s3.amazonaws.com",
            "https://www.bucket.s3.amazonaws.com",
        ),
        ("amazonaws.com", "https://www.amazonaws.com"),
        ("www.ck", "https://app.www.ck"),
    ] {
        let draft = Draft {
            rp_id: Some(rp_id),
            origins: Some(vec![origin]),
            ..valid()
        };
        assert!(
            draft.check().is_ok(),
            "{rp_id} and {origin}: {:?}",
            draft.check()
        );
    }
}

#[test]
fn android_origin_is_in_the_scope_of_every_rp_id() {
    let app = "android:apk-key-hash:EjRWeJq83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vA";
    let draft = Draft {
        origins: Some(vec![app]),
        ..valid()
    };
    let policy = draft.check().unwrap();
    assert!(policy.origins[0].is_android());
    assert_eq!(policy.origins[0].host(), None);
    assert!(!policy.origins[0].is_https());
}

const EXTENSION: &str = "chrome-extension://abcdefghijklmnopabcdefghijklmnop";

/// Chromium lets an extension claim what its manifest has host permissions for, and its own ID.
#[test]
fn extension_is_in_the_scope_of_domains_and_of_its_own_id() {
    for (rp_id, own) in [
        ("example.com", "https://example.com"),
        ("my_app.example.com", "https://my_app.example.com"),
        ("localhost", "http://localhost:3000"),
        ("abcdefghijklmnopabcdefghijklmnop", EXTENSION),
    ] {
        let mut origins = vec![own, EXTENSION];
        origins.dedup();
        let draft = Draft {
            rp_id: Some(rp_id),
            origins: Some(origins),
            ..valid()
        };
        assert!(draft.check().is_ok(), "{:?}", draft.check());
    }
}

#[test]
fn extension_is_not_in_the_scope_of_a_single_label_or_public_suffix() {
    for (rp_id, own) in [
        ("homeserver", "https://homeserver"),
        ("github.io", "https://github.io"),
        (
            "ponmlkjihgfedcbaponmlkjihgfedcba",
            "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba",
        ),
    ] {
        let draft = Draft {
            rp_id: Some(rp_id),
            origins: Some(vec![own, EXTENSION]),
            ..valid()
        };
        let violation = only_violation(&draft);
        assert_eq!(violation.place.to_string(), "origins[1]");
        assert_eq!(
            violation.to_string(),
            format!(
                "origin `{EXTENSION}` is an extension, and browsers let an extension claim its own ID or a domain, not the single label or public suffix `{rp_id}`; remove it"
            )
        );
    }
}

#[test]
fn origin_below_a_single_label_is_rejected() {
    let draft = Draft {
        rp_id: Some("homeserver"),
        origins: Some(vec!["https://homeserver", "https://app.homeserver"]),
        ..valid()
    };
    assert_eq!(
        only_violation(&draft).to_string(),
        r#"origin `https://app.homeserver` is below `homeserver`, but browsers take `homeserver` for a public suffix and let no RP ID reach below one; write `rp_id = "app.homeserver"` for it"#
    );
}

proptest! {
    /// Compares with an independent check by whole labels.
    #[test]
    fn rp_id_covers_subdomains_on_label_boundaries(
        host in "(a|b|aexample|-?example|[a-c]{1,3})(\\.(a|b|example|com)){0,4}\\.(example|aexample)\\.(com|org)",
        rp_id in "((a|b|example)\\.){0,3}(example|aexample)\\.(com|org)",
    ) {
        let labels = |name: &str| name.split('.').map(str::to_owned).collect::<Vec<_>>();
        let covered = labels(&host).ends_with(&labels(&rp_id));
        prop_assert_eq!(RpId::parse(&rp_id).unwrap().covers(&host), covered);
    }
}
