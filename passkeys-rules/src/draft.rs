//! The unchecked configuration, and the rules that involve several of its values.

use std::str::FromStr;
use std::time::Duration;

use crate::app;
use crate::duration;
use crate::feature::Feature;
use crate::key::Key;
use crate::number;
use crate::origin::Origin;
use crate::policy::{Policy, Values};
use crate::profile::{self, Base, ProfileDraft};
use crate::related;
use crate::report::Report;
use crate::rp_id::RpId;
use crate::rp_name;
use crate::scope;
use crate::violation::{Rule, Violation};
use crate::webauthn_extension::{Entry, Extension};
use crate::words::{
    Algorithm, Attestation, AuthenticatorAttachment, Hint, LegacyAttestation, ResidentKey,
};

/// [WebAuthn Level 3, §15.1](https://www.w3.org/TR/webauthn-3/#sctn-timeout-recommended-range)
/// recommends timeouts of 5 to 10 minutes, and the challenge must not expire before them.
const DEFAULT_CHALLENGE_TTL: Duration = Duration::from_mins(10);
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(5);

/// More than the devices of most people.
const DEFAULT_MAX_CREDENTIALS: usize = 20;

macro_rules! field {
    (Profiles) => { Option<Vec<ProfileDraft<'a>>> };
    (List) => { Option<Vec<&'a str>> };
    (Extensions) => { Option<Vec<&'a str>> };
    ((WordList $words:ty)) => { Option<Vec<&'a str>> };
    ($form:tt) => { Option<&'a str> };
}

macro_rules! read {
    (Profiles, $key:expr, $text:ident, $list:ident) => {
        None
    };
    (List, $key:expr, $text:ident, $list:ident) => {
        $list($key)
    };
    (Extensions, $key:expr, $text:ident, $list:ident) => {
        $list($key)
    };
    ((WordList $words:ty), $key:expr, $text:ident, $list:ident) => {
        $list($key)
    };
    ($form:tt, $key:expr, $text:ident, $list:ident) => {
        $text($key)
    };
}

macro_rules! entry {
    (Profiles, $value:expr) => {
        None
    };
    (List, $value:expr) => {
        $value.clone()
    };
    (Extensions, $value:expr) => {
        $value.clone()
    };
    ((WordList $words:ty), $value:expr) => {
        $value.clone()
    };
    ($form:tt, $value:expr) => {
        $value.map(|value| vec![value])
    };
}

macro_rules! draft {
    ($(
        $variant:ident $name:ident: $form:tt, $(required)? $(default $default:literal)?
        $(, $in_profiles:ident)? {
            example: $example:literal,
            summary: $summary:literal,
            aliases: [$($alias:literal),*],
        }
    )+) => {
        /// An unchecked configuration: the value written for each key, or `None` where the key is
        /// absent. [`Key::spec`] describes the keys.
        #[derive(Clone, Debug, Default)]
        #[expect(
            clippy::exhaustive_structs,
            reason = "the output of the macro, which has the same version, is a literal of it"
        )]
        pub struct Draft<'a> {
            $(
                #[doc = concat!("Value of `", stringify!($name), "`.")]
                pub $name: field!($form),
            )+
        }

        impl<'a> Draft<'a> {
            /// Reads the value of every key but `profiles` from a source: with `text` where the key
            /// takes one string, with `list` where it takes several.
            pub fn read(
                text: impl Fn(Key) -> Option<&'a str>,
                list: impl Fn(Key) -> Option<Vec<&'a str>>,
            ) -> Self {
                Self {
                    $($name: read!($form, Key::$variant, text, list),)+
                }
            }

            /// Returns the value of every key but `profiles` that has one; a list of one where the
            /// key takes one string.
            #[must_use]
            pub fn entries(&self) -> Vec<(Key, Vec<&'a str>)> {
                let entries = [$((Key::$variant, entry!($form, self.$name))),+];
                let entries = entries.into_iter();
                entries.filter_map(|(key, values)| Some((key, values?))).collect()
            }

            /// Returns the keys that have a value.
            pub(crate) fn keys(&self) -> impl Iterator<Item = Key> {
                let keys = [$(self.$name.is_some().then_some(Key::$variant)),+];
                keys.into_iter().flatten()
            }
        }
    };
}

crate::keys!(draft);

impl Draft<'_> {
    /// Applies every rule, as if every Cargo feature of `passkeys` were on.
    ///
    /// # Errors
    ///
    /// Every violation, in the order of the keys, without those that the correction of another
    /// would resolve.
    pub fn check(&self) -> Result<Policy, Vec<Violation>> {
        let mut report = Report::default();
        let origins = self.origins(&mut report);
        let rp_id = self.rp_id(&origins, &mut report);
        let rp_name = self.rp_name(&mut report);
        let origins = in_scope(origins, rp_id.as_ref(), &mut report);
        let related_origins = self.related_origins(rp_id.as_ref(), &origins, &mut report);
        let top_origins = self.top_origins(&mut report);
        let user_verification = report.word(Key::UserVerification, self.user_verification);
        let resident_key = report.word(Key::ResidentKey, self.resident_key);
        let conditional_create = report.boolean(Key::ConditionalCreate, self.conditional_create);
        let attestation = report.word(Key::Attestation, self.attestation);
        conditional_create_is_unattested(conditional_create, attestation, &mut report);
        let legacy_attestation = self.legacy_attestation(&mut report);
        let algorithms = self.algorithms(&mut report);
        let authenticator_attachment =
            report.word(Key::AuthenticatorAttachment, self.authenticator_attachment);
        let hints = self.hints(authenticator_attachment, &mut report);
        let extensions = self.extensions(resident_key, &mut report);
        let challenge_ttl = report.duration(
            Key::ChallengeTtl,
            self.challenge_ttl,
            &duration::CHALLENGE_TTL,
            DEFAULT_CHALLENGE_TTL,
        );
        let timeout = self.timeout(challenge_ttl, &mut report);
        let sign_count = report.word(Key::SignCount, self.sign_count);
        let backup_eligibility = report.word(Key::BackupEligibility, self.backup_eligibility);
        let max_credentials = report.number(
            Key::MaxCredentials,
            self.max_credentials,
            &number::MAX_CREDENTIALS,
            DEFAULT_MAX_CREDENTIALS,
        );
        let fresh = self.fresh.and_then(|written| {
            let checked = duration::parse(written, &duration::FRESH);
            report.keep(Key::Fresh, checked)
        });
        let prompt_outcomes = report.boolean(Key::PromptOutcomes, self.prompt_outcomes);
        let enroll_url = report.page(
            Key::EnrollUrl,
            self.enroll_url,
            rp_id.as_ref(),
            &related_origins,
        );
        let manage_url = report.page(
            Key::ManageUrl,
            self.manage_url,
            rp_id.as_ref(),
            &related_origins,
        );
        let android_apps = self.android_apps(&origins, &mut report);
        let apple_apps = self.apple_apps(rp_id.as_ref(), &origins, &mut report);
        let base = Base {
            user_verification: known(self.user_verification, user_verification),
            resident_key: known(self.resident_key, resident_key),
            algorithms: values(algorithms),
            attestation: known(self.attestation, attestation),
            authenticator_attachment,
            hints: values(hints),
            large_blob: extensions.iter().copied().any(is_large_blob),
            challenge_ttl,
            timeout,
        };
        let profiles = profile::check(self.profiles.as_deref(), &base, &mut report);

        match (rp_id, challenge_ttl, timeout, max_credentials) {
            (Some(rp_id), Some(challenge_ttl), Some(timeout), Some(max_credentials))
                if report.is_empty() =>
            {
                Ok(Policy(Values {
                    rp_name: rp_name.unwrap_or(rp_id.as_str()).to_owned(),
                    rp_id,
                    origins: values(origins),
                    related_origins: values(related_origins),
                    top_origins: values(top_origins),
                    user_verification: user_verification.unwrap_or_default(),
                    resident_key: resident_key.unwrap_or_default(),
                    conditional_create: conditional_create.unwrap_or_default(),
                    algorithms: base.algorithms,
                    attestation: attestation.unwrap_or_default(),
                    legacy_attestation,
                    authenticator_attachment,
                    hints: base.hints,
                    extensions,
                    challenge_ttl,
                    timeout,
                    sign_count: sign_count.unwrap_or_default(),
                    backup_eligibility: backup_eligibility.unwrap_or_default(),
                    max_credentials,
                    fresh,
                    prompt_outcomes: prompt_outcomes.unwrap_or_default(),
                    enroll_url: enroll_url.map(str::to_owned),
                    manage_url: manage_url.map(str::to_owned),
                    android_apps: values(android_apps),
                    apple_apps: values(apple_apps),
                    profiles,
                }))
            }
            _ => Err(report.in_order()),
        }
    }

    /// Applies every rule, and rejects values that need a Cargo feature which is off.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn check_with(&self, is_on: impl Fn(Feature) -> bool) -> Result<Policy, Vec<Violation>> {
        let needs = self.needs().into_iter();
        let missing = needs.filter(|need| !is_on(need.feature));
        let missing: Vec<_> = missing.map(|need| need.violation).collect();
        match self.check() {
            Ok(policy) if missing.is_empty() => Ok(policy),
            checked => {
                let mut violations = checked.err().unwrap_or_default();
                violations.extend(missing);
                violations.sort_by_key(|violation| violation.place);
                Err(violations)
            }
        }
    }

    /// Applies the rules to keys that several relying parties share: all but those
    /// [of one relying party](Key::is_of_one_relying_party), which are not looked at.
    ///
    /// The policy has the RP ID `tenant.invalid`, which no page can have.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn check_shared(&self) -> Result<Policy, Vec<Violation>> {
        Self {
            rp_id: Some("tenant.invalid"),
            rp_name: None,
            origins: Some(vec!["https://tenant.invalid"]),
            related_origins: None,
            enroll_url: None,
            manage_url: None,
            android_apps: None,
            apple_apps: None,
            ..self.clone()
        }
        .check()
    }

    fn rp_id(&self, origins: &[(usize, Origin)], report: &mut Report) -> Option<RpId> {
        let Some(value) = self.rp_id else {
            return report.refuse(Key::RpId, Rule::Missing(Key::RpId));
        };
        let checked =
            RpId::parse(value).and_then(|rp_id| rp_id.check_suffix(origins).map(|()| rp_id));
        report.keep(Key::RpId, checked)
    }

    fn rp_name(&self, report: &mut Report) -> Option<&str> {
        let name = self.rp_name?;
        report
            .keep(Key::RpName, rp_name::check(name))
            .map(|()| name)
    }

    fn origins(&self, report: &mut Report) -> Vec<(usize, Origin)> {
        let Some(values) = &self.origins else {
            report.refuse::<()>(Key::Origins, Rule::Missing(Key::Origins));
            return Vec::new();
        };
        report.list(Key::Origins, values, Origin::parse)
    }

    fn related_origins(
        &self,
        rp_id: Option<&RpId>,
        origins: &[(usize, Origin)],
        report: &mut Report,
    ) -> Vec<(usize, Origin)> {
        let Some(values) = &self.related_origins else {
            return Vec::new();
        };
        let related = report.list(Key::RelatedOrigins, values, Origin::parse);
        let mut labels = related::Labels::default();
        related
            .into_iter()
            .filter(|(index, origin)| {
                let place = (Key::RelatedOrigins, *index);
                let checked = match origins.iter().find(|(_, other)| other == origin) {
                    // Reported as a duplicate, as moving it to `origins` would make it one.
                    Some((first, _)) => Err(Rule::Duplicate {
                        value: origin.to_string(),
                        first: (Key::Origins, *first).into(),
                    }),
                    None => related::check(origin, rp_id).map_err(Rule::from),
                };
                // Without an RP ID it is unknown which of them are outside its scope.
                let counted = checked.and_then(|()| match rp_id {
                    Some(_) => labels.add(origin).map_err(Rule::from),
                    None => Ok(()),
                });
                report.keep(place, counted).is_some()
            })
            .collect()
    }

    fn top_origins(&self, report: &mut Report) -> Vec<(usize, Origin)> {
        let Some(values) = &self.top_origins else {
            return Vec::new();
        };
        report.list(Key::TopOrigins, values, |value| {
            let origin = Origin::parse_top(value)?;
            if origin.is_android() {
                return Err(Rule::AndroidTopOrigin(origin));
            }
            Ok(origin)
        })
    }

    pub(crate) fn algorithms(&self, report: &mut Report) -> Vec<(usize, Algorithm)> {
        let Some(words) = &self.algorithms else {
            return Algorithm::DEFAULT.iter().copied().enumerate().collect();
        };
        report.list(Key::Algorithms, words, |word| {
            match word.parse().ok().and_then(Algorithm::from_cose) {
                Some(algorithm) => Err(Rule::CoseAlgorithm(algorithm)),
                None => word.parse().map_err(Rule::Word),
            }
        })
    }

    /// Returns the outdated kinds of attestation that are accepted. There are some only where attestation
    /// is requested, outside of the profiles or in one of them.
    fn legacy_attestation(&self, report: &mut Report) -> Vec<LegacyAttestation> {
        let Some(words) = &self.legacy_attestation else {
            return Vec::new();
        };
        let kinds = report.list(Key::LegacyAttestation, words, LegacyAttestation::from_str);
        let of_profiles = self.profiles.iter().flatten();
        let mut requests = of_profiles
            .map(|profile| profile.values.attestation)
            .chain([self.attestation])
            .flatten();
        // A word that is not known may be meant as one that requests it.
        if requests.all(|word| word == Attestation::None.as_str()) {
            report.refuse::<()>(Key::LegacyAttestation, Rule::LegacyUnattested);
        }
        values(kinds)
    }

    pub(crate) fn hints(
        &self,
        attachment: Option<AuthenticatorAttachment>,
        report: &mut Report,
    ) -> Vec<(usize, Hint)> {
        let Some(values) = &self.hints else {
            return Vec::new();
        };
        let hints = report.list(Key::Hints, values, Hint::from_str);
        if let Some(attachment) = attachment {
            for &(index, hint) in hints
                .iter()
                .filter(|(_, hint)| hint.attachment() != attachment)
            {
                report.refuse::<()>(
                    (Key::Hints, index),
                    Rule::Contradiction { hint, attachment },
                );
            }
        }
        hints
    }

    fn extensions(&self, resident_key: Option<ResidentKey>, report: &mut Report) -> Vec<Extension> {
        let Some(values) = &self.extensions else {
            return Vec::new();
        };
        let entries = report.list(Key::Extensions, values, |entry| {
            Extension::parse(entry).map(Entry)
        });
        if resident_key == Some(ResidentKey::Discouraged)
            && let Some((index, _)) = entries.iter().find(|(_, entry)| is_large_blob(entry.0))
        {
            let rule = Rule::LargeBlobNotDiscoverable;
            report.refuse::<()>((Key::Extensions, *index), rule);
        }
        entries.into_iter().map(|(_, Entry(it))| it).collect()
    }

    pub(crate) fn timeout(
        &self,
        challenge_ttl: Option<Duration>,
        report: &mut Report,
    ) -> Option<Duration> {
        // A shorter `challenge_ttl` shortens the default, so that only an explicit `timeout` can be
        // reported as too long.
        let default = challenge_ttl.map_or(DEFAULT_TIMEOUT, |ttl| ttl.min(DEFAULT_TIMEOUT));
        let timeout = report.duration(Key::Timeout, self.timeout, &duration::TIMEOUT, default)?;
        match challenge_ttl {
            Some(challenge_ttl) if timeout > challenge_ttl => report.refuse(
                Key::Timeout,
                Rule::TimeoutOutlastsChallenge {
                    timeout,
                    challenge_ttl,
                },
            ),
            _ => Some(timeout),
        }
    }

    fn android_apps(
        &self,
        origins: &[(usize, Origin)],
        report: &mut Report,
    ) -> Vec<(usize, String)> {
        let Some(values) = &self.android_apps else {
            return Vec::new();
        };
        let is_android = |(_, origin): &(_, Origin)| origin.is_android();
        if !values.is_empty() && !origins.iter().any(is_android) {
            report.refuse::<()>(Key::AndroidApps, Rule::NoAndroidOrigin);
        }
        report.list(Key::AndroidApps, values, app::parse_android)
    }

    fn apple_apps(
        &self,
        rp_id: Option<&RpId>,
        origins: &[(usize, Origin)],
        report: &mut Report,
    ) -> Vec<(usize, String)> {
        let Some(values) = &self.apple_apps else {
            return Vec::new();
        };
        if let Some(rp_id) = rp_id {
            let own = format!("https://{rp_id}");
            let is_own = |(_, origin): &(_, Origin)| origin.as_str() == own;
            if !values.is_empty() && !origins.iter().any(is_own) {
                report.refuse::<()>(Key::AppleApps, Rule::NoAppleOrigin(rp_id.clone()));
            }
        }
        report.list(Key::AppleApps, values, app::parse_apple)
    }
}

fn is_large_blob(extension: Extension) -> bool {
    matches!(extension, Extension::LargeBlob(_))
}

/// Returns the origins in the scope of the RP ID. Without an RP ID its scope is not checked.
fn in_scope(
    origins: Vec<(usize, Origin)>,
    rp_id: Option<&RpId>,
    report: &mut Report,
) -> Vec<(usize, Origin)> {
    origins
        .into_iter()
        .filter(|(index, origin)| {
            let served = rp_id.map_or(Ok(()), |rp_id| scope::check(origin, rp_id));
            report.keep((Key::Origins, *index), served).is_some()
        })
        .collect()
}

/// Checks that attestation is not asked for where conditional creation is allowed: the passkey is
/// created without the user, who would have to consent to it.
fn conditional_create_is_unattested(
    conditional_create: Option<bool>,
    attestation: Option<Attestation>,
    report: &mut Report,
) {
    let attestation = attestation.unwrap_or_default();
    if conditional_create == Some(true) && attestation != Attestation::None {
        let rule = Rule::ConditionalCreateAttested(attestation);
        report.refuse::<()>(Key::ConditionalCreate, rule);
    }
}

/// Returns the value of a key, its default if the key is absent, or `None` if what is written is not
/// valid.
fn known<T: Default>(written: Option<&str>, parsed: Option<T>) -> Option<T> {
    match written {
        Some(_) => parsed,
        None => Some(T::default()),
    }
}

fn values<T>(indexed: Vec<(usize, T)>) -> Vec<T> {
    indexed.into_iter().map(|(_, value)| value).collect()
}
