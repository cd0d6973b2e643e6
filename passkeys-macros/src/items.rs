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
    /// Word that is not an item, such as the beginning of one that is being typed.
    Word,
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
            _ if is_alone(rest) && syn::parse_str::<syn::Ident>(&word).is_ok() => {
                return Kind::Word;
            }
            _ => return Kind::Macro,
        }
    }
}

/// Returns whether the `const` before these tokens qualifies a function.
fn qualifies_a_function(after: &[TokenTree]) -> bool {
    matches!(after.first(), Some(TokenTree::Ident(word))
        if ["fn", "async", "unsafe", "extern"].iter().any(|qualifier| word == qualifier))
}

/// Returns whether there is nothing after a word but the next item.
fn is_alone(after: &[TokenTree]) -> bool {
    match after {
        [] => true,
        [TokenTree::Punct(hash), TokenTree::Group(_), ..] => hash.as_char() == '#',
        [TokenTree::Ident(word), ..] => {
            let begin = ["fn", "type", "pub", "const", "async", "unsafe", "extern"];
            begin.iter().any(|keyword| word == keyword)
        }
        _ => false,
    }
}

/// Returns the index at which another item begins, before the end of this one: it is still being typed.
fn interruption(trees: &[TokenTree], kind: Kind) -> Option<usize> {
    let word = |index: usize| match trees.get(index) {
        Some(TokenTree::Ident(word)) => word.to_string(),
        _ => String::new(),
    };
    let begins = |index: usize, keyword: &str| {
        word(index) == keyword && matches!(trees.get(index + 1), Some(TokenTree::Ident(_)))
    };
    let keyword = match kind {
        Kind::Function => "fn",
        Kind::Type => "type",
        Kind::Word => {
            return (0..trees.len())
                .find(|index| is_alone(&trees[index + 1..]))
                .map(|at| at + 1);
        }
        Kind::Macro | Kind::Other => return None,
    };
    let own = (0..trees.len()).find(|index| word(*index) == keyword)?;
    let mut next =
        (own + 1..trees.len()).find(|index| begins(*index, "fn") || begins(*index, "type"))?;
    // Its qualifiers and attributes. A function without a name may be in front of them.
    while next > own + 1 {
        let qualifies = match &trees[next - 1] {
            TokenTree::Ident(word) => [
                "pub", "default", "const", "async", "unsafe", "safe", "extern",
            ]
            .iter()
            .any(|qualifier| word == qualifier),
            TokenTree::Literal(_) => true,
            TokenTree::Group(group) => match group.delimiter() {
                Delimiter::Parenthesis => word(next - 2) == "pub",
                Delimiter::Bracket => {
                    matches!(&trees[next - 2], TokenTree::Punct(it) if it.as_char() == '#')
                }
                _ => false,
            },
            TokenTree::Punct(hash) => hash.as_char() == '#',
        };
        if !qualifies {
            break;
        }
        next -= 1;
    }
    Some(next)
}

/// Returns the number of tokens of the item.
fn length(trees: &[TokenTree], kind: Kind) -> usize {
    let end = end(trees, kind);
    interruption(&trees[..end], kind).unwrap_or(end)
}

/// Returns the number of tokens of the item, if it is followed by another only after its end.
fn end(trees: &[TokenTree], kind: Kind) -> usize {
    let last = trees.iter().enumerate().position(|(index, tree)| {
        is_semicolon(tree)
            || (matches!(kind, Kind::Function | Kind::Macro)
                && is_body(tree)
                && !is_const_argument(trees, index))
    });
    last.map_or(trees.len(), |last| last + 1)
}

/// Returns whether the braces at the index are a const argument, as in `-> Buffer<{ 2 * SIZE }>` and
/// `-> impl Buffer<SIZE = { 2 * SIZE }>`.
fn is_const_argument(trees: &[TokenTree], index: usize) -> bool {
    let at = |index: usize| trees.get(index).and_then(punctuation);
    matches!(at(index.wrapping_sub(1)), Some('<' | ',' | '='))
        && matches!(at(index + 1), Some('>' | ','))
}

/// Returns the punctuation that a token is, also one in an invisible group.
fn punctuation(tree: &TokenTree) -> Option<char> {
    match tree {
        TokenTree::Punct(punct) => Some(punct.as_char()),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let mut inside = group.stream().into_iter();
            let only = inside.next().filter(|_| inside.next().is_none())?;
            punctuation(&only)
        }
        _ => None,
    }
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
