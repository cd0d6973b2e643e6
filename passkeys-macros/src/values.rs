//! Parsing of the values of the attribute's keys. They are literals, as a macro cannot evaluate
//! anything else.

use passkeys_rules::{
    Algorithm, Form, Key,
    wording::{alternatives, nearest},
};
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::{Lit, LitStr, Path, Type, parse::Parser as _};

use crate::errors::Errors;

/// Value of a key of the rules.
pub(crate) enum Value {
    One(Text),
    Many {
        span: Span,
        elements: Vec<Text>,
        /// Whether there were invalid elements, which have been reported.
        damaged: bool,
    },
}

/// String, with its literal. Booleans and numbers are strings, too, with a literal made for them.
pub(crate) struct Text {
    pub(crate) literal: LitStr,
    pub(crate) value: String,
}

impl Value {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::One(text) => Some(&text.value),
            Self::Many { .. } => None,
        }
    }

    pub(crate) fn texts(&self) -> Option<Vec<&str>> {
        match self {
            Self::One(_) => None,
            Self::Many { elements, .. } => {
                Some(elements.iter().map(|text| text.value.as_str()).collect())
            }
        }
    }

    /// Returns whether a part of the value was invalid, which has been reported.
    pub(crate) fn is_damaged(&self) -> bool {
        matches!(self, Self::Many { damaged: true, .. })
    }

    /// Returns the span of the value or of one of its elements.
    pub(crate) fn span(&self, index: Option<usize>) -> Span {
        match self {
            Self::One(text) => text.literal.span(),
            Self::Many { span, elements, .. } => index
                .and_then(|index| elements.get(index))
                .map_or(*span, |text| text.literal.span()),
        }
    }
}

/// Parses the value of a key of the rules. Reports one of another form and returns `None`.
pub(crate) fn read(key: Key, written: TokenStream, errors: &mut Errors) -> Option<Value> {
    let value = Written::of(&written);
    let problem = match (key.spec().form, value) {
        (Form::List | Form::WordList(_), Written::Array { span, elements }) => {
            return strings(key, span, elements, errors);
        }
        (Form::List | Form::WordList(_), other) => not_an_array(key, &other),
        (Form::Boolean, Written::Boolean(text)) | (Form::Number, Written::Integer(text)) => {
            return Some(Value::One(text));
        }
        (Form::Extensions, _) => format!(
            "`{key}` takes extensions in parentheses; write `{key}{}`",
            key.spec().example
        ),
        (Form::Profiles, _) => format!(
            "`{key}` takes profiles in parentheses; write `{key}{}`",
            key.spec().example
        ),
        (Form::Boolean, other) => not_a_boolean(key, &other),
        (Form::Number, other) => not_a_number(key, &other),
        (_, Written::Text(text)) => return Some(Value::One(text)),
        (form, other) => not_a_string(key, form, &other),
    };
    errors.on(written, problem);
    None
}

/// Parses the value of `response`, a type.
pub(crate) fn response(written: TokenStream, errors: &mut Errors) -> Option<Type> {
    let ty = syn::parse2(written.clone()).ok();
    if ty.is_none() {
        errors.on(
            written,
            "`response` takes the type of `on_authenticated`'s response; write \
             `response = Json<SignedIn>`",
        );
    }
    ty
}

/// Parses the value of `crate`, a path.
pub(crate) fn krate(written: TokenStream, errors: &mut Errors) -> Option<Path> {
    let path = Path::parse_mod_style.parse2(written.clone()).ok();
    if path.is_none() {
        errors.on(
            written,
            "`crate` takes the library's path, without quotes; write `crate = ::passkeys`",
        );
    }
    path
}

/// Parses the elements of an array, each of which must be a string.
fn strings(key: Key, span: Span, elements: Vec<TokenStream>, errors: &mut Errors) -> Option<Value> {
    let all = elements.len();
    let strings: Vec<_> = elements
        .into_iter()
        .filter_map(|element| match Written::of(&element) {
            Written::Text(text) => Some(text),
            other => {
                errors.on(element, not_an_element(key, &other));
                None
            }
        })
        .collect();
    // The valid elements are checked by the rules, unless none is left.
    (all == 0 || !strings.is_empty()).then_some(Value::Many {
        span,
        damaged: strings.len() < all,
        elements: strings,
    })
}

fn not_a_string(key: Key, form: Form, value: &Written) -> String {
    let example = key.spec().example;
    match (value, form) {
        (Written::Array { elements, .. }, _) => not_one_value(key, elements),
        (Written::Integer(Text { value, .. }) | Written::Measure(value), Form::Duration) => {
            format!(
                "`{key}` needs a unit; write `{key} = \"{value}s\"` for seconds or \
                 `{key} = \"{value}m\"` for minutes"
            )
        }
        (Written::Word(word), Form::Words(words)) => match nearest(word, words.iter().copied()) {
            Some(near) => format!("`{key}` takes a word in quotes; write `{key} = \"{near}\"`"),
            None => not_a_literal(key),
        },
        (Written::Word(_) | Written::Expression, _) => not_a_literal(key),
        (_, Form::Words(words)) => format!(
            "`{key}` takes {}, in quotes; write `{key} = {example}`",
            alternatives(words)
        ),
        _ => format!("`{key}` takes a string; write `{key} = {example}`"),
    }
}

fn not_a_boolean(key: Key, value: &Written) -> String {
    let (meant, quotes) = match value {
        Written::Array { elements, .. } => return not_one_value(key, elements),
        Written::Text(text) => (text.value.as_str(), ", without quotes"),
        Written::Word(word) => (word.as_str(), ""),
        Written::Expression => return not_a_literal(key),
        _ => ("", ""),
    };
    match (nearest(meant, ["true", "false"]), value) {
        (None, Written::Word(_)) => not_a_literal(key),
        (near, _) => {
            let fix = near.unwrap_or(key.spec().example);
            format!("`{key}` takes `true` or `false`{quotes}; write `{key} = {fix}`")
        }
    }
}

fn not_a_number(key: Key, value: &Written) -> String {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let (meant, quotes) = match value {
        Written::Array { elements, .. } => return not_one_value(key, elements),
        Written::Word(_) | Written::Expression => return not_a_literal(key),
        Written::Text(text) if is_number(&text.value) => (text.value.as_str(), ", without quotes"),
        Written::Measure(digits) => (digits.as_str(), ""),
        _ => (key.spec().example, ""),
    };
    format!("`{key}` takes a whole number{quotes}; write `{key} = {meant}`")
}

fn not_one_value(key: Key, elements: &[TokenStream]) -> String {
    let fix = match elements {
        [only] => only.to_string(),
        _ => key.spec().example.to_owned(),
    };
    format!("`{key}` takes one value, not an array; write `{key} = {fix}`")
}

fn not_an_array(key: Key, value: &Written) -> String {
    let example = key.spec().example;
    match value {
        Written::Text(text) => {
            format!("`{key}` takes an array; write `{key} = [{:?}]`", text.value)
        }
        Written::Decorated(decoration) => {
            format!("`{key}` takes a plain array; remove the `{decoration}`")
        }
        Written::Word(_) | Written::Expression => not_a_literal(key),
        _ => format!("`{key}` takes an array of strings; write `{key} = {example}`"),
    }
}

fn not_an_element(key: Key, element: &Written) -> String {
    match element {
        Written::Word(word) if matches!(key.spec().form, Form::WordList(words) if words.contains(&word.as_str())) =>
        {
            format!("`{key}` takes words in quotes; write `\"{word}\"`")
        }
        Written::Word(_) | Written::Expression => not_a_literal(key),
        Written::Integer(Text { value: number, .. }) if key == Key::Algorithms => {
            match number.parse().ok().and_then(Algorithm::from_cose) {
                Some(algorithm) => format!(
                    "`{number}` is the COSE identifier of an algorithm, and `{key}` takes names in \
                     quotes; write `\"{algorithm}\"`"
                ),
                None => not_a_string_element(key),
            }
        }
        _ => not_a_string_element(key),
    }
}

fn not_a_string_element(key: Key) -> String {
    format!(
        "`{key}` takes an array of strings; write `{key} = {}`",
        key.spec().example
    )
}

fn not_a_literal(key: Key) -> String {
    format!(
        "`{key}` takes literals, which can be checked while the program is compiled; for a value \
         that is only known when it starts use `Passkeys::with_config` with `Config::from_env()` \
         or `Config::new(..)`"
    )
}

/// Classification of a value's tokens.
enum Written {
    Text(Text),
    Integer(Text),
    /// Digits of an integer with a suffix, such as `30s`.
    Measure(String),
    Boolean(Text),
    /// Identifiers with optional dashes between them: a constant, or a word without quotes.
    Word(String),
    Array {
        span: Span,
        elements: Vec<TokenStream>,
    },
    /// Array with a prefix: `&[..]`, `vec![..]`.
    Decorated(String),
    /// Literal of another kind.
    Other,
    Expression,
}

impl Written {
    fn of(tokens: &TokenStream) -> Self {
        if let Ok(literal) = syn::parse2::<Lit>(tokens.clone()) {
            return Self::literal(literal);
        }
        let trees: Vec<_> = ungrouped(tokens.clone());
        match trees.as_slice() {
            [TokenTree::Group(array)] if array.delimiter() == Delimiter::Bracket => Self::Array {
                span: array.span(),
                elements: elements(array.stream()),
            },
            [front @ .., TokenTree::Group(array)] if array.delimiter() == Delimiter::Bracket => {
                Self::Decorated(front.iter().map(ToString::to_string).collect())
            }
            trees => word(trees).map_or(Self::Expression, Self::Word),
        }
    }

    fn literal(literal: Lit) -> Self {
        match literal {
            Lit::Str(literal) if literal.suffix().is_empty() => Self::Text(Text {
                value: literal.value(),
                literal,
            }),
            Lit::Bool(literal) => {
                let value = literal.value.to_string();
                Self::Boolean(Text {
                    literal: LitStr::new(&value, literal.span),
                    value,
                })
            }
            Lit::Int(number) if number.suffix().is_empty() => Self::Integer(Text {
                literal: LitStr::new(number.base10_digits(), number.span()),
                value: number.base10_digits().to_owned(),
            }),
            Lit::Int(number) => Self::Measure(number.base10_digits().to_owned()),
            _ => Self::Other,
        }
    }
}

/// Splits the tokens at commas.
pub(crate) fn elements(inside: TokenStream) -> Vec<TokenStream> {
    let trees: Vec<_> = inside.into_iter().collect();
    let is_comma = |tree: &TokenTree| matches!(tree, TokenTree::Punct(it) if it.as_char() == ',');
    trees
        .split(is_comma)
        .filter(|element| !element.is_empty())
        .map(|element| element.iter().cloned().collect())
        .collect()
}

/// Returns identifiers with dashes as a string, such as `required`, `RP_ID`, `cross-platform` and
/// `ML-DSA-44`.
fn word(trees: &[TokenTree]) -> Option<String> {
    if !matches!(trees.first(), Some(TokenTree::Ident(_))) {
        return None;
    }
    trees
        .iter()
        .map(|tree| match tree {
            TokenTree::Ident(ident) => Some(ident.to_string()),
            TokenTree::Literal(number) => Some(number.to_string()),
            TokenTree::Punct(punct) if punct.as_char() == '-' => Some("-".to_owned()),
            _ => None,
        })
        .collect()
}

/// Returns the tokens without the invisible groups that `macro_rules!` wraps fragments in.
fn ungrouped(tokens: TokenStream) -> Vec<TokenTree> {
    let trees: Vec<_> = tokens.into_iter().collect();
    match trees.as_slice() {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
            ungrouped(group.stream())
        }
        _ => trees,
    }
}
