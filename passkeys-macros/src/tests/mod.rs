//! What can be tried without a compiler around: the expansion as text, the macro under inputs that
//! nobody would write, and the documentation against the tables.

mod attribute_items;
mod expansions;
mod extension_messages;
mod fuzz;
mod messages;
mod profile_messages;
mod reference;

use proc_macro2::{Group, TokenStream, TokenTree};

/// An annotated item taken apart: the arguments of its first attribute, and the rest.
fn annotated(source: &str) -> (TokenStream, TokenStream) {
    let tokens: TokenStream = source.parse().unwrap();
    let mut trees = tokens.into_iter().skip(1);
    let Some(TokenTree::Group(attribute)) = trees.next() else {
        panic!("no attribute in front of {source}");
    };
    let arguments = attribute.stream().into_iter().find_map(|tree| match tree {
        TokenTree::Group(arguments) => Some(Group::stream(&arguments)),
        _ => None,
    });
    (arguments.unwrap_or_default(), trees.collect())
}

/// What the macro makes of an annotated item.
fn annotate(source: &str) -> TokenStream {
    let (arguments, item) = annotated(source);
    crate::annotate::annotate(arguments, item)
}
