//! The examples of the attribute's documentation, as a user has them.

#[cfg(doctest)]
#[doc = include_str!("../../passkeys-macros/REFERENCE.md")]
pub struct Reference;
