//! The blocks of `tests/attribute`, compiled in the 2021 edition.

#[path = "../attribute/blocks/mod.rs"]
mod blocks;
