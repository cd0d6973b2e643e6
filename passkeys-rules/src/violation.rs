//! Violations of the rules, and their places.

use std::fmt;

use thiserror::Error;

use crate::app::{AndroidAppError, AppleAppError};
use crate::duration::{DurationError, format_duration};
use crate::feature::Feature;
use crate::key::{Form, Key};
use crate::number::NumberError;
use crate::origin::{Origin, OriginError};
use crate::page::PageError;
use crate::profile::ProfileNameError;
use crate::related::RelatedError;
use crate::rp_id::{RpId, RpIdError};
use crate::rp_name::RpNameError;
use crate::scope::ScopeError;
use crate::webauthn_extension::ExtensionError;
use crate::wording::alternatives;
use crate::words::{Algorithm, Attestation, AuthenticatorAttachment, Hint, UnknownWord};

/// Violation of a rule. The message does not name the place, since a compile error points at it.
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
#[error("{rule}")]
pub struct Violation {
    /// Place of the violation.
    pub place: Place,
    /// Name of the profile that the place is in, if it is in one.
    pub profile: Option<String>,
    /// The violated rule.
    pub rule: Rule,
}

impl Violation {
    /// Creates the violation of an environment variable that is not UTF-8, so that the value of its
    /// key is unknown.
    #[must_use]
    pub const fn not_utf8(key: Key) -> Self {
        let place = Place {
            profile: None,
            key,
            index: None,
        };
        Self {
            place,
            profile: None,
            rule: Rule::NotUtf8,
        }
    }

    /// Returns the violation as one in the profile with this index and name.
    #[must_use]
    pub fn in_profile(mut self, index: usize, name: impl Into<String>) -> Self {
        self.place.profile = Some(index);
        self.profile = Some(name.into());
        self
    }

    /// Formats the place with the name of its profile: `origins[1]`, or
    /// `profiles.security_key.hints[0]`.
    #[must_use]
    pub fn path(&self) -> String {
        let place = self.place;
        match &self.profile {
            Some(name) => format!("{}.{name}.{place}", Key::Profiles),
            None => place.to_string(),
        }
    }

    /// Returns whether the violation may be the consequence of another one in this place: the value
    /// there is unknown, and this violation depends on it.
    #[must_use]
    pub fn depends_on(&self, other: Place) -> bool {
        let own = self.place;
        let elsewhere = (other.profile, other.key) != (own.profile, own.key);
        let in_reach = other.profile.is_none() || other.profile == own.profile;
        elsewhere && in_reach && self.rule.judges_by().contains(&other.key)
    }
}

/// Place of a violation: a key, or an element of its array. Formatted as `rp_id` or `origins[1]`.
/// A profile itself is an element of `profiles`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub struct Place {
    /// Index of the profile that the key is in; `None` outside of profiles.
    pub profile: Option<usize>,
    /// The key.
    pub key: Key,
    /// Index of the element in the array.
    pub index: Option<usize>,
}

impl From<Key> for Place {
    fn from(key: Key) -> Self {
        Self {
            profile: None,
            key,
            index: None,
        }
    }
}

impl From<(Key, usize)> for Place {
    fn from((key, index): (Key, usize)) -> Self {
        Self {
            profile: None,
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
#[derive(Clone, Eq, Error, PartialEq)]
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
    /// Outdated kinds of attestation are accepted, and no attestation is asked for.
    #[error(
        "`legacy_attestation` has no effect while attestation is not requested; add \
         `attestation = \"direct\"`, here or in a profile, or remove the key"
    )]
    LegacyUnattested,
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
    /// An entry of `extensions` is invalid.
    #[error(transparent)]
    Extension(#[from] ExtensionError),
    /// Large blobs are asked for, and passkeys that are not discoverable, which have none.
    #[error(
        "extension `large_blob` needs discoverable passkeys, and `resident_key = \"discouraged\"` asks \
         for others; remove one of the two"
    )]
    LargeBlobNotDiscoverable,
    /// Conditional creation is allowed, and attestation is asked for.
    #[error(
        "`conditional_create = true` needs `attestation = \"none\"`, and it is `\"{0}\"`: a passkey \
         that is created without the user has no attestation; remove one of the two, or ask for \
         attestation in a profile"
    )]
    ConditionalCreateAttested(Attestation),
    /// The name of a profile is invalid.
    #[error(transparent)]
    ProfileName(#[from] ProfileNameError),
    /// The profile of this name has no keys.
    #[error(
        "profile `{name}` sets no key, so it is the same as none; set {keys}, or remove it",
        name = .0, keys = profile_keys()
    )]
    EmptyProfile(String),
    /// A key in a profile is one that cannot differ by profile.
    #[error(
        "`{key}` cannot differ by profile, only {keys} can; write `{key}` outside of `profiles`",
        key = .0, keys = profile_keys()
    )]
    NotInProfiles(Key),
    /// A profile allows what the configuration around it does not.
    #[error(
        "a profile can only be stricter: `{key}` is `{base}` outside of it, and `{value}` would loosen \
         that; write `{key} = \"{base}\"`, remove the key from the profile, or write \
         `{key} = \"{value}\"` outside of it, too"
    )]
    WeakerProfile {
        /// The key.
        key: Key,
        /// Its value outside of the profile.
        base: String,
        /// Its value in the profile.
        value: String,
    },
    /// An algorithm of a profile is not among those of the configuration around it.
    #[error(
        "a profile can only be stricter, and outside of it `algorithms` does not have `{0}`; remove \
         it from the profile, or add it to `algorithms` outside of it"
    )]
    AlgorithmNotInBase(Algorithm),
    /// A profile restricts the attachment, and a hint that it takes from the configuration around it is
    /// for authenticators of the other one.
    #[error(
        "the profile lets only `{attachment}` authenticators register, and hint `{hint}`, which it \
         takes from outside, is for `{other}` ones; give the profile `hints` of its own", other = hint.attachment()
    )]
    InheritedHint {
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
            Self::ConditionalCreateAttested(_) => Key::Attestation.only(),
            Self::LegacyUnattested => &[Key::Attestation, Key::Profiles],
            Self::Contradiction { .. } => Key::AuthenticatorAttachment.only(),
            Self::LargeBlobNotDiscoverable => &[Key::ResidentKey, Key::Extensions],
            Self::InheritedHint { .. } => Key::Hints.only(),
            Self::AlgorithmNotInBase(_) => Key::Algorithms.only(),
            Self::WeakerProfile { key, .. } => key.only(),
            _ => &[],
        }
    }
}

/// Formats the keys that may differ by profile.
fn profile_keys() -> String {
    let keys: Vec<_> = Key::in_profiles().map(Key::as_str).collect();
    alternatives(&keys).to_string()
}

fn fill(key: Key) -> String {
    let spec = key.spec();
    let example = match spec.form {
        Form::Extensions | Form::Profiles => format!("{key}{}", spec.example),
        _ => spec.example.to_owned(),
    };
    if spec.required {
        format!("list at least one, such as `{example}`")
    } else {
        format!("list at least one, such as `{example}`, or remove the key")
    }
}
