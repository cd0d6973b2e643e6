//! Lines of configuration, in the form of the attribute, of the builder and of the environment.

use serde::Serialize;

use passkeys_rules::format_duration;

use std::time::Duration;

/// Value of a key, as it is written in each place where a configuration comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Setting {
    pub(super) attribute: String,
    pub(super) builder: String,
    pub(super) environment: String,
}

impl Setting {
    /// Returns a list of texts for a key, such as `top_origins`.
    pub(super) fn list(key: &str, values: &[String]) -> Self {
        let array = array(values);
        Self {
            attribute: format!("{key} = {array}"),
            builder: format!(".{key}({array})"),
            environment: variable(key, &values.join(",")),
        }
    }

    /// Returns the two keys that every configuration has.
    pub(super) fn identity(rp_id: &str, origins: &[String]) -> Self {
        let array = array(origins);
        Self {
            attribute: format!("rp_id = {rp_id:?}, origins = {array}"),
            builder: format!("Config::builder({rp_id:?}, {array})"),
            environment: format!(
                "{}\n{}",
                variable("rp_id", rp_id),
                variable("origins", &origins.join(","))
            ),
        }
    }

    /// Returns a value of an enumeration: its word in the attribute, and its path in Rust.
    pub(super) fn word(key: &str, word: &str, path: &str) -> Self {
        Self {
            attribute: format!("{key} = {word:?}"),
            builder: format!(".{key}({path})"),
            environment: variable(key, word),
        }
    }

    /// Returns values of an enumeration.
    pub(super) fn words(key: &str, words: &[String], paths: &[String]) -> Self {
        Self {
            builder: format!(".{key}([{}])", paths.join(", ")),
            ..Self::list(key, words)
        }
    }

    pub(super) fn number(key: &str, number: usize) -> Self {
        Self {
            attribute: format!("{key} = {number}"),
            builder: format!(".{key}({number})"),
            environment: variable(key, &number.to_string()),
        }
    }

    pub(super) fn duration(key: &str, duration: Duration) -> Self {
        let text = format_duration(duration);
        Self {
            attribute: format!("{key} = {text:?}"),
            builder: format!(".{key}(Duration::from_secs({}))", duration.as_secs()),
            environment: variable(key, &text),
        }
    }

    /// Returns the setting of a profile.
    pub(super) fn in_profile(self, profile: &str) -> Self {
        let environment = self.environment.replacen(
            "PASSKEYS_",
            &format!("PASSKEYS_PROFILE_{}_", profile.to_ascii_uppercase()),
            1,
        );
        Self {
            attribute: format!("profiles({profile}({}))", self.attribute),
            builder: format!(".profile({profile:?}, |profile| profile{})", self.builder),
            environment,
        }
    }
}

fn array(values: &[String]) -> String {
    let values: Vec<_> = values.iter().map(|value| format!("{value:?}")).collect();
    format!("[{}]", values.join(", "))
}

fn variable(key: &str, value: &str) -> String {
    format!("PASSKEYS_{}={value}", key.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Setting;

    #[test]
    fn settings_are_written_in_the_form_of_each_place() {
        let origins = [
            "https://a.example".to_owned(),
            "https://b.a.example".to_owned(),
        ];
        assert_eq!(
            Setting::identity("a.example", &origins),
            Setting {
                attribute: r#"rp_id = "a.example", origins = ["https://a.example", "https://b.a.example"]"#.into(),
                builder: r#"Config::builder("a.example", ["https://a.example", "https://b.a.example"])"#.into(),
                environment: "PASSKEYS_RP_ID=a.example\nPASSKEYS_ORIGINS=https://a.example,https://b.a.example".into(),
            }
        );
        let longer = Setting::duration("challenge_ttl", Duration::from_mins(20));
        assert_eq!(longer.attribute, r#"challenge_ttl = "20m""#);
        assert_eq!(longer.builder, ".challenge_ttl(Duration::from_secs(1200))");
        let word = "UserVerification::Preferred";
        let profile = Setting::word("user_verification", "preferred", word).in_profile("kiosk");
        assert_eq!(
            profile.attribute,
            r#"profiles(kiosk(user_verification = "preferred"))"#
        );
        assert_eq!(
            profile.environment,
            "PASSKEYS_PROFILE_KIOSK_USER_VERIFICATION=preferred"
        );
        assert_eq!(
            profile.builder,
            r#".profile("kiosk", |profile| profile.user_verification(UserVerification::Preferred))"#
        );
    }
}
