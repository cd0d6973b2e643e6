//! The `#[passkeys]` attribute of the `passkeys` crate.
//!
//! Each phase has a file: what is written (`args`, `block`), what it means (`validate`),
//! what becomes of it (`expand`, or `fallback` where there are mistakes).

mod args;
mod block;
mod errors;
mod expand;
mod fallback;
mod glue;
mod hooks;
mod items;
mod keys;
mod model;
mod names;
mod repository;
mod signature;
mod validate;
mod values;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::{args::Args, block::Block, errors::Errors, glue::Glue};

#[doc = include_str!("../REFERENCE.md")]
#[proc_macro_attribute]
pub fn passkeys(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    annotate(arguments.into(), item.into()).into()
}

/// The attribute, over tokens that can also be made in tests.
fn annotate(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(arguments, &mut errors);
    let krate = args.krate().cloned();
    let glue = Glue::new(krate.as_ref());
    let Some(block) = Block::parse(&item, &glue, &mut errors) else {
        args.check(&mut errors);
        let mut tokens = item;
        tokens.extend(errors.into_items());
        return tokens;
    };
    let generated = match validate::validate(args, &block, &mut errors) {
        Some(model) => expand::expand(&model, &glue),
        None => fallback::fallback(&block, &glue, errors),
    };
    let mut tokens = block.inherent;
    tokens.extend(generated);
    tokens
}
