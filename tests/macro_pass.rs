//! Blocks that must keep compiling.

#[path = "macro_pass/quickstart.rs"]
mod quickstart;
