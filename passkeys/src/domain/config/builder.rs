use std::{collections::BTreeMap, time::Duration};

use passkeys_rules::{Draft, Key, format_duration};

use super::{Config, ConfigError};

/// Builder of a [`Config`], made by [`Config::builder`].
///
/// It has a setter for every key of [`#[passkeys]`](macro@crate::passkeys) that is not required.
/// A key that is not set has its default.
#[derive(Clone, Debug)]
#[must_use = "a configuration is made by `build`"]
pub struct ConfigBuilder {
    /// The values as the attribute would have them; one for a key that takes no list.
    values: BTreeMap<Key, Vec<String>>,
}

/// Makes the setters from the table of keys.
macro_rules! setters {
    ($(
        $variant:ident $name:ident: $form:tt, $(required)? $(default $default:literal)? {
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
    };
}

macro_rules! setter {
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

passkeys_rules::keys!(setters);

impl ConfigBuilder {
    pub(super) fn new(rp_id: String, origins: Vec<String>) -> Self {
        let values = BTreeMap::default();
        Self { values }
            .set(Key::RpId, [rp_id])
            .set(Key::Origins, origins)
    }

    fn set(mut self, key: Key, values: impl IntoIterator<Item = String>) -> Self {
        self.values.insert(key, values.into_iter().collect());
        self
    }

    /// Validates the configuration.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every mistake and its fix.
    pub fn build(&self) -> Result<Config, ConfigError> {
        let values = |key| self.values.get(&key);
        let draft = Draft::read(
            |key| values(key)?.first().map(String::as_str),
            |key| Some(values(key)?.iter().map(String::as_str).collect()),
        );
        Config::check(&draft, super::line)
    }
}
