//! Reads the configuration from environment variables, one for each key.
//!
//! A variable that begins with `PASSKEYS_` and is none of the configuration is a mistake if it resembles one
//! that is: it was meant to have an effect. Others are logged, since they may be the application's own.

mod names;
mod value;
mod wording;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, ffi::OsString};

use passkeys_rules::{Draft, Form, Key, Place, ProfileDraft, Rule, Violation};

use self::{
    names::{Unknown, name, name_in_profile},
    value::{Problem, Written},
};
use super::{Config, ConfigError};

/// Reads the configuration from these variables, of which those named in `own` are the application's.
pub(super) fn read(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    own: &[String],
) -> Result<Config, ConfigError> {
    let variables: BTreeMap<String, OsString> = variables
        .into_iter()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
        .filter(|(name, _)| names::has_prefix(name))
        .collect();
    let variable = |name: &str| {
        let is_own = own.iter().any(|own| own == name);
        variables.get(name).filter(|_| !is_own)
    };

    let base = Variables::read(variable, name);
    let listed = base.list(Key::Profiles);
    let profiles: Vec<_> = listed
        .iter()
        .flatten()
        .map(|profile| Variables::read(variable, |key| name_in_profile(profile, key)))
        .collect();
    let drafts = listed.as_ref().map(|names| {
        let drafts = names.iter().zip(&profiles);
        drafts
            .map(|(name, profile)| ProfileDraft {
                name,
                values: profile.draft(),
            })
            .collect()
    });
    let draft = Draft {
        profiles: drafts,
        ..base.draft()
    };

    let mut mistakes = Mistakes::default();
    base.check(None, &mut mistakes);
    for (index, (name, profile)) in listed.iter().flatten().zip(&profiles).enumerate() {
        profile.check(Some((index, name)), &mut mistakes);
    }
    let config = Config::check(&draft).map_err(|violations| mistakes.add(violations));

    let profiles: Vec<&str> = listed.into_iter().flatten().collect();
    let mut foreign = Vec::new();
    for name in variables.keys() {
        match names::unknown(name, &profiles, own) {
            Some(Unknown::Mistake(mistake)) => mistakes.after.push(mistake),
            Some(Unknown::Foreign) => foreign.push(name),
            None => {}
        }
    }
    mistakes.after.extend(names::own_keys(own, &profiles));
    names::warn_of(&foreign);
    match (config, mistakes.lines()) {
        (Ok(config), lines) if lines.is_empty() => Ok(config),
        (_, lines) => Err(ConfigError::new(lines)),
    }
}

/// Values of the variables of the configuration or of one of its profiles.
struct Variables {
    written: BTreeMap<Key, Written>,
    problems: BTreeMap<Key, Problem>,
}

impl Variables {
    fn read<'a>(
        variable: impl Fn(&str) -> Option<&'a OsString>,
        name: impl Fn(Key) -> String,
    ) -> Self {
        let mut read = Self {
            written: BTreeMap::new(),
            problems: BTreeMap::new(),
        };
        for &key in Key::ALL {
            let Some(value) = variable(&name(key)) else {
                continue;
            };
            let (written, problem) = value::read(key, value);
            read.written.extend(written.map(|written| (key, written)));
            read.problems.extend(problem.map(|problem| (key, problem)));
        }
        read
    }

    fn draft(&self) -> Draft<'_> {
        let text = |key| match self.written.get(&key)? {
            Written::Text(text) => Some(text.as_str()),
            Written::List(_) => None,
        };
        Draft::read(text, |key| self.list(key))
    }

    fn list(&self, key: Key) -> Option<Vec<&str>> {
        match self.written.get(&key)? {
            Written::List(elements) => Some(elements.iter().map(String::as_str).collect()),
            Written::Text(_) => None,
        }
    }

    /// Adds the mistakes in how the values are written.
    fn check(&self, profile: Option<(usize, &str)>, mistakes: &mut Mistakes) {
        for (&key, problem) in &self.problems {
            let mut place = Place::from(key);
            place.profile = profile.map(|(index, _)| index);
            let name = variable(profile.map(|(_, profile)| profile), key);
            if !self.written.contains_key(&key) {
                mistakes.unknown.push(place);
            }
            mistakes.at.push((place, problem.line(key, &name)));
        }
    }
}

/// Mistakes, each as a line.
#[derive(Default)]
struct Mistakes {
    /// Mistakes in values, with their places.
    at: Vec<(Place, String)>,
    /// Keys whose value is unknown.
    unknown: Vec<Place>,
    /// Mistakes in names.
    after: Vec<String>,
}

impl Mistakes {
    /// Adds violations, without those that involve an unknown value, such as that it is missing: they may
    /// not be true.
    fn add(&mut self, violations: Vec<Violation>) {
        let is_certain = |violation: &Violation| {
            let mut unknown = self.unknown.iter();
            !unknown.any(|&place| is_in(violation.place, place) || violation.depends_on(place))
        };
        let certain = violations.into_iter().filter(is_certain);
        let lines: Vec<_> = certain
            .map(|violation| (violation.place, line(&violation)))
            .collect();
        self.at.extend(lines);
    }

    /// Returns the lines in the order of the keys.
    fn lines(mut self) -> Vec<String> {
        self.at.sort_by_key(|(place, _)| *place);
        let lines = self.at.into_iter().map(|(_, line)| line);
        lines.chain(self.after).collect()
    }
}

/// Returns whether a place is the value of this key or one of its elements.
fn is_in(place: Place, key: Place) -> bool {
    (place.profile, place.key) == (key.profile, key.key)
}

/// Formats a mistake in terms of the variables, where its own message is of the attribute's keys.
fn line(violation: &Violation) -> String {
    let profile = violation.profile.as_deref();
    let name = variable(profile, violation.place.key);
    let place = match violation.place.index {
        Some(index) => format!("{name}, item {}", index + 1),
        None => name.clone(),
    };
    match &violation.rule {
        &Rule::Missing(key) => {
            let example = example(key);
            format!("{place}: the variable is not set; set it, such as `{name}={example}`")
        }
        &Rule::EmptyList(key) => {
            let fix = fill(key, &name);
            format!("{place}: the variable has no element; {fix}")
        }
        Rule::EmptyProfile(profile) => {
            let keys: Vec<_> = Key::in_profiles()
                .map(|key| name_in_profile(profile, key))
                .collect();
            let keys: Vec<_> = keys.iter().map(String::as_str).collect();
            let keys = passkeys_rules::wording::alternatives(&keys).to_string();
            format!(
                "{place}: profile `{profile}` sets nothing, so it is the same as none; set {keys}, or \
                 remove it"
            )
        }
        &Rule::NotInProfiles(key) => {
            let outside = names::name(key);
            format!("{place}: this cannot differ by profile; set `{outside}` instead, for all")
        }
        Rule::WeakerProfile { key, base, value } => {
            let outside = names::name(*key);
            format!(
                "{place}: a profile can only be stricter: `{outside}` is `{base}`, and `{value}` would \
                 loosen that; write `{name}={base}`, remove the variable, or write `{outside}={value}`"
            )
        }
        Rule::AlgorithmNotInBase(algorithm) => {
            let outside = names::name(Key::Algorithms);
            format!(
                "{place}: a profile can only be stricter, and `{outside}` does not have `{algorithm}`; \
                 remove it, or add it to `{outside}`"
            )
        }
        _ => {
            let words = wording::of_variables(&violation.to_string(), profile);
            format!("{place}: {words}")
        }
    }
}

/// Returns the variable of a key, in a profile or not.
fn variable(profile: Option<&str>, key: Key) -> String {
    match profile {
        Some(profile) => name_in_profile(profile, key),
        None => name(key),
    }
}

/// Returns how to give a key a value, or that it can be left out.
fn fill(key: Key, name: &str) -> String {
    let example = example(key);
    let or = if key.spec().required {
        ""
    } else {
        ", or remove it"
    };
    format!("set it, such as `{name}={example}`{or}")
}

/// Returns a valid value of a variable.
fn example(key: Key) -> String {
    match key.spec().form {
        Form::Profiles => "security_key,this_device".to_owned(),
        Form::Extensions => "prf,large_blob=preferred".to_owned(),
        _ => key
            .spec()
            .example
            .replace(['[', ']', '"'], "")
            .replace(", ", ","),
    }
}
