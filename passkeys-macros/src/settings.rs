//! Keys of the rules with their values, as the attribute or a profile in it has them.

use passkeys_rules::{Draft, Key};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{
    Lit, Token,
    ext::IdentExt as _,
    parse::{Parse as _, ParseStream},
    token,
};

use crate::{
    errors::Errors,
    keys::Name,
    values::{self, Value},
};

/// Keys of the rules with their values, and the mistakes that explain others.
#[derive(Default)]
pub(crate) struct Settings {
    all: Vec<Setting>,
    /// Keys with an invalid value, which has been reported: no other error is reported for them.
    pub(crate) damaged: Vec<Name>,
    /// Keys that were suggested for misspelt ones: they are not reported as missing.
    pub(crate) meant: Vec<Name>,
    /// Whether there is a value without a key, which has been reported: no key is reported as
    /// missing.
    pub(crate) nameless: bool,
}

/// Key of the rules, and its value.
pub(crate) struct Setting {
    pub(crate) key: Key,
    pub(crate) value: Value,
}

impl Settings {
    pub(crate) fn get(&self, key: Key) -> Option<&Value> {
        let setting = self.all.iter().find(|setting| setting.key == key)?;
        Some(&setting.value)
    }

    /// Returns whether the key was given, with a valid value or not.
    pub(crate) fn has(&self, name: Name) -> bool {
        let is_given = |key| self.get(key).is_some();
        self.damaged.contains(&name) || matches!(name, Name::Rule(key) if is_given(key))
    }

    /// Returns whether the value of the key, or a part of it, is unknown because of an error that has
    /// been reported.
    pub(crate) fn is_in_doubt(&self, key: Key) -> bool {
        self.is_damaged(key) || self.get(key).is_some_and(Value::is_damaged)
    }

    /// Returns whether the value of the key is unknown because of an error that has been reported.
    pub(crate) fn is_damaged(&self, key: Key) -> bool {
        let name = Name::Rule(key);
        self.damaged.contains(&name) || self.meant.contains(&name)
    }

    /// Returns whether every key has been understood.
    pub(crate) fn is_whole(&self) -> bool {
        self.damaged.is_empty() && self.meant.is_empty() && !self.nameless
    }

    /// Parses the value of a key. Reports an invalid one and returns `None`.
    pub(crate) fn read(
        &mut self,
        key: Key,
        written: TokenStream,
        errors: &mut Errors,
    ) -> Option<()> {
        values::read(key, written, errors).map(|value| self.add(key, value))
    }

    pub(crate) fn add(&mut self, key: Key, value: Value) {
        self.all.push(Setting { key, value });
    }

    /// Returns the values as a draft of the configuration, without profiles.
    pub(crate) fn draft(&self) -> Draft<'_> {
        Draft::read(
            |key| self.get(key).and_then(Value::text),
            |key| self.get(key).and_then(Value::texts),
        )
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.all.iter()
    }
}

/// Parses an equals sign and the tokens after it, up to the next entry. Reports a value that is missing
/// and returns `None`.
pub(crate) fn assigned(
    name: Name,
    key: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Option<TokenStream>> {
    let is_assigned = input.peek(Token![=]) && !input.peek(Token![==]);
    if is_assigned {
        <Token![=]>::parse(input)?;
    }
    if is_assigned && let Some(value) = value_without_comma(input, errors)? {
        return Ok(Some(value));
    }
    let written = rest_of_entry(input)?;
    if is_assigned && !written.is_empty() {
        return Ok(Some(written));
    }
    let mut entry = key.to_token_stream();
    entry.extend(written);
    errors.on(
        entry,
        format_args!(
            "`{name}` needs a value; write `{name} = {}`",
            name.example()
        ),
    );
    Ok(None)
}

/// Takes a value that another key or a semicolon follows, and reports the missing comma. Takes nothing
/// otherwise.
fn value_without_comma(
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Option<TokenStream>> {
    let ahead = input.fork();
    // A type may be followed by more of it.
    let is_value = ahead.peek(Lit) || ahead.peek(token::Bracket);
    if !is_value || ahead.parse::<TokenTree>().is_err() {
        return Ok(None);
    }
    if ahead.peek(Token![;]) {
        let value = input.parse::<TokenTree>()?;
        errors.on(
            input.parse::<Token![;]>()?,
            "keys are separated by commas; write `,`",
        );
        return Ok(Some(value.into()));
    }
    let Ok(key) = ahead.call(Ident::parse_any) else {
        return Ok(None);
    };
    if !ahead.peek(Token![=]) {
        return Ok(None);
    }
    errors.on(
        &key,
        format_args!("a comma is missing in front of `{key}`; add it"),
    );
    Ok(Some(input.parse::<TokenTree>()?.into()))
}

/// Takes the rest of an entry. It ends at a comma that is followed by another entry, since types
/// contain commas, too.
pub(crate) fn rest_of_entry(input: ParseStream<'_>) -> syn::Result<TokenStream> {
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
