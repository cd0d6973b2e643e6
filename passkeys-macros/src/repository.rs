//! `Self::Repository`, which reads as if the block had an associated type. As far as Rust is
//! concerned it has none, so the name is spelled out to be the trait's.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote_spanned;

use crate::glue::{Glue, here};

/// Spells out every `Self::Repository`, except where `Self` is another type.
pub(crate) fn qualify(tokens: TokenStream, glue: &Glue) -> TokenStream {
    let trees: Vec<_> = tokens.into_iter().collect();
    let mut qualified = TokenStream::new();
    let mut rest = trees.as_slice();
    let mut in_other_impl = false;
    while let [tree, after @ ..] = rest {
        rest = after;
        match tree {
            TokenTree::Ident(own) if own == "Self" => {
                if let [colon, _, repository, after @ ..] = after
                    && is_repository(colon, repository)
                {
                    qualified.extend(
                        quote_spanned!(here()=> <#own as #glue::RelyingParty>::#repository),
                    );
                    rest = after;
                    continue;
                }
            }
            TokenTree::Ident(word) if word == "impl" || word == "trait" => in_other_impl = true,
            TokenTree::Punct(punct) if punct.as_char() == ';' => in_other_impl = false,
            TokenTree::Group(group) => {
                let braces = group.delimiter() == Delimiter::Brace;
                if !(braces && in_other_impl) {
                    let mut inside = Group::new(group.delimiter(), qualify(group.stream(), glue));
                    inside.set_span(group.span());
                    qualified.extend([TokenTree::Group(inside)]);
                    continue;
                }
                in_other_impl = false;
            }
            _ => {}
        }
        qualified.extend([tree.clone()]);
    }
    qualified
}

fn is_repository(colon: &TokenTree, name: &TokenTree) -> bool {
    matches!(colon, TokenTree::Punct(colon) if colon.as_char() == ':')
        && matches!(name, TokenTree::Ident(name) if name == "Repository")
}
