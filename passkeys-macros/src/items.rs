//! Splits the body of an impl block into its items without parsing function bodies: the compiler
//! reports errors in half-typed code, and the hook around it must not get lost.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Item as it was written.
pub(crate) struct RawItem {
    pub(crate) kind: Kind,
    /// Tokens before the body.
    pub(crate) head: TokenStream,
    /// The body with its braces, or the semicolon.
    pub(crate) tail: Option<TokenTree>,
}

/// Kind of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Function,
    Type,
    /// Macro call.
    Macro,
    /// Constant, inner attribute, or an item that Rust may allow in the future.
    Other,
}

/// Splits the body of an impl block into items.
pub(crate) fn split(body: TokenStream) -> Vec<RawItem> {
    let mut items = Vec::new();
    let trees: Vec<_> = body.into_iter().collect();
    let mut rest = trees.as_slice();
    while let [first, others @ ..] = rest {
        if let Some(length) = inner_attribute(rest) {
            let (attribute, after) = rest.split_at(length);
            items.push(RawItem::new(Kind::Other, attribute));
            rest = after;
            continue;
        }
        if let Some(inside) = grouped_items(first) {
            items.extend(split(inside));
            rest = others;
            continue;
        }
        let kind = kind(rest);
        let (item, after) = rest.split_at(length(rest, kind));
        items.push(RawItem::new(kind, item));
        rest = after;
    }
    items
}

impl RawItem {
    fn new(kind: Kind, trees: &[TokenTree]) -> Self {
        let (head, tail) = match trees {
            [head @ .., last] if is_semicolon(last) || is_body(last) => (head, Some(last.clone())),
            head => (head, None),
        };
        Self {
            kind,
            head: head.iter().cloned().collect(),
            tail,
        }
    }
}

/// Returns the number of tokens of the `#![..]` at the start, if there is one.
fn inner_attribute(trees: &[TokenTree]) -> Option<usize> {
    match trees {
        [
            TokenTree::Punct(hash),
            TokenTree::Punct(bang),
            TokenTree::Group(_),
            ..,
        ] => (hash.as_char() == '#' && bang.as_char() == '!').then_some(3),
        _ => None,
    }
}

/// Returns the kind of the item at the start, by its first decisive keyword.
fn kind(mut trees: &[TokenTree]) -> Kind {
    loop {
        let (word, rest) = match trees {
            // Attribute.
            [TokenTree::Punct(hash), TokenTree::Group(_), rest @ ..] if hash.as_char() == '#' => {
                trees = rest;
                continue;
            }
            // Scope of a visibility, visibility from a `macro_rules!` fragment, ABI.
            [TokenTree::Group(_) | TokenTree::Literal(_), rest @ ..] => {
                trees = rest;
                continue;
            }
            [TokenTree::Ident(word), rest @ ..] => (word.to_string(), rest),
            _ => return Kind::Other,
        };
        match word.as_str() {
            "fn" => return Kind::Function,
            "type" => return Kind::Type,
            "const" if !qualifies_a_function(rest) => return Kind::Other,
            "pub" | "default" | "const" | "async" | "unsafe" | "safe" | "extern" => trees = rest,
            "static" | "use" => return Kind::Other,
            _ => return Kind::Macro,
        }
    }
}

/// Returns whether the `const` before these tokens qualifies a function.
fn qualifies_a_function(after: &[TokenTree]) -> bool {
    matches!(after.first(), Some(TokenTree::Ident(word))
        if ["fn", "async", "unsafe", "extern"].iter().any(|qualifier| word == qualifier))
}

/// Returns the number of tokens of the item.
fn length(trees: &[TokenTree], kind: Kind) -> usize {
    let last = trees.iter().enumerate().position(|(index, tree)| {
        is_semicolon(tree)
            || (matches!(kind, Kind::Function | Kind::Macro)
                && is_body(tree)
                && !is_const_argument(trees, index))
    });
    last.map_or(trees.len(), |last| last + 1)
}

/// Returns whether the braces at the index are a const argument, as in `-> Buffer<{ 2 * SIZE }>`.
fn is_const_argument(trees: &[TokenTree], index: usize) -> bool {
    let at = |index: usize| match trees.get(index) {
        Some(TokenTree::Punct(punct)) => punct.as_char(),
        _ => ' ',
    };
    matches!(at(index.wrapping_sub(1)), '<' | ',') && matches!(at(index + 1), '>' | ',')
}

fn is_semicolon(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ';')
}

/// Returns whether the token is a group in braces. A `$body:block` fragment is one within an
/// invisible group.
fn is_body(tree: &TokenTree) -> bool {
    let TokenTree::Group(group) = tree else {
        return false;
    };
    match group.delimiter() {
        Delimiter::Brace => true,
        Delimiter::None => {
            let mut inside = group.stream().into_iter();
            inside.next().is_some_and(|first| is_body(&first)) && inside.next().is_none()
        }
        _ => false,
    }
}

/// Returns the tokens of an invisible group that holds whole items (`$hook:item`), rather than a part
/// of one (`$visibility:vis`).
fn grouped_items(tree: &TokenTree) -> Option<TokenStream> {
    match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let inside = group.stream();
            let last = inside.clone().into_iter().last()?;
            (is_semicolon(&last) || is_body(&last)).then_some(inside)
        }
        _ => None,
    }
}
