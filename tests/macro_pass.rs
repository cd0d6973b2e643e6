//! Blocks that must keep compiling.

#[path = "ui/pass/quickstart.rs"]
mod quickstart;
