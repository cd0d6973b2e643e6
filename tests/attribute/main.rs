//! The attribute `#[passkeys]`: blocks that must compile, and how their hooks are called.
//!
//! Blocks that must *not* compile, and their messages, are in `tests/ui`.

// What is forbidden, no `allow` of an expansion can permit.
#![forbid(unsafe_code, unexpected_cfgs)]

mod blocks;
mod optional_hooks;
