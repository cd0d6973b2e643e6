//! Cryptography provider: verification of signatures, which takes most of the time of a sign-in.

mod ring;

pub(super) use ring::verify;
