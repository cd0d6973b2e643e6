//! The attribute's arguments: what is written, and what the rules say to it.

use passkeys_rules::{
    Draft, Key, Rule, Violation,
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

/// The arguments, as far as they could be read.
#[derive(Default)]
pub(crate) struct Args {
    /// All of them, as they were written.
    written: TokenStream,
    settings: Vec<Setting>,
    /// Keys whose value cannot be used, as has been reported: nothing more is said about them.
    damaged: Vec<Name>,
    /// Keys that misspelt ones were meant to be: they are not missing.
    meant: Vec<Name>,
    /// Whether there is a value without a key, as has been reported: it may be any key's.
    nameless: bool,
    response: Option<Type>,
    krate: Option<Path>,
}

/// A key of the rules and its value.
pub(crate) struct Setting {
    pub(crate) key: Key,
    pub(crate) value: Value,
}

/// Arguments that the rules have accepted.
pub(crate) struct CheckedArgs {
    pub(crate) settings: Vec<Setting>,
    pub(crate) response: Option<Type>,
}

impl Args {
    /// Reads the arguments; reports what is not `key = value`, with a known key and a value of
    /// its kind.
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

    /// The path to the library that `crate` gives.
    pub(crate) fn krate(&self) -> Option<&Path> {
        self.krate.as_ref()
    }

    /// Applies the rules to what was read, and reports what they refuse.
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

    /// Reads one `key = value`, up to the comma after it.
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

    /// The key that is meant, unless it is unknown or was given before.
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

    /// Says which key was meant; that one is not missing then.
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

    /// Reads what stands after a key. `None` if it cannot be used, which is reported.
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

    /// Whether the key was given, with whatever value.
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

    /// The arguments as the rules read them.
    fn draft(&self) -> Draft<'_> {
        Draft::read(
            |key| self.get(key).and_then(Value::text),
            |key| self.get(key).and_then(Value::texts),
        )
    }

    /// Whether a violation only follows from a value that could not be read.
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
            _ => violation.place.index.is_none() && damaged(violation.place.key),
        }
    }

    /// Reports a violation on the value that it is about, or where such a value could be added.
    fn report(&self, violation: &Violation, errors: &mut Errors) {
        match self.get(violation.place.key) {
            Some(value) => errors.at(value.span(violation.place.index), violation),
            None if self.written.is_empty() => errors.at(Span::call_site(), violation),
            None => errors.on(&self.written, violation),
        }
    }
}

/// Takes what is left of an entry. A comma ends it, unless what follows cannot begin another:
/// types have commas, too.
fn rest_of_entry(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut rest = TokenStream::new();
    while !(input.is_empty() || input.peek(Token![,]) && entry_follows(input)) {
        rest.extend([input.parse::<TokenTree>()?]);
    }
    Ok(rest)
}

/// Whether the comma ahead is the last token or has something like a key after it.
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
