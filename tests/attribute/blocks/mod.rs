//! Blocks that must keep compiling, and what the hidden trait makes of them.

#![allow(
    clippy::all,
    clippy::pedantic,
    reason = "what people may write, not what clippy would"
)]

/// The library's hidden module, which the macro's output names.
use passkeys::__private_0_1_0 as hidden;

mod attributes;
mod behaviour;
mod by_example;
mod conditional;
mod generic;
mod lifetimes;
mod no_prelude;
mod other_items;
mod quickstart;
mod renamed;
mod responses;
mod router_state;
