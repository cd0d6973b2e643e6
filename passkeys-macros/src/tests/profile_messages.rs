//! Messages about `profiles` that the catalogue in `tests/ui` does not show.

use super::messages::{SITE, with_arguments};

const EXAMPLE: &str = "`security_key(hints = [\"security-key\"])`";

#[test]
fn profiles_are_names_with_keys_in_parentheses() {
    let in_parentheses = "`profiles` takes profiles in parentheses; write \
                          `profiles(security_key(hints = [\"security-key\"]))`";
    for written in [
        "profiles",
        "profiles = ",
        "profiles = [a]",
        "profiles = \"a\"",
        "profiles = (a(timeout = \"1m\"))",
        "profiles { a(timeout = \"1m\") }",
        "profiles == 1",
    ] {
        let messages = with_arguments(&format!("{SITE}, {written}"));
        assert_eq!(messages, [in_parentheses], "{written}");
    }
    let malformed = format!(
        "a profile is its name with keys in parentheses, such as {EXAMPLE}; write \
         `a(key = value, ..)`"
    );
    for written in [
        "profiles(a)",
        "profiles(a,)",
        "profiles(a = 1)",
        "profiles(a { timeout = \"1m\" })",
        "profiles(a: (timeout = \"1m\"))",
        "profiles(a(timeout = \"1m\") b)",
        "profiles(a(timeout = \"1m\") + 1, b(timeout = \"1m\"))",
    ] {
        let messages = with_arguments(&format!("{SITE}, {written}"));
        assert_eq!(messages, [malformed.as_str()], "{written}");
    }
    for written in [
        "profiles(\"a\")",
        "profiles((timeout = \"1m\"))",
        "profiles(..)",
    ] {
        let messages = with_arguments(&format!("{SITE}, {written}"));
        assert_eq!(
            messages,
            [format!("`profiles` takes profiles, such as {EXAMPLE}")]
        );
    }
    let messages = with_arguments(&format!("profiles(a(timeout = \"1m\")) + 1, {SITE}"));
    assert_eq!(messages, ["expected a comma after `profiles(..)`"]);
}

#[test]
fn each_mistake_in_a_profile_has_its_message() {
    let keys = "`user_verification`, `resident_key`, `algorithms`, `attestation`, \
                `authenticator_attachment`, `hints` or `timeout`";
    for (written, message) in [
        (
            "pub_key_cred_params = [\"ES256\"]",
            "unknown key `pub_key_cred_params`; did you mean `algorithms`?".to_owned(),
        ),
        (
            "ttl = \"1m\"",
            format!("unknown key `ttl`; in a profile the key is {keys}"),
        ),
        (
            "hints = [\"hybrid\"], hints = [\"hybrid\"]",
            "`hints` is given twice in this profile; remove one of the two".to_owned(),
        ),
        (
            "rp_id = \"example.com\"",
            format!(
                "`rp_id` cannot differ by profile, only {keys} can; write `rp_id` outside of \
                 `profiles`"
            ),
        ),
        (
            "profiles(b(timeout = \"1m\"))",
            format!(
                "`profiles` cannot differ by profile, only {keys} can; write `profiles` outside of \
                 `profiles`"
            ),
        ),
        (
            "response = Json<A>",
            "`response` cannot differ by profile; write it outside of `profiles`".to_owned(),
        ),
        (
            "timeout",
            "`timeout` needs a value; write `timeout = \"5m\"`".to_owned(),
        ),
        (
            "\"1m\"",
            "expected `key = value`, such as `hints = [\"security-key\"]`".to_owned(),
        ),
    ] {
        let messages = with_arguments(&format!("{SITE}, profiles(a({written}))"));
        assert_eq!(messages, [message], "{written}");
    }
    let twice = with_arguments(&format!(
        "{SITE}, profiles(a(timeout = \"1m\")), profiles(b(timeout = \"1m\"))"
    ));
    assert_eq!(twice, ["`profiles` is given twice; remove one of the two"]);
    let empty = with_arguments(&format!("{SITE}, profiles()"));
    assert_eq!(
        empty,
        [
            "`profiles` is empty; list at least one, such as `profiles(security_key(hints = \
             [\"security-key\"]))`, or remove the key"
        ]
    );
}

#[test]
fn invalid_value_causes_no_other_error_about_profiles() {
    for (arguments, about) in [
        (
            format!(
                "{SITE}, user_verification = 1, profiles(a(user_verification = \"preferred\"))"
            ),
            "`user_verification`",
        ),
        (
            format!(
                "{SITE}, user_verfication = \"preferred\", profiles(a(user_verification = \"discouraged\"))"
            ),
            "`user_verification`",
        ),
        (
            format!(
                "{SITE}, algorithms = [\"ES384\", ES256], profiles(a(algorithms = [\"ES256\"]))"
            ),
            "`algorithms`",
        ),
        (
            format!("{SITE}, profiles(a(algorithms = [\"EdDSA\", ES256]))"),
            "`algorithms`",
        ),
        (
            format!(
                "{SITE}, hints = [\"hybrid\"], profiles(a(authenticator_attachment = \"platform\", hints = x))"
            ),
            "`hints`",
        ),
        (
            format!(
                "{SITE}, authenticator_attachment = \"platform\", profiles(a(authenticator_attachment = 1, hints = [\"client-device\"]))"
            ),
            "`authenticator_attachment`",
        ),
        (
            format!("{SITE}, profiles(a(hint = [\"hybrid\"]))"),
            "`hints`",
        ),
        (format!("{SITE}, profiles(a(timeout = 5))"), "`timeout`"),
        (
            format!("{SITE}, profiles(a(rp_id = \"example.org\"))"),
            "`rp_id`",
        ),
        (format!("{SITE}, profiles(a(\"1m\"))"), "`key = value`"),
        (
            format!("{SITE}, profiles(\"a\")"),
            "`profiles` takes profiles",
        ),
        (format!("{SITE}, profiles(a)"), "a profile"),
    ] {
        let messages = with_arguments(&arguments);

        assert_eq!(messages.len(), 1, "{arguments}: {messages:?}");
        assert!(messages[0].contains(about), "{messages:?}");
    }
}
