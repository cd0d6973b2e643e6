mod builder;
mod env;

use std::{fmt, time::Duration};

use passkeys_rules::{Draft, Origin, Place, Policy, Violation};

pub use builder::ConfigBuilder;

use crate::{Attestation, AuthenticatorAttachment, Hint, ResidentKey, SignCount, UserVerification};

/// A relying party's configuration. One that exists is valid.
///
/// Usually `#[passkeys(..)]` makes it, from literals, when the program is compiled. Where
/// deployments differ, make it when the program starts and pass it to
/// [`Passkeys::with_config`](crate::Passkeys::with_config): the same rules apply, and fail with
/// the same words.
///
/// ```
/// use passkeys::{Config, UserVerification};
///
/// let config = Config::builder("example.com", ["https://example.com"])
///     .rp_name("Example")
///     .user_verification(UserVerification::Preferred)
///     .build()?;
/// assert_eq!(config.rp_id(), "example.com");
///
/// let mistake = Config::new("https://example.com", ["https://example.com"]).unwrap_err();
/// assert!(mistake.to_string().starts_with("rp_id: "));
/// # Ok::<(), passkeys::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Config(Policy);

impl Config {
    /// The configuration of this RP ID and these origins, everything else being the default.
    ///
    /// # Errors
    ///
    /// Every mistake, with what to do about it.
    pub fn new(
        rp_id: impl Into<String>,
        origins: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, ConfigError> {
        Self::builder(rp_id, origins).build()
    }

    /// A configuration of this RP ID and these origins, to be completed.
    pub fn builder(
        rp_id: impl Into<String>,
        origins: impl IntoIterator<Item = impl Into<String>>,
    ) -> ConfigBuilder {
        ConfigBuilder::new(rp_id.into(), origins.into_iter().map(Into::into).collect())
    }

    /// The configuration in the environment: `PASSKEYS_RP_ID`, `PASSKEYS_ORIGINS` and, where they
    /// are set, the attribute's other keys in the same way, such as
    /// `PASSKEYS_USER_VERIFICATION`. Lists are separated by commas.
    ///
    /// # Errors
    ///
    /// Every mistake, named by its variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        env::read(|name| std::env::var(name).ok())
    }

    fn check(draft: &Draft<'_>, name: fn(&Place) -> String) -> Result<Self, ConfigError> {
        match draft.check() {
            Ok(policy) => Ok(Self(policy)),
            Err(violations) => Err(ConfigError { violations, name }),
        }
    }

    /// The domain that passkeys belong to.
    #[must_use]
    pub fn rp_id(&self) -> &str {
        self.0.rp_id.as_str()
    }

    /// The name that browsers show.
    #[must_use]
    pub fn rp_name(&self) -> &str {
        &self.0.rp_name
    }

    /// The origins of the pages and apps that ceremonies may come from.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.0.origins.iter().map(Origin::as_str)
    }

    /// The origins outside the RP ID that may use it as well.
    pub fn related_origins(&self) -> impl Iterator<Item = &str> {
        self.0.related_origins.iter().map(Origin::as_str)
    }

    /// Every origin that a ceremony may come from.
    pub(crate) fn accepted_origins(&self) -> impl Iterator<Item = &str> {
        self.origins().chain(self.related_origins())
    }

    /// Whether the person must be verified. Enforced where it is
    /// [`Required`](UserVerification::Required).
    #[must_use]
    pub fn user_verification(&self) -> UserVerification {
        self.0.user_verification
    }

    /// Whether passkeys must be discoverable.
    #[must_use]
    pub fn resident_key(&self) -> ResidentKey {
        self.0.resident_key
    }

    /// How much attestation browsers are asked for. With
    /// [`Direct`](Attestation::Direct), a registration without any is refused.
    #[must_use]
    pub fn attestation(&self) -> Attestation {
        self.0.attestation
    }

    /// The only kind of authenticators that browsers offer, if it is restricted.
    #[must_use]
    pub fn authenticator_attachment(&self) -> Option<AuthenticatorAttachment> {
        self.0.authenticator_attachment
    }

    /// What browsers should offer first.
    #[must_use]
    pub fn hints(&self) -> &[Hint] {
        &self.0.hints
    }

    /// How long a ceremony may take, enforced here.
    #[must_use]
    pub fn challenge_ttl(&self) -> Duration {
        self.0.challenge_ttl
    }

    /// How long the browser should wait for the person.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.0.timeout
    }

    /// What to do about a counter that does not advance.
    #[must_use]
    pub fn sign_count(&self) -> SignCount {
        self.0.sign_count
    }

    /// The page where people add a passkey.
    #[must_use]
    pub fn enroll_url(&self) -> Option<&str> {
        self.0.enroll_url.as_deref()
    }

    /// The page where people manage their passkeys.
    #[must_use]
    pub fn manage_url(&self) -> Option<&str> {
        self.0.manage_url.as_deref()
    }

    /// Package names of the Android apps that may use the passkeys.
    pub fn android_apps(&self) -> impl Iterator<Item = &str> {
        self.0.android_apps.iter().map(String::as_str)
    }

    /// App IDs of the apps on Apple's systems that may use the passkeys.
    pub fn apple_apps(&self) -> impl Iterator<Item = &str> {
        self.0.apple_apps.iter().map(String::as_str)
    }

    /// Fingerprints of the certificates that Android apps are signed with.
    pub(crate) fn android_fingerprints(&self) -> impl Iterator<Item = String> {
        self.0.origins.iter().filter_map(Origin::fingerprint)
    }
}

/// The configuration in the attribute.
///
/// # Panics
///
/// Never: the macro has checked the same values by the same rules.
#[doc(hidden)]
#[must_use]
pub fn from_attribute(draft: &Draft<'_>) -> Config {
    match Config::check(draft, Place::to_string) {
        Ok(config) => config,
        Err(error) => unreachable!("`#[passkeys]` let an invalid configuration through: {error}"),
    }
}

/// What is wrong with a configuration: every mistake, a line each, with what to do about it.
#[derive(Clone)]
pub struct ConfigError {
    violations: Vec<Violation>,
    name: fn(&Place) -> String,
}

impl ConfigError {
    /// A line for each mistake.
    pub fn mistakes(&self) -> impl Iterator<Item = String> {
        self.violations
            .iter()
            .map(|violation| format!("{}: {violation}", (self.name)(&violation.place)))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mistakes().collect::<Vec<_>>().join("\n"))
    }
}

impl fmt::Debug for ConfigError {
    /// As [`Display`](fmt::Display): what `main` and `unwrap` print should be readable.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the passkeys configuration is invalid:\n{self}")
    }
}

impl std::error::Error for ConfigError {}
