//! Parsing of `extensions(name, name = "value", ..)`.

use passkeys_rules::{Extension, Key};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::{Lit, LitStr};

use crate::{
    errors::Errors,
    values::{self, Text, Value},
};

/// Parses the parentheses after the key. Each extension becomes a string such as `large_blob=preferred`,
/// at the span of what is written, which the rules check. Reports everything that is not of the form
/// `name` or `name = "value"`; returns `None` if nothing else is left.
pub(crate) fn parse(key: &Ident, group: &Group, errors: &mut Errors) -> Option<Value> {
    let written = values::elements(group.stream());
    let all = written.len();
    let mut elements = Vec::new();
    for entry in written {
        match read(&entry) {
            Ok(text) => elements.push(text),
            Err(problem) => errors.on(entry, problem),
        }
    }
    (all == 0 || !elements.is_empty()).then(|| Value::Many {
        span: key.span(),
        damaged: elements.len() < all,
        elements,
    })
}

/// Returns the parentheses, if they are all that follows the key.
pub(crate) fn parentheses(after_key: &TokenStream) -> Option<Group> {
    let mut trees = after_key.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Parenthesis => {
            Some(group)
        }
        _ => None,
    }
}

/// Reads one extension.
fn read(entry: &TokenStream) -> Result<Text, String> {
    let trees: Vec<_> = entry.clone().into_iter().collect();
    let (name, value) = match trees.as_slice() {
        [TokenTree::Ident(name)] => return Ok(text(name.to_string(), name.span())),
        [TokenTree::Ident(name), TokenTree::Punct(equals), value @ ..]
            if equals.as_char() == '=' && !value.is_empty() =>
        {
            (name, value)
        }
        [TokenTree::Ident(name), TokenTree::Punct(equals)] if equals.as_char() == '=' => {
            // As without the sign: the rules say whether a value is missing.
            return Ok(text(name.to_string(), name.span()));
        }
        [TokenTree::Literal(_)] => return Err(in_quotes(entry)),
        _ => return Err(malformed()),
    };
    let tokens: TokenStream = value.iter().cloned().collect();
    let is_known = Extension::NAMES.contains(&name.to_string().as_str());
    let at = |value: Span| if is_known { value } else { name.span() };
    match syn::parse2::<Lit>(tokens) {
        Ok(Lit::Str(value)) => Ok(text(format!("{name}={}", value.value()), at(value.span()))),
        // The rules know what an extension takes, and that is no boolean.
        Ok(Lit::Bool(value)) => Ok(text(format!("{name}={}", value.value), at(value.span))),
        _ => Err(format!(
            "the value of an extension is a string; write `{name} = \"..\"`"
        )),
    }
}

fn in_quotes(entry: &TokenStream) -> String {
    match syn::parse2::<LitStr>(entry.clone()) {
        Ok(name) if Extension::NAMES.contains(&name.value().as_str()) => {
            format!(
                "extensions are written without quotes; write `{}`",
                name.value()
            )
        }
        _ => malformed(),
    }
}

fn malformed() -> String {
    let key = Key::Extensions;
    format!(
        "`{key}` takes names of extensions, some with a value; write `{key}{}`",
        key.spec().example
    )
}

fn text(value: String, span: Span) -> Text {
    let literal = LitStr::new(&value, span);
    Text { literal, value }
}
