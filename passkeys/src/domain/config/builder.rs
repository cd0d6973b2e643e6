use std::time::Duration;

use passkeys_rules::{Draft, Place, format_duration};

use super::{Config, ConfigError};
use crate::{Attestation, AuthenticatorAttachment, Hint, ResidentKey, SignCount, UserVerification};

/// A [`Config`] in the making, from [`Config::builder`]. What is not set is the default of the
/// attribute's key of the same name.
#[derive(Clone, Debug, Default)]
#[must_use = "a configuration is made by `build`"]
pub struct ConfigBuilder {
    rp_id: String,
    origins: Vec<String>,
    rp_name: Option<String>,
    related_origins: Option<Vec<String>>,
    user_verification: Option<UserVerification>,
    resident_key: Option<ResidentKey>,
    attestation: Option<Attestation>,
    authenticator_attachment: Option<AuthenticatorAttachment>,
    hints: Option<Vec<Hint>>,
    challenge_ttl: Option<Duration>,
    timeout: Option<Duration>,
    sign_count: Option<SignCount>,
    enroll_url: Option<String>,
    manage_url: Option<String>,
    android_apps: Option<Vec<String>>,
    apple_apps: Option<Vec<String>>,
}

impl ConfigBuilder {
    pub(super) fn new(rp_id: String, origins: Vec<String>) -> Self {
        Self {
            rp_id,
            origins,
            ..Self::default()
        }
    }

    /// The name that browsers show.
    pub fn rp_name(mut self, name: impl Into<String>) -> Self {
        self.rp_name = Some(name.into());
        self
    }

    /// Origins outside the RP ID that may use it as well.
    pub fn related_origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.related_origins = Some(strings(origins));
        self
    }

    /// Whether the person must be verified.
    pub fn user_verification(mut self, requirement: UserVerification) -> Self {
        self.user_verification = Some(requirement);
        self
    }

    /// Whether passkeys must be discoverable.
    pub fn resident_key(mut self, requirement: ResidentKey) -> Self {
        self.resident_key = Some(requirement);
        self
    }

    /// How much attestation browsers are asked for.
    pub fn attestation(mut self, preference: Attestation) -> Self {
        self.attestation = Some(preference);
        self
    }

    /// The only kind of authenticators that browsers offer.
    pub fn authenticator_attachment(mut self, attachment: AuthenticatorAttachment) -> Self {
        self.authenticator_attachment = Some(attachment);
        self
    }

    /// What browsers should offer first.
    pub fn hints(mut self, hints: impl IntoIterator<Item = Hint>) -> Self {
        self.hints = Some(hints.into_iter().collect());
        self
    }

    /// How long a ceremony may take. Fractions of a millisecond are dropped.
    pub fn challenge_ttl(mut self, lifetime: Duration) -> Self {
        self.challenge_ttl = Some(lifetime);
        self
    }

    /// How long the browser should wait for the person. Fractions of a millisecond are dropped.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// What to do about a counter that does not advance.
    pub fn sign_count(mut self, policy: SignCount) -> Self {
        self.sign_count = Some(policy);
        self
    }

    /// The page where people add a passkey, for password managers to lead there.
    pub fn enroll_url(mut self, url: impl Into<String>) -> Self {
        self.enroll_url = Some(url.into());
        self
    }

    /// The page where people manage their passkeys, for password managers to lead there.
    pub fn manage_url(mut self, url: impl Into<String>) -> Self {
        self.manage_url = Some(url.into());
        self
    }

    /// Package names of Android apps, signed with a certificate that is among the origins.
    pub fn android_apps(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.android_apps = Some(strings(names));
        self
    }

    /// App IDs of apps on Apple's systems, such as `ABCDE12345.com.example.app`.
    pub fn apple_apps(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.apple_apps = Some(strings(ids));
        self
    }

    /// Applies every rule.
    ///
    /// # Errors
    ///
    /// Every mistake, with what to do about it.
    pub fn build(&self) -> Result<Config, ConfigError> {
        let challenge_ttl = self.challenge_ttl.map(format_duration);
        let timeout = self.timeout.map(format_duration);
        let draft = Draft {
            rp_id: Some(&self.rp_id),
            rp_name: self.rp_name.as_deref(),
            origins: Some(strs(&self.origins)),
            related_origins: self.related_origins.as_deref().map(strs),
            user_verification: self.user_verification.map(UserVerification::as_str),
            resident_key: self.resident_key.map(ResidentKey::as_str),
            attestation: self.attestation.map(Attestation::as_str),
            authenticator_attachment: self
                .authenticator_attachment
                .map(AuthenticatorAttachment::as_str),
            hints: self
                .hints
                .as_ref()
                .map(|hints| hints.iter().copied().map(Hint::as_str).collect()),
            challenge_ttl: challenge_ttl.as_deref(),
            timeout: timeout.as_deref(),
            sign_count: self.sign_count.map(SignCount::as_str),
            enroll_url: self.enroll_url.as_deref(),
            manage_url: self.manage_url.as_deref(),
            android_apps: self.android_apps.as_deref().map(strs),
            apple_apps: self.apple_apps.as_deref().map(strs),
        };
        Config::check(&draft, Place::to_string)
    }
}

fn strings(values: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    values.into_iter().map(Into::into).collect()
}

fn strs(strings: &[String]) -> Vec<&str> {
    strings.iter().map(String::as_str).collect()
}
