//! Output for a block with errors: an implementation of stubs, so that the compiler reports no
//! consequential errors and editors keep completing.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Type;

use crate::{
    args::Needed,
    block::{Block, cfgs},
    errors::Errors,
    glue::{Configuration, Glue, here},
    hooks::Hook,
    model::App,
    names,
};

/// Generates the errors, and stubs for the block.
pub(crate) fn fallback(
    block: &Block,
    glue: &Glue<'_>,
    needs: &[Needed],
    errors: Errors,
) -> TokenStream {
    let has_lifetime = block.generics.lifetimes().next().is_some();
    if has_lifetime || names::elided_lifetime(&block.self_ty).is_some() {
        // An application that borrows cannot implement the trait, even with stubs.
        return errors.into_items();
    }
    let mut repositories = block
        .types
        .iter()
        .filter(|item| item.name == "Repository")
        .filter_map(|item| Some((cfgs(&item.attrs), item.ty.as_ref()?)))
        .filter(|(_, ty)| !names::is_object_of(ty, "CredentialRepository"))
        .filter(|(_, ty)| !matches!(ty, Type::ImplTrait(_)))
        .peekable();
    let mut items = glue.needs(needs);
    if repositories.peek().is_none() {
        items.extend(glue.any_repository());
    }
    for (cfgs, ty) in repositories {
        items.extend(quote_spanned!(here()=> #(#cfgs)* type Repository = #ty;));
        if cfgs.is_empty() {
            break;
        }
    }
    items.extend(Hook::ALL.map(|hook| stub(&glue.signature(hook, here()))));
    let configuration = Configuration::InAttribute(stub(&glue.config()));
    let app = App {
        generics: block.generics.clone(),
        ty: block.self_ty.clone(),
        cfgs: cfgs(&block.attrs),
    };
    let mut tokens = errors.into_items();
    tokens.extend(glue.implementation(&app, &items, &configuration));
    tokens
}

/// Generates a body for a function of a program that does not compile.
pub(crate) fn stub(signature: &TokenStream) -> TokenStream {
    quote_spanned!(here()=> #signature { loop {} })
}
