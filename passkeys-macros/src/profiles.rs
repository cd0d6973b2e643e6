//! Parsing of `profiles(name(key = value, ..), ..)`.

use passkeys_rules::{
    Key, ProfileDraft, Rule,
    wording::{alternatives, nearest, quote},
};
use proc_macro2::{Ident, Span};
use quote::ToTokens as _;
use syn::{
    Token,
    ext::IdentExt as _,
    parenthesized,
    parse::{ParseBuffer, ParseStream},
    token,
};

use crate::{
    errors::Errors,
    keys::Name,
    settings::{Settings, assigned, rest_of_entry},
};

/// The value of `profiles`.
pub(crate) struct Profiles {
    key: Ident,
    all: Vec<Profile>,
    /// Whether there was something else than profiles, which has been reported.
    damaged: bool,
}

/// A profile: its name, and the keys that differ by it.
pub(crate) struct Profile {
    name: Ident,
    text: String,
    pub(crate) settings: Settings,
}

impl Profiles {
    /// Parses the parentheses after the key and what is in them. Reports everything but
    /// `name(key = value, ..)` with known keys and values of their forms.
    pub(crate) fn parse(
        key: Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<Option<Self>> {
        let content = in_parentheses(input)?;
        let mut profiles = Self {
            key,
            all: Vec::new(),
            damaged: false,
        };
        while !content.is_empty() {
            match Profile::parse(&content, errors)? {
                Some(profile) => profiles.all.push(profile),
                None => profiles.damaged = true,
            }
            content.parse::<Option<Token![,]>>()?;
        }
        let rest = rest_of_entry(input)?;
        if !rest.is_empty() {
            errors.on(rest, "expected a comma after `profiles(..)`");
            return Ok(None);
        }
        Ok(Some(profiles))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.all.iter()
    }

    pub(crate) fn is_damaged(&self) -> bool {
        self.damaged
    }

    pub(crate) fn draft(&self) -> Vec<ProfileDraft<'_>> {
        let drafts = self.iter().map(|profile| ProfileDraft {
            name: profile.name(),
            values: profile.settings.draft(),
        });
        drafts.collect()
    }

    /// Returns the span of the name of a profile, or of the key.
    pub(crate) fn span(&self, index: Option<usize>) -> Span {
        let profile = index.and_then(|index| self.all.get(index));
        profile.map_or(self.key.span(), |profile| profile.name.span())
    }
}

impl Profile {
    pub(crate) fn name(&self) -> &str {
        &self.text
    }

    /// Parses one `name(key = value, ..)`, up to the next comma.
    fn parse(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Option<Self>> {
        const EXAMPLE: &str = r#"`security_key(hints = ["security-key"])`"#;
        if !input.peek(syn::Ident::peek_any) {
            let message = format!("`profiles` takes profiles, such as {EXAMPLE}");
            errors.on(rest_of_entry(input)?, message);
            return Ok(None);
        }
        let name = input.call(Ident::parse_any)?;
        let text = name.to_string();
        let malformed = format!(
            "a profile is its name with keys in parentheses, such as {EXAMPLE}; write \
             `{text}(key = value, ..)`"
        );
        if !input.peek(token::Paren) {
            let mut entry = name.to_token_stream();
            entry.extend(rest_of_entry(input)?);
            errors.on(entry, malformed);
            return Ok(None);
        }
        let content = in_parentheses(input)?;
        let mut profile = Self {
            name,
            text,
            settings: Settings::default(),
        };
        while !content.is_empty() {
            profile.entry(&content, errors)?;
            content.parse::<Option<Token![,]>>()?;
        }
        let rest = rest_of_entry(input)?;
        if !rest.is_empty() {
            errors.on(rest, malformed);
            return Ok(None);
        }
        Ok(Some(profile))
    }

    /// Parses one `key = value`, up to the next comma.
    fn entry(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if !input.peek(syn::Ident::peek_any) {
            self.settings.nameless = true;
            errors.on(
                rest_of_entry(input)?,
                "expected `key = value`, such as `hints = [\"security-key\"]`",
            );
            return Ok(());
        }
        let word = input.call(Ident::parse_any)?;
        let Some(key) = self.key(&word, errors) else {
            self.settings.nameless = true;
            rest_of_entry(input)?;
            return Ok(());
        };
        let name = Name::Rule(key);
        let value = match assigned(name, &word, input, errors)? {
            Some(written) => self.settings.read(key, written, errors),
            None => None,
        };
        if value.is_none() {
            self.settings.damaged.push(name);
        }
        Ok(())
    }

    /// Returns the key with this name. Reports one that is unknown, repeated, or the same in all
    /// profiles.
    fn key(&mut self, word: &Ident, errors: &mut Errors) -> Option<Key> {
        let text = word.to_string();
        let key = match Name::parse(&text) {
            Some(Name::Rule(key)) => key,
            Some(own @ (Name::Response | Name::Crate)) => {
                let message = format_args!(
                    "`{own}` cannot differ by profile; write it outside of `profiles`"
                );
                errors.on(word, message);
                return None;
            }
            None => {
                self.unknown(word, &text, errors);
                return None;
            }
        };
        if !key.spec().in_profiles {
            errors.on(word, Rule::NotInProfiles(key));
            return None;
        }
        if self.settings.has(Name::Rule(key)) {
            errors.on(
                word,
                format_args!("`{key}` is given twice in this profile; remove one of the two"),
            );
            return None;
        }
        Some(key)
    }

    /// Reports an unknown key, with a suggestion if it is like one that may differ by profile.
    fn unknown(&mut self, word: &Ident, text: &str, errors: &mut Errors) {
        let known: Vec<_> = Key::in_profiles().map(Key::as_str).collect();
        let near = || nearest(text, known.iter().copied()).and_then(Key::from_name);
        let alias = Key::from_alias(text).filter(|key| key.spec().in_profiles);
        let unknown = quote(text);
        if let Some(meant) = alias.or_else(near) {
            errors.on(
                word,
                format_args!("unknown key {unknown}; did you mean `{meant}`?"),
            );
            self.settings.meant.push(Name::Rule(meant));
        } else {
            let known = alternatives(&known);
            errors.on(
                word,
                format_args!("unknown key {unknown}; in a profile the key is {known}"),
            );
        }
    }
}

/// Takes parentheses, and returns what is in them.
fn in_parentheses(input: ParseStream<'_>) -> syn::Result<ParseBuffer<'_>> {
    let content;
    parenthesized!(content in input);
    Ok(content)
}
