//! The table of keys, compared with the rules.

use passkeys_rules::wording::nearest;
use passkeys_rules::{Draft, Form, Key};

use crate::{ANDROID, valid};

/// Returns the values in the source of an example: a string, an array of strings, a boolean, a number,
/// or extensions in parentheses.
fn values(source: &'static str) -> Vec<&'static str> {
    if let "true" | "false" = source {
        return vec![source];
    }
    if source.bytes().all(|byte| byte.is_ascii_digit()) {
        return vec![source];
    }
    if source.starts_with('(') {
        // `(prf, large_blob = "preferred")`, with two entries.
        return vec!["prf", "large_blob=preferred"];
    }
    source.split('"').skip(1).step_by(2).collect()
}

/// Returns a valid draft in which `key`, which is not `profiles`, has these values.
fn with(key: Key, values: Vec<&'static str>) -> Draft<'static> {
    let list = |wanted| match wanted {
        _ if wanted == key => Some(values.clone()),
        Key::RpId => Some(vec!["example.com"]),
        // Android apps require an Android origin.
        Key::Origins if key == Key::AndroidApps => Some(vec!["https://example.com", ANDROID]),
        Key::Origins => Some(vec!["https://example.com"]),
        // Outdated kinds of attestation require attestation.
        Key::Attestation if key == Key::LegacyAttestation => Some(vec!["direct"]),
        _ => None,
    };
    Draft::read(|key| Some(list(key)?[0]), list)
}

#[test]
fn every_key_is_in_the_table_once() {
    for key in Key::ALL {
        assert_eq!(Key::from_name(key.as_str()), Some(*key));
        assert_eq!(key.to_string(), key.spec().name);
        assert_eq!(format!("{key:>30}"), format!("{:>30}", key.as_str()));
    }
    assert!(Key::ALL.is_sorted());
    assert_eq!(Key::from_name("rpid"), None);
}

/// Returns every key that has one value or an array of values.
fn plain_keys() -> impl Iterator<Item = Key> {
    let keys = Key::ALL.iter().copied();
    keys.filter(|key| key.spec().form != Form::Profiles)
}

#[test]
fn examples_of_the_table_are_valid() {
    for key in plain_keys() {
        let spec = key.spec();
        let is_array = spec.example.starts_with('[');
        assert_eq!(
            is_array,
            matches!(spec.form, Form::List | Form::WordList(_)),
            "{key}"
        );
        assert!(with(key, values(spec.example)).check().is_ok(), "{key}");
    }
}

#[test]
fn defaults_of_the_table_equal_the_values_without_the_key() {
    let bare = valid().check().unwrap();
    for key in plain_keys() {
        let spec = key.spec();
        assert_eq!(spec.required, spec.default.is_empty(), "{key}");
        let default = match spec.form {
            Form::Boolean | Form::Number => vec![spec.default.trim_matches('`')],
            // One that depends on other keys is a sentence.
            _ if spec.default.starts_with('`') && spec.default.ends_with('`') => {
                values(spec.default)
            }
            _ => continue,
        };
        assert_eq!(with(key, default).check().unwrap(), bare, "{key}");
    }
    assert_eq!(bare.rp_name, bare.rp_id.as_str());
    assert!(bare.related_origins.is_empty());
    assert!(bare.top_origins.is_empty());
    assert!(bare.hints.is_empty());
    assert!(bare.extensions.is_empty());
    assert_eq!(bare.authenticator_attachment, None);
    assert_eq!(bare.enroll_url, None);
    assert_eq!(bare.manage_url, None);
    assert!(bare.android_apps.is_empty());
    assert!(bare.apple_apps.is_empty());
    assert!(bare.profiles.is_empty());
}

#[test]
fn keys_that_differ_by_profile_are_those_of_a_ceremony() {
    let keys: Vec<_> = Key::in_profiles().collect();
    assert_eq!(
        keys,
        [
            Key::UserVerification,
            Key::ResidentKey,
            Key::Algorithms,
            Key::Attestation,
            Key::AuthenticatorAttachment,
            Key::Hints,
            Key::Timeout
        ]
    );
}

#[test]
fn only_the_words_of_the_table_are_accepted() {
    for &key in Key::ALL {
        if let Form::Words(words) | Form::WordList(words) = key.spec().form {
            for word in words {
                assert!(with(key, vec![word]).check().is_ok(), "{key} = {word}");
            }
            assert!(with(key, vec!["banana"]).check().is_err(), "{key}");
        }
    }
}

#[test]
fn misspelt_key_gets_a_suggestion() {
    let keys = || Key::ALL.iter().map(|key| key.as_str());
    for (written, meant) in [
        ("rpid", Some("rp_id")),
        ("rpId", Some("rp_id")),
        ("origin", Some("origins")),
        ("related_origin", Some("related_origins")),
        ("userVerification", Some("user_verification")),
        ("challenge_tll", Some("challenge_ttl")),
        ("timeuot", Some("timeout")),
        ("attachment", None),
        ("secret", None),
    ] {
        assert_eq!(nearest(written, keys()), meant, "{written}");
    }
}
