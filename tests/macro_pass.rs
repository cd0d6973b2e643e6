//! Blocks that must keep compiling, and what the hidden trait makes of them.

#![allow(
    clippy::all,
    clippy::pedantic,
    reason = "what people may write, not what clippy would"
)]

#[path = "macro_pass/attributes.rs"]
mod attributes;
#[path = "macro_pass/behaviour.rs"]
mod behaviour;
#[path = "macro_pass/by_example.rs"]
mod by_example;
#[path = "macro_pass/conditional.rs"]
mod conditional;
#[path = "macro_pass/generic.rs"]
mod generic;
#[path = "macro_pass/lifetimes.rs"]
mod lifetimes;
#[path = "macro_pass/no_prelude.rs"]
mod no_prelude;
#[path = "macro_pass/other_items.rs"]
mod other_items;
#[path = "macro_pass/quickstart.rs"]
mod quickstart;
#[path = "macro_pass/renamed.rs"]
mod renamed;
#[path = "macro_pass/responses.rs"]
mod responses;
#[path = "macro_pass/router_state.rs"]
mod router_state;
