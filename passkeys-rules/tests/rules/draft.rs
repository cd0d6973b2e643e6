//! Validation of all values together.

use std::time::Duration;

use passkeys_rules::{
    Algorithm, Attestation, AuthenticatorAttachment, BackupEligibility, Draft, Extension, Hint,
    Key, LargeBlob, LegacyAttestation, Place, ResidentKey, SignCount, UserVerification,
};

use crate::{ANDROID, messages, only_violation, valid};

/// Names every key, so that a new one does not compile until its value is checked here.
#[test]
fn policy_has_the_value_of_every_key() {
    let draft = Draft {
        rp_id: Some("example.com"),
        rp_name: Some("Example"),
        origins: Some(vec![
            "https://example.com",
            "https://app.example.com:8443",
            ANDROID,
        ]),
        related_origins: Some(vec!["https://example.de", "https://example.co.uk"]),
        top_origins: Some(vec!["https://portal.example.org", "https://example.com"]),
        user_verification: Some("preferred"),
        resident_key: Some("preferred"),
        conditional_create: Some("false"),
        algorithms: Some(vec!["ML-DSA-65", "ES384"]),
        attestation: Some("direct"),
        legacy_attestation: Some(vec!["tpm-sha1"]),
        authenticator_attachment: Some("cross-platform"),
        hints: Some(vec!["hybrid", "security-key"]),
        extensions: Some(vec!["prf", "large_blob=required"]),
        challenge_ttl: Some("10m"),
        timeout: Some("90s"),
        sign_count: Some("suspend"),
        backup_eligibility: Some("report"),
        max_credentials: Some("64"),
        fresh: Some("15m"),
        prompt_outcomes: Some("true"),
        enroll_url: Some("https://example.com/passkeys/new"),
        manage_url: Some("https://example.co.uk/passkeys"),
        android_apps: Some(vec!["com.example.app", "com.example.other"]),
        apple_apps: Some(vec!["ABCDE12345.com.example.app"]),
        profiles: Some(vec![crate::profiles::phone()]),
    };
    let policy = draft.check().unwrap();

    assert_eq!(policy.rp_id.as_str(), "example.com");
    assert_eq!(policy.rp_name, "Example");
    assert!(policy.origins.iter().map(AsRef::as_ref).eq([
        "https://example.com",
        "https://app.example.com:8443",
        ANDROID
    ]));
    assert!(
        policy
            .related_origins
            .iter()
            .map(AsRef::as_ref)
            .eq(["https://example.de", "https://example.co.uk"])
    );
    assert!(
        policy
            .top_origins
            .iter()
            .map(AsRef::as_ref)
            .eq(["https://portal.example.org", "https://example.com"])
    );
    assert_eq!(policy.user_verification, UserVerification::Preferred);
    assert_eq!(policy.resident_key, ResidentKey::Preferred);
    assert!(!policy.conditional_create);
    assert_eq!(policy.algorithms, [Algorithm::MlDsa65, Algorithm::Es384]);
    assert_eq!(policy.attestation, Attestation::Direct);
    let large_blob = Extension::LargeBlob(LargeBlob::Required);
    assert_eq!(policy.extensions, [Extension::Prf, large_blob]);
    assert_eq!(policy.legacy_attestation, [LegacyAttestation::TpmSha1]);
    assert_eq!(
        policy.authenticator_attachment,
        Some(AuthenticatorAttachment::CrossPlatform)
    );
    assert_eq!(policy.hints, [Hint::Hybrid, Hint::SecurityKey]);
    assert_eq!(policy.challenge_ttl, Duration::from_mins(10));
    assert_eq!(policy.timeout, Duration::from_secs(90));
    assert_eq!(policy.sign_count, SignCount::Suspend);
    assert_eq!(policy.backup_eligibility, BackupEligibility::Report);
    assert_eq!(policy.max_credentials, 64);
    assert_eq!(policy.fresh, Some(Duration::from_mins(15)));
    assert!(policy.prompt_outcomes);
    assert_eq!(
        policy.enroll_url.as_deref(),
        Some("https://example.com/passkeys/new")
    );
    assert_eq!(
        policy.manage_url.as_deref(),
        Some("https://example.co.uk/passkeys")
    );
    assert_eq!(
        policy.android_apps,
        ["com.example.app", "com.example.other"]
    );
    assert_eq!(policy.apple_apps, ["ABCDE12345.com.example.app"]);
    assert_eq!(policy.profiles.len(), 1);
}

#[test]
fn conditional_creation_can_be_allowed() {
    let conditional = Draft {
        conditional_create: Some("true"),
        ..valid()
    };
    assert!(conditional.check().unwrap().conditional_create);
}

#[test]
fn defaults_are_the_strict_values() {
    let policy = valid().check().unwrap();

    assert_eq!(policy.rp_name, "example.com");
    assert_eq!(policy.user_verification, UserVerification::Required);
    assert_eq!(policy.resident_key, ResidentKey::Required);
    assert!(!policy.conditional_create);
    assert_eq!(
        policy.algorithms,
        [
            Algorithm::Es256,
            Algorithm::EdDsa,
            Algorithm::Es384,
            Algorithm::Rs256
        ]
    );
    assert_eq!(policy.attestation, Attestation::None);
    assert_eq!(policy.authenticator_attachment, None);
    assert_eq!(policy.challenge_ttl, Duration::from_mins(10));
    assert_eq!(policy.timeout, Duration::from_mins(5));
    assert_eq!(policy.sign_count, SignCount::Reject);
    assert_eq!(policy.backup_eligibility, BackupEligibility::Reject);
    assert_eq!(policy.max_credentials, 20);
    assert_eq!(policy.fresh, None);
    assert!(!policy.prompt_outcomes);
    assert!(policy.profiles.is_empty());
}

#[test]
fn conditional_creation_with_attestation_is_a_contradiction() {
    for attestation in ["indirect", "direct"] {
        let draft = Draft {
            conditional_create: Some("true"),
            attestation: Some(attestation),
            ..valid()
        };
        let violation = only_violation(&draft);
        assert_eq!(violation.place, Key::ConditionalCreate.into());
        let message = violation.to_string();
        let beginning = format!(
            "`conditional_create = true` needs `attestation = \"none\"`, and it is `\"{attestation}\"`"
        );
        assert!(message.starts_with(&beginning), "{message}");

        let off = Draft {
            conditional_create: Some("false"),
            ..draft
        };
        off.check().unwrap();
    }
    // A value that is not understood may be meant as `none`.
    let draft = Draft {
        conditional_create: Some("true"),
        attestation: Some("nome"),
        ..valid()
    };
    assert_eq!(only_violation(&draft).place, Key::Attestation.into());
}

#[test]
fn missing_required_key_is_rejected() {
    assert_eq!(
        messages(&Draft::default()),
        [
            r#"rp_id: `rp_id` is missing; add `rp_id = "example.com"`"#,
            r#"origins: `origins` is missing; add `origins = ["https://example.com"]`"#,
        ],
    );
}

#[test]
fn empty_array_is_rejected() {
    let draft = Draft {
        origins: Some(vec![]),
        related_origins: Some(vec![]),
        top_origins: Some(vec![]),
        algorithms: Some(vec![]),
        hints: Some(vec![]),
        android_apps: Some(vec![]),
        apple_apps: Some(vec![]),
        ..valid()
    };
    assert_eq!(
        messages(&draft),
        [
            r#"origins: `origins` is empty; list at least one, such as `["https://example.com"]`"#,
            r#"related_origins: `related_origins` is empty; list at least one, such as `["https://example.co.uk"]`, or remove the key"#,
            r#"top_origins: `top_origins` is empty; list at least one, such as `["https://portal.example.com"]`, or remove the key"#,
            r#"algorithms: `algorithms` is empty; list at least one, such as `["ES256", "EdDSA", "RS256"]`, or remove the key"#,
            r#"hints: `hints` is empty; list at least one, such as `["client-device"]`, or remove the key"#,
            r#"android_apps: `android_apps` is empty; list at least one, such as `["com.example.app"]`, or remove the key"#,
            r#"apple_apps: `apple_apps` is empty; list at least one, such as `["ABCDE12345.com.example.app"]`, or remove the key"#,
        ],
    );
}

#[test]
fn duplicate_origin_is_rejected() {
    let origins = vec![
        "https://example.com",
        "https://a.example.com",
        "https://a.example.com",
        "https://a.example.com",
    ];
    assert_eq!(
        messages(&Draft {
            origins: Some(origins),
            ..valid()
        }),
        [
            "origins[2]: `https://a.example.com` is listed already, as `origins[1]`; remove one of them",
            "origins[3]: `https://a.example.com` is listed already, as `origins[1]`; remove one of them",
        ],
    );
}

#[test]
fn rp_name_that_is_empty_untrimmed_invisible_or_too_long_is_rejected() {
    let long = "n".repeat(65);
    let wide = "é".repeat(33);
    for (name, message) in [
        (
            "",
            "the name is empty; write the name that people know the site by, or remove `rp_name` to show the RP ID",
        ),
        (
            " \t",
            "the name is empty; write the name that people know the site by, or remove `rp_name` to show the RP ID",
        ),
        (
            " Example",
            "name ` Example` starts or ends with white space; write `Example`",
        ),
        (
            "Example ",
            "name `Example ` starts or ends with white space; write `Example`",
        ),
        (
            "Example\n",
            r"name `Example\n` has the character `\u{a}` in it, which cannot be seen; remove it",
        ),
        (
            "Exa\u{202e}mple",
            r"name `Exa\u{202e}mple` has the character `\u{202e}` in it, which cannot be seen; remove it",
        ),
        (
            "\u{ad}x",
            r"name `\u{ad}x` has the character `\u{ad}` in it, which cannot be seen; remove it",
        ),
        (
            &long,
            &format!(
                "name `{long}` is 65 bytes long, and authenticators may cut it after 64; shorten it"
            ),
        ),
        (
            &wide,
            &format!(
                "name `{wide}` is 66 bytes long, and authenticators may cut it after 64; shorten it"
            ),
        ),
    ] {
        let violation = only_violation(&Draft {
            rp_name: Some(name),
            ..valid()
        });
        assert_eq!(violation.to_string(), message);
        assert_eq!(violation.place, Key::RpName.into());
    }
}

#[test]
fn rp_name_in_any_script_is_accepted() {
    for name in [
        "Example",
        "Ünïcode & Söhne",
        "名前",
        "نام‌ها",
        "👨‍👩‍👧",
        &"n".repeat(64),
    ] {
        assert_eq!(
            Draft {
                rp_name: Some(name),
                ..valid()
            }
            .check()
            .unwrap()
            .rp_name,
            name
        );
    }
}

#[test]
fn every_invisible_character_in_rp_name_is_rejected() {
    for char in "\0\u{7f}\u{85}\u{ad}\u{61c}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{206f}\u{feff}".chars() {
        let name = format!("Exam{char}ple");
        let draft = Draft { rp_name: Some(&name), ..valid() };
        assert!(only_violation(&draft).to_string().contains("cannot be seen"), "{char:?}");
    }
}

#[test]
fn timeout_longer_than_challenge_ttl_is_rejected() {
    assert_eq!(
        messages(&Draft {
            timeout: Some("6m"),
            challenge_ttl: Some("5m"),
            ..valid()
        }),
        [
            "timeout: a timeout of `6m` is longer than `challenge_ttl`, which is `5m`; lower it, or write `challenge_ttl = \"6m\"`"
        ],
    );
    assert_eq!(
        messages(&Draft {
            timeout: Some("31s"),
            challenge_ttl: Some("30s"),
            ..valid()
        }),
        [
            "timeout: a timeout of `31s` is longer than `challenge_ttl`, which is `30s`; lower it, or write `challenge_ttl = \"31s\"`"
        ],
    );
}

#[test]
fn short_challenge_ttl_shortens_the_default_timeout() {
    let policy = Draft {
        challenge_ttl: Some("30s"),
        ..valid()
    }
    .check()
    .unwrap();
    assert_eq!(policy.timeout, Duration::from_secs(30));
}

#[test]
fn all_violations_are_reported_in_the_order_of_the_keys() {
    let draft = Draft {
        rp_id: Some("Example.com"),
        rp_name: Some(""),
        origins: Some(vec![
            "https://example.com/",
            "https://fine.org",
            "https://fine.org",
        ]),
        related_origins: Some(vec![
            "https://b.org",
            "https://b.org",
            "ftp://c.org",
            "http://localhost",
        ]),
        top_origins: Some(vec![
            "https://a.org",
            "http://b.org",
            "https://a.org",
            ANDROID,
        ]),
        user_verification: Some("a"),
        conditional_create: Some("yes"),
        algorithms: Some(vec!["ES256", "ES257", "ES256", "-8"]),
        attestation: Some("c"),
        authenticator_attachment: Some("platform"),
        hints: Some(vec!["hybrid", "usb", "hybrid"]),
        challenge_ttl: Some("30s"),
        timeout: Some("1m"),
        sign_count: Some("d"),
        backup_eligibility: Some("e"),
        max_credentials: Some("65"),
        fresh: Some("59s"),
        prompt_outcomes: Some("on"),
        enroll_url: Some(""),
        manage_url: Some("/passkeys"),
        android_apps: Some(vec!["com.example.app", "app"]),
        apple_apps: Some(vec!["com.example.app"]),
        ..Draft::default()
    };
    let violations = draft.check().unwrap_err();
    let places: Vec<String> = violations
        .iter()
        .map(|violation| violation.place.to_string())
        .collect();
    assert_eq!(
        places,
        [
            "rp_id",
            "rp_name",
            "origins[0]",
            "origins[2]",
            "related_origins[1]",
            "related_origins[2]",
            "related_origins[3]",
            "top_origins[1]",
            "top_origins[2]",
            "top_origins[3]",
            "user_verification",
            "conditional_create",
            "algorithms[1]",
            "algorithms[2]",
            "algorithms[3]",
            "attestation",
            "hints[0]",
            "hints[1]",
            "hints[2]",
            "timeout",
            "sign_count",
            "backup_eligibility",
            "max_credentials",
            "fresh",
            "prompt_outcomes",
            "enroll_url",
            "manage_url",
            "android_apps[1]",
            "apple_apps[0]",
        ],
    );
}

#[test]
fn violations_that_another_correction_may_resolve_are_not_reported() {
    // Origins are not checked against an invalid RP ID.
    let origins = Some(vec!["https://example.org"]);
    let related = Some(vec!["https://www.example.com"]);
    for rp_id in [None, Some("https://example.com")] {
        let draft = Draft {
            rp_id,
            origins: origins.clone(),
            related_origins: related.clone(),
            ..valid()
        };
        assert_eq!(only_violation(&draft).place, Place::from(Key::RpId));
    }
    // Nor are labels counted, as some related origins may be in the scope of the RP ID.
    let related = ["a", "b", "c", "d", "e", "example"].map(|name| format!("https://{name}.com"));
    let related_origins = Some(related.iter().map(String::as_str).collect());
    let draft = Draft {
        rp_id: None,
        related_origins,
        origins: origins.clone(),
        ..valid()
    };
    assert_eq!(only_violation(&draft).place, Key::RpId.into());
    // Nor is a timeout compared with an invalid duration.
    for (timeout, challenge_ttl, key) in
        [("6x", "5m", Key::Timeout), ("10m", "5x", Key::ChallengeTtl)]
    {
        let draft = Draft {
            timeout: Some(timeout),
            challenge_ttl: Some(challenge_ttl),
            ..valid()
        };
        assert_eq!(only_violation(&draft).place, key.into());
    }
    // Nor are pages and apps checked against invalid origins.
    let origins = [
        "android:apk-key-hash:abc",
        "https://example.com/",
        "https://www.example.org",
    ];
    for origin in origins {
        let draft = Draft {
            origins: Some(vec![origin]),
            manage_url: Some("https://example.org"),
            android_apps: Some(vec!["com.example.app"]),
            apple_apps: Some(vec!["ABCDE12345.com.example.app"]),
            ..valid()
        };
        assert_eq!(only_violation(&draft).place, (Key::Origins, 0).into());
    }
    let draft = Draft {
        related_origins: Some(vec!["https://example.org/"]),
        manage_url: Some("https://example.org"),
        ..valid()
    };
    assert_eq!(
        only_violation(&draft).place,
        (Key::RelatedOrigins, 0).into()
    );
    let draft = Draft {
        rp_id: None,
        manage_url: Some("https://example.org"),
        apple_apps: Some(vec!["ABCDE12345.com.example.app"]),
        ..valid()
    };
    assert_eq!(only_violation(&draft).place, Key::RpId.into());
}

/// A duplicate origin counts as an origin.
#[test]
fn duplicate_does_not_suppress_other_violations() {
    let draft = Draft {
        origins: Some(vec!["https://a.example.com", "https://a.example.com"]),
        manage_url: Some("https://example.org"),
        android_apps: Some(vec!["com.example.app"]),
        apple_apps: Some(vec!["ABCDE12345.com.example.app"]),
        ..valid()
    };
    let places: Vec<Place> = draft
        .check()
        .unwrap_err()
        .iter()
        .map(|violation| violation.place)
        .collect();
    assert_eq!(
        places,
        [
            (Key::Origins, 1).into(),
            Key::ManageUrl.into(),
            Key::AndroidApps.into(),
            Key::AppleApps.into(),
        ],
    );
}

#[test]
fn place_is_formatted_as_key_and_index() {
    assert_eq!(Place::from(Key::RpId).to_string(), "rp_id");
    assert_eq!(Place::from((Key::Origins, 1)).to_string(), "origins[1]");
}
