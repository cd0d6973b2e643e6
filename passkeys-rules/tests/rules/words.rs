//! Validation of the keys with enumerated values.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use passkeys_rules::wording::quote;
use passkeys_rules::{
    Algorithm, Attestation, AuthenticatorAttachment, BackupEligibility, Draft, Hint,
    LegacyAttestation, ProfileDraft, ResidentKey, SignCount, UnknownWord, UserVerification,
};

use crate::{messages, valid};

#[track_caller]
fn are_written<T>(all: &[T], words: &[&str], as_str: fn(T) -> &'static str)
where
    T: Copy + Debug + Display + FromStr<Err = UnknownWord> + PartialEq,
{
    assert_eq!(all.len(), words.len());
    for (value, word) in all.iter().zip(words) {
        assert_eq!(word.parse(), Ok(*value));
        assert_eq!(as_str(*value), *word);
        assert_eq!(format!("{value:>20}"), format!("{word:>20}"));
    }
}

#[test]
fn every_word_parses_and_formats_alike() {
    let three = ["required", "preferred", "discouraged"];
    are_written(UserVerification::ALL, &three, UserVerification::as_str);
    are_written(ResidentKey::ALL, &three, ResidentKey::as_str);
    are_written(
        Attestation::ALL,
        &["none", "indirect", "direct"],
        Attestation::as_str,
    );
    are_written(
        Algorithm::ALL,
        &[
            "ES256",
            "EdDSA",
            "ES384",
            "RS256",
            "ES512",
            "ML-DSA-44",
            "ML-DSA-65",
            "ML-DSA-87",
        ],
        Algorithm::as_str,
    );
    are_written(
        AuthenticatorAttachment::ALL,
        &["platform", "cross-platform"],
        AuthenticatorAttachment::as_str,
    );
    are_written(
        Hint::ALL,
        &["client-device", "security-key", "hybrid"],
        Hint::as_str,
    );
    are_written(
        SignCount::ALL,
        &["reject", "suspend", "report"],
        SignCount::as_str,
    );
    are_written(
        BackupEligibility::ALL,
        &["reject", "report"],
        BackupEligibility::as_str,
    );
}

#[test]
fn unknown_word_gets_the_known_words_and_a_suggestion() {
    let draft = Draft {
        user_verification: Some("Required"),
        resident_key: Some("yes"),
        algorithms: Some(vec!["es256", "Ed25519", "ML-DSA", "-7", "-47"]),
        attestation: Some(""),
        authenticator_attachment: Some("cross_platform"),
        hints: Some(vec!["hybrid", "usb", "securitykey"]),
        sign_count: Some("rejct"),
        backup_eligibility: Some("ignore"),
        ..valid()
    };
    assert_eq!(
        messages(&draft),
        [
            "user_verification: `Required` is not `required`, `preferred` or `discouraged`; did you mean `required`?",
            "resident_key: `yes` is not a known value; write `required`, `preferred` or `discouraged`",
            "algorithms[0]: `es256` is not `ES256`, `EdDSA`, `ES384`, `RS256`, `ES512`, `ML-DSA-44`, `ML-DSA-65` or `ML-DSA-87`; did you mean `ES256`?",
            "algorithms[1]: `Ed25519` is not a known value; write `ES256`, `EdDSA`, `ES384`, `RS256`, `ES512`, `ML-DSA-44`, `ML-DSA-65` or `ML-DSA-87`",
            "algorithms[2]: `ML-DSA` is not `ES256`, `EdDSA`, `ES384`, `RS256`, `ES512`, `ML-DSA-44`, `ML-DSA-65` or `ML-DSA-87`; did you mean `ML-DSA-44`?",
            "algorithms[3]: `-7` is the COSE identifier of an algorithm, and `algorithms` takes names; write `ES256`",
            "algorithms[4]: `-47` is not a known value; write `ES256`, `EdDSA`, `ES384`, `RS256`, `ES512`, `ML-DSA-44`, `ML-DSA-65` or `ML-DSA-87`",
            "attestation: `\"\"` is not a known value; write `none`, `indirect` or `direct`",
            "authenticator_attachment: `cross_platform` is not `platform` or `cross-platform`; did you mean `cross-platform`?",
            "hints[1]: `usb` is not a known value; write `client-device`, `security-key` or `hybrid`",
            "hints[2]: `securitykey` is not `client-device`, `security-key` or `hybrid`; did you mean `security-key`?",
            "sign_count: `rejct` is not `reject`, `suspend` or `report`; did you mean `reject`?",
            "backup_eligibility: `ignore` is not a known value; write `reject` or `report`",
        ],
    );
}

#[test]
fn boolean_is_true_or_false() {
    for (word, expected) in [("true", true), ("false", false)] {
        let conditional_create = Some(word);
        let draft = Draft {
            conditional_create,
            ..valid()
        };
        assert_eq!(draft.check().unwrap().conditional_create, expected);
    }
    for (word, message) in [
        (
            "True",
            "`True` is not `true` or `false`; did you mean `true`?",
        ),
        ("1", "`1` is not a known value; write `true` or `false`"),
        ("yes", "`yes` is not a known value; write `true` or `false`"),
        ("", "`\"\"` is not a known value; write `true` or `false`"),
    ] {
        let conditional_create = Some(word);
        let draft = Draft {
            conditional_create,
            ..valid()
        };
        assert_eq!(messages(&draft), [format!("conditional_create: {message}")]);
    }
}

#[test]
fn max_credentials_is_a_whole_number_from_1_to_64() {
    for (written, expected) in [("1", 1), ("20", 20), ("064", 64)] {
        let max_credentials = Some(written);
        let draft = Draft {
            max_credentials,
            ..valid()
        };
        assert_eq!(draft.check().unwrap().max_credentials, expected);
    }
    let endless = "9".repeat(100);
    for (written, problem) in [
        ("0", "is too small"),
        ("00", "is too small"),
        ("65", "is too large"),
        (endless.as_str(), "is too large"),
        ("", "is not a whole number"),
        ("-1", "is not a whole number"),
        ("+1", "is not a whole number"),
        ("1.5", "is not a whole number"),
        ("twenty", "is not a whole number"),
    ] {
        let draft = Draft {
            max_credentials: Some(written),
            ..valid()
        };
        let expected = format!(
            "max_credentials: {} {problem}; write a number from `1` to `64`",
            quote(written)
        );
        assert_eq!(messages(&draft), [expected]);
    }
}

#[test]
fn algorithms_keep_their_order_and_have_the_identifiers_of_the_cose_registry() {
    let algorithms = Some(vec!["RS256", "ES256"]);
    let draft = Draft {
        algorithms,
        ..valid()
    };
    assert_eq!(
        draft.check().unwrap().algorithms,
        [Algorithm::Rs256, Algorithm::Es256]
    );
    let identifiers: Vec<_> = Algorithm::ALL.iter().map(|it| it.cose()).collect();
    assert_eq!(identifiers, [-7, -8, -35, -257, -36, -48, -49, -50]);
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::from_cose(algorithm.cose()), Some(*algorithm));
    }
}

#[test]
fn legacy_attestation_without_attestation_is_rejected() {
    let kinds = Some(vec!["tpm-sha1", "android-safetynet"]);
    for attestation in [None, Some("none")] {
        let draft = Draft {
            legacy_attestation: kinds.clone(),
            attestation,
            ..valid()
        };
        assert_eq!(
            messages(&draft),
            [
                "legacy_attestation: `legacy_attestation` has no effect while attestation is not requested; add `attestation = \"direct\"`, here or in a profile, or remove the key"
            ],
        );
    }
    for attestation in ["indirect", "direct"] {
        let draft = Draft {
            legacy_attestation: kinds.clone(),
            attestation: Some(attestation),
            ..valid()
        };
        let accepted = draft.check().unwrap().legacy_attestation.clone();
        assert_eq!(accepted, LegacyAttestation::ALL);
    }
    // A profile may request it.
    let values = Draft {
        attestation: Some("direct"),
        ..Draft::default()
    };
    let name = "security_key";
    let draft = Draft {
        legacy_attestation: kinds.clone(),
        profiles: Some(vec![ProfileDraft { name, values }]),
        ..valid()
    };
    assert!(draft.check().is_ok());
    // The misspelt word may be meant as one that requests it.
    let draft = Draft {
        legacy_attestation: kinds,
        attestation: Some("derect"),
        ..valid()
    };
    let misspelt = messages(&draft);
    assert_eq!(misspelt.len(), 1);
    assert!(misspelt[0].starts_with("attestation: "), "{misspelt:?}");
}

#[test]
fn duplicate_algorithm_is_rejected() {
    let draft = Draft {
        algorithms: Some(vec!["ES256", "RS256", "ES256"]),
        ..valid()
    };
    assert_eq!(
        messages(&draft),
        ["algorithms[2]: `ES256` is listed already, as `algorithms[0]`; remove one of them"],
    );
}

#[test]
fn hint_that_contradicts_the_attachment_is_rejected() {
    use AuthenticatorAttachment::{CrossPlatform, Platform};
    for (hint, allowed) in [
        (Hint::ClientDevice, Platform),
        (Hint::SecurityKey, CrossPlatform),
        (Hint::Hybrid, CrossPlatform),
    ] {
        for attachment in [Platform, CrossPlatform] {
            let draft = Draft {
                authenticator_attachment: Some(attachment.as_str()),
                hints: Some(vec![hint.as_str()]),
                ..valid()
            };
            if attachment == allowed {
                assert_eq!(draft.check().unwrap().hints, [hint]);
            } else {
                assert_eq!(
                    messages(&draft),
                    [format!(
                        "hints[0]: hint `{hint}` is for `{allowed}` authenticators, and \
                         `authenticator_attachment` lets only `{attachment}` ones register; remove \
                         one of the two"
                    )],
                );
            }
        }
    }
}

#[test]
fn hints_are_accepted_without_a_valid_attachment() {
    let hints = Some(vec!["security-key", "client-device", "hybrid"]);
    let draft = Draft { hints, ..valid() };
    let policy = draft.check().unwrap();
    assert_eq!(
        policy.hints,
        [Hint::SecurityKey, Hint::ClientDevice, Hint::Hybrid]
    );
    assert_eq!(policy.authenticator_attachment, None);

    let draft = Draft {
        authenticator_attachment: Some("platfrom"),
        ..draft
    };
    assert_eq!(messages(&draft).len(), 1);
}

#[test]
fn duplicate_hint_is_rejected() {
    let draft = Draft {
        hints: Some(vec!["hybrid", "security-key", "hybrid"]),
        ..valid()
    };
    assert_eq!(
        messages(&draft),
        ["hints[2]: `hybrid` is listed already, as `hints[0]`; remove one of them"],
    );
}
