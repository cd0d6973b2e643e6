//! Profiles: named variants of the configuration, of which a ceremony chooses one.

use std::fmt::{self, Display};
use std::str::FromStr;
use std::time::Duration;

use crate::draft::Draft;
use crate::key::Key;
use crate::report::Report;
use crate::violation::Rule;
use crate::wording::quote;
use crate::words::{
    Algorithm, Attestation, AuthenticatorAttachment, Hint, ResidentKey, UnknownWord,
    UserVerification,
};

/// Maximum length of a name, in characters.
const MAX_NAME: usize = 64;

/// An unchecked profile.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the output of the macro, which has the same version, is a literal of it"
)]
pub struct ProfileDraft<'a> {
    /// Its name.
    pub name: &'a str,
    /// Values of the keys that are written in it.
    pub values: Draft<'a>,
}

/// A checked profile. A value that is not written in it is that of the configuration around it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Profile {
    /// Name: 1 to 64 lower-case letters, digits and underscores, the first one a letter.
    pub name: String,
    /// Whether the authenticator must verify the user; required if it is outside of the profile.
    pub user_verification: UserVerification,
    /// Whether passkeys must be discoverable; required if it is outside of the profile.
    pub resident_key: ResidentKey,
    /// Algorithms of new passkeys: one or more of those outside of the profile, in an order of its
    /// own.
    pub algorithms: Vec<Algorithm>,
    /// Whether registration asks for attestation, no less than outside of the profile.
    pub attestation: Attestation,
    /// The only kind of authenticator that may register; `None` for any.
    pub authenticator_attachment: Option<AuthenticatorAttachment>,
    /// Kinds of authenticator that browsers offer first, in order of preference.
    pub hints: Vec<Hint>,
    /// How long browsers wait for the user; at most `challenge_ttl`.
    pub timeout: Duration,
}

/// Error returned for a name that is not in snake case, or is longer than 64 characters.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct ProfileNameError {
    /// The name as it was written.
    pub name: String,
}

impl Display for ProfileNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = quote(&self.name);
        if is_name(&self.name) {
            return write!(
                f,
                "profile name {name} is longer than {MAX_NAME} characters; write a shorter one"
            );
        }
        write!(
            f,
            "profile name {name} is not in snake case (lower-case letters, digits and underscores, a \
             letter first); write "
        )?;
        match snake_case(&self.name) {
            Some(meant) => write!(f, "`{meant}`"),
            None => write!(f, "a name such as `security_key`"),
        }
    }
}

impl std::error::Error for ProfileNameError {}

/// Values of the configuration around the profiles. `None` is a value that is not valid, which has been
/// reported.
pub(crate) struct Base {
    pub(crate) user_verification: Option<UserVerification>,
    pub(crate) resident_key: Option<ResidentKey>,
    /// The valid ones.
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) attestation: Option<Attestation>,
    /// `None` for any, too.
    pub(crate) authenticator_attachment: Option<AuthenticatorAttachment>,
    pub(crate) hints: Vec<Hint>,
    /// Set if the extension `large_blob` is asked for.
    pub(crate) large_blob: bool,
    pub(crate) challenge_ttl: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
}

/// Checks the profiles. Those that are returned are valid if nothing has been reported.
pub(crate) fn check(
    drafts: Option<&[ProfileDraft<'_>]>,
    base: &Base,
    report: &mut Report,
) -> Vec<Profile> {
    let Some(drafts) = drafts else {
        return Vec::new();
    };
    let names: Vec<_> = drafts.iter().map(|draft| draft.name).collect();
    let valid = report.list(Key::Profiles, &names, check_name);
    let mut profiles = Vec::new();
    for (index, ProfileDraft { name, values }) in drafts.iter().enumerate() {
        let is_valid = valid.iter().any(|(valid, _)| *valid == index);
        if is_valid && values.keys().next().is_none() {
            let rule = Rule::EmptyProfile((*name).to_owned());
            report.refuse::<()>((Key::Profiles, index), rule);
        }
        profiles.push(report.in_profile(index, name, |report| values.profile(name, base, report)));
    }
    profiles
}

impl Draft<'_> {
    /// Returns the values with those of the base where there are none. Reports every violation.
    fn profile(&self, name: &str, base: &Base, report: &mut Report) -> Profile {
        for key in self.keys().filter(|key| !key.spec().in_profiles) {
            report.refuse::<()>(key, Rule::NotInProfiles(key));
        }
        let user_verification = stricter(
            (Key::UserVerification, self.user_verification),
            base.user_verification,
            |value, base| base != UserVerification::Required || value == UserVerification::Required,
            report,
        );
        let resident_key = stricter(
            (Key::ResidentKey, self.resident_key),
            base.resident_key,
            |value, base| base != ResidentKey::Required || value == ResidentKey::Required,
            report,
        );
        if base.large_blob
            && self.resident_key.is_some()
            && resident_key == Some(ResidentKey::Discouraged)
        {
            report.refuse::<()>(Key::ResidentKey, Rule::LargeBlobNotDiscoverable);
        }
        let attestation = stricter(
            (Key::Attestation, self.attestation),
            base.attestation,
            |value, base| rank(value) >= rank(base),
            report,
        );
        let algorithms = self.profile_algorithms(base, report);
        let authenticator_attachment = self.profile_attachment(base, report);
        let hints = self.profile_hints(authenticator_attachment, base, report);
        let timeout = match self.timeout {
            Some(_) => self.timeout(base.challenge_ttl, report),
            None => base.timeout,
        };
        Profile {
            name: name.to_owned(),
            user_verification: user_verification.unwrap_or_default(),
            resident_key: resident_key.unwrap_or_default(),
            algorithms,
            attestation: attestation.unwrap_or_default(),
            authenticator_attachment,
            hints,
            timeout: timeout.unwrap_or_default(),
        }
    }

    fn profile_algorithms(&self, base: &Base, report: &mut Report) -> Vec<Algorithm> {
        if self.algorithms.is_none() {
            return base.algorithms.clone();
        }
        let algorithms = self.algorithms(report);
        for (index, algorithm) in &algorithms {
            if !base.algorithms.contains(algorithm) {
                let rule = Rule::AlgorithmNotInBase(*algorithm);
                report.refuse::<()>((Key::Algorithms, *index), rule);
            }
        }
        algorithms.into_iter().map(|(_, it)| it).collect()
    }

    fn profile_attachment(
        &self,
        base: &Base,
        report: &mut Report,
    ) -> Option<AuthenticatorAttachment> {
        let written = (Key::AuthenticatorAttachment, self.authenticator_attachment);
        let is_same = |value, base| value == base;
        stricter(written, base.authenticator_attachment, is_same, report)
    }

    fn profile_hints(
        &self,
        attachment: Option<AuthenticatorAttachment>,
        base: &Base,
        report: &mut Report,
    ) -> Vec<Hint> {
        if self.hints.is_some() {
            let hints = self.hints(attachment, report);
            return hints.into_iter().map(|(_, hint)| hint).collect();
        }
        if let (Some(_), Some(attachment)) = (self.authenticator_attachment, attachment) {
            let mut hints = base.hints.iter().copied();
            if let Some(hint) = hints.find(|hint| hint.attachment() != attachment) {
                let rule = Rule::InheritedHint { hint, attachment };
                report.refuse::<()>(Key::AuthenticatorAttachment, rule);
            }
        }
        base.hints.clone()
    }
}

/// Returns the value that is written in a profile, or that of the base if there is none. Reports one
/// that does not keep to the base's.
fn stricter<T>(
    (key, written): (Key, Option<&str>),
    base: Option<T>,
    keeps_to: impl Fn(T, T) -> bool,
    report: &mut Report,
) -> Option<T>
where
    T: Copy + Display + FromStr<Err = UnknownWord>,
{
    if written.is_none() {
        return base;
    }
    let value: T = report.word(key, written)?;
    if let Some(base) = base
        && !keeps_to(value, base)
    {
        let (base, value) = (base.to_string(), value.to_string());
        report.refuse::<()>(key, Rule::WeakerProfile { key, base, value });
    }
    Some(value)
}

/// Returns how much attestation a preference asks for.
fn rank(attestation: Attestation) -> u8 {
    match attestation {
        Attestation::None => 0,
        Attestation::Indirect => 1,
        Attestation::Direct => 2,
    }
}

fn check_name(name: &str) -> Result<String, ProfileNameError> {
    let name = name.to_owned();
    if is_name(&name) && name.len() <= MAX_NAME {
        Ok(name)
    } else {
        Err(ProfileNameError { name })
    }
}

/// Returns whether the name is in snake case.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

/// Returns the name in snake case, if only letters in upper case and dashes stand in the way.
fn snake_case(name: &str) -> Option<String> {
    let mut meant = String::new();
    let mut after_lower = false;
    for char in name.chars() {
        if char.is_ascii_uppercase() && after_lower {
            meant.push('_');
        }
        after_lower = char.is_ascii_lowercase() || char.is_ascii_digit();
        meant.push(match char {
            '-' | ' ' => '_',
            char => char.to_ascii_lowercase(),
        });
    }
    check_name(meant.trim_start_matches('_')).ok()
}
