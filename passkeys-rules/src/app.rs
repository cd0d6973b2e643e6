//! Names of the native apps that may use the passkeys, which the well-known documents list.

use thiserror::Error;

use crate::wording::quote;

/// Error returned for an invalid Android package name:
/// [Android, "Set the application ID"](https://developer.android.com/build/configure-app-module#set-application-id).
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
#[error("Android app {} {problem}; {}", quote(.value), android_fix(.suggestion.as_deref()))]
pub struct AndroidAppError {
    /// The value as it was written.
    pub value: String,
    /// The first rule that the value violates.
    pub problem: AndroidAppProblem,
    /// The valid package name that is probably meant.
    pub suggestion: Option<String>,
}

/// Rules for an Android package name.
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum AndroidAppProblem {
    /// An empty value.
    #[error("is empty")]
    Empty,
    /// A URL, such as that of the app's page in a store.
    #[error("is an address, and an app is named by its package")]
    Url,
    /// A character other than letters, digits, underscores and dots.
    #[error("has the character `{}`, and package names have letters, digits, `_` and dots", .0.escape_debug())]
    Character(char),
    /// A name without a dot, such as `app`.
    #[error("has one part, and package names have two or more, with dots between")]
    OnePart,
    /// A part that does not start with a letter, as in `com..app` and `com.1app`.
    #[error("has the part {}, and each part of a package name starts with a letter", quote(.0))]
    Part(String),
}

fn android_fix(suggestion: Option<&str>) -> String {
    match suggestion {
        Some(suggestion) => format!("write `{suggestion}`"),
        None => "write the `applicationId` of the app's `build.gradle`, such as `com.example.app`"
            .to_owned(),
    }
}

/// Checks an Android package name.
pub(crate) fn parse_android(value: &str) -> Result<String, AndroidAppError> {
    match check_android(value) {
        Ok(()) => Ok(value.to_owned()),
        Err(problem) => Err(AndroidAppError {
            suggestion: repair_android(value),
            value: value.to_owned(),
            problem,
        }),
    }
}

fn check_android(value: &str) -> Result<(), AndroidAppProblem> {
    if value.is_empty() {
        return Err(AndroidAppProblem::Empty);
    }
    if value.contains("://") {
        return Err(AndroidAppProblem::Url);
    }
    let is_allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.');
    if let Some(char) = value.chars().find(|&char| !is_allowed(char)) {
        return Err(AndroidAppProblem::Character(char));
    }
    let starts_well = |part: &&str| part.starts_with(|char: char| char.is_ascii_alphabetic());
    if let Some(part) = value.split('.').find(|part| !starts_well(part)) {
        return Err(AndroidAppProblem::Part(part.to_owned()));
    }
    if !value.contains('.') {
        return Err(AndroidAppProblem::OnePart);
    }
    Ok(())
}

/// Returns the package name in the URL of an app's page in the store, or within white space.
fn repair_android(value: &str) -> Option<String> {
    let name = match value.split_once("://") {
        Some((_, address)) => {
            let (_, query) = address.split_once('?')?;
            let id = |pair: &'_ str| pair.strip_prefix("id=").map(str::to_owned);
            query.split(['&', '#']).find_map(id)?
        }
        None => value.trim().to_owned(),
    };
    check_android(&name).is_ok().then_some(name)
}

/// Error returned for an invalid App ID of an app on Apple platforms:
/// [Apple, "Supporting associated domains"](https://developer.apple.com/documentation/xcode/supporting-associated-domains).
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
#[error(
    "Apple app {} {problem}; write the app's App ID prefix (your team ID, unless the app is old), \
     a dot and its bundle ID, such as `ABCDE12345.com.example.app`",
    quote(.value)
)]
pub struct AppleAppError {
    /// The value as it was written.
    pub value: String,
    /// The first rule that the value violates.
    pub problem: AppleAppProblem,
}

/// Rules for an App ID.
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum AppleAppProblem {
    /// An empty value.
    #[error("is empty")]
    Empty,
    /// No team prefix, usually because the value is a bundle ID alone.
    #[error("does not start with a prefix of ten capital letters and digits")]
    Prefix,
    /// A prefix alone, such as `ABCDE12345`.
    #[error("has no bundle ID after the prefix")]
    NoBundle,
    /// A pattern such as `ABCDE12345.*`, as provisioning profiles have it.
    #[error("is a pattern, and each app is listed by itself")]
    Wildcard,
    /// A character other than letters, digits, hyphens and dots.
    #[error("has the character `{}`, and bundle IDs have letters, digits, `-` and dots", .0.escape_debug())]
    Character(char),
    /// An empty part of the bundle ID, as in `ABCDE12345.com..app`.
    #[error("has two dots in a row, or one at its end")]
    EmptyPart,
}

/// Checks an App ID.
pub(crate) fn parse_apple(value: &str) -> Result<String, AppleAppError> {
    match check_apple(value) {
        Ok(()) => Ok(value.to_owned()),
        Err(problem) => Err(AppleAppError {
            value: value.to_owned(),
            problem,
        }),
    }
}

fn check_apple(value: &str) -> Result<(), AppleAppProblem> {
    if value.is_empty() {
        return Err(AppleAppProblem::Empty);
    }
    let (prefix, bundle) = value.split_once('.').unwrap_or((value, ""));
    let in_prefix = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if prefix.len() != 10 || !prefix.bytes().all(in_prefix) {
        return Err(AppleAppProblem::Prefix);
    }
    if bundle.is_empty() {
        return Err(AppleAppProblem::NoBundle);
    }
    if bundle.contains('*') {
        return Err(AppleAppProblem::Wildcard);
    }
    let is_allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.');
    if let Some(char) = bundle.chars().find(|&char| !is_allowed(char)) {
        return Err(AppleAppProblem::Character(char));
    }
    if bundle.split('.').any(str::is_empty) {
        return Err(AppleAppProblem::EmptyPart);
    }
    Ok(())
}
