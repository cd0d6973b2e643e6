//! Parsing of the attribute's arguments, and their validation by the rules.

use passkeys_rules::{
    Draft, Feature, Key, Rule, Violation,
    wording::{nearest, quote},
};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{
    Path, Token, Type,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
    token,
};

use crate::{
    errors::Errors,
    keys::Name,
    values::{self, Value},
};

/// The arguments that could be parsed.
#[derive(Default)]
pub(crate) struct Args {
    /// All arguments as they were written.
    written: TokenStream,
    settings: Vec<Setting>,
    /// Keys with an invalid value, which has been reported: no other error is reported for them.
    damaged: Vec<Name>,
    /// Keys that were suggested for misspelt ones: they are not reported as missing.
    meant: Vec<Name>,
    /// Whether there is a value without a key, which has been reported: no key is reported as
    /// missing.
    nameless: bool,
    response: Option<Type>,
    krate: Option<Path>,
}

/// Key of the rules, and its value.
pub(crate) struct Setting {
    pub(crate) key: Key,
    pub(crate) value: Value,
}

/// Value that needs a Cargo feature of the library, which the macro does not know to be on.
pub(crate) struct Needed {
    pub(crate) feature: Feature,
    /// The error if the feature is off.
    pub(crate) error: syn::Error,
}

/// Valid arguments.
pub(crate) struct CheckedArgs {
    pub(crate) settings: Vec<Setting>,
    pub(crate) response: Option<Type>,
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
                let place = need.violation.place;
                let span = self.get(place.key)?.span(place.index);
                Some(Needed {
                    feature: need.feature,
                    error: syn::Error::new(span, need.violation),
                })
            })
            .collect()
    }

    /// Validates the arguments and reports every violation.
    pub(crate) fn check(self, errors: &mut Errors) -> Option<CheckedArgs> {
        let violations = self.draft().check().err().unwrap_or_default();
        for violation in violations.iter().filter(|one| !self.explains(one)) {
            self.report(violation, errors);
        }
        (violations.is_empty() && self.damaged.is_empty() && self.meant.is_empty()).then_some(
            CheckedArgs {
                settings: self.settings,
                response: self.response,
            },
        )
    }

    /// Parses one `key = value`, up to the next comma.
    fn entry(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if !input.peek(syn::Ident::peek_any) {
            self.nameless = true;
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
        if self.value(name, &key, input, errors)?.is_none() {
            self.damaged.push(name);
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
            self.meant.push(meant);
        } else {
            let known = known.join("`, `");
            errors.on(
                key,
                format_args!("unknown key {word}; the keys are `{known}`"),
            );
        }
    }

    /// Parses the value of a key. Reports an invalid one and returns `None`.
    fn value(
        &mut self,
        name: Name,
        key: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<Option<()>> {
        let assigned = input.peek(Token![=]) && !input.peek(Token![==]);
        if assigned {
            input.parse::<Token![=]>()?;
        }
        let written = rest_of_entry(input)?;
        if !assigned || written.is_empty() {
            let mut entry = key.to_token_stream();
            entry.extend(written);
            errors.on(
                entry,
                format_args!(
                    "`{name}` needs a value; write `{name} = {}`",
                    name.example()
                ),
            );
            return Ok(None);
        }
        Ok(match name {
            Name::Rule(rule) => values::read(rule, written, errors)
                .map(|value| self.settings.push(Setting { key: rule, value })),
            Name::Response => values::response(written, errors).map(|ty| self.response = Some(ty)),
            Name::Crate => values::krate(written, errors).map(|path| self.krate = Some(path)),
        })
    }

    /// Returns whether the key was given, with a valid value or not.
    fn has(&self, name: Name) -> bool {
        self.damaged.contains(&name)
            || match name {
                Name::Rule(key) => self.get(key).is_some(),
                Name::Response => self.response.is_some(),
                Name::Crate => self.krate.is_some(),
            }
    }

    fn get(&self, key: Key) -> Option<&Value> {
        let setting = self.settings.iter().find(|setting| setting.key == key)?;
        Some(&setting.value)
    }

    /// Returns the arguments as a draft of the configuration.
    fn draft(&self) -> Draft<'_> {
        Draft::read(
            |key| self.get(key).and_then(Value::text),
            |key| self.get(key).and_then(Value::texts),
        )
    }

    /// Returns whether a violation may be the consequence of an error that has been reported.
    fn explains(&self, violation: &Violation) -> bool {
        let damaged = |key| {
            let name = Name::Rule(key);
            self.damaged.contains(&name) || self.meant.contains(&name)
        };
        let in_part = |key| self.get(key).is_some_and(Value::is_damaged);
        let mut judges_by = violation.rule.judges_by().iter().copied();
        if judges_by.any(|key| damaged(key) || in_part(key)) {
            return true;
        }
        match violation.rule {
            Rule::Missing(_) if self.nameless => true,
            // An algorithm that was not understood may be one that can be attested.
            Rule::NoAttestedAlgorithm(_) if in_part(Key::Algorithms) => true,
            _ => violation.place.index.is_none() && damaged(violation.place.key),
        }
    }

    /// Reports a violation at the value in question, or at all arguments where the key is missing.
    fn report(&self, violation: &Violation, errors: &mut Errors) {
        match self.get(violation.place.key) {
            Some(value) => errors.at(value.span(violation.place.index), violation),
            None if self.written.is_empty() => errors.at(Span::call_site(), violation),
            None => errors.on(&self.written, violation),
        }
    }
}

/// Takes the rest of an entry. It ends at a comma that is followed by another entry, since types
/// contain commas, too.
fn rest_of_entry(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut rest = TokenStream::new();
    while !(input.is_empty() || input.peek(Token![,]) && entry_follows(input)) {
        rest.extend([input.parse::<TokenTree>()?]);
    }
    Ok(rest)
}

/// Returns whether the next comma is the last token or is followed by something like a key.
fn entry_follows(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if ahead.parse::<Token![,]>().is_err() || ahead.is_empty() {
        return true;
    }
    match ahead.call(Ident::parse_any) {
        Ok(word) => {
            Name::parse(&word.to_string()).is_some()
                || ahead.is_empty()
                || ahead.peek(Token![=])
                || ahead.peek(token::Paren)
        }
        Err(_) => false,
    }
}
