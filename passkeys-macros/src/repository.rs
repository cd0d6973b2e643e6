//! Support for `Self::Repository` in the block. An inherent impl has no associated types, so the path
//! is replaced by that of the hidden trait's associated type.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens as _, quote_spanned};

use crate::glue::{Glue, here};

/// Replaces every `Self::Repository`, except where `Self` is another type.
pub(crate) fn qualify(tokens: TokenStream, glue: &Glue<'_>) -> TokenStream {
    qualified(&tokens, glue).unwrap_or(tokens)
}

/// Returns the tokens with the path replaced, or `None` if it does not occur. Unchanged groups are
/// kept as they are, since a new group loses the spans of its delimiters, which compiler messages
/// point at.
fn qualified(tokens: &TokenStream, glue: &Glue<'_>) -> Option<TokenStream> {
    let trees: Vec<_> = tokens.clone().into_iter().collect();
    let mut output = TokenStream::new();
    let mut changed = false;
    let mut in_other_impl = false;
    let mut rest = trees.as_slice();
    while let [tree, after @ ..] = rest {
        rest = after;
        match tree {
            TokenTree::Ident(own) if own == "Self" => {
                if let [colon, _, repository, after @ ..] = after
                    && is_repository(colon, repository)
                {
                    output.extend(
                        quote_spanned!(here()=> <#own as #glue::RelyingParty>::#repository),
                    );
                    changed = true;
                    rest = after;
                    continue;
                }
            }
            TokenTree::Ident(word) if word == "impl" || word == "trait" => in_other_impl = true,
            TokenTree::Punct(punct) if punct.as_char() == ';' => in_other_impl = false,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && in_other_impl => {
                in_other_impl = false;
            }
            TokenTree::Group(group) => {
                if let Some(inside) = qualified(&group.stream(), glue) {
                    let mut regrouped = Group::new(group.delimiter(), inside);
                    regrouped.set_span(group.span());
                    regrouped.to_tokens(&mut output);
                    changed = true;
                    continue;
                }
            }
            _ => {}
        }
        tree.to_tokens(&mut output);
    }
    changed.then_some(output)
}

fn is_repository(colon: &TokenTree, name: &TokenTree) -> bool {
    matches!(colon, TokenTree::Punct(colon) if colon.as_char() == ':')
        && matches!(name, TokenTree::Ident(name) if name == "Repository")
}
