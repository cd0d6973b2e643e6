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
    settings: Vec<Setting>,
    /// Keys whose value cannot be used, as has been reported: nothing more is said about them.
    damaged: Vec<Name>,
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
    #[expect(
        dead_code,
        reason = "for the OpenAPI document, which is not written yet"
    )]
    pub(crate) response: Option<Type>,
}

impl Args {
    /// Reads the arguments; reports what is not `key = value`, with a known key and a value of
    /// its kind.
    pub(crate) fn parse(arguments: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
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
            errors.at(self.span(violation), violation);
        }
        (violations.is_empty() && self.damaged.is_empty()).then_some(CheckedArgs {
            settings: self.settings,
            response: self.response,
        })
    }

    /// Reads one `key = value`, up to the comma after it.
    fn entry(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if !input.peek(syn::Ident::peek_any) {
            let found = rest_of_entry(input)?;
            errors.on(
                found,
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
    fn name(&self, key: &Ident, errors: &mut Errors) -> Option<Name> {
        let word = key.to_string();
        let Some(name) = Name::parse(&word) else {
            let known: Vec<_> = Name::all().map(Name::as_str).collect();
            match nearest(&word, known.iter().copied()) {
                Some(near) => errors.on(
                    key,
                    format_args!("unknown key {}; did you mean `{near}`?", quote(&word)),
                ),
                None => errors.on(
                    key,
                    format_args!(
                        "unknown key {}; the keys are `{}`",
                        quote(&word),
                        known.join("`, `")
                    ),
                ),
            }
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
        let one = |key| self.get(key).and_then(Value::text);
        let many = |key| self.get(key).and_then(Value::texts);
        Draft {
            rp_id: one(Key::RpId),
            rp_name: one(Key::RpName),
            origins: many(Key::Origins),
            related_origins: many(Key::RelatedOrigins),
            user_verification: one(Key::UserVerification),
            resident_key: one(Key::ResidentKey),
            attestation: one(Key::Attestation),
            authenticator_attachment: one(Key::AuthenticatorAttachment),
            hints: many(Key::Hints),
            challenge_ttl: one(Key::ChallengeTtl),
            timeout: one(Key::Timeout),
            sign_count: one(Key::SignCount),
        }
    }

    /// Whether a violation only follows from a value that could not be read.
    fn explains(&self, violation: &Violation) -> bool {
        let damaged = |key| self.damaged.contains(&Name::Rule(key));
        match violation.rule {
            Rule::TimeoutOutlastsChallenge { .. } => damaged(Key::ChallengeTtl),
            _ => violation.place.index.is_none() && damaged(violation.place.key),
        }
    }

    /// The value that a violation is about; the attribute, if there is none.
    fn span(&self, violation: &Violation) -> Span {
        self.get(violation.place.key)
            .map_or_else(Span::call_site, |value| value.span(violation.place.index))
    }
}

/// Takes what is left of an entry. A comma ends it, unless what follows cannot begin another:
/// types have commas, too.
fn rest_of_entry(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut rest = TokenStream::new();
    while !input.is_empty() && !(input.peek(Token![,]) && entry_follows(input)) {
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
