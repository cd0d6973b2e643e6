//! The configuration from environment variables, one for each key.

use passkeys_rules::{Draft, Key, Place};

use super::{Config, ConfigError};

pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    let text = |key: Key| variable(&name(key));
    let values: Vec<Option<String>> = Key::ALL.iter().map(|key| text(*key)).collect();
    let value = |wanted: Key| {
        let at = Key::ALL.iter().position(|key| *key == wanted)?;
        values.get(at)?.as_deref()
    };
    let list = |key: Key| {
        let items = value(key)?.split(',').map(str::trim);
        Some(items.filter(|item| !item.is_empty()).collect())
    };
    let draft = Draft {
        rp_id: value(Key::RpId),
        rp_name: value(Key::RpName),
        origins: list(Key::Origins),
        related_origins: list(Key::RelatedOrigins),
        user_verification: value(Key::UserVerification),
        resident_key: value(Key::ResidentKey),
        attestation: value(Key::Attestation),
        authenticator_attachment: value(Key::AuthenticatorAttachment),
        hints: list(Key::Hints),
        challenge_ttl: value(Key::ChallengeTtl),
        timeout: value(Key::Timeout),
        sign_count: value(Key::SignCount),
        enroll_url: value(Key::EnrollUrl),
        manage_url: value(Key::ManageUrl),
        android_apps: list(Key::AndroidApps),
        apple_apps: list(Key::AppleApps),
    };
    Config::check(&draft, place)
}

/// `origins` is `PASSKEYS_ORIGINS`.
fn name(key: Key) -> String {
    format!("PASSKEYS_{}", key.as_str().to_ascii_uppercase())
}

fn place(place: &Place) -> String {
    match place.index {
        Some(index) => format!("{}, item {}", name(place.key), index + 1),
        None => name(place.key),
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::UserVerification;

    #[test]
    fn every_key_is_read_from_its_variable_and_lists_at_commas() {
        let config = read(|name| {
            let value = match name {
                "PASSKEYS_RP_ID" => "example.com",
                "PASSKEYS_ORIGINS" => "https://example.com, https://www.example.com",
                "PASSKEYS_USER_VERIFICATION" => "preferred",
                "PASSKEYS_CHALLENGE_TTL" => "2m",
                "PASSKEYS_MANAGE_URL" => "https://example.com/passkeys",
                "PASSKEYS_APPLE_APPS" => "ABCDE12345.com.example.a,ABCDE12345.com.example.b",
                _ => return None,
            };
            Some(value.to_owned())
        })
        .unwrap();
        assert_eq!(config.rp_id(), "example.com");
        assert!(
            config
                .origins()
                .eq(["https://example.com", "https://www.example.com"])
        );
        assert_eq!(config.user_verification(), UserVerification::Preferred);
        assert_eq!(config.challenge_ttl().as_secs(), 120);
        assert_eq!(config.manage_url(), Some("https://example.com/passkeys"));
        assert_eq!(config.apple_apps().count(), 2);
    }

    #[test]
    fn a_mistake_is_named_by_its_variable() {
        let error = read(|name| match name {
            "PASSKEYS_ORIGINS" => Some("https://example.com,ftp://x".to_owned()),
            _ => None,
        })
        .unwrap_err();
        let mistakes: Vec<_> = error.mistakes().collect();
        assert_eq!(mistakes.len(), 2, "{mistakes:#?}");
        assert!(
            mistakes[0].starts_with("PASSKEYS_RP_ID: "),
            "{}",
            mistakes[0]
        );
        assert!(
            mistakes[1].starts_with("PASSKEYS_ORIGINS, item 2: "),
            "{}",
            mistakes[1]
        );
    }
}
