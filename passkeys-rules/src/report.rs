//! Collects the violations that are found in a draft.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use crate::duration;
use crate::key::Key;
use crate::number;
use crate::origin::Origin;
use crate::page;
use crate::rp_id::RpId;
use crate::violation::{Place, Rule, Violation};
use crate::words::UnknownWord;

/// Violations found so far.
#[derive(Default)]
pub(crate) struct Report {
    violations: Vec<Violation>,
    /// Index and name of the profile that is checked now.
    profile: Option<(usize, String)>,
}

impl Report {
    pub(crate) fn is_empty(&self) -> bool {
        self.violations.is_empty()
    }

    /// Runs the checks of a profile, whose violations are in it.
    pub(crate) fn in_profile<T>(
        &mut self,
        index: usize,
        name: &str,
        check: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.profile = Some((index, name.to_owned()));
        let checked = check(self);
        self.profile = None;
        checked
    }

    /// Returns the violations in the order of the keys and of their elements, without those that
    /// the correction of another may resolve.
    pub(crate) fn in_order(mut self) -> Vec<Violation> {
        self.violations.sort_by_key(|violation| violation.place);
        let in_doubt: Vec<Place> = self
            .violations
            .iter()
            .filter(|violation| !matches!(violation.rule, Rule::Duplicate { .. }))
            .map(|violation| violation.place)
            .collect();
        let settled = |violation: &Violation| {
            let mut places = in_doubt.iter();
            !places.any(|place| violation.depends_on(*place))
        };
        self.violations.into_iter().filter(settled).collect()
    }

    /// Adds a violation and returns `None`, as there is no valid value.
    pub(crate) fn refuse<T>(
        &mut self,
        place: impl Into<Place>,
        rule: impl Into<Rule>,
    ) -> Option<T> {
        let violation = Violation {
            place: place.into(),
            profile: None,
            rule: rule.into(),
        };
        self.violations.push(match &self.profile {
            Some((index, name)) => violation.in_profile(*index, name),
            None => violation,
        });
        None
    }

    /// Returns the value of a result; adds the violation of an error.
    pub(crate) fn keep<T>(
        &mut self,
        place: impl Into<Place>,
        result: Result<T, impl Into<Rule>>,
    ) -> Option<T> {
        result.map_or_else(|rule| self.refuse(place, rule), Some)
    }

    pub(crate) fn word<T: FromStr<Err = UnknownWord>>(
        &mut self,
        key: Key,
        value: Option<&str>,
    ) -> Option<T> {
        self.keep(key, value?.parse())
    }

    pub(crate) fn boolean(&mut self, key: Key, value: Option<&str>) -> Option<bool> {
        const WORDS: &[&str] = &["true", "false"];
        let value = value?;
        let parsed = value.parse().map_err(|_| UnknownWord {
            value: value.to_owned(),
            words: WORDS,
        });
        self.keep(key, parsed)
    }

    pub(crate) fn duration(
        &mut self,
        key: Key,
        value: Option<&str>,
        allowed: &RangeInclusive<Duration>,
        default: Duration,
    ) -> Option<Duration> {
        value.map_or(Some(default), |value| {
            self.keep(key, duration::parse(value, allowed))
        })
    }

    pub(crate) fn number(
        &mut self,
        key: Key,
        value: Option<&str>,
        allowed: &RangeInclusive<usize>,
        default: usize,
    ) -> Option<usize> {
        value.map_or(Some(default), |value| {
            self.keep(key, number::parse(value, allowed))
        })
    }

    pub(crate) fn page<'a>(
        &mut self,
        key: Key,
        value: Option<&'a str>,
        rp_id: Option<&RpId>,
        related: &[(usize, Origin)],
    ) -> Option<&'a str> {
        let value = value?;
        self.keep(key, page::check(value, rp_id, related))
            .map(|()| value)
    }

    /// Returns the valid elements of an array with their indices, without duplicates.
    pub(crate) fn list<T: PartialEq, E: Into<Rule>>(
        &mut self,
        key: Key,
        values: &[&str],
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<(usize, T)> {
        if values.is_empty() {
            self.refuse::<()>(key, Rule::EmptyList(key));
        }
        let mut kept: Vec<(usize, T)> = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let place = (key, index);
            let Some(parsed) = self.keep(place, parse(value)) else {
                continue;
            };
            match kept.iter().find(|(_, other)| *other == parsed) {
                Some(&(first, _)) => {
                    let first = (key, first).into();
                    self.refuse::<()>(
                        place,
                        Rule::Duplicate {
                            value: (*value).to_owned(),
                            first,
                        },
                    );
                }
                None => kept.push((index, parsed)),
            }
        }
        kept
    }
}
