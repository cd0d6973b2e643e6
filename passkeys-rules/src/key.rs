//! The keys of the configuration: one table for validation, usage texts and the reference.

use std::fmt;

use crate::words::{
    Attestation, AuthenticatorAttachment, Hint, ResidentKey, SignCount, UserVerification,
};

/// A key of the configuration.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Key {
    /// `rp_id`
    RpId,
    /// `rp_name`
    RpName,
    /// `origins`
    Origins,
    /// `related_origins`
    RelatedOrigins,
    /// `user_verification`
    UserVerification,
    /// `resident_key`
    ResidentKey,
    /// `attestation`
    Attestation,
    /// `authenticator_attachment`
    AuthenticatorAttachment,
    /// `hints`
    Hints,
    /// `challenge_ttl`
    ChallengeTtl,
    /// `timeout`
    Timeout,
    /// `sign_count`
    SignCount,
    /// `enroll_url`
    EnrollUrl,
    /// `manage_url`
    ManageUrl,
    /// `android_apps`
    AndroidApps,
    /// `apple_apps`
    AppleApps,
}

/// What there is to know about a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeySpec {
    /// As it is written in the attribute.
    pub name: &'static str,
    /// What its value looks like.
    pub form: Form,
    /// A valid value, as it is written in the attribute.
    pub example: &'static str,
    /// What holds when it is not given; empty if it must be.
    pub default: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// What it is for, in a sentence.
    pub summary: &'static str,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
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
}

impl Key {
    /// Every key, in the order of the documentation.
    pub const ALL: &'static [Self] = &[
        Self::RpId,
        Self::RpName,
        Self::Origins,
        Self::RelatedOrigins,
        Self::UserVerification,
        Self::ResidentKey,
        Self::Attestation,
        Self::AuthenticatorAttachment,
        Self::Hints,
        Self::ChallengeTtl,
        Self::Timeout,
        Self::SignCount,
        Self::EnrollUrl,
        Self::ManageUrl,
        Self::AndroidApps,
        Self::AppleApps,
    ];

    /// The key as it is written in the attribute.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.spec().name
    }

    /// The key that is written so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.as_str() == name)
    }

    /// What there is to know about it.
    #[expect(clippy::too_many_lines, reason = "it is the table")]
    #[must_use]
    pub const fn spec(self) -> &'static KeySpec {
        match self {
            Self::RpId => &KeySpec {
                name: "rp_id",
                form: Form::Text,
                example: r#""example.com""#,
                default: "",
                required: true,
                summary: "The domain that the passkeys belong to, for good: a passkey works on it and below it, and nowhere else",
            },
            Self::RpName => &KeySpec {
                name: "rp_name",
                form: Form::Text,
                example: r#""Example""#,
                default: "the `rp_id`",
                required: false,
                summary: "The name that people read when they make a passkey, at most 64 bytes",
            },
            Self::Origins => &KeySpec {
                name: "origins",
                form: Form::List,
                example: r#"["https://example.com"]"#,
                default: "",
                required: true,
                summary: "The pages that people sign in on, as scheme, host and port, at `rp_id` or below it; and Android apps as `android:apk-key-hash:..`",
            },
            Self::RelatedOrigins => &KeySpec {
                name: "related_origins",
                form: Form::List,
                example: r#"["https://example.co.uk"]"#,
                default: "none",
                required: false,
                summary: "Other sites of yours that share the passkeys, of at most five names, served at `/.well-known/webauthn`",
            },
            Self::UserVerification => &KeySpec {
                name: "user_verification",
                form: Form::Words(UserVerification::WORDS),
                example: r#""required""#,
                default: r#""required""#,
                required: false,
                summary: "Whether the authenticator checks PIN, finger or face",
            },
            Self::ResidentKey => &KeySpec {
                name: "resident_key",
                form: Form::Words(ResidentKey::WORDS),
                example: r#""required""#,
                default: r#""required""#,
                required: false,
                summary: "Whether people can sign in without typing a name first",
            },
            Self::Attestation => &KeySpec {
                name: "attestation",
                form: Form::Words(Attestation::WORDS),
                example: r#""none""#,
                default: r#""none""#,
                required: false,
                summary: "Whether a new authenticator is asked to prove its make",
            },
            Self::AuthenticatorAttachment => &KeySpec {
                name: "authenticator_attachment",
                form: Form::Words(AuthenticatorAttachment::WORDS),
                example: r#""platform""#,
                default: "any",
                required: false,
                summary: "Whether only built-in or only roaming authenticators may register",
            },
            Self::Hints => &KeySpec {
                name: "hints",
                form: Form::WordList(Hint::WORDS),
                example: r#"["client-device"]"#,
                default: "none",
                required: false,
                summary: "What the browser should offer first, best first",
            },
            Self::ChallengeTtl => &KeySpec {
                name: "challenge_ttl",
                form: Form::Duration,
                example: r#""5m""#,
                default: r#""5m""#,
                required: false,
                summary: "How long a ceremony that was begun can be finished, from `1s` to `1h`",
            },
            Self::Timeout => &KeySpec {
                name: "timeout",
                form: Form::Duration,
                example: r#""60s""#,
                default: r#""60s""#,
                required: false,
                summary: "How long the browser waits for the person, from `1s` to `10m` and never longer than `challenge_ttl`",
            },
            Self::SignCount => &KeySpec {
                name: "sign_count",
                form: Form::Words(SignCount::WORDS),
                example: r#""reject""#,
                default: r#""reject""#,
                required: false,
                summary: "What happens when a signature counter did not grow, as with a cloned authenticator",
            },
            Self::EnrollUrl => &KeySpec {
                name: "enroll_url",
                form: Form::Text,
                example: r#""https://example.com/account/passkeys/new""#,
                default: "none",
                required: false,
                summary: "The page where people add a passkey, for password managers to lead there, served at `/.well-known/passkey-endpoints`",
            },
            Self::ManageUrl => &KeySpec {
                name: "manage_url",
                form: Form::Text,
                example: r#""https://example.com/account/passkeys""#,
                default: "none",
                required: false,
                summary: "The page where people manage their passkeys, served beside it",
            },
            Self::AndroidApps => &KeySpec {
                name: "android_apps",
                form: Form::List,
                example: r#"["com.example.app"]"#,
                default: "none",
                required: false,
                summary: "Package names of your Android apps, signed with a certificate among `origins`, served at `/.well-known/assetlinks.json`",
            },
            Self::AppleApps => &KeySpec {
                name: "apple_apps",
                form: Form::List,
                example: r#"["ABCDE12345.com.example.app"]"#,
                default: "none",
                required: false,
                summary: "Your apps on Apple's systems, as App ID prefix and bundle ID, served at `/.well-known/apple-app-site-association`",
            },
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
