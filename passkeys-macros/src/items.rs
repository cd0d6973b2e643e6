//! Splits the inside of an impl block into its items without reading their bodies: half-typed
//! code in a body is the compiler's to report, and no reason to lose the hook around it.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// An item as it was written.
pub(crate) struct RawItem {
    pub(crate) kind: Kind,
    /// Everything in front of the body.
    pub(crate) head: TokenStream,
    /// The body with its braces, or the semicolon.
    pub(crate) tail: Option<TokenTree>,
}

/// What kind of item it is, as far as that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Function,
    Type,
    /// A macro call.
    Macro,
    /// Constants, and whatever else Rust may come to allow.
    Other,
}

/// Splits the inside of an impl block.
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

/// How many tokens the `#![..]` that begins here has.
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

/// The kind of the item that begins here, by the first word that tells.
fn kind(mut trees: &[TokenTree]) -> Kind {
    loop {
        let (word, rest) = match trees {
            // An attribute.
            [TokenTree::Punct(hash), TokenTree::Group(_), rest @ ..] if hash.as_char() == '#' => {
                trees = rest;
                continue;
            }
            // The scope of a visibility, a whole visibility from a macro, an ABI.
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

/// Whether the `const` before this is one of a function.
fn qualifies_a_function(after: &[TokenTree]) -> bool {
    matches!(after.first(), Some(TokenTree::Ident(word))
        if ["fn", "async", "unsafe", "extern"].iter().any(|qualifier| word == qualifier))
}

/// How many tokens the item has.
fn length(trees: &[TokenTree], kind: Kind) -> usize {
    let last = trees.iter().enumerate().position(|(index, tree)| {
        is_semicolon(tree)
            || (matches!(kind, Kind::Function | Kind::Macro)
                && is_body(tree)
                && !is_const_argument(trees, index))
    });
    last.map_or(trees.len(), |last| last + 1)
}

/// Whether the braces at the index are an argument, as in `-> Buffer<{ 2 * SIZE }>`.
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

/// Whether these are braces; a `$body:block` comes in an invisible group.
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

/// What is in an invisible group of whole items: a `$hook:item`, not a `$visibility:vis`.
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
