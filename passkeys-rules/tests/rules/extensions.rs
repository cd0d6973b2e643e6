//! `extensions`: the `WebAuthn` extensions that new passkeys are created for.

use passkeys_rules::{Draft, Extension, LargeBlob, ProfileDraft, Rule};

use crate::{messages, only_violation, valid};

fn with(entries: &[&'static str]) -> Draft<'static> {
    Draft {
        extensions: Some(entries.to_vec()),
        ..valid()
    }
}

#[test]
fn extension_is_a_name_or_a_name_with_a_value() {
    let preferred = Extension::LargeBlob(LargeBlob::Preferred);
    let required = Extension::LargeBlob(LargeBlob::Required);
    for (entries, expected) in [
        (&["prf"][..], &[Extension::Prf][..]),
        (&["large_blob=preferred"], &[preferred]),
        (
            &["large_blob = required", " prf "],
            &[required, Extension::Prf],
        ),
    ] {
        let policy = with(entries).check().unwrap();
        assert_eq!(policy.extensions, expected, "{entries:?}");
    }
}

#[test]
fn extension_is_formatted_as_it_is_parsed() {
    let large_blob = Extension::LargeBlob(LargeBlob::Required);
    for (extension, text) in [(Extension::Prf, "prf"), (large_blob, "large_blob=required")] {
        assert_eq!(extension.to_string(), text);
        assert_eq!(format!("{extension:>20}"), format!("{text:>20}"));
        assert!(text.starts_with(extension.name()));
    }
}

#[test]
fn unknown_extension_gets_a_suggestion_or_the_list_of_extensions() {
    for (entry, message) in [
        ("pfr", "unknown extension `pfr`; did you mean `prf`?"),
        (
            "largeBlob=required",
            "unknown extension `largeBlob`; did you mean `large_blob`?",
        ),
        (
            "hmac_secret",
            "unknown extension `hmac_secret`; did you mean `prf`?",
        ),
        (
            "cred_protect",
            "unknown extension `cred_protect`; the extensions are `prf` or `large_blob`",
        ),
        (
            "",
            "unknown extension `\"\"`; the extensions are `prf` or `large_blob`",
        ),
    ] {
        let violation = only_violation(&with(&[entry]));
        assert_eq!(violation.path(), "extensions[0]", "{entry}");
        assert_eq!(violation.to_string(), message, "{entry}");
    }
}

#[test]
fn extension_has_a_value_if_and_only_if_it_takes_one() {
    for (entry, message) in [
        ("prf=true", "extension `prf` takes no value; write `prf`"),
        ("prf=", "extension `prf` takes no value; write `prf`"),
        (
            "large_blob",
            "extension `large_blob` needs a value; write `large_blob = \"preferred\"`",
        ),
        (
            "large_blob=prefered",
            "`prefered` is not `preferred` or `required`; did you mean `preferred`?",
        ),
        (
            "large_blob=",
            "`\"\"` is not a known value; write `preferred` or `required`",
        ),
    ] {
        let message_of = only_violation(&with(&[entry])).to_string();
        assert_eq!(message_of, message, "{entry}");
    }
}

#[test]
fn extensions_are_at_least_one_and_each_is_listed_once() {
    assert_eq!(
        messages(&with(&[])),
        [
            "extensions: `extensions` is empty; list at least one, such as \
             `extensions(prf, large_blob = \"preferred\")`, or remove the key"
        ]
    );
    assert_eq!(
        messages(&with(&[
            "large_blob=preferred",
            "prf",
            "large_blob=required"
        ])),
        [
            "extensions[2]: `large_blob=required` is listed already, as `extensions[0]`; remove one of them"
        ]
    );
}

/// Authenticators store large blobs for discoverable credentials only (CTAP 2.1, §12.3).
#[test]
fn large_blobs_contradict_passkeys_that_are_not_discoverable() {
    let contradiction = "extension `large_blob` needs discoverable passkeys, and \
                         `resident_key = \"discouraged\"` asks for others; remove one of the two";
    for support in ["large_blob=preferred", "large_blob=required"] {
        let draft = Draft {
            resident_key: Some("discouraged"),
            ..with(&["prf", support])
        };
        let violation = only_violation(&draft);
        assert_eq!(violation.path(), "extensions[1]");
        assert_eq!(violation.to_string(), contradiction);
        for resident_key in ["preferred", "required"] {
            let resident_key = Some(resident_key);
            let draft = Draft {
                resident_key,
                ..with(&[support])
            };
            assert!(draft.check().is_ok(), "{resident_key:?}");
        }
    }
    let prf = Draft {
        resident_key: Some("discouraged"),
        ..with(&["prf"])
    };
    assert!(prf.check().is_ok(), "PRF works with any passkey");
}

#[test]
fn large_blobs_contradict_a_profile_with_passkeys_that_are_not_discoverable() {
    let in_profile = |resident_key| Draft {
        resident_key: Some("preferred"),
        profiles: Some(vec![ProfileDraft {
            name: "key",
            values: Draft {
                resident_key: Some(resident_key),
                ..Draft::default()
            },
        }]),
        ..with(&["large_blob=preferred"])
    };
    let violation = only_violation(&in_profile("discouraged"));
    assert_eq!(violation.path(), "profiles.key.resident_key");
    assert_eq!(violation.rule, Rule::LargeBlobNotDiscoverable);
    assert!(in_profile("required").check().is_ok());
}

#[test]
fn extensions_cannot_differ_by_profile() {
    let draft = Draft {
        profiles: Some(vec![ProfileDraft {
            name: "vault",
            values: Draft {
                extensions: Some(vec!["prf"]),
                ..Draft::default()
            },
        }]),
        ..valid()
    };
    let violation = only_violation(&draft);
    assert_eq!(violation.path(), "profiles.vault.extensions");
}
