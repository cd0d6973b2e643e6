//! The attribute macro `#[passkeys]` of the [`passkeys`](https://docs.rs/passkeys) crate, which
//! re-exports it. Depend on that crate: this one's output names its items, of the same version.
//!
//! The macro works in three phases: `args` and `block` parse the attribute and the annotated
//! block, `validate` checks them and builds a `Model`, which is always valid, and `expand`
//! generates the code. Errors are collected across the first two phases, so that one compilation
//! reports all of them; where there are any, `fallback` generates stubs instead.

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod annotate;
mod args;
mod block;
mod editor;
mod errors;
mod expand;
mod extensions;
mod fallback;
mod glue;
mod hooks;
mod items;
mod keys;
mod model;
mod names;
mod profiles;
mod repository;
mod settings;
mod signature;
mod validate;
mod values;

#[cfg(test)]
mod tests;

// Of several definitions of a link, Markdown takes the first: these lead to rustdoc's pages, the ones in
// `REFERENCE.md` to files of the repository.
#[doc = include_str!("../rustdoc-links.txt")]
#[doc = include_str!("../REFERENCE.md")]
#[proc_macro_attribute]
pub fn passkeys(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    annotate::annotate(arguments.into(), item.into()).into()
}

/// Returns its tokens to rust-analyzer, and nothing to rustc. Called by the library's `profile!` only.
#[doc(hidden)]
#[proc_macro]
pub fn in_editors_only(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    if editor::is_open() {
        tokens
    } else {
        proc_macro::TokenStream::new()
    }
}
