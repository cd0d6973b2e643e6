//! How long the macro takes, outside of the compiler. Cargo does not optimise macros, whatever the
//! profile of what uses them, so what users wait for is the second:
//!
//! ```text
//! cargo bench -p passkeys-macros --bench expansion
//! cargo bench -p passkeys-macros --bench expansion --profile dev
//! ```

// A macro's crate exports nothing but the macro, so its files are compiled once more.
#[path = "../src"]
#[expect(dead_code, reason = "the tests of the documentation use more of it")]
mod source {
    pub(crate) mod annotate;
    pub(crate) mod args;
    pub(crate) mod block;
    pub(crate) mod editor;
    pub(crate) mod errors;
    pub(crate) mod expand;
    pub(crate) mod extensions;
    pub(crate) mod fallback;
    pub(crate) mod glue;
    pub(crate) mod hooks;
    pub(crate) mod items;
    pub(crate) mod keys;
    pub(crate) mod model;
    pub(crate) mod names;
    pub(crate) mod profiles;
    pub(crate) mod repository;
    pub(crate) mod settings;
    pub(crate) mod signature;
    pub(crate) mod validate;
    pub(crate) mod values;
}
use source::{
    annotate, args, block, editor, errors, expand, extensions, fallback, glue, hooks, items, keys,
    model, names, profiles, repository, settings, signature, validate, values,
};

use divan::{Bencher, Divan};
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{Item, Meta};

fn main() {
    Divan::from_args().main();
}

/// The block of `examples/quickstart`.
#[divan::bench]
fn quickstart(bencher: Bencher<'_, '_>) {
    expansion(bencher, include_str!("../../examples/quickstart/main.rs"));
}

/// The least that an application writes.
#[divan::bench]
fn required(bencher: Bencher<'_, '_>) {
    expansion(bencher, include_str!("../src/tests/expansions/required.rs"));
}

fn expansion(bencher: Bencher<'_, '_>, source: &str) {
    bencher
        .with_inputs(|| annotated(source))
        .bench_local_values(|(arguments, item)| annotate::annotate(arguments, item));
}

/// The arguments and the block of the attribute in this file, as the compiler hands them over.
fn annotated(source: &str) -> (TokenStream, TokenStream) {
    let file = syn::parse_file(source).expect("Rust");
    let found = file.items.into_iter().find_map(|item| {
        let Item::Impl(mut block) = item else {
            return None;
        };
        let mut attributes = block.attrs.iter();
        let at = attributes.position(|attribute| attribute.path().is_ident("passkeys"))?;
        let Meta::List(list) = block.attrs.remove(at).meta else {
            return None;
        };
        Some((list.tokens, block.into_token_stream()))
    });
    found.expect("an annotated block")
}
