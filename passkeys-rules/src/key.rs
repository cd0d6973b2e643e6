//! The keys of the configuration and their specifications, made from the [table](crate::keys).

use std::fmt;

/// Specification of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct KeySpec {
    /// Name of the key, as it is written in the attribute.
    pub name: &'static str,
    /// Form of its value.
    pub form: Form,
    /// A valid value, as it is written in the attribute.
    pub example: &'static str,
    /// What holds where the key is absent, in Markdown; empty for a required key.
    pub default: &'static str,
    /// Whether the key must be given.
    pub required: bool,
    /// Whether the value may differ by [profile](crate::Profile).
    pub in_profiles: bool,
    /// What the key sets: the end of a sentence, in Markdown.
    pub summary: &'static str,
    /// Names that other libraries have for the key.
    pub aliases: &'static [&'static str],
}

/// Form of a key's value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the macro must not compile until it can read a new form"
)]
pub enum Form {
    /// A string.
    Text,
    /// An array of strings.
    List,
    /// One of these words.
    Words(&'static [&'static str]),
    /// An array of these words.
    WordList(&'static [&'static str]),
    /// A string such as `"5m"`.
    Duration,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Number,
    /// `WebAuthn` extensions in parentheses, each a name, or a name and a value.
    Extensions,
    /// Names, each with keys and their values in parentheses.
    Profiles,
}

macro_rules! form {
    ((Words $words:ty)) => {
        Form::Words(<$words>::WORDS)
    };
    ((WordList $words:ty)) => {
        Form::WordList(<$words>::WORDS)
    };
    ($form:ident) => {
        Form::$form
    };
}

macro_rules! key {
    ($(
        $variant:ident $name:ident: $form:tt, $(required)? $(default $default:literal)?
        $(, $in_profiles:ident)? {
            example: $example:literal,
            summary: $summary:literal,
            aliases: [$($alias:literal),*],
        }
    )+) => {
        /// A key of the configuration.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Key {
            $(
                #[doc = concat!("`", stringify!($name), "`: ", $summary, ".")]
                $variant,
            )+
        }

        impl Key {
            /// Every key, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the specification of the key.
            #[must_use]
            pub const fn spec(self) -> &'static KeySpec {
                match self {
                    $(Self::$variant => const { &KeySpec {
                        name: stringify!($name),
                        form: form!($form),
                        example: $example,
                        default: concat!($($default)?),
                        required: concat!($($default)?).is_empty(),
                        in_profiles: !concat!($(stringify!($in_profiles))?).is_empty(),
                        summary: $summary,
                        aliases: &[$($alias),*],
                    } },)+
                }
            }
        }
    };
}

crate::keys!(key);

impl Key {
    /// Returns the name of the key, as it is written in the attribute.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.spec().name
    }

    /// Returns the key with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.as_str() == name)
    }

    /// Returns the keys that may differ by profile, in the order of the documentation.
    pub fn in_profiles() -> impl Iterator<Item = Self> {
        let keys = Self::ALL.iter().copied();
        keys.filter(|key| key.spec().in_profiles)
    }

    /// Returns whether the value belongs to one relying party, so that several cannot share it: the RP ID
    /// and its name, and the origins, pages and apps that belong to it.
    #[must_use]
    pub const fn is_of_one_relying_party(self) -> bool {
        matches!(
            self,
            Self::RpId
                | Self::RpName
                | Self::Origins
                | Self::RelatedOrigins
                | Self::EnrollUrl
                | Self::ManageUrl
                | Self::AndroidApps
                | Self::AppleApps
        )
    }

    /// Returns the key alone, as a list.
    pub(crate) fn only(self) -> &'static [Self] {
        let index = Self::ALL.iter().position(|key| *key == self);
        index.map_or(&[], |index| &Self::ALL[index..=index])
    }

    /// Returns the key for which another library has this name.
    #[must_use]
    pub fn from_alias(alias: &str) -> Option<Self> {
        let mut keys = Self::ALL.iter().copied();
        keys.find(|key| key.spec().aliases.contains(&alias))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
