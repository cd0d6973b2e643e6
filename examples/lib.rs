//! Runnable examples of the `passkeys` crate, each in a directory of its own.
