//! Profiles: their names, and what may differ by them.

use std::time::Duration;

use passkeys_rules::{
    Algorithm, Attestation, AuthenticatorAttachment, Draft, Feature, Hint, Key, ProfileDraft,
    ResidentKey, Rule, UserVerification, Violation,
};

use crate::{messages, only_violation, valid};

/// Returns this draft with one profile, `key`.
fn with<'a>(base: Draft<'a>, values: Draft<'a>) -> Draft<'a> {
    let name = "key";
    Draft {
        profiles: Some(vec![ProfileDraft { name, values }]),
        ..base
    }
}

/// Returns a profile of this name that sets a hint.
fn named(name: &str) -> ProfileDraft<'_> {
    let hints = Some(vec!["security-key"]);
    let values = Draft {
        hints,
        ..Draft::default()
    };
    ProfileDraft { name, values }
}

/// Returns a profile in which every key that may differ is set.
pub(crate) fn phone() -> ProfileDraft<'static> {
    ProfileDraft {
        name: "phone",
        values: Draft {
            user_verification: Some("required"),
            resident_key: Some("required"),
            algorithms: Some(vec!["ES384"]),
            attestation: Some("direct"),
            authenticator_attachment: Some("cross-platform"),
            hints: Some(vec!["hybrid"]),
            timeout: Some("5m"),
            ..Draft::default()
        },
    }
}

#[test]
fn profile_has_the_value_of_every_key_that_may_differ() {
    let draft = Draft {
        profiles: Some(vec![phone()]),
        ..valid()
    };
    let policy = draft.check().unwrap();
    let phone = &policy.profiles[0];
    assert_eq!(phone.name, "phone");
    assert_eq!(phone.user_verification, UserVerification::Required);
    assert_eq!(phone.resident_key, ResidentKey::Required);
    assert_eq!(phone.algorithms, [Algorithm::Es384]);
    assert_eq!(phone.attestation, Attestation::Direct);
    assert_eq!(
        phone.authenticator_attachment,
        Some(AuthenticatorAttachment::CrossPlatform)
    );
    assert_eq!(phone.hints, [Hint::Hybrid]);
    assert_eq!(phone.timeout, Duration::from_mins(5));
}

#[test]
fn profile_has_the_values_of_the_configuration_that_it_does_not_set() {
    let base = Draft {
        user_verification: Some("preferred"),
        resident_key: Some("discouraged"),
        algorithms: Some(vec!["ES384", "ES256"]),
        attestation: Some("indirect"),
        authenticator_attachment: Some("cross-platform"),
        hints: Some(vec!["hybrid", "security-key"]),
        timeout: Some("2m"),
        ..valid()
    };
    let only = |values| with(base.clone(), values).check().unwrap().profiles[0].clone();

    let hinted = only(Draft {
        hints: Some(vec!["security-key"]),
        ..Draft::default()
    });
    assert_eq!(hinted.name, "key");
    assert_eq!(hinted.hints, [Hint::SecurityKey]);
    assert_eq!(hinted.user_verification, UserVerification::Preferred);
    assert_eq!(hinted.resident_key, ResidentKey::Discouraged);
    assert_eq!(hinted.algorithms, [Algorithm::Es384, Algorithm::Es256]);
    assert_eq!(hinted.attestation, Attestation::Indirect);
    assert_eq!(
        hinted.authenticator_attachment,
        Some(AuthenticatorAttachment::CrossPlatform)
    );
    assert_eq!(hinted.timeout, Duration::from_mins(2));

    let strict = only(Draft {
        user_verification: Some("required"),
        resident_key: Some("required"),
        algorithms: Some(vec!["ES256"]),
        attestation: Some("direct"),
        timeout: Some("3m"),
        ..Draft::default()
    });
    assert_eq!(strict.hints, [Hint::Hybrid, Hint::SecurityKey]);
    assert_eq!(strict.user_verification, UserVerification::Required);
    assert_eq!(strict.resident_key, ResidentKey::Required);
    assert_eq!(strict.algorithms, [Algorithm::Es256]);
    assert_eq!(strict.attestation, Attestation::Direct);
    assert_eq!(strict.timeout, Duration::from_mins(3));
}

#[test]
fn profiles_keep_their_order_and_default_values() {
    let draft = Draft {
        profiles: Some(vec![named("b"), named("a")]),
        ..valid()
    };
    let policy = draft.check().unwrap();
    let names: Vec<_> = policy.profiles.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["b", "a"]);
    assert_eq!(policy.profiles[0].algorithms, Algorithm::DEFAULT);
    assert_eq!(policy.profiles[0].timeout, policy.timeout);
}

#[test]
fn profile_that_weakens_what_is_enforced_is_rejected() {
    for (key, base, value) in [
        (Key::UserVerification, "required", "preferred"),
        (Key::UserVerification, "required", "discouraged"),
        (Key::ResidentKey, "required", "preferred"),
        (Key::ResidentKey, "required", "discouraged"),
        (Key::Attestation, "direct", "none"),
        (Key::Attestation, "direct", "indirect"),
        (Key::Attestation, "indirect", "none"),
        (Key::AuthenticatorAttachment, "platform", "cross-platform"),
        (Key::AuthenticatorAttachment, "cross-platform", "platform"),
    ] {
        let only = |value| Draft::read(|it| (it == key).then_some(value), |_| None);
        let values = only(value);
        let outside = Draft {
            rp_id: valid().rp_id,
            origins: valid().origins,
            ..only(base)
        };
        let violation = only_violation(&with(outside, values));
        assert_eq!(violation.path(), format!("profiles.key.{key}"));
        assert_eq!(
            violation.to_string(),
            format!(
                "a profile can only be stricter: `{key}` is `{base}` outside of it, and `{value}` would \
                 loosen that; write `{key} = \"{base}\"`, remove the key from the profile, or \
                 write `{key} = \"{value}\"` outside of it, too"
            )
        );
    }
}

/// What is not `required` is not enforced: neither may differ from the other.
#[test]
fn profile_may_change_a_preference_that_is_not_enforced() {
    for (key, base, value) in [
        (Key::UserVerification, "preferred", "discouraged"),
        (Key::UserVerification, "discouraged", "preferred"),
        (Key::UserVerification, "discouraged", "required"),
        (Key::ResidentKey, "preferred", "discouraged"),
        (Key::ResidentKey, "discouraged", "required"),
        (Key::Attestation, "none", "indirect"),
        (Key::Attestation, "none", "direct"),
        (Key::AuthenticatorAttachment, "platform", "platform"),
    ] {
        let only = |value| Draft::read(|it| (it == key).then_some(value), |_| None);
        let outside = Draft {
            rp_id: valid().rp_id,
            origins: valid().origins,
            ..only(base)
        };
        let checked = with(outside, only(value)).check();
        assert!(checked.is_ok(), "{key}: {base}, {value}: {checked:?}");
    }
}

#[test]
fn defaults_are_enforced_in_profiles() {
    let values = Draft {
        user_verification: Some("preferred"),
        resident_key: Some("preferred"),
        ..Draft::default()
    };
    let messages = messages(&with(valid(), values));
    assert_eq!(messages.len(), 2, "{messages:#?}");
    assert!(messages[0].starts_with("profiles.key.user_verification: "));
    assert!(messages[1].starts_with("profiles.key.resident_key: "));
}

#[test]
fn algorithms_of_a_profile_are_some_of_those_outside_of_it() {
    let base = Draft {
        algorithms: Some(vec!["ES256", "RS256"]),
        ..valid()
    };
    let algorithms = |words| Draft {
        algorithms: Some(words),
        ..Draft::default()
    };
    let reordered = with(base.clone(), algorithms(vec!["RS256", "ES256"]));
    assert_eq!(
        reordered.check().unwrap().profiles[0].algorithms,
        [Algorithm::Rs256, Algorithm::Es256]
    );
    assert_eq!(
        messages(&with(base.clone(), algorithms(vec!["ES256", "EdDSA"]))),
        [
            "profiles.key.algorithms[1]: a profile can only be stricter, and outside of it `algorithms` \
             does not have `EdDSA`; remove it from the profile, or add it to `algorithms` outside of it"
        ]
    );
    let empty = only_violation(&with(base.clone(), algorithms(Vec::new())));
    assert_eq!(empty.rule, Rule::EmptyList(Key::Algorithms));
    let twice = only_violation(&with(base, algorithms(vec!["ES256", "ES256"])));
    assert_eq!(twice.path(), "profiles.key.algorithms[1]");
    // Without the key, those that are the default.
    let post_quantum = with(valid(), algorithms(vec!["ML-DSA-44"]));
    let rule = Rule::AlgorithmNotInBase(Algorithm::MlDsa44);
    assert_eq!(only_violation(&post_quantum).rule, rule);
}

#[test]
fn hints_of_a_profile_fit_its_attachment() {
    let cross_platform = Draft {
        authenticator_attachment: Some("cross-platform"),
        ..valid()
    };
    let hint = |word| Draft {
        hints: Some(vec![word]),
        ..Draft::default()
    };
    // Its own attachment, and that of the configuration around it.
    let own = Draft {
        authenticator_attachment: Some("platform"),
        ..hint("hybrid")
    };
    for draft in [
        with(cross_platform, hint("client-device")),
        with(valid(), own),
    ] {
        let violation = only_violation(&draft);
        assert_eq!(violation.path(), "profiles.key.hints[0]");
        assert!(matches!(violation.rule, Rule::Contradiction { .. }));
    }
    // The hints of the configuration around it.
    let hinted = Draft {
        hints: Some(vec!["client-device", "hybrid"]),
        ..valid()
    };
    let platform = Draft {
        authenticator_attachment: Some("platform"),
        ..Draft::default()
    };
    assert_eq!(
        messages(&with(hinted.clone(), platform.clone())),
        [
            "profiles.key.authenticator_attachment: the profile lets only `platform` authenticators \
             register, and hint `hybrid`, which it takes from outside, is for `cross-platform` ones; \
             give the profile `hints` of its own"
        ]
    );
    let of_its_own = Draft {
        hints: Some(vec!["client-device"]),
        ..platform
    };
    with(hinted, of_its_own).check().unwrap();
}

#[test]
fn timeout_of_a_profile_is_within_that_of_the_challenge() {
    let base = Draft {
        challenge_ttl: Some("2m"),
        ..valid()
    };
    let timeout = |value| Draft {
        timeout: Some(value),
        ..Draft::default()
    };
    let violation = only_violation(&with(base.clone(), timeout("3m")));
    assert_eq!(violation.path(), "profiles.key.timeout");
    assert!(matches!(
        violation.rule,
        Rule::TimeoutOutlastsChallenge { .. }
    ));
    let longer = with(base, timeout("2m")).check().unwrap();
    assert_eq!(longer.profiles[0].timeout, Duration::from_mins(2));
    let violation = only_violation(&with(valid(), timeout("0s")));
    assert_eq!(violation.path(), "profiles.key.timeout");
}

#[test]
fn other_keys_cannot_differ_by_profile() {
    for &key in Key::ALL {
        if key.spec().in_profiles {
            continue;
        }
        let mut values = Draft::read(
            |it| (it == key).then_some("example.com"),
            |it| (it == key).then(|| vec!["example.com"]),
        );
        if key == Key::Profiles {
            values.profiles = Some(vec![named("inner")]);
        }
        let violation = only_violation(&with(valid(), values));
        assert_eq!(violation.path(), format!("profiles.key.{key}"));
        assert_eq!(violation.rule, Rule::NotInProfiles(key));
        assert_eq!(
            violation.to_string(),
            format!(
                "`{key}` cannot differ by profile, only `user_verification`, `resident_key`, \
                 `algorithms`, `attestation`, `authenticator_attachment`, `hints` or `timeout` can; \
                 write `{key}` outside of `profiles`"
            )
        );
    }
}

#[test]
fn profile_without_keys_is_rejected() {
    assert_eq!(
        messages(&with(valid(), Draft::default())),
        [
            "profiles[0]: profile `key` sets no key, so it is the same as none; set \
             `user_verification`, `resident_key`, `algorithms`, `attestation`, \
             `authenticator_attachment`, `hints` or `timeout`, or remove it"
        ]
    );
}

#[test]
fn empty_list_of_profiles_is_rejected() {
    let draft = Draft {
        profiles: Some(Vec::new()),
        ..valid()
    };
    assert_eq!(only_violation(&draft).rule, Rule::EmptyList(Key::Profiles));
}

#[test]
fn names_of_profiles_are_distinct() {
    let draft = Draft {
        profiles: Some(vec![named("a"), named("b"), named("a")]),
        ..valid()
    };
    assert_eq!(
        messages(&draft),
        ["profiles[2]: `a` is listed already, as `profiles[0]`; remove one of them"]
    );
}

#[test]
fn names_of_profiles_are_in_snake_case_and_at_most_64_characters_long() {
    let longest = "n".repeat(64);
    for name in ["a", "security_key", "u2f", "a__b", "type", &longest] {
        let draft = Draft {
            profiles: Some(vec![named(name)]),
            ..valid()
        };
        assert!(draft.check().is_ok(), "{name}");
    }
    let too_long = "n".repeat(65);
    for (name, fix) in [
        ("securityKey", "; write `security_key`"),
        ("SecurityKey", "; write `security_key`"),
        ("SECURITY_KEY", "; write `security_key`"),
        ("security-key", "; write `security_key`"),
        ("_key", "; write `key`"),
        ("2fa", "; write a name such as `security_key`"),
        ("schlüssel", "; write a name such as `security_key`"),
        ("", "; write a name such as `security_key`"),
        ("a\u{202e}", "; write a name such as `security_key`"),
        (
            &too_long,
            " is longer than 64 characters; write a shorter one",
        ),
    ] {
        let draft = Draft {
            profiles: Some(vec![named(name)]),
            ..valid()
        };
        let violation = only_violation(&draft);
        assert_eq!(violation.path(), "profiles[0]");
        let message = violation.to_string();
        assert!(message.ends_with(fix), "{message}");
        assert!(!message.contains('\u{202e}'), "{message}");
    }
}

/// A value that is wrong outside of profiles may be the cause of what is wrong in them.
#[test]
fn mistake_outside_of_profiles_causes_no_other_in_them() {
    for base in [
        Draft {
            user_verification: Some("requird"),
            ..valid()
        },
        Draft {
            algorithms: Some(vec!["ES255", "ES384"]),
            ..valid()
        },
        Draft {
            attestation: Some("directly"),
            ..valid()
        },
        Draft {
            authenticator_attachment: Some("plattform"),
            ..valid()
        },
        Draft {
            challenge_ttl: Some("0s"),
            ..valid()
        },
    ] {
        let values = Draft {
            user_verification: base.user_verification.map(|_| "preferred"),
            algorithms: base.algorithms.as_ref().map(|_| vec!["ES256"]),
            attestation: base.attestation.map(|_| "none"),
            hints: Some(vec!["hybrid"]),
            timeout: base.challenge_ttl.map(|_| "5m"),
            ..Draft::default()
        };
        let violation = only_violation(&with(base, values));
        assert_eq!(violation.profile, None, "{violation}");
    }
}

#[test]
fn violations_in_profiles_are_in_their_order() {
    let wrong = |name| ProfileDraft {
        name,
        values: Draft {
            timeout: Some("1h"),
            hints: Some(vec!["phone"]),
            ..Draft::default()
        },
    };
    let draft = Draft {
        rp_name: Some(""),
        profiles: Some(vec![wrong("a"), named("a"), wrong("b")]),
        ..valid()
    };
    let violations = draft.check().unwrap_err();
    let paths: Vec<_> = violations.iter().map(Violation::path).collect();
    assert_eq!(
        paths,
        [
            "rp_name",
            "profiles[1]",
            "profiles.a.hints[0]",
            "profiles.a.timeout",
            "profiles.b.hints[0]",
            "profiles.b.timeout",
        ]
    );
}

#[test]
fn attestation_in_a_profile_needs_its_cargo_feature() {
    let direct = Draft {
        attestation: Some("direct"),
        ..Draft::default()
    };
    let draft = with(valid(), direct.clone());
    let violations = draft.check_with(|_| false).unwrap_err();
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].path(), "profiles.key.attestation");
    let feature = Feature::Attestation;
    assert!(matches!(violations[0].rule, Rule::NeedsFeature { feature: it, .. } if it == feature));
    draft.check_with(|it| it == feature).unwrap();

    // Once, where the configuration around it needs the feature, too.
    let both = Draft {
        attestation: Some("direct"),
        ..draft
    };
    let violations = both.check_with(|_| false).unwrap_err();
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].path(), "attestation");
}
