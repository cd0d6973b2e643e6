//! `WebAuthn` extensions that ceremonies ask for.

use std::fmt;

use crate::wording::{alternatives, nearest, quote};
use crate::words::{LargeBlob, UnknownWord};

/// `WebAuthn` extension that ceremonies ask for
/// ([WebAuthn Level 3, §10.1](https://www.w3.org/TR/webauthn-3/#sctn-defined-client-extensions)).
///
/// Formatted as the variable `PASSKEYS_EXTENSIONS` has it: `prf` or `large_blob=preferred`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Extension {
    /// Pseudo-random function of the passkey, from which a page derives keys. The results are secrets
    /// and stay in the page: a request that has them is rejected.
    ///
    /// Written `prf`.
    Prf,
    /// Data that pages store with the passkey, and read when the user signs in.
    ///
    /// Written `large_blob = "preferred"` or `large_blob = "required"`.
    LargeBlob(LargeBlob),
}

/// Names that the specification or other libraries have for the extensions.
const ALIASES: &[(&str, &str)] = &[
    ("hmac_secret", "prf"),
    ("hmac-secret", "prf"),
    ("largeBlob", "large_blob"),
    ("largeBlobKey", "large_blob"),
    ("blob", "large_blob"),
];

impl Extension {
    /// Names of the extensions, as they are written in the attribute.
    pub const NAMES: &'static [&'static str] = &["prf", "large_blob"];

    /// Returns the name of the extension, as it is written in the attribute.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prf => "prf",
            Self::LargeBlob(_) => "large_blob",
        }
    }

    /// Parses an entry, `name` or `name=value`.
    pub(crate) fn parse(entry: &str) -> Result<Self, ExtensionError> {
        let (name, value) = match entry.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (entry.trim(), None),
        };
        let error = |problem| {
            let name = name.to_owned();
            Err(ExtensionError { name, problem })
        };
        match (name, value) {
            ("prf", None) => Ok(Self::Prf),
            ("prf", Some(_)) => error(ExtensionProblem::Value),
            ("large_blob", Some(value)) => match value.parse() {
                Ok(support) => Ok(Self::LargeBlob(support)),
                Err(unknown) => error(ExtensionProblem::Word(unknown)),
            },
            ("large_blob", None) => error(ExtensionProblem::NoValue),
            _ => error(ExtensionProblem::Unknown),
        }
    }
}

impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prf => f.pad(self.name()),
            Self::LargeBlob(support) => f.pad(&format!("{}={support}", self.name())),
        }
    }
}

/// Entry of `extensions` that is compared by its name, of which there can be one.
pub(crate) struct Entry(pub(crate) Extension);

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }
}

/// Error returned for an entry of `extensions` that is not an extension with its value.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct ExtensionError {
    /// Name of the extension, as it was written.
    pub name: String,
    /// The problem.
    pub problem: ExtensionProblem,
}

/// Problem of an entry of `extensions`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ExtensionProblem {
    /// There is no extension with this name.
    Unknown,
    /// The extension takes no value, and there is one.
    Value,
    /// The extension takes a value, and there is none.
    NoValue,
    /// The value is not one of the extension's.
    Word(UnknownWord),
}

impl fmt::Display for ExtensionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = quote(&self.name);
        match &self.problem {
            ExtensionProblem::Unknown => {
                let names = Extension::NAMES;
                let mut aliases = ALIASES.iter();
                let alias = aliases.find(|(alias, _)| alias.eq_ignore_ascii_case(&self.name));
                let meant = alias.map(|(_, meant)| *meant);
                match meant.or_else(|| nearest(&self.name, names.iter().copied())) {
                    Some(meant) => write!(f, "unknown extension {name}; did you mean `{meant}`?"),
                    None => write!(
                        f,
                        "unknown extension {name}; the extensions are {}",
                        alternatives(names)
                    ),
                }
            }
            ExtensionProblem::Value => {
                write!(f, "extension {name} takes no value; write {name}")
            }
            ExtensionProblem::NoValue => {
                write!(
                    f,
                    "extension {name} needs a value; write `{} = \"preferred\"`",
                    self.name
                )
            }
            ExtensionProblem::Word(unknown) => write!(f, "{unknown}"),
        }
    }
}

impl std::error::Error for ExtensionError {}
