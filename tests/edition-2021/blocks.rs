//! The blocks of `tests/attribute`, compiled in the 2021 edition.

// They are formatted for the edition of `tests/attribute`.
#[rustfmt::skip]
#[path = "../attribute/blocks/mod.rs"]
mod blocks;
