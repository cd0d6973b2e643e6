//! Violations of the rules, and their places.

use std::fmt;

use thiserror::Error;

use crate::app::{AndroidAppError, AppleAppError};
use crate::duration::{DurationError, format_duration};
use crate::feature::Feature;
use crate::key::Key;
use crate::number::NumberError;
use crate::origin::{Origin, OriginError};
use crate::page::PageError;
use crate::related::RelatedError;
use crate::rp_id::{RpId, RpIdError};
use crate::rp_name::RpNameError;
use crate::scope::ScopeError;
use crate::words::{Algorithm, Attestation, AuthenticatorAttachment, Hint, UnknownWord};

/// Violation of a rule. The message does not name the place, since a compile error points at it.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
#[error("{rule}")]
pub struct Violation {
    /// Place of the violation.
    pub place: Place,
    /// The violated rule.
    pub rule: Rule,
}

impl Violation {
    /// Creates the violation of an environment variable that is not UTF-8, so that the value of its
    /// key is unknown.
    #[must_use]
    pub const fn not_utf8(key: Key) -> Self {
        let place = Place { key, index: None };
        let rule = Rule::NotUtf8;
        Self { place, rule }
    }
}

/// Place of a violation: a key, or an element of its array. Formatted as `rp_id` or `origins[1]`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub struct Place {
    /// The key.
    pub key: Key,
    /// Index of the element in the array.
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

/// Violated rule, with the values that its message needs.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// A required key is absent.
    #[error("`{key}` is missing; add `{key} = {}`", .0.spec().example, key = .0)]
    Missing(Key),
    /// A value was read from an environment variable that is not UTF-8.
    #[error("the variable is not UTF-8; encode its value as UTF-8, or remove it")]
    NotUtf8,
    /// An array is empty.
    #[error("`{key}` is empty; {}", fill(*.0), key = .0)]
    EmptyList(Key),
    /// An element occurs twice in an array, or in two arrays that must not share one.
    #[error("`{value}` is listed already, as `{first}`; remove one of them")]
    Duplicate {
        /// The duplicate element.
        value: String,
        /// Place of its first occurrence.
        first: Place,
    },
    /// The RP ID is invalid.
    #[error(transparent)]
    RpId(#[from] RpIdError),
    /// The relying party's name is invalid.
    #[error(transparent)]
    RpName(#[from] RpNameError),
    /// An origin is invalid.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// An origin is outside the scope of the RP ID.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// An origin cannot be a related origin.
    #[error(transparent)]
    Related(#[from] RelatedError),
    /// An origin of `top_origins` is that of an Android app.
    #[error("origin `{0}` is an Android app, and only web pages show others in a frame; remove it")]
    AndroidTopOrigin(Origin),
    /// A word is not among the values of its key.
    #[error(transparent)]
    Word(#[from] UnknownWord),
    /// An algorithm is written as its COSE identifier.
    #[error(
        "`{cose}` is the COSE identifier of an algorithm, and `algorithms` takes names; write `{name}`",
        cose = .0.cose(), name = .0
    )]
    CoseAlgorithm(Algorithm),
    /// Attestation is asked for, and none of the algorithms can be attested.
    #[error(
        "`attestation = \"{0}\"` takes `ES256`, `ES384` and `RS256`, the algorithms whose attestation \
         can be verified, and none of them is listed; add one, or write `attestation = \"none\"`"
    )]
    NoAttestedAlgorithm(Attestation),
    /// A value needs a Cargo feature of `passkeys` that is off.
    #[error(
        "`{value}` needs the Cargo feature `{feature}` of `passkeys`, which is off; add it in \
         Cargo.toml, `passkeys = {{ .., features = [\"{feature}\"] }}`"
    )]
    NeedsFeature {
        /// The value in question.
        value: &'static str,
        /// The feature.
        feature: Feature,
    },
    /// A hint is for authenticators that `authenticator_attachment` excludes.
    #[error(
        "hint `{hint}` is for `{}` authenticators, and `authenticator_attachment` lets only \
         `{attachment}` ones register; remove one of the two", hint.attachment()
    )]
    Contradiction {
        /// The hint in question.
        hint: Hint,
        /// The required attachment.
        attachment: AuthenticatorAttachment,
    },
    /// A duration is invalid or out of range.
    #[error(transparent)]
    Duration(#[from] DurationError),
    /// A number is invalid or out of range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The challenge would expire while the browser is still waiting for the user.
    #[error(
        "a timeout of `{timeout}` is longer than `challenge_ttl`, which is `{}`; lower it, or write \
         `challenge_ttl = \"{timeout}\"`",
        format_duration(*.challenge_ttl), timeout = format_duration(*.timeout)
    )]
    TimeoutOutlastsChallenge {
        /// Value of `timeout`.
        timeout: std::time::Duration,
        /// Value of `challenge_ttl`.
        challenge_ttl: std::time::Duration,
    },
    /// A page is invalid, or on a host that may not use the RP ID.
    #[error(transparent)]
    Page(#[from] PageError),
    /// An Android package name is invalid.
    #[error(transparent)]
    AndroidApp(#[from] AndroidAppError),
    /// An App ID is invalid.
    #[error(transparent)]
    AppleApp(#[from] AppleAppError),
    /// There are Android apps, and no Android origin.
    #[error(
        "an Android app signs people in from the origin of its certificate, and `origins` has none; \
         add `android:apk-key-hash:` and the SHA-256 fingerprint of the certificate that signs the \
         app, in base64url without padding"
    )]
    NoAndroidOrigin,
    /// There are apps on Apple platforms, and the RP ID's own origin is not accepted.
    #[error(
        "an app on Apple's systems signs people in from the origin `https://{0}`, and `origins` \
         does not have it; add it"
    )]
    NoAppleOrigin(RpId),
}

impl Rule {
    /// Returns the other keys whose values the violation depends on. It is uncertain while one of
    /// those values is invalid.
    #[must_use]
    pub fn judges_by(&self) -> &'static [Key] {
        match self {
            Self::TimeoutOutlastsChallenge { .. } => &[Key::ChallengeTtl],
            Self::NoAndroidOrigin | Self::NoAppleOrigin(_) => &[Key::Origins],
            Self::RpId(error) if error.depends_on_origins() => &[Key::Origins],
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
