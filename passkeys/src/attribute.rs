//! Keys of `#[passkeys(..)]` and hooks, as editors show them: the documentation of each is that of an
//! item here, to which the output of the macro refers.
//!
//! Written by the tests of `passkeys-macros` with `BLESS=1`, from the tables of keys and hooks.
use axum::{Json, http::StatusCode};
use serde_json::Value;
use crate::{
    AuthenticationResult, CredentialRemoval, PasskeyUser, RegistrationResult,
    RelyingPartyConfig,
};

/// Keys of the attribute, each with the form of its value.
pub struct Keys {
    /// Sets the RP ID, the domain that passkeys are scoped to: they work on it and its subdomains only, and changing it later makes every passkey useless.
    ///
    /// **Value**: a string: `"example.com"`
    ///
    /// **Required.**
    pub rp_id: Text,
    /// Sets the name of the relying party that browsers show when a passkey is created, at most 64 bytes.
    ///
    /// **Value**: a string: `"Example"`
    ///
    /// **Default**: the `rp_id`
    pub rp_name: Text,
    /// Sets the origins that ceremonies are accepted from, as scheme, host and port, on `rp_id` or a subdomain; the origin of an Android app is `android:apk-key-hash:..`, that of an extension of Chromium `chrome-extension://..`.
    ///
    /// **Value**: an array of strings: `["https://example.com"]`
    ///
    /// **Required.**
    pub origins: List,
    /// Sets origins on other domains that may use the same passkeys (related origin requests), with at most five different labels, served at `/.well-known/webauthn`.
    ///
    /// **Value**: an array of strings: `["https://example.co.uk"]`
    ///
    /// **Default**: none
    pub related_origins: List,
    /// Sets the origins of pages that may show this site in a frame and have it use passkeys there (the client's `topOrigin`), besides `origins` and `related_origins`.
    ///
    /// **Value**: an array of strings: `["https://portal.example.com"]`
    ///
    /// **Default**: none
    pub top_origins: List,
    /// Sets whether the authenticator must verify the user, by PIN, fingerprint or face; not when a passkey is created by conditional creation.
    ///
    /// **Value**: one of `"required"`, `"preferred"`, `"discouraged"`
    ///
    /// **Default**: `"required"`
    ///
    /// May differ by profile.
    pub user_verification: Word,
    /// Sets whether passkeys must be discoverable credentials (resident keys), which sign in without a user name.
    ///
    /// **Value**: one of `"required"`, `"preferred"`, `"discouraged"`
    ///
    /// **Default**: `"required"`
    ///
    /// May differ by profile.
    pub resident_key: Word,
    /// Sets whether browsers may create a passkey without asking the user after a sign-in by password (conditional creation); such a passkey is created without user presence and user verification, and without attestation.
    ///
    /// **Value**: `true` or `false`
    ///
    /// **Default**: `false`
    pub conditional_create: Boolean,
    /// Sets the signature algorithms that new passkeys may use, in order of preference; `"ES512"` and ML-DSA need the Cargo feature `aws-lc-rs`.
    ///
    /// **Value**: an array of `"ES256"`, `"EdDSA"`, `"ES384"`, `"RS256"`, `"ES512"`, `"ML-DSA-44"`, `"ML-DSA-65"`, `"ML-DSA-87"`
    ///
    /// **Default**: `["ES256", "EdDSA", "ES384", "RS256"]`
    ///
    /// May differ by profile.
    pub algorithms: WordList,
    /// Sets whether registration asks for attestation, the authenticator's signed statement of its make and model; anything but `"none"` needs the Cargo feature `attestation`.
    ///
    /// **Value**: one of `"none"`, `"indirect"`, `"direct"`
    ///
    /// **Default**: `"none"`
    ///
    /// May differ by profile.
    pub attestation: Word,
    /// Sets the outdated kinds of attestation that are accepted where attestation is requested: of TPMs that sign with SHA-1, as many of Windows Hello do, and of Android SafetyNet; needs the Cargo feature `attestation`.
    ///
    /// **Value**: an array of `"tpm-sha1"`, `"android-safetynet"`
    ///
    /// **Default**: none
    pub legacy_attestation: WordList,
    /// Sets the only kind of authenticator that may register: built into the device, or roaming.
    ///
    /// **Value**: one of `"platform"`, `"cross-platform"`
    ///
    /// **Default**: any
    ///
    /// May differ by profile.
    pub authenticator_attachment: Word,
    /// Sets the kinds of authenticator that browsers offer first, in order of preference.
    ///
    /// **Value**: an array of `"client-device"`, `"security-key"`, `"hybrid"`
    ///
    /// **Default**: none
    ///
    /// May differ by profile.
    pub hints: WordList,
    /// Sets the WebAuthn extensions that new passkeys are created for: `prf`, from which pages derive keys that never reach the server, and `large_blob`, data that pages store with a passkey.
    ///
    /// **Value**: extensions in parentheses: `extensions(prf, large_blob = "preferred")`
    ///
    /// **Default**: none
    pub extensions: Extensions,
    /// Sets how long a challenge can be redeemed after its ceremony has begun, from `1s` to `1h`.
    ///
    /// **Value**: a number and `ms`, `s`, `m` or `h`: `"10m"`
    ///
    /// **Default**: `"10m"`
    pub challenge_ttl: Duration,
    /// Sets how long browsers wait for the user, from `1s` to `10m` and at most `challenge_ttl`.
    ///
    /// **Value**: a number and `ms`, `s`, `m` or `h`: `"5m"`
    ///
    /// **Default**: `"5m"`, or `challenge_ttl` if that is shorter
    ///
    /// May differ by profile.
    pub timeout: Duration,
    /// Sets the response to a signature counter that has not increased, a sign of a cloned authenticator (clone detection).
    ///
    /// **Value**: one of `"reject"`, `"suspend"`, `"report"`
    ///
    /// **Default**: `"reject"`
    pub sign_count: Word,
    /// Sets the response to a backup eligibility flag that differs from the one at registration, which the specification rules out and some passkey providers do nevertheless.
    ///
    /// **Value**: one of `"reject"`, `"report"`
    ///
    /// **Default**: `"reject"`
    pub backup_eligibility: Word,
    /// Sets how many passkeys a user can have at most, from 1 to 64, suspended ones included.
    ///
    /// **Value**: a whole number: `20`
    ///
    /// **Default**: `20`
    pub max_credentials: Number,
    /// Sets how old a sign-in may be, from `1m` to `24h`, to add or delete a passkey without consent by step-up; the application says when the user signed in, with `PasskeyUser::authenticated_at`.
    ///
    /// **Value**: a number and `ms`, `s`, `m` or `h`: `"10m"`
    ///
    /// **Default**: none
    pub fresh: Duration,
    /// Sets whether the browser module reports prompts that end without a passkey (the user cancelled, the time was up, none was at hand), by `POST /outcomes` and without identifiers, so that the audit trail counts them.
    ///
    /// **Value**: `true` or `false`
    ///
    /// **Default**: `false`
    pub prompt_outcomes: Boolean,
    /// Sets the page where users create a passkey, which password managers link to, served at `/.well-known/passkey-endpoints`.
    ///
    /// **Value**: a string: `"https://example.com/account/passkeys/new"`
    ///
    /// **Default**: none
    pub enroll_url: Text,
    /// Sets the page where users manage their passkeys, which password managers link to, served at `/.well-known/passkey-endpoints`.
    ///
    /// **Value**: a string: `"https://example.com/account/passkeys"`
    ///
    /// **Default**: none
    pub manage_url: Text,
    /// Sets the package names of the Android apps that may use the passkeys, each signed with a certificate listed in `origins`, served at `/.well-known/assetlinks.json`.
    ///
    /// **Value**: an array of strings: `["com.example.app"]`
    ///
    /// **Default**: none
    pub android_apps: List,
    /// Sets the App IDs (prefix and bundle ID) of the apps on Apple platforms that may use the passkeys, served at `/.well-known/apple-app-site-association`.
    ///
    /// **Value**: an array of strings: `["ABCDE12345.com.example.app"]`
    ///
    /// **Default**: none
    pub apple_apps: List,
    /// Sets named variants of this configuration, of which a ceremony chooses one by `?profile=`; a profile may be as strict as the rest of the configuration or stricter.
    ///
    /// **Value**: names, each with keys in parentheses: `profiles(security_key(hints = ["security-key"]))`
    ///
    /// **Default**: none
    pub profiles: Profiles,
    /// Sets the type of `on_authenticated`'s response in the OpenAPI document, where the signature does not show it.
    ///
    /// **Value**: a type: `Json<SignedIn>`
    ///
    /// **Default**: taken from the signature
    pub response: Type,
    /// Sets the path of this library, where it is not `::passkeys`.
    ///
    /// **Value**: a path: `::passkeys`
    ///
    /// **Default**: `::passkeys`
    pub crate_: Path,
}

/// Keys of the attribute, for completion.
pub mod keys {
    use super::*;
    /// Sets the RP ID, the domain that passkeys are scoped to: they work on it and its subdomains only, and changing it later makes every passkey useless.
    ///
    /// **Value**: a string: `"example.com"`
    ///
    /// **Required.**
    pub type rp_id = Text;
    /// Sets the name of the relying party that browsers show when a passkey is created, at most 64 bytes.
    ///
    /// **Value**: a string: `"Example"`
    ///
    /// **Default**: the `rp_id`
    pub type rp_name = Text;
    /// Sets the origins that ceremonies are accepted from, as scheme, host and port, on `rp_id` or a subdomain; the origin of an Android app is `android:apk-key-hash:..`, that of an extension of Chromium `chrome-extension://..`.
    ///
    /// **Value**: an array of strings: `["https://example.com"]`
    ///
    /// **Required.**
    pub type origins = List;
    /// Sets origins on other domains that may use the same passkeys (related origin requests), with at most five different labels, served at `/.well-known/webauthn`.
    ///
    /// **Value**: an array of strings: `["https://example.co.uk"]`
    ///
    /// **Default**: none
    pub type related_origins = List;
    /// Sets the origins of pages that may show this site in a frame and have it use passkeys there (the client's `topOrigin`), besides `origins` and `related_origins`.
    ///
    /// **Value**: an array of strings: `["https://portal.example.com"]`
    ///
    /// **Default**: none
    pub type top_origins = List;
    /// Sets whether the authenticator must verify the user, by PIN, fingerprint or face; not when a passkey is created by conditional creation.
    ///
    /// **Value**: one of `"required"`, `"preferred"`, `"discouraged"`
    ///
    /// **Default**: `"required"`
    ///
    /// May differ by profile.
    pub type user_verification = Word;
    /// Sets whether passkeys must be discoverable credentials (resident keys), which sign in without a user name.
    ///
    /// **Value**: one of `"required"`, `"preferred"`, `"discouraged"`
    ///
    /// **Default**: `"required"`
    ///
    /// May differ by profile.
    pub type resident_key = Word;
    /// Sets whether browsers may create a passkey without asking the user after a sign-in by password (conditional creation); such a passkey is created without user presence and user verification, and without attestation.
    ///
    /// **Value**: `true` or `false`
    ///
    /// **Default**: `false`
    pub type conditional_create = Boolean;
    /// Sets the signature algorithms that new passkeys may use, in order of preference; `"ES512"` and ML-DSA need the Cargo feature `aws-lc-rs`.
    ///
    /// **Value**: an array of `"ES256"`, `"EdDSA"`, `"ES384"`, `"RS256"`, `"ES512"`, `"ML-DSA-44"`, `"ML-DSA-65"`, `"ML-DSA-87"`
    ///
    /// **Default**: `["ES256", "EdDSA", "ES384", "RS256"]`
    ///
    /// May differ by profile.
    pub type algorithms = WordList;
    /// Sets whether registration asks for attestation, the authenticator's signed statement of its make and model; anything but `"none"` needs the Cargo feature `attestation`.
    ///
    /// **Value**: one of `"none"`, `"indirect"`, `"direct"`
    ///
    /// **Default**: `"none"`
    ///
    /// May differ by profile.
    pub type attestation = Word;
    /// Sets the outdated kinds of attestation that are accepted where attestation is requested: of TPMs that sign with SHA-1, as many of Windows Hello do, and of Android SafetyNet; needs the Cargo feature `attestation`.
    ///
    /// **Value**: an array of `"tpm-sha1"`, `"android-safetynet"`
    ///
    /// **Default**: none
    pub type legacy_attestation = WordList;
    /// Sets the only kind of authenticator that may register: built into the device, or roaming.
    ///
    /// **Value**: one of `"platform"`, `"cross-platform"`
    ///
    /// **Default**: any
    ///
    /// May differ by profile.
    pub type authenticator_attachment = Word;
    /// Sets the kinds of authenticator that browsers offer first, in order of preference.
    ///
    /// **Value**: an array of `"client-device"`, `"security-key"`, `"hybrid"`
    ///
    /// **Default**: none
    ///
    /// May differ by profile.
    pub type hints = WordList;
    /// Sets the WebAuthn extensions that new passkeys are created for: `prf`, from which pages derive keys that never reach the server, and `large_blob`, data that pages store with a passkey.
    ///
    /// **Value**: extensions in parentheses: `extensions(prf, large_blob = "preferred")`
    ///
    /// **Default**: none
    pub type extensions = Extensions;
    /// Sets how long a challenge can be redeemed after its ceremony has begun, from `1s` to `1h`.
    ///
    /// **Value**: a number and `ms`, `s`, `m` or `h`: `"10m"`
    ///
    /// **Default**: `"10m"`
    pub type challenge_ttl = Duration;
    /// Sets how long browsers wait for the user, from `1s` to `10m` and at most `challenge_ttl`.
    ///
    /// **Value**: a number and `ms`, `s`, `m` or `h`: `"5m"`
    ///
    /// **Default**: `"5m"`, or `challenge_ttl` if that is shorter
    ///
    /// May differ by profile.
    pub type timeout = Duration;
    /// Sets the response to a signature counter that has not increased, a sign of a cloned authenticator (clone detection).
    ///
    /// **Value**: one of `"reject"`, `"suspend"`, `"report"`
    ///
    /// **Default**: `"reject"`
    pub type sign_count = Word;
    /// Sets the response to a backup eligibility flag that differs from the one at registration, which the specification rules out and some passkey providers do nevertheless.
    ///
    /// **Value**: one of `"reject"`, `"report"`
    ///
    /// **Default**: `"reject"`
    pub type backup_eligibility = Word;
    /// Sets how many passkeys a user can have at most, from 1 to 64, suspended ones included.
    ///
    /// **Value**: a whole number: `20`
    ///
    /// **Default**: `20`
    pub type max_credentials = Number;
    /// Sets how old a sign-in may be, from `1m` to `24h`, to add or delete a passkey without consent by step-up; the application says when the user signed in, with `PasskeyUser::authenticated_at`.
    ///
    /// **Value**: a number and `ms`, `s`, `m` or `h`: `"10m"`
    ///
    /// **Default**: none
    pub type fresh = Duration;
    /// Sets whether the browser module reports prompts that end without a passkey (the user cancelled, the time was up, none was at hand), by `POST /outcomes` and without identifiers, so that the audit trail counts them.
    ///
    /// **Value**: `true` or `false`
    ///
    /// **Default**: `false`
    pub type prompt_outcomes = Boolean;
    /// Sets the page where users create a passkey, which password managers link to, served at `/.well-known/passkey-endpoints`.
    ///
    /// **Value**: a string: `"https://example.com/account/passkeys/new"`
    ///
    /// **Default**: none
    pub type enroll_url = Text;
    /// Sets the page where users manage their passkeys, which password managers link to, served at `/.well-known/passkey-endpoints`.
    ///
    /// **Value**: a string: `"https://example.com/account/passkeys"`
    ///
    /// **Default**: none
    pub type manage_url = Text;
    /// Sets the package names of the Android apps that may use the passkeys, each signed with a certificate listed in `origins`, served at `/.well-known/assetlinks.json`.
    ///
    /// **Value**: an array of strings: `["com.example.app"]`
    ///
    /// **Default**: none
    pub type android_apps = List;
    /// Sets the App IDs (prefix and bundle ID) of the apps on Apple platforms that may use the passkeys, served at `/.well-known/apple-app-site-association`.
    ///
    /// **Value**: an array of strings: `["ABCDE12345.com.example.app"]`
    ///
    /// **Default**: none
    pub type apple_apps = List;
    /// Sets named variants of this configuration, of which a ceremony chooses one by `?profile=`; a profile may be as strict as the rest of the configuration or stricter.
    ///
    /// **Value**: names, each with keys in parentheses: `profiles(security_key(hints = ["security-key"]))`
    ///
    /// **Default**: none
    pub type profiles = Profiles;
    /// Sets the type of `on_authenticated`'s response in the OpenAPI document, where the signature does not show it.
    ///
    /// **Value**: a type: `Json<SignedIn>`
    ///
    /// **Default**: taken from the signature
    pub type response = Type;
}

/// Keys that may differ by profile, each with the form of its value.
pub struct ProfileKeys {
    /// Sets, for ceremonies with this profile, whether the authenticator must verify the user, by PIN, fingerprint or face; not when a passkey is created by conditional creation.
    ///
    /// **Value**: one of `"required"`, `"preferred"`, `"discouraged"`
    ///
    /// **Default**: the value of `user_verification` outside of `profiles`, which a profile may only make stricter
    pub user_verification: Word,
    /// Sets, for ceremonies with this profile, whether passkeys must be discoverable credentials (resident keys), which sign in without a user name.
    ///
    /// **Value**: one of `"required"`, `"preferred"`, `"discouraged"`
    ///
    /// **Default**: the value of `resident_key` outside of `profiles`, which a profile may only make stricter
    pub resident_key: Word,
    /// Sets, for ceremonies with this profile, the signature algorithms that new passkeys may use, in order of preference; `"ES512"` and ML-DSA need the Cargo feature `aws-lc-rs`.
    ///
    /// **Value**: an array of `"ES256"`, `"EdDSA"`, `"ES384"`, `"RS256"`, `"ES512"`, `"ML-DSA-44"`, `"ML-DSA-65"`, `"ML-DSA-87"`
    ///
    /// **Default**: the value of `algorithms` outside of `profiles`, which a profile may only make stricter
    pub algorithms: WordList,
    /// Sets, for ceremonies with this profile, whether registration asks for attestation, the authenticator's signed statement of its make and model; anything but `"none"` needs the Cargo feature `attestation`.
    ///
    /// **Value**: one of `"none"`, `"indirect"`, `"direct"`
    ///
    /// **Default**: the value of `attestation` outside of `profiles`, which a profile may only make stricter
    pub attestation: Word,
    /// Sets, for ceremonies with this profile, the only kind of authenticator that may register: built into the device, or roaming.
    ///
    /// **Value**: one of `"platform"`, `"cross-platform"`
    ///
    /// **Default**: the value of `authenticator_attachment` outside of `profiles`, which a profile may only make stricter
    pub authenticator_attachment: Word,
    /// Sets, for ceremonies with this profile, the kinds of authenticator that browsers offer first, in order of preference.
    ///
    /// **Value**: an array of `"client-device"`, `"security-key"`, `"hybrid"`
    ///
    /// **Default**: the value of `hints` outside of `profiles`, which a profile may only make stricter
    pub hints: WordList,
    /// Sets, for ceremonies with this profile, how long browsers wait for the user, from `1s` to `10m` and at most `challenge_ttl`.
    ///
    /// **Value**: a number and `ms`, `s`, `m` or `h`: `"5m"`
    ///
    /// **Default**: the value of `timeout` outside of `profiles`, which a profile may only make stricter
    pub timeout: Duration,
}

/// Keys that may differ by profile, for completion.
pub mod profile_keys {
    use super::*;
    /// Sets, for ceremonies with this profile, whether the authenticator must verify the user, by PIN, fingerprint or face; not when a passkey is created by conditional creation.
    ///
    /// **Value**: one of `"required"`, `"preferred"`, `"discouraged"`
    ///
    /// **Default**: the value of `user_verification` outside of `profiles`, which a profile may only make stricter
    pub type user_verification = Word;
    /// Sets, for ceremonies with this profile, whether passkeys must be discoverable credentials (resident keys), which sign in without a user name.
    ///
    /// **Value**: one of `"required"`, `"preferred"`, `"discouraged"`
    ///
    /// **Default**: the value of `resident_key` outside of `profiles`, which a profile may only make stricter
    pub type resident_key = Word;
    /// Sets, for ceremonies with this profile, the signature algorithms that new passkeys may use, in order of preference; `"ES512"` and ML-DSA need the Cargo feature `aws-lc-rs`.
    ///
    /// **Value**: an array of `"ES256"`, `"EdDSA"`, `"ES384"`, `"RS256"`, `"ES512"`, `"ML-DSA-44"`, `"ML-DSA-65"`, `"ML-DSA-87"`
    ///
    /// **Default**: the value of `algorithms` outside of `profiles`, which a profile may only make stricter
    pub type algorithms = WordList;
    /// Sets, for ceremonies with this profile, whether registration asks for attestation, the authenticator's signed statement of its make and model; anything but `"none"` needs the Cargo feature `attestation`.
    ///
    /// **Value**: one of `"none"`, `"indirect"`, `"direct"`
    ///
    /// **Default**: the value of `attestation` outside of `profiles`, which a profile may only make stricter
    pub type attestation = Word;
    /// Sets, for ceremonies with this profile, the only kind of authenticator that may register: built into the device, or roaming.
    ///
    /// **Value**: one of `"platform"`, `"cross-platform"`
    ///
    /// **Default**: the value of `authenticator_attachment` outside of `profiles`, which a profile may only make stricter
    pub type authenticator_attachment = Word;
    /// Sets, for ceremonies with this profile, the kinds of authenticator that browsers offer first, in order of preference.
    ///
    /// **Value**: an array of `"client-device"`, `"security-key"`, `"hybrid"`
    ///
    /// **Default**: the value of `hints` outside of `profiles`, which a profile may only make stricter
    pub type hints = WordList;
    /// Sets, for ceremonies with this profile, how long browsers wait for the user, from `1s` to `10m` and at most `challenge_ttl`.
    ///
    /// **Value**: a number and `ms`, `s`, `m` or `h`: `"5m"`
    ///
    /// **Default**: the value of `timeout` outside of `profiles`, which a profile may only make stricter
    pub type timeout = Duration;
}

/// A string.
pub enum Text {}

/// An array of strings.
pub enum List {}

/// One of several words, as a string.
pub enum Word {}

/// An array of some of several words, as strings.
pub enum WordList {}

/// A number and a unit, as a string.
pub enum Duration {}

/// `true` or `false`.
pub enum Boolean {}

/// A whole number.
pub enum Number {}

/// Extensions in parentheses.
pub enum Extensions {}

/// Names, each with keys in parentheses.
pub enum Profiles {}

/// A type.
pub enum Type {}

/// A path.
pub enum Path {}

/// Items of the annotated block that the library uses.
pub enum Item {
    /// Repository that stores the passkeys: any `CredentialRepository` of `passkeys::store`, such as `SqliteRepository`, or one of your own.
    ///
    /// **Required.**
    Repository,
    /// Hook that identifies the signed-in user.
    ///
    /// ```text
    /// async fn get_user(&self, session: Session) -> Result<PasskeyUser, AppError>
    /// ```
    ///
    /// **Required.** Called for `register/begin`, `register/finish`, `step-up/begin`, `credentials`, the extractors `PasskeyUser` and `Verified`.
    ///
    /// **Arguments**: any number of extractors
    ///
    /// **Returns**: `PasskeyUser` or `Result<PasskeyUser, E>`
    GetUser,
    /// Hook that responds to a verified sign-in.
    ///
    /// ```text
    /// async fn on_authenticated(&self, session: Session, login: AuthenticationResult) -> Result<Json<SignedIn>, AppError>
    /// ```
    ///
    /// **Required.** Called for `authenticate/finish`, after the verification.
    ///
    /// **Arguments**: any number of extractors, then `AuthenticationResult`
    ///
    /// **Returns**: anything that implements `IntoResponse`
    OnAuthenticated,
    /// Hook that returns the user of the account to create.
    ///
    /// ```text
    /// async fn sign_up(&self, Json(form): Json<SignUp>) -> Result<PasskeyUser, AppError>
    /// ```
    ///
    /// **Optional.** Called for `sign-up/begin`; `register/begin` with a body.
    ///
    /// **Arguments**: extractors, of which the last reads the body, such as `Json<SignUp>`
    ///
    /// **Returns**: `PasskeyUser` or `Result<PasskeyUser, E>`
    SignUp,
    /// Hook that responds to a stored registration, and creates the account of a sign-up; required with `sign_up`.
    ///
    /// ```text
    /// async fn on_registered(&self, session: Session, registration: RegistrationResult) -> Result<Json<Registered>, AppError>
    /// ```
    ///
    /// **Optional.** Called for `register/finish`, after the passkey is stored.
    ///
    /// **Arguments**: any number of extractors, then `RegistrationResult`
    ///
    /// **Returns**: anything that implements `IntoResponse`
    OnRegistered,
    /// Hook that finds the user with a user name.
    ///
    /// ```text
    /// async fn find_user(&self, username: String) -> Result<Option<PasskeyUser>, AppError>
    /// ```
    ///
    /// **Optional.** Called for `authenticate/begin` with a `username`.
    ///
    /// **Arguments**: any number of extractors, then `String`
    ///
    /// **Returns**: `Option<PasskeyUser>` or `Result<Option<PasskeyUser>, E>`
    FindUser,
    /// Hook that identifies the user who has passed the first factor, such as a password.
    ///
    /// ```text
    /// async fn second_factor_user(&self, session: Session) -> Result<PasskeyUser, AppError>
    /// ```
    ///
    /// **Optional.** Called for `authenticate/begin` with `secondFactor`, and its `authenticate/finish`.
    ///
    /// **Arguments**: any number of extractors
    ///
    /// **Returns**: `PasskeyUser` or `Result<PasskeyUser, E>`
    SecondFactorUser,
    /// Hook that is told of a passkey that its user has deleted.
    ///
    /// ```text
    /// async fn on_removed(&self, mailer: State<Mailer>, removal: CredentialRemoval) -> Result<(), AppError>
    /// ```
    ///
    /// **Optional.** Called for `DELETE credentials/{id}`, after the passkey is deleted.
    ///
    /// **Arguments**: any number of extractors, then `CredentialRemoval`
    ///
    /// **Returns**: anything that implements `IntoResponse`, which the client does not get
    OnRemoved,
    /// Hook that returns the relying party that a request is for, in an application with several tenants; the attribute then has no `rp_id` and no `origins`.
    ///
    /// ```text
    /// async fn relying_party(&self, headers: HeaderMap) -> Result<RelyingPartyConfig, AppError>
    /// ```
    ///
    /// **Optional.** Called for every route, before all other hooks, and the extractors `RelyingPartyConfig`, `Tenant` and `Verified`.
    ///
    /// **Arguments**: any number of extractors
    ///
    /// **Returns**: `RelyingPartyConfig` or `Result<RelyingPartyConfig, E>`
    RelyingParty,
}

/// Items of the annotated block, with signatures to start from.
pub trait Hooks {
    /// Repository that stores the passkeys: any `CredentialRepository` of `passkeys::store`, such as `SqliteRepository`, or one of your own.
    ///
    /// **Required.**
    type Repository;
    /// Hook that identifies the signed-in user.
    ///
    /// ```text
    /// async fn get_user(&self, session: Session) -> Result<PasskeyUser, AppError>
    /// ```
    ///
    /// **Required.** Called for `register/begin`, `register/finish`, `step-up/begin`, `credentials`, the extractors `PasskeyUser` and `Verified`.
    ///
    /// **Arguments**: any number of extractors
    ///
    /// **Returns**: `PasskeyUser` or `Result<PasskeyUser, E>`
    async fn get_user(&self) -> Result<PasskeyUser, StatusCode> {
        std::future::pending().await
    }
    /// Hook that responds to a verified sign-in.
    ///
    /// ```text
    /// async fn on_authenticated(&self, session: Session, login: AuthenticationResult) -> Result<Json<SignedIn>, AppError>
    /// ```
    ///
    /// **Required.** Called for `authenticate/finish`, after the verification.
    ///
    /// **Arguments**: any number of extractors, then `AuthenticationResult`
    ///
    /// **Returns**: anything that implements `IntoResponse`
    async fn on_authenticated(&self, login: AuthenticationResult) -> Result<(), StatusCode> {
        std::future::pending().await
    }
    /// Hook that returns the user of the account to create.
    ///
    /// ```text
    /// async fn sign_up(&self, Json(form): Json<SignUp>) -> Result<PasskeyUser, AppError>
    /// ```
    ///
    /// **Optional.** Called for `sign-up/begin`; `register/begin` with a body.
    ///
    /// **Arguments**: extractors, of which the last reads the body, such as `Json<SignUp>`
    ///
    /// **Returns**: `PasskeyUser` or `Result<PasskeyUser, E>`
    async fn sign_up(&self, Json(form): Json<Value>) -> Result<PasskeyUser, StatusCode> {
        std::future::pending().await
    }
    /// Hook that responds to a stored registration, and creates the account of a sign-up; required with `sign_up`.
    ///
    /// ```text
    /// async fn on_registered(&self, session: Session, registration: RegistrationResult) -> Result<Json<Registered>, AppError>
    /// ```
    ///
    /// **Optional.** Called for `register/finish`, after the passkey is stored.
    ///
    /// **Arguments**: any number of extractors, then `RegistrationResult`
    ///
    /// **Returns**: anything that implements `IntoResponse`
    async fn on_registered(&self, registration: RegistrationResult) -> Result<(), StatusCode> {
        std::future::pending().await
    }
    /// Hook that finds the user with a user name.
    ///
    /// ```text
    /// async fn find_user(&self, username: String) -> Result<Option<PasskeyUser>, AppError>
    /// ```
    ///
    /// **Optional.** Called for `authenticate/begin` with a `username`.
    ///
    /// **Arguments**: any number of extractors, then `String`
    ///
    /// **Returns**: `Option<PasskeyUser>` or `Result<Option<PasskeyUser>, E>`
    async fn find_user(&self, username: String) -> Result<Option<PasskeyUser>, StatusCode> {
        std::future::pending().await
    }
    /// Hook that identifies the user who has passed the first factor, such as a password.
    ///
    /// ```text
    /// async fn second_factor_user(&self, session: Session) -> Result<PasskeyUser, AppError>
    /// ```
    ///
    /// **Optional.** Called for `authenticate/begin` with `secondFactor`, and its `authenticate/finish`.
    ///
    /// **Arguments**: any number of extractors
    ///
    /// **Returns**: `PasskeyUser` or `Result<PasskeyUser, E>`
    async fn second_factor_user(&self) -> Result<PasskeyUser, StatusCode> {
        std::future::pending().await
    }
    /// Hook that is told of a passkey that its user has deleted.
    ///
    /// ```text
    /// async fn on_removed(&self, mailer: State<Mailer>, removal: CredentialRemoval) -> Result<(), AppError>
    /// ```
    ///
    /// **Optional.** Called for `DELETE credentials/{id}`, after the passkey is deleted.
    ///
    /// **Arguments**: any number of extractors, then `CredentialRemoval`
    ///
    /// **Returns**: anything that implements `IntoResponse`, which the client does not get
    async fn on_removed(&self, removal: CredentialRemoval) {
        std::future::pending().await
    }
    /// Hook that returns the relying party that a request is for, in an application with several tenants; the attribute then has no `rp_id` and no `origins`.
    ///
    /// ```text
    /// async fn relying_party(&self, headers: HeaderMap) -> Result<RelyingPartyConfig, AppError>
    /// ```
    ///
    /// **Optional.** Called for every route, before all other hooks, and the extractors `RelyingPartyConfig`, `Tenant` and `Verified`.
    ///
    /// **Arguments**: any number of extractors
    ///
    /// **Returns**: `RelyingPartyConfig` or `Result<RelyingPartyConfig, E>`
    async fn relying_party(&self) -> Result<RelyingPartyConfig, StatusCode> {
        std::future::pending().await
    }
}

/// Application whose attribute has profiles.
pub trait HasProfiles {
    /// Type with a constant for each profile.
    type Profiles;
}

/// Profile of the attribute.
pub struct Profile;
