//! `elements.js`: the custom elements, under a strict content security policy and Trusted Types.

mod accessibility;
mod account_page;
mod behaviour;
mod languages;
mod npm;
mod site;
mod words;
