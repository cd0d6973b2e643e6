//! Keys of the attribute: those of the rules, and the macro's own.

use std::fmt;

#[cfg(test)]
use passkeys_rules::Form;
use passkeys_rules::Key;

/// Key of the attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// Key of the rules, which are applied at compile time and at run time.
    Rule(Key),
    /// Type of `on_authenticated`'s response, for the `OpenAPI` document.
    Response,
    /// Path of the library.
    Crate,
}

impl Name {
    /// Returns every key, in the order of the documentation.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let rules = Key::ALL.iter().copied().map(Self::Rule);
        rules.chain([Self::Response, Self::Crate])
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::all().find(|name| name.as_str() == word)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Rule(key) => key.as_str(),
            Self::Response => "response",
            Self::Crate => "crate",
        }
    }

    /// Returns a valid value, as it is written.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Rule(key) => key.spec().example,
            Self::Response => "Json<SignedIn>",
            Self::Crate => "::passkeys",
        }
    }
}

/// Parts of the reference.
#[cfg(test)]
impl Name {
    /// Describes the form of the value.
    pub(crate) fn form(self) -> String {
        let words = |words: &[&str]| format!("`\"{}\"`", words.join("\"`, `\""));
        let example = format!("`{}`", self.example());
        match self {
            Self::Rule(key) => match key.spec().form {
                Form::Text => format!("a string: {example}"),
                Form::List => format!("an array of strings: {example}"),
                Form::Words(all) => format!("one of {}", words(all)),
                Form::WordList(all) => format!("an array of {}", words(all)),
                Form::Boolean => "`true` or `false`".to_owned(),
                Form::Extensions => format!(
                    "extensions in parentheses: `extensions{}`",
                    key.spec().example
                ),
                Form::Profiles => format!(
                    "names, each with keys in parentheses: `profiles{}`",
                    key.spec().example
                ),
                Form::Number => format!("a whole number: {example}"),
                Form::Duration => format!("a number and `ms`, `s`, `m` or `h`: {example}"),
            },
            Self::Response => format!("a type: {example}"),
            Self::Crate => format!("a path: {example}"),
        }
    }

    /// Describes what holds where the key is absent.
    pub(crate) fn default(self) -> &'static str {
        match self {
            Self::Rule(key) if key.spec().required => "**required**",
            Self::Rule(key) => key.spec().default,
            Self::Response => "taken from the signature",
            Self::Crate => "`::passkeys`",
        }
    }

    pub(crate) fn summary(self) -> &'static str {
        match self {
            Self::Rule(key) => key.spec().summary,
            Self::Response => {
                "the type of `on_authenticated`'s response in the OpenAPI document, where the \
                 signature does not show it"
            }
            Self::Crate => "the path of this library, where it is not `::passkeys`",
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
