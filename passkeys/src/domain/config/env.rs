//! Reads the configuration from environment variables, one for each key.

use std::{collections::BTreeMap, ffi::OsString};

use passkeys_rules::{Draft, Key, Place, ProfileDraft, Rule, Violation};

use super::{Config, ConfigError};

pub(super) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Config, ConfigError> {
    let base = Variables::read(&variable, name);
    let names = list(&base.values, Key::Profiles);
    let profiles: Vec<_> = names
        .iter()
        .flatten()
        .map(|profile| Variables::read(&variable, |key| name_in_profile(profile, key)))
        .collect();
    let drafts = names.as_ref().map(|names| {
        let drafts = names.iter().zip(&profiles);
        drafts
            .map(|(name, profile)| ProfileDraft {
                name,
                values: profile.draft(),
            })
            .collect()
    });
    let draft = Draft {
        profiles: drafts,
        ..base.draft()
    };
    let checked = Config::check(&draft, line);

    let mut unreadable: Vec<_> = base.not_utf8().collect();
    let of_profiles = names.iter().flatten().zip(&profiles).enumerate();
    unreadable.extend(of_profiles.flat_map(|(index, (name, profile))| {
        let violations = profile.not_utf8();
        violations.map(move |violation| violation.in_profile(index, *name))
    }));
    if unreadable.is_empty() {
        return checked;
    }
    let mut violations = checked
        .err()
        .map_or_else(Vec::new, |error| error.violations);
    // Violations that involve an unknown value, such as that it is missing, may not be true.
    violations.retain(|violation| {
        let mut unknown = unreadable.iter().map(|unreadable| unreadable.place);
        !unknown.any(|place| is_in(violation.place, place) || violation.depends_on(place))
    });
    violations.extend(unreadable);
    violations.sort_by_key(|violation| violation.place);
    Err(ConfigError { violations, line })
}

/// Values of the variables of the configuration or of one of its profiles.
struct Variables {
    values: BTreeMap<Key, String>,
    /// Keys whose variable is not UTF-8.
    unreadable: Vec<Key>,
}

impl Variables {
    fn read(variable: impl Fn(&str) -> Option<OsString>, name: impl Fn(Key) -> String) -> Self {
        let mut read = Self {
            values: BTreeMap::new(),
            unreadable: Vec::new(),
        };
        for &key in Key::ALL {
            match variable(&name(key)).map(OsString::into_string) {
                Some(Ok(value)) => {
                    read.values.insert(key, value);
                }
                Some(Err(_)) => read.unreadable.push(key),
                None => {}
            }
        }
        read
    }

    fn draft(&self) -> Draft<'_> {
        let text = |key| self.values.get(&key).map(String::as_str);
        Draft::read(text, |key| list(&self.values, key))
    }

    fn not_utf8(&self) -> impl Iterator<Item = Violation> {
        self.unreadable.iter().copied().map(Violation::not_utf8)
    }
}

fn list(values: &BTreeMap<Key, String>, key: Key) -> Option<Vec<&str>> {
    let items = values.get(&key)?.split(',').map(str::trim);
    Some(items.filter(|item| !item.is_empty()).collect())
}

/// Returns whether a place is the value of this key or one of its elements.
fn is_in(place: Place, key: Place) -> bool {
    (place.profile, place.key) == (key.profile, key.key)
}

/// Returns the variable of a key: `PASSKEYS_ORIGINS` for `origins`.
fn name(key: Key) -> String {
    format!("PASSKEYS_{}", key.as_str().to_ascii_uppercase())
}

/// Returns the variable of a key in a profile: `PASSKEYS_PROFILE_SECURITY_KEY_HINTS` for `hints` in
/// `security_key`.
fn name_in_profile(profile: &str, key: Key) -> String {
    format!("PASSKEYS_PROFILE_{profile}_{key}").to_ascii_uppercase()
}

/// Formats a mistake in terms of the variables, where its own message would be of the attribute's keys.
fn line(violation: &Violation) -> String {
    let name = match &violation.profile {
        Some(profile) => name_in_profile(profile, violation.place.key),
        None => name(violation.place.key),
    };
    let place = match violation.place.index {
        Some(index) => format!("{name}, item {}", index + 1),
        None => name.clone(),
    };
    match &violation.rule {
        &(Rule::Missing(key) | Rule::EmptyList(key)) => {
            let example = match key {
                Key::Profiles => "security_key,this_device".to_owned(),
                _ => key.spec().example.replace(['[', ']', '"'], ""),
            };
            format!("{place}: the variable is not set; set it, such as `{name}={example}`")
        }
        Rule::EmptyProfile(profile) => {
            let example = name_in_profile(profile, Key::Hints);
            format!("{place}: {violation}; the variable of `hints` is `{example}`")
        }
        _ => format!("{place}: {violation}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::read;
    use crate::{
        Algorithm, BackupEligibility, Config, ConfigError, Hint, Profile, UserVerification,
    };

    #[test]
    fn from_env_reads_each_key_from_its_variable_and_splits_lists_at_commas() {
        let config = read(|name| {
            let value = match name {
                "PASSKEYS_RP_ID" => "example.com",
                "PASSKEYS_ORIGINS" => "https://example.com, https://www.example.com",
                "PASSKEYS_USER_VERIFICATION" => "preferred",
                "PASSKEYS_TOP_ORIGINS" => "https://portal.example.org",
                "PASSKEYS_CONDITIONAL_CREATE" => "true",
                "PASSKEYS_ALGORITHMS" => "EdDSA, ES256",
                "PASSKEYS_BACKUP_ELIGIBILITY" => "report",
                "PASSKEYS_MAX_CREDENTIALS" => "5",
                "PASSKEYS_FRESH" => "1h",
                "PASSKEYS_CHALLENGE_TTL" => "2m",
                "PASSKEYS_MANAGE_URL" => "https://example.com/passkeys",
                "PASSKEYS_APPLE_APPS" => "ABCDE12345.com.example.a,ABCDE12345.com.example.b",
                _ => return None,
            };
            Some(value.into())
        })
        .unwrap();
        assert_eq!(config.rp_id(), "example.com");
        assert!(
            config
                .origins()
                .eq(["https://example.com", "https://www.example.com"])
        );
        assert_eq!(config.user_verification(), UserVerification::Preferred);
        assert!(config.top_origins().eq(["https://portal.example.org"]));
        assert!(config.conditional_create());
        assert_eq!(config.algorithms(), [Algorithm::EdDsa, Algorithm::Es256]);
        assert_eq!(config.backup_eligibility(), BackupEligibility::Report);
        assert_eq!(config.max_credentials(), 5);
        assert_eq!(config.fresh(), Some(Duration::from_hours(1)));
        assert_eq!(config.challenge_ttl().as_secs(), 120);
        assert_eq!(config.manage_url(), Some("https://example.com/passkeys"));
        assert_eq!(config.apple_apps().count(), 2);
    }

    /// Reads the configuration of `example.com` with these variables.
    fn read_with(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        read(|name| {
            let value = match name {
                "PASSKEYS_RP_ID" => "example.com",
                "PASSKEYS_ORIGINS" => "https://example.com",
                name => variables.iter().find(|(key, _)| *key == name)?.1,
            };
            Some(value.into())
        })
    }

    #[test]
    fn from_env_reads_the_profiles_that_are_listed() {
        let config = read_with(&[
            ("PASSKEYS_PROFILES", "security_key, this_device"),
            ("PASSKEYS_PROFILE_SECURITY_KEY_HINTS", "security-key,hybrid"),
            ("PASSKEYS_PROFILE_SECURITY_KEY_TIMEOUT", "2m"),
            ("PASSKEYS_PROFILE_THIS_DEVICE_HINTS", "client-device"),
            ("PASSKEYS_PROFILE_OTHER_HINTS", "client-device"),
        ])
        .unwrap();
        let names: Vec<_> = config.profiles().map(Profile::name).collect();
        assert_eq!(names, ["security_key", "this_device"]);
        let security_key = config.profile("security_key").unwrap();
        assert_eq!(security_key.hints(), [Hint::SecurityKey, Hint::Hybrid]);
        assert_eq!(security_key.timeout().as_secs(), 120);
        let this_device = config.profile("this_device").unwrap();
        assert_eq!(this_device.hints(), [Hint::ClientDevice]);
        assert_eq!(this_device.timeout(), config.timeout());
    }

    #[test]
    fn from_env_names_the_variable_of_each_mistake_in_a_profile() {
        let mistakes = |variables: &[(&str, &str)]| -> Vec<String> {
            let error = read_with(variables).unwrap_err();
            error.mistakes().collect()
        };
        let keys = mistakes(&[
            ("PASSKEYS_PROFILES", "a,b"),
            ("PASSKEYS_PROFILE_A_HINTS", "hybrid,phone"),
            ("PASSKEYS_PROFILE_A_USER_VERIFICATION", "preferred"),
            ("PASSKEYS_PROFILE_A_RP_ID", "example.org"),
        ]);
        assert_eq!(keys.len(), 4, "{keys:#?}");
        for (mistake, beginning) in keys.iter().zip([
            "PASSKEYS_PROFILES, item 2: profile `b` sets no key",
            "PASSKEYS_PROFILE_A_RP_ID: `rp_id` cannot differ by profile",
            "PASSKEYS_PROFILE_A_USER_VERIFICATION: a profile can only be stricter",
            "PASSKEYS_PROFILE_A_HINTS, item 2: `phone` is not a known value",
        ]) {
            assert!(mistake.starts_with(beginning), "{mistake}");
        }
        let ending = "; the variable of `hints` is `PASSKEYS_PROFILE_B_HINTS`";
        assert!(keys[0].ends_with(ending), "{}", keys[0]);

        let names = mistakes(&[("PASSKEYS_PROFILES", "security-key")]);
        assert_eq!(names.len(), 1, "{names:#?}");
        assert!(names[0].ends_with("write `security_key`"), "{}", names[0]);
        let none = mistakes(&[("PASSKEYS_PROFILES", " ,")]);
        assert_eq!(
            none,
            [
                "PASSKEYS_PROFILES: the variable is not set; set it, such as \
                 `PASSKEYS_PROFILES=security_key,this_device`"
            ]
        );
    }

    #[test]
    fn value_whose_cargo_feature_is_off_is_rejected() {
        let read = |key: &'static str, value: &'static str| {
            let error = read(|name| {
                let value = match name {
                    "PASSKEYS_RP_ID" => "example.com",
                    "PASSKEYS_ORIGINS" => "https://example.com",
                    name if name == key => value,
                    _ => return None,
                };
                Some(value.into())
            });
            error.err().map(|error| error.to_string())
        };
        let error = read("PASSKEYS_ALGORITHMS", "ES256,ES512");
        assert_eq!(error.is_some(), cfg!(not(feature = "aws-lc-rs")));
        if let Some(error) = error {
            assert!(
                error.starts_with(
                    "PASSKEYS_ALGORITHMS, item 2: `ES512` needs the Cargo feature `aws-lc-rs`"
                ),
                "{error}"
            );
        }
        let error = read("PASSKEYS_ATTESTATION", "direct");
        assert_eq!(error.is_some(), cfg!(not(feature = "attestation")));
    }

    #[test]
    fn from_env_names_the_variable_of_each_mistake() {
        let error = read(|name| match name {
            "PASSKEYS_ORIGINS" => Some("https://example.com,ftp://x".into()),
            _ => None,
        })
        .unwrap_err();
        let mistakes: Vec<_> = error.mistakes().collect();
        assert_eq!(mistakes.len(), 2, "{mistakes:#?}");
        assert_eq!(
            mistakes[0],
            "PASSKEYS_RP_ID: the variable is not set; set it, such as `PASSKEYS_RP_ID=example.com`"
        );
        assert!(
            mistakes[1].starts_with("PASSKEYS_ORIGINS, item 2: "),
            "{}",
            mistakes[1]
        );
    }

    #[cfg(unix)]
    #[test]
    fn from_env_names_each_variable_that_is_not_utf8() {
        use std::{ffi::OsString, os::unix::ffi::OsStringExt as _};

        let error = read(|name| match name {
            "PASSKEYS_RP_ID" => Some("example.com".into()),
            // In Latin-1.
            "PASSKEYS_ORIGINS" => Some(OsString::from_vec(b"https://b\xfccher.example".into())),
            "PASSKEYS_CHALLENGE_TTL" => Some(OsString::from_vec(b"10\xff".into())),
            // Perhaps not longer than the lifetime.
            "PASSKEYS_TIMEOUT" => Some("10m".into()),
            "PASSKEYS_SIGN_COUNT" => Some("ignore".into()),
            "PASSKEYS_PROFILES" => Some("a".into()),
            "PASSKEYS_PROFILE_A_HINTS" => Some(OsString::from_vec(b"\xff".into())),
            "PASSKEYS_PROFILE_A_TIMEOUT" => Some("9m".into()),
            _ => None,
        })
        .unwrap_err();
        let mistakes: Vec<_> = error.mistakes().collect();
        let utf8 = "the variable is not UTF-8; encode its value as UTF-8, or remove it";
        assert_eq!(mistakes.len(), 4, "{mistakes:#?}");
        assert_eq!(mistakes[3], format!("PASSKEYS_PROFILE_A_HINTS: {utf8}"));
        assert_eq!(mistakes[0], format!("PASSKEYS_ORIGINS: {utf8}"));
        assert_eq!(mistakes[1], format!("PASSKEYS_CHALLENGE_TTL: {utf8}"));
        assert!(
            mistakes[2].starts_with("PASSKEYS_SIGN_COUNT: "),
            "{mistakes:#?}"
        );
    }
}
