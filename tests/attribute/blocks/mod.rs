//! Blocks that must compile, and their implementation of the hidden trait `RelyingParty`.

#![allow(
    clippy::all,
    clippy::pedantic,
    reason = "blocks that users may write, whatever clippy says of their style"
)]

/// The library's hidden module, which the macro's output names.
use passkeys::__private_0_1_0 as hidden;

mod attributes;
mod conditional_compilation;
mod data;
mod from_macro_rules;
mod generic;
mod hook_calls;
mod lifetimes;
mod no_prelude;
mod other_items;
mod profile_names;
mod quickstart;
mod renamed_crate;
mod responses;
mod router_state;
mod run_time_configuration;
