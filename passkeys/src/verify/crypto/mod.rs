//! The cryptography provider: verification of signatures, which is nearly all that a sign-in costs.

mod ring;

pub(super) use ring::verify;
