//! The attribute `#[passkeys]`: the blocks that must compile, and what their hooks do.
//!
//! Blocks that must *not* compile, and their messages, are in `tests/ui`.

mod blocks;
mod optional_hooks;
