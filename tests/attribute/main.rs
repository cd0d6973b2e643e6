//! The attribute `#[passkeys]`: blocks that must compile, and how their hooks are called.
//!
//! Blocks that must *not* compile, and their messages, are in `tests/ui`.

mod blocks;
mod optional_hooks;
