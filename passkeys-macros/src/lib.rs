//! The `#[passkeys]` attribute of the `passkeys` crate.
//!
//! Each phase has a file: what is written (`args`, `block`), what it means (`validate`),
//! what becomes of it (`expand`, or `fallback` where there are mistakes).

mod annotate;
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

#[doc = include_str!("../REFERENCE.md")]
#[proc_macro_attribute]
pub fn passkeys(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    annotate::annotate(arguments.into(), item.into()).into()
}
