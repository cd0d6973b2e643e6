//! What is wrong, and where.

use std::fmt;

use thiserror::Error;

use crate::app::{AndroidAppError, AppleAppError};
use crate::duration::{DurationError, format_duration};
use crate::key::Key;
use crate::origin::OriginError;
use crate::page::PageError;
use crate::related::RelatedError;
use crate::rp_id::{RpId, RpIdError};
use crate::rp_name::RpNameError;
use crate::scope::ScopeError;
use crate::words::{AuthenticatorAttachment, Hint, UnknownWord};

/// One mistake. Its text does not name the place, since a compile error points there.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{rule}")]
pub struct Violation {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub rule: Rule,
}

/// Where a mistake is: a key, or one element of its array. Shown as `rp_id` or `origins[1]`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// The key.
    pub key: Key,
    /// Which element of its array.
    pub index: Option<usize>,
}

impl From<Key> for Place {
    fn from(key: Key) -> Self {
        Self { key, index: None }
    }
}

impl From<(Key, usize)> for Place {
    fn from((key, index): (Key, usize)) -> Self {
        Self {
            key,
            index: Some(index),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key)?;
        self.index.map_or(Ok(()), |index| write!(f, "[{index}]"))
    }
}

/// The rule that was broken.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Rule {
    /// A key that must be given.
    #[error("`{key}` is missing; add `{key} = {}`", .0.spec().example, key = .0)]
    Missing(Key),
    /// An array that says nothing.
    #[error("`{key}` is empty; {}", fill(*.0), key = .0)]
    EmptyList(Key),
    /// An element for the second time.
    #[error("`{value}` is listed already, as `{first}`; remove one of them")]
    Duplicate {
        /// The element.
        value: String,
        /// Where it stands first.
        first: Place,
    },
    /// The RP ID itself.
    #[error(transparent)]
    RpId(#[from] RpIdError),
    /// The name people read.
    #[error(transparent)]
    RpName(#[from] RpNameError),
    /// An origin itself.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// An origin and the RP ID.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// A related origin and the RP ID, or the other related origins.
    #[error(transparent)]
    Related(#[from] RelatedError),
    /// A word.
    #[error(transparent)]
    Word(#[from] UnknownWord),
    /// A hint for authenticators that may not register.
    #[error(
        "hint `{hint}` is for `{}` authenticators, and `authenticator_attachment` lets only \
         `{attachment}` ones register; remove one of the two", hint.attachment()
    )]
    Contradiction {
        /// The hint.
        hint: Hint,
        /// The attachment.
        attachment: AuthenticatorAttachment,
    },
    /// A duration.
    #[error(transparent)]
    Duration(#[from] DurationError),
    /// The browser would wait for an answer that counts no more.
    #[error(
        "a timeout of `{timeout}` outlasts the challenge, which lives `{}`; lower it, or write \
         `challenge_ttl = \"{timeout}\"`",
        format_duration(*.challenge_ttl), timeout = format_duration(*.timeout)
    )]
    TimeoutOutlastsChallenge {
        /// How long the browser waits.
        timeout: std::time::Duration,
        /// How long the challenge lives.
        challenge_ttl: std::time::Duration,
    },
    /// A page.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The name of an Android app.
    #[error(transparent)]
    AndroidApp(#[from] AndroidAppError),
    /// The name of an app on Apple's systems.
    #[error(transparent)]
    AppleApp(#[from] AppleAppError),
    /// Android apps that nobody could sign in with.
    #[error(
        "an Android app signs people in from the origin of its certificate, and `origins` has none; \
         add `android:apk-key-hash:` and the SHA-256 fingerprint of the certificate that signs the \
         app, in base64url without padding"
    )]
    NoAndroidOrigin,
    /// Apps on Apple's systems that nobody could sign in with.
    #[error(
        "an app on Apple's systems signs people in from the origin `https://{0}`, and `origins` \
         does not have it; add it"
    )]
    NoAppleOrigin(RpId),
}

impl Rule {
    /// The keys besides its own whose values it has judged by. Where there is a mistake in one of
    /// them, nobody knows yet whether this is one.
    #[must_use]
    pub fn judges_by(&self) -> &'static [Key] {
        match self {
            Self::TimeoutOutlastsChallenge { .. } => &[Key::ChallengeTtl],
            Self::NoAndroidOrigin | Self::NoAppleOrigin(_) => &[Key::Origins],
            Self::Page(error) if error.is_elsewhere() => &[Key::Origins, Key::RelatedOrigins],
            _ => &[],
        }
    }
}

fn fill(key: Key) -> String {
    let spec = key.spec();
    if spec.required {
        format!("list at least one, such as `{}`", spec.example)
    } else {
        format!(
            "list at least one, such as `{}`, or remove the key",
            spec.example
        )
    }
}
