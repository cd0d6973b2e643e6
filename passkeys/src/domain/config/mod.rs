mod builder;
mod env;
mod profile;
mod terms;

use std::{fmt, time::Duration};

use passkeys_rules::{Draft, Feature, Origin, Policy, Violation};

pub use builder::{ConfigBuilder, ProfileBuilder};
pub use profile::Profile;
pub(crate) use terms::Terms;

use crate::{
    Algorithm, Attestation, AuthenticatorAttachment, BackupEligibility, Extension, Hint, LargeBlob,
    LegacyAttestation, ResidentKey, SignCount, UserVerification, domain::origin,
};

/// Valid configuration of a relying party.
///
/// Usually [`#[passkeys(..)]`](macro@crate::passkeys) makes it from literals, which are checked at
/// compile time. Where deployments differ, make it at run time and pass it to
/// [`Passkeys::with_config`](crate::Passkeys::with_config): the same rules apply, with the same
/// messages.
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
    /// Creates a configuration with this RP ID and these origins, and the default for every other key.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every mistake and its fix.
    pub fn new(
        rp_id: impl Into<String>,
        origins: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, ConfigError> {
        Self::builder(rp_id, origins).build()
    }

    /// Returns a builder of a configuration with this RP ID and these origins.
    pub fn builder(
        rp_id: impl Into<String>,
        origins: impl IntoIterator<Item = impl Into<String>>,
    ) -> ConfigBuilder {
        ConfigBuilder::new(rp_id.into(), origins.into_iter().map(Into::into).collect())
    }

    /// Reads the configuration from environment variables: `PASSKEYS_RP_ID`, `PASSKEYS_ORIGINS` and,
    /// where they are set, one for each other key of [`#[passkeys]`](macro@crate::passkeys), such as
    /// `PASSKEYS_USER_VERIFICATION`. The elements of a list are separated by commas.
    ///
    /// `PASSKEYS_PROFILES` has the names of profiles. Each has a variable for every key that differs by
    /// it, such as `PASSKEYS_PROFILE_SECURITY_KEY_HINTS` for the profile `security_key`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with every mistake, named by its variable, in one error. Mistakes are also
    ///
    /// - a variable that is empty, is not UTF-8, or has quotes, brackets or a comment, which would be part of
    ///   its value (white space around a value is ignored),
    /// - a variable that begins with `PASSKEYS_`, is not of the configuration, and resembles one that is,
    ///   such as `PASSKEYS_ORIGIN`, or belongs to a profile that is not listed.
    ///
    /// Any other variable that begins with `PASSKEYS_` is logged, with a warning: a setting that has no
    /// effect may be one that somebody relies on. Name those of your own in
    /// [`from_env_except`](Self::from_env_except).
    pub fn from_env() -> Result<Self, ConfigError> {
        env::read(std::env::vars_os(), &[])
    }

    /// Reads the configuration like [`from_env`](Self::from_env), where these variables are the
    /// application's own, although they begin with `PASSKEYS_`.
    ///
    /// ```no_run
    /// use passkeys::Config;
    ///
    /// let config = Config::from_env_except(["PASSKEYS_DATABASE_URL", "PASSKEYS_DECOY_SECRET"])?;
    /// let database = std::env::var("PASSKEYS_DATABASE_URL");
    /// # Ok::<(), passkeys::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env); and if one of these variables is of the configuration.
    pub fn from_env_except(
        own: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, ConfigError> {
        let own: Vec<String> = own.into_iter().map(Into::into).collect();
        env::read(std::env::vars_os(), &own)
    }

    fn check(draft: &Draft<'_>) -> Result<Self, Vec<Violation>> {
        draft.check_with(is_on).map(Self)
    }

    /// Returns the RP ID, the domain that passkeys are scoped to.
    #[must_use]
    pub fn rp_id(&self) -> &str {
        self.0.rp_id.as_str()
    }

    /// Returns the name of the relying party that browsers show when a passkey is created.
    #[must_use]
    pub fn rp_name(&self) -> &str {
        &self.0.rp_name
    }

    /// Returns the origins of pages and apps in the scope of the RP ID that ceremonies are accepted
    /// from.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.0.origins.iter().map(Origin::as_str)
    }

    /// Returns the origins outside the scope of the RP ID that ceremonies are accepted from (related
    /// origin requests).
    pub fn related_origins(&self) -> impl Iterator<Item = &str> {
        self.0.related_origins.iter().map(Origin::as_str)
    }

    /// Returns the origins of pages that may show this site in a frame, besides
    /// [`origins`](Self::origins) and [`related_origins`](Self::related_origins).
    pub fn top_origins(&self) -> impl Iterator<Item = &str> {
        self.0.top_origins.iter().map(Origin::as_str)
    }

    /// Returns every origin that ceremonies are accepted from.
    pub(crate) fn accepted_origins(&self) -> impl Iterator<Item = &str> {
        self.origins().chain(self.related_origins())
    }

    /// Returns whether the configuration is for a site, and not for development on this machine.
    pub(crate) fn is_for_a_site(&self) -> bool {
        let mut origins = self.accepted_origins();
        !origins.all(|it| origin::host(it).is_some_and(|host| origin::is_loopback(&host)))
    }

    /// Returns the user verification requirement. A ceremony without user verification is rejected
    /// where it is [`Required`](UserVerification::Required), unless it is a
    /// [conditional creation](Self::conditional_create).
    #[must_use]
    pub fn user_verification(&self) -> UserVerification {
        self.0.user_verification
    }

    /// Returns whether passkeys must be discoverable credentials (resident keys).
    #[must_use]
    pub fn resident_key(&self) -> ResidentKey {
        self.0.resident_key
    }

    /// Returns whether browsers may create a passkey without asking the user after a sign-in by
    /// password (conditional creation).
    #[must_use]
    pub fn conditional_create(&self) -> bool {
        self.0.conditional_create
    }

    /// Returns the signature algorithms that new passkeys may use, at least one, in order of
    /// preference.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.0.algorithms
    }

    /// Returns the attestation conveyance preference. A registration without attestation is rejected
    /// where it is [`Direct`](Attestation::Direct).
    #[must_use]
    pub fn attestation(&self) -> Attestation {
        self.0.attestation
    }

    /// Returns the outdated kinds of attestation that are accepted where attestation is requested.
    #[must_use]
    pub fn legacy_attestation(&self) -> &[LegacyAttestation] {
        &self.0.legacy_attestation
    }

    /// Returns the only kind of authenticator that may register, if it is restricted.
    #[must_use]
    pub fn authenticator_attachment(&self) -> Option<AuthenticatorAttachment> {
        self.0.authenticator_attachment
    }

    /// Returns the kinds of authenticator that browsers offer first, in order of preference.
    #[must_use]
    pub fn hints(&self) -> &[Hint] {
        &self.0.hints
    }

    /// Returns the WebAuthn extensions that new passkeys are created for. A registration without
    /// support for large blobs is rejected where they are [`Required`](LargeBlob::Required).
    #[must_use]
    pub fn extensions(&self) -> &[Extension] {
        &self.0.extensions
    }

    /// Returns whether new passkeys are created for the extension `prf`.
    pub(crate) fn prf(&self) -> bool {
        self.extensions().contains(&Extension::Prf)
    }

    /// Returns the support for large blobs that new passkeys are to have, if they are asked for it.
    pub(crate) fn large_blob(&self) -> Option<LargeBlob> {
        self.extensions().iter().find_map(|it| match it {
            Extension::LargeBlob(support) => Some(*support),
            _ => None,
        })
    }

    /// Returns how long a challenge can be redeemed. The server enforces it.
    #[must_use]
    pub fn challenge_ttl(&self) -> Duration {
        self.0.challenge_ttl
    }

    /// Returns how long browsers wait for the user, at most [`challenge_ttl`](Self::challenge_ttl).
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.0.timeout
    }

    /// Returns the response to a signature counter that has not increased (clone detection).
    #[must_use]
    pub fn sign_count(&self) -> SignCount {
        self.0.sign_count
    }

    /// Returns the response to a backup eligibility flag that differs from the one at registration.
    #[must_use]
    pub fn backup_eligibility(&self) -> BackupEligibility {
        self.0.backup_eligibility
    }

    /// Returns how many passkeys a user can have at most, suspended ones included: 1 to 64.
    #[must_use]
    pub fn max_credentials(&self) -> usize {
        self.0.max_credentials
    }

    /// Returns how old a sign-in ([`PasskeyUser::authenticated_at`](crate::PasskeyUser::authenticated_at))
    /// may be to add or delete a passkey without consent by step-up: 1 minute to 24 hours. `None`: any
    /// age will do.
    #[must_use]
    pub fn fresh(&self) -> Option<Duration> {
        self.0.fresh
    }

    /// Returns whether browsers report prompts that end without a passkey, by `POST /outcomes`.
    #[must_use]
    pub fn prompt_outcomes(&self) -> bool {
        self.0.prompt_outcomes
    }

    /// Returns the page where users create a passkey.
    #[must_use]
    pub fn enroll_url(&self) -> Option<&str> {
        self.0.enroll_url.as_deref()
    }

    /// Returns the page where users manage their passkeys.
    #[must_use]
    pub fn manage_url(&self) -> Option<&str> {
        self.0.manage_url.as_deref()
    }

    /// Returns the package names of the Android apps that may use the passkeys.
    pub fn android_apps(&self) -> impl Iterator<Item = &str> {
        self.0.android_apps.iter().map(String::as_str)
    }

    /// Returns the App IDs of the apps on Apple platforms that may use the passkeys.
    pub fn apple_apps(&self) -> impl Iterator<Item = &str> {
        self.0.apple_apps.iter().map(String::as_str)
    }

    /// Returns the profiles, in the order in which they are configured.
    pub fn profiles(&self) -> impl Iterator<Item = Profile<'_>> {
        self.0.profiles.iter().map(Profile)
    }

    /// Returns the profile with this name.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<Profile<'_>> {
        self.profiles().find(|profile| profile.name() == name)
    }

    /// Returns the terms of ceremonies without a profile.
    pub(crate) fn terms(&self) -> Terms {
        Terms::from(&self.0)
    }

    /// Returns the terms of each profile.
    pub(crate) fn terms_of_profiles(&self) -> impl Iterator<Item = Terms> {
        self.0.profiles.iter().map(Terms::from)
    }

    /// Returns the fingerprints of the signing certificates of the Android apps.
    pub(crate) fn android_fingerprints(&self) -> impl Iterator<Item = String> {
        self.0.origins.iter().filter_map(Origin::fingerprint)
    }
}

/// Returns whether the library was built with the Cargo feature.
fn is_on(feature: Feature) -> bool {
    match feature {
        Feature::Attestation => cfg!(feature = "attestation"),
        Feature::AwsLcRs => cfg!(feature = "aws-lc-rs"),
    }
}

/// Returns the configuration of the attribute.
///
/// # Panics
///
/// Never: the macro has checked the values by the same rules.
#[doc(hidden)]
#[must_use]
pub fn from_attribute(draft: &Draft<'_>) -> Config {
    match Config::check(draft).map_err(ConfigError::of_keys) {
        Ok(config) => config,
        Err(error) => unreachable!("`#[passkeys]` let an invalid configuration through: {error}"),
    }
}

/// Returns a builder of the configuration of a tenant, with the keys in the attribute.
pub(crate) fn of_tenant(draft: &Draft<'_>, rp_id: String, origins: Vec<String>) -> ConfigBuilder {
    ConfigBuilder::new(rp_id, origins).with_draft(draft)
}

/// Returns the configuration that stands in for those of tenants where there is no request: the keys in the
/// attribute, and an RP ID that no page can have.
///
/// # Panics
///
/// Never: the macro has checked the values by the same rules.
pub(crate) fn of_no_tenant(draft: &Draft<'_>) -> Config {
    match draft.check_shared().map_err(ConfigError::of_keys) {
        Ok(policy) => Config(policy),
        Err(error) => unreachable!("`#[passkeys]` let an invalid configuration through: {error}"),
    }
}

/// Error returned for an invalid configuration. Its message has a line for each mistake, with the key,
/// the rule, the value and the fix.
#[derive(Clone)]
pub struct ConfigError {
    /// A line for each mistake.
    mistakes: Vec<String>,
}

impl ConfigError {
    fn new(mistakes: Vec<String>) -> Self {
        Self { mistakes }
    }

    /// Creates the error of these violations, each with the key in front.
    #[expect(clippy::needless_pass_by_value, reason = "converts an error")]
    fn of_keys(violations: Vec<Violation>) -> Self {
        let line = |violation: &Violation| format!("{}: {violation}", violation.path());
        Self::new(violations.iter().map(line).collect())
    }

    /// Returns a line for each mistake.
    pub fn mistakes(&self) -> impl Iterator<Item = String> {
        self.mistakes.iter().cloned()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mistakes.join("\n"))
    }
}

impl fmt::Debug for ConfigError {
    /// Formats as [`Display`](fmt::Display) does, since `main` and `unwrap` print this.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the passkeys configuration is invalid:\n{self}")
    }
}

impl std::error::Error for ConfigError {}
