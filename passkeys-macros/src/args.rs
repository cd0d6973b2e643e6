//! Parsing of the attribute's arguments, and their validation by the rules.

use passkeys_rules::{
    Draft, Feature, Key, Rule, Violation,
    wording::{nearest, quote},
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens as _;
use syn::{
    Path, Token, Type,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
    token,
};

use crate::{
    errors::Errors,
    extensions,
    keys::Name,
    profiles::Profiles,
    settings::{Setting, Settings, assigned, rest_of_entry},
    values::{self, Value},
};

/// The arguments that could be parsed.
#[derive(Default)]
pub(crate) struct Args {
    /// All arguments as they were written.
    written: TokenStream,
    settings: Settings,
    profiles: Option<Profiles>,
    response: Option<Type>,
    krate: Option<Path>,
    /// Whether there is something that is not a known key, which has been reported.
    has_unknown: bool,
}

/// Value that needs a Cargo feature of the library, which the macro does not know to be on.
pub(crate) struct Needed {
    pub(crate) feature: Feature,
    /// The error if the feature is off.
    pub(crate) error: syn::Error,
}

/// Valid arguments.
pub(crate) struct CheckedArgs {
    pub(crate) settings: Settings,
    pub(crate) profiles: Option<Profiles>,
    pub(crate) response: Option<Type>,
    pub(crate) place: Place,
}

/// Place of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Attribute,
    /// It is made at run time.
    RunTime,
    /// The hook `relying_party` returns it for each request, and the attribute has what is common to all.
    Request,
}

impl Args {
    /// Parses the arguments. Reports everything but `key = value` with a known key and a value of
    /// its form.
    pub(crate) fn parse(arguments: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self {
            written: arguments.clone(),
            ..Self::default()
        };
        let entries = |input: ParseStream<'_>| {
            while !input.is_empty() {
                args.entry(input, errors)?;
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        if let Err(error) = entries.parse2(arguments) {
            args.has_unknown = true;
            errors.add(error);
        }
        args
    }

    /// Returns the path of the library that the key `crate` gives.
    pub(crate) fn krate(&self) -> Option<&Path> {
        self.krate.as_ref()
    }

    /// Returns the values that need a Cargo feature of the library.
    pub(crate) fn needs(&self) -> Vec<Needed> {
        let needs = self.draft().needs().into_iter();
        needs
            .filter_map(|need| {
                let span = self.span(&need.violation)?;
                Some(Needed {
                    feature: need.feature,
                    error: syn::Error::new(span, need.violation),
                })
            })
            .collect()
    }

    /// Validates the arguments and reports every violation. `has_tenants` says that there is the hook
    /// `relying_party`.
    pub(crate) fn check(self, has_tenants: bool, errors: &mut Errors) -> Option<CheckedArgs> {
        if !has_tenants && self.leaves_the_configuration_to_run_time() {
            return Some(CheckedArgs {
                settings: self.settings,
                profiles: None,
                response: self.response,
                place: Place::RunTime,
            });
        }
        let (place, checked) = if has_tenants {
            self.without_keys_of_one_relying_party(errors);
            (Place::Request, self.draft().check_shared())
        } else {
            (Place::Attribute, self.draft().check())
        };
        let violations = checked.err().unwrap_or_default();
        for violation in violations.iter().filter(|one| !self.explains(one)) {
            self.report(violation, errors);
        }
        let is_whole = self.settings.is_whole() && self.all_profiles().all(Settings::is_whole);
        (violations.is_empty() && is_whole).then_some(CheckedArgs {
            settings: self.settings,
            profiles: self.profiles,
            response: self.response,
            place,
        })
    }

    /// Reports the keys that belong to one relying party, in an attribute that several share.
    fn without_keys_of_one_relying_party(&self, errors: &mut Errors) {
        let of_one = |setting: &&Setting| setting.key.is_of_one_relying_party();
        for Setting { key, value } in self.settings.iter().filter(of_one) {
            let place = match key {
                Key::RpId | Key::Origins => {
                    "pass it to `RelyingPartyConfig::of::<App>(rp_id, origins)`".to_owned()
                }
                key => format!("set it by `RelyingPartyConfig::builder::<App>(..).{key}(..)`"),
            };
            errors.at(
                value.span(None),
                format_args!(
                    "`{key}` belongs to one relying party, and the hook `relying_party` returns another for each \
                     tenant; remove it here, and {place}"
                ),
            );
        }
    }

    /// Returns whether there is no key of the configuration, not even an invalid one.
    fn leaves_the_configuration_to_run_time(&self) -> bool {
        let settings = &self.settings;
        !self.has_unknown
            && settings.is_whole()
            && settings.iter().next().is_none()
            && self.profiles.is_none()
    }

    /// Parses one `key = value`, up to the next comma.
    fn entry(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if !input.peek(syn::Ident::peek_any) {
            self.settings.nameless = true;
            errors.on(
                rest_of_entry(input)?,
                "expected `key = value`, such as `rp_id = \"example.com\"`",
            );
            return Ok(());
        }
        let key = input.call(Ident::parse_any)?;
        let Some(name) = self.name(&key, errors) else {
            rest_of_entry(input)?;
            return Ok(());
        };
        let value = match name {
            Name::Rule(Key::Profiles) => self.profiles(key, input, errors)?,
            Name::Rule(Key::Extensions) => self.extensions(key, input, errors)?,
            _ => self.value(name, &key, input, errors)?,
        };
        if value.is_none() {
            self.settings.damaged.push(name);
        }
        Ok(())
    }

    /// Returns the key with this name. Reports an unknown or repeated one.
    fn name(&mut self, key: &Ident, errors: &mut Errors) -> Option<Name> {
        let word = key.to_string();
        let Some(name) = Name::parse(&word) else {
            self.unknown(key, &word, errors);
            return None;
        };
        if self.has(name) {
            errors.on(
                key,
                format_args!("`{name}` is given twice; remove one of the two"),
            );
            return None;
        }
        Some(name)
    }

    /// Reports an unknown key, with a suggestion if it is like a known one.
    fn unknown(&mut self, key: &Ident, word: &str, errors: &mut Errors) {
        self.has_unknown = true;
        let known: Vec<_> = Name::all().map(Name::as_str).collect();
        let meant = match Key::from_alias(word) {
            Some(key) => Some(Name::Rule(key)),
            None => nearest(word, known.iter().copied()).and_then(Name::parse),
        };
        let word = quote(word);
        if let Some(meant) = meant {
            errors.on(
                key,
                format_args!("unknown key {word}; did you mean `{meant}`?"),
            );
            self.settings.meant.push(meant);
        } else {
            let known = known.join("`, `");
            errors.on(
                key,
                format_args!("unknown key {word}; the keys are `{known}`"),
            );
        }
    }

    /// Parses the profiles. Reports anything else and returns `None`.
    fn profiles(
        &mut self,
        key: Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<Option<()>> {
        if input.peek(token::Paren) {
            let profiles = Profiles::parse(key, input, errors)?;
            return Ok(profiles.map(|profiles| self.profiles = Some(profiles)));
        }
        let mut entry = key.into_token_stream();
        entry.extend(rest_of_entry(input)?);
        Ok(values::read(Key::Profiles, entry, errors).map(drop))
    }

    /// Parses the extensions. Reports anything else and returns `None`.
    fn extensions(
        &mut self,
        key: Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<Option<()>> {
        let written = rest_of_entry(input)?;
        if let Some(group) = extensions::parentheses(&written) {
            let value = extensions::parse(&key, &group, errors);
            return Ok(value.map(|value| self.settings.add(Key::Extensions, value)));
        }
        let mut entry = key.into_token_stream();
        entry.extend(written);
        Ok(values::read(Key::Extensions, entry, errors).map(drop))
    }

    /// Parses the value of a key. Reports an invalid one and returns `None`.
    fn value(
        &mut self,
        name: Name,
        key: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<Option<()>> {
        let Some(written) = assigned(name, key, input, errors)? else {
            return Ok(None);
        };
        Ok(match name {
            Name::Rule(rule) => self.settings.read(rule, written, errors),
            Name::Response => values::response(written, errors).map(|ty| self.response = Some(ty)),
            Name::Crate => values::krate(written, errors).map(|path| self.krate = Some(path)),
        })
    }

    /// Returns whether the key was given, with a valid value or not.
    fn has(&self, name: Name) -> bool {
        self.settings.has(name)
            || match name {
                Name::Rule(key) => key == Key::Profiles && self.profiles.is_some(),
                Name::Response => self.response.is_some(),
                Name::Crate => self.krate.is_some(),
            }
    }

    fn all_profiles(&self) -> impl Iterator<Item = &Settings> {
        let profiles = self.profiles.iter().flat_map(Profiles::iter);
        profiles.map(|profile| &profile.settings)
    }

    /// Returns the arguments as a draft of the configuration.
    fn draft(&self) -> Draft<'_> {
        Draft {
            profiles: self.profiles.as_ref().map(Profiles::draft),
            ..self.settings.draft()
        }
    }

    /// Returns the profile that a violation is in, or else the keys outside of profiles.
    fn settings_of(&self, violation: &Violation) -> &Settings {
        let index = violation.place.profile;
        let profile = index.and_then(|index| self.all_profiles().nth(index));
        profile.unwrap_or(&self.settings)
    }

    /// Returns whether a violation may be the consequence of an error that has been reported.
    fn explains(&self, violation: &Violation) -> bool {
        let place = violation.place;
        let own = self.settings_of(violation);
        let in_doubt = |key: &Key| self.settings.is_in_doubt(*key) || own.is_in_doubt(*key);
        if violation.rule.judges_by().iter().any(in_doubt) {
            return true;
        }
        match &violation.rule {
            Rule::Missing(_) if self.settings.nameless => true,
            Rule::EmptyProfile(_) => {
                let index = place.index.unwrap_or_default();
                self.all_profiles()
                    .nth(index)
                    .is_some_and(|it| !it.is_whole())
            }
            // The profiles that are left may be none.
            Rule::EmptyList(Key::Profiles) => {
                self.profiles.as_ref().is_some_and(Profiles::is_damaged)
            }
            _ => place.index.is_none() && own.is_damaged(place.key),
        }
    }

    /// Returns the place of the value in question.
    fn span(&self, violation: &Violation) -> Option<Span> {
        let place = violation.place;
        match &self.profiles {
            Some(profiles) if place.key == Key::Profiles => Some(profiles.span(place.index)),
            _ => {
                let value = self.settings_of(violation).get(place.key);
                value.map(|value: &Value| value.span(place.index))
            }
        }
    }

    /// Reports a violation at the value in question, or at all arguments where the key is missing.
    fn report(&self, violation: &Violation, errors: &mut Errors) {
        match self.span(violation) {
            Some(span) => errors.at(span, violation),
            None if self.written.is_empty() => errors.at(Span::call_site(), violation),
            None => errors.on(&self.written, violation),
        }
    }
}
