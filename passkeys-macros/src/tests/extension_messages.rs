//! Messages about `extensions(..)`.

use super::messages::{SITE, with_arguments};

fn with_extensions(written: &str) -> Vec<String> {
    with_arguments(&format!("{SITE}, {written}"))
}

#[test]
fn extensions_are_names_with_or_without_a_value() {
    for written in [
        "extensions(prf)",
        "extensions(prf,), timeout = \"1m\"",
        "extensions(large_blob = \"preferred\")",
        "timeout = \"1m\", extensions(large_blob = \"required\", prf)",
    ] {
        assert_eq!(with_extensions(written), [""; 0], "{written}");
    }
}

#[test]
fn extensions_that_are_not_in_parentheses_get_the_right_form() {
    let right = "`extensions` takes extensions in parentheses; write \
                 `extensions(prf, large_blob = \"preferred\")`";
    for written in [
        "extensions",
        "extensions = [\"prf\"]",
        "extensions = prf",
        "extensions = \"prf\"",
        "extensions[prf]",
        "extensions { prf }",
        "extensions(prf) = true",
    ] {
        assert_eq!(with_extensions(written), [right], "{written}");
    }
}

#[test]
fn extension_of_another_form_gets_one_message() {
    let malformed = "`extensions` takes names of extensions, some with a value; write \
                     `extensions(prf, large_blob = \"preferred\")`";
    for (written, message) in [
        (
            "\"prf\"",
            "extensions are written without quotes; write `prf`",
        ),
        ("\"large_blob=required\"", malformed),
        ("prf()", malformed),
        ("prf: true", malformed),
        (
            "large_blob == \"required\"",
            "the value of an extension is a string; write `large_blob = \"..\"`",
        ),
        (
            "large_blob = required",
            "the value of an extension is a string; write `large_blob = \"..\"`",
        ),
        (
            "large_blob = 1",
            "the value of an extension is a string; write `large_blob = \"..\"`",
        ),
        ("prf = true", "extension `prf` takes no value; write `prf`"),
        (
            "large_blob",
            "extension `large_blob` needs a value; write `large_blob = \"preferred\"`",
        ),
        (
            "large_blob =",
            "extension `large_blob` needs a value; write `large_blob = \"preferred\"`",
        ),
        (
            "large_blob = true",
            "`true` is not a known value; write `preferred` or `required`",
        ),
        (
            "largeBlob = \"required\"",
            "unknown extension `largeBlob`; did you mean `large_blob`?",
        ),
        (
            "",
            "`extensions` is empty; list at least one, such as \
              `extensions(prf, large_blob = \"preferred\")`, or remove the key",
        ),
    ] {
        let messages = with_extensions(&format!("extensions({written})"));
        assert_eq!(messages, [message], "{written}");
    }
}

#[test]
fn every_wrong_extension_is_reported() {
    assert_eq!(
        with_extensions("extensions(\"prf\", large_blob = \"yes\", cred_protect, prf, prf)"),
        [
            "extensions are written without quotes; write `prf`",
            "`yes` is not a known value; write `preferred` or `required`",
            "unknown extension `cred_protect`; the extensions are `prf` or `large_blob`",
            "`prf` is listed already, as `extensions[2]`; remove one of them",
        ]
    );
    assert_eq!(
        with_extensions("extensions(prf), extensions(prf)"),
        ["`extensions` is given twice; remove one of the two"]
    );
}

#[test]
fn extensions_contradict_other_keys_once() {
    assert_eq!(
        with_extensions("resident_key = \"discouraged\", extensions(large_blob = \"preferred\")"),
        [
            "extension `large_blob` needs discoverable passkeys, and `resident_key = \"discouraged\"` asks \
          for others; remove one of the two"
        ]
    );
    // What is wrong already is not the cause of another message.
    assert_eq!(
        with_extensions("resident_key = \"discouraged\", extensions(large_blob = \"yes\")").len(),
        1
    );
}

#[test]
fn extensions_in_a_profile_are_rejected() {
    let messages = with_extensions("profiles(vault(timeout = \"1m\", extensions(prf)))");
    assert_eq!(messages.len(), 1);
    assert!(
        messages[0].starts_with("`extensions` cannot differ by profile"),
        "{messages:?}"
    );
}
