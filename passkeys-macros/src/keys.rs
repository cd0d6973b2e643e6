//! The attribute's keys: the rules' own and the macro's.

use std::fmt;

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

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
