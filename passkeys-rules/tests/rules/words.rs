//! Validation of the keys with enumerated values.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use passkeys_rules::{
    Attestation, AuthenticatorAttachment, Draft, Hint, ResidentKey, SignCount, UnknownWord,
    UserVerification,
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
}

#[test]
fn unknown_word_gets_the_known_words_and_a_suggestion() {
    let draft = Draft {
        user_verification: Some("Required"),
        resident_key: Some("yes"),
        attestation: Some(""),
        authenticator_attachment: Some("cross_platform"),
        hints: Some(vec!["hybrid", "usb", "securitykey"]),
        sign_count: Some("rejct"),
        ..valid()
    };
    assert_eq!(
        messages(&draft),
        [
            "user_verification: `Required` is not `required`, `preferred` or `discouraged`; did you mean `required`?",
            "resident_key: `yes` is not a known value; write `required`, `preferred` or `discouraged`",
            "attestation: `\"\"` is not a known value; write `none`, `indirect` or `direct`",
            "authenticator_attachment: `cross_platform` is not `platform` or `cross-platform`; did you mean `cross-platform`?",
            "hints[1]: `usb` is not a known value; write `client-device`, `security-key` or `hybrid`",
            "hints[2]: `securitykey` is not `client-device`, `security-key` or `hybrid`; did you mean `security-key`?",
            "sign_count: `rejct` is not `reject`, `suspend` or `report`; did you mean `reject`?",
        ],
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
