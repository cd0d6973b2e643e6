use std::{collections::BTreeMap, time::Duration};

use passkeys_rules::{Draft, Extension, Key, ProfileDraft, format_duration};

use super::{Config, ConfigError};

/// Builder of a [`Config`], made by [`Config::builder`].
///
/// It has a setter for every key of [`#[passkeys]`](macro@crate::passkeys) that is not required.
/// A key that is not set has its default.
#[derive(Clone, Debug)]
#[must_use = "a configuration is made by `build`"]
pub struct ConfigBuilder {
    /// The values as the attribute would have them; one for a key that takes no list.
    values: Values,
    profiles: Vec<(String, Values)>,
}

/// Builder of a profile, which [`ConfigBuilder::profile`] passes to its function.
///
/// It has a setter for every key that may differ by profile. A key that is not set has the value of the
/// configuration.
#[derive(Clone, Debug, Default)]
#[must_use = "the profile is what the function returns"]
pub struct ProfileBuilder {
    values: Values,
}

/// Values of keys as the attribute would have them; one for a key that takes no list.
type Values = BTreeMap<Key, Vec<String>>;

/// Makes the setters from the table of keys.
macro_rules! setters {
    ($(
        $variant:ident $name:ident: $form:tt, $(required)? $(default $default:literal)?
        $(, $in_profiles:ident)? {
            example: $example:literal,
            summary: $summary:literal,
            aliases: [$($alias:literal),*],
        }
    )+) => {
        impl ConfigBuilder {
            $($(setter! {
                #[doc = concat!("Sets `", stringify!($name), "`: ", $summary, ".\n\nDefault: ", $default, ".")]
                $variant $name: $form
            })?)+
        }

        impl ProfileBuilder {
            $($(profile_setter! {
                $in_profiles
                #[doc = concat!("Sets `", stringify!($name), "`: ", $summary, ".")]
                $variant $name: $form
            })?)+
        }
    };
}

macro_rules! setter {
    (#[$doc:meta] $variant:ident $name:ident: Profiles) => {};
    (#[$doc:meta] $variant:ident $name:ident: Extensions) => {
        #[$doc]
        pub fn $name(self, values: impl IntoIterator<Item = Extension>) -> Self {
            let values = values.into_iter().map(|it| it.to_string());
            self.set(Key::$variant, values)
        }
    };
    (#[$doc:meta] $variant:ident $name:ident: Text) => {
        #[$doc]
        pub fn $name(self, value: impl Into<String>) -> Self {
            self.set(Key::$variant, [value.into()])
        }
    };
    (#[$doc:meta] $variant:ident $name:ident: List) => {
        #[$doc]
        pub fn $name(self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
            self.set(Key::$variant, values.into_iter().map(Into::into))
        }
    };
    (#[$doc:meta] $variant:ident $name:ident: (Words $words:ty)) => {
        #[$doc]
        pub fn $name(self, value: $words) -> Self {
            self.set(Key::$variant, [value.to_string()])
        }
    };
    (#[$doc:meta] $variant:ident $name:ident: (WordList $words:ty)) => {
        #[$doc]
        pub fn $name(self, values: impl IntoIterator<Item = $words>) -> Self {
            self.set(
                Key::$variant,
                values.into_iter().map(|word| word.to_string()),
            )
        }
    };
    (#[$doc:meta] $variant:ident $name:ident: Boolean) => {
        #[$doc]
        pub fn $name(self, value: bool) -> Self {
            self.set(Key::$variant, [value.to_string()])
        }
    };
    (#[$doc:meta] $variant:ident $name:ident: Number) => {
        #[$doc]
        pub fn $name(self, value: usize) -> Self {
            self.set(Key::$variant, [value.to_string()])
        }
    };
    (#[$doc:meta] $variant:ident $name:ident: Duration) => {
        #[$doc]
        ///
        /// Fractions of a millisecond are dropped.
        pub fn $name(self, value: Duration) -> Self {
            self.set(Key::$variant, [format_duration(value)])
        }
    };
}

macro_rules! profile_setter {
    (in_profiles $($setter:tt)*) => {
        setter! { $($setter)* }
    };
}

passkeys_rules::keys!(setters);

impl ConfigBuilder {
    pub(super) fn new(rp_id: String, origins: Vec<String>) -> Self {
        let builder = Self {
            values: Values::default(),
            profiles: Vec::new(),
        };
        builder.set(Key::RpId, [rp_id]).set(Key::Origins, origins)
    }

    /// Sets the keys that have a value in a draft, profiles included.
    pub(super) fn with_draft(mut self, draft: &Draft<'_>) -> Self {
        self.values.extend(entries(draft));
        let profiles = draft.profiles.iter().flatten();
        let profiles = profiles.map(|it| (it.name.to_owned(), entries(&it.values).collect()));
        self.profiles.extend(profiles);
        self
    }

    fn set(mut self, key: Key, values: impl IntoIterator<Item = String>) -> Self {
        self.values.insert(key, values.into_iter().collect());
        self
    }

    /// Adds a profile, one of `profiles`: a named variant of this configuration, of which a ceremony
    /// chooses one by `?profile=` or
    /// [`Registration::profile`](crate::ceremony::Registration::profile).
    ///
    /// ```
    /// use passkeys::{AuthenticatorAttachment, Config, Hint};
    ///
    /// let config = Config::builder("example.com", ["https://example.com"])
    ///     .profile("security_key", |profile| {
    ///         profile
    ///             .hints([Hint::SecurityKey])
    ///             .authenticator_attachment(AuthenticatorAttachment::CrossPlatform)
    ///     })
    ///     .build()?;
    /// assert_eq!(config.profile("security_key").unwrap().hints(), [Hint::SecurityKey]);
    /// # Ok::<(), passkeys::ConfigError>(())
    /// ```
    pub fn profile(
        mut self,
        name: impl Into<String>,
        set: impl FnOnce(ProfileBuilder) -> ProfileBuilder,
    ) -> Self {
        let profile = set(ProfileBuilder::default());
        self.profiles.push((name.into(), profile.values));
        self
    }

    /// Validates the configuration.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every mistake and its fix.
    pub fn build(&self) -> Result<Config, ConfigError> {
        let profiles = self.profiles.iter().map(|(name, values)| ProfileDraft {
            name,
            values: draft(values),
        });
        let draft = Draft {
            profiles: (!self.profiles.is_empty()).then(|| profiles.collect()),
            ..draft(&self.values)
        };
        Config::check(&draft).map_err(ConfigError::of_keys)
    }
}

impl ProfileBuilder {
    fn set(mut self, key: Key, values: impl IntoIterator<Item = String>) -> Self {
        self.values.insert(key, values.into_iter().collect());
        self
    }
}

fn entries(draft: &Draft<'_>) -> impl Iterator<Item = (Key, Vec<String>)> {
    let entries = draft.entries().into_iter();
    entries.map(|(key, values)| (key, values.into_iter().map(str::to_owned).collect()))
}

fn draft(values: &Values) -> Draft<'_> {
    Draft::read(
        |key| values.get(&key)?.first().map(String::as_str),
        |key| Some(values.get(&key)?.iter().map(String::as_str).collect()),
    )
}
