//! The attribute's keys: the rules' own and the macro's.

use std::fmt;

#[cfg(test)]
use passkeys_rules::Form;
use passkeys_rules::Key;

/// A key of the attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// One that the rules judge, here and at run time.
    Rule(Key),
    /// The type of `on_authenticated`'s answer, for the `OpenAPI` document.
    Response,
    /// Where the library is.
    Crate,
}

impl Name {
    /// Every key, in the order of the documentation.
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

    /// A value, as it is written.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Rule(key) => key.spec().example,
            Self::Response => "Json<SignedIn>",
            Self::Crate => "::passkeys",
        }
    }
}

/// What only the documentation says.
#[cfg(test)]
impl Name {
    /// What a value looks like.
    pub(crate) fn form(self) -> String {
        let words = |words: &[&str]| format!("`\"{}\"`", words.join("\"`, `\""));
        let example = format!("`{}`", self.example());
        match self {
            Self::Rule(key) => match key.spec().form {
                Form::Text => format!("a string: {example}"),
                Form::List => format!("an array of strings: {example}"),
                Form::Words(all) => format!("one of {}", words(all)),
                Form::WordList(all) => format!("an array of {}", words(all)),
                Form::Duration => format!("a number and `ms`, `s`, `m` or `h`: {example}"),
            },
            Self::Response => format!("a type: {example}"),
            Self::Crate => format!("a path: {example}"),
        }
    }

    /// What holds without the key.
    pub(crate) fn default(self) -> &'static str {
        match self {
            Self::Rule(key) if key.spec().required => "**required**",
            Self::Rule(key) => key.spec().default,
            Self::Response => "read off the signature",
            Self::Crate => "`::passkeys`",
        }
    }

    pub(crate) fn summary(self) -> &'static str {
        match self {
            Self::Rule(key) => key.spec().summary,
            Self::Response => {
                "What `on_authenticated` answers, for the API description, where its signature \
                 does not say"
            }
            Self::Crate => "Where this library is, if it is not `passkeys`",
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
