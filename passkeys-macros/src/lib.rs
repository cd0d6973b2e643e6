//! The `#[passkeys]` attribute of the `passkeys` crate.

use proc_macro::TokenStream;

/// Placeholder while the phases are written.
#[proc_macro_attribute]
pub fn passkeys(_attribute: TokenStream, block: TokenStream) -> TokenStream {
    block
}
