//! Recorder of the last ceremonies, which [`Passkeys::inspector`](crate::Passkeys::inspector) shows to
//! the developer: the feature `inspector`, in programs that are built with debug assertions. Everywhere
//! else `absent.rs` takes its place, in which nothing is recorded.
//!
//! Nothing is recorded before the application asks for the inspector. Records are bounded in size and in
//! number, and never have a challenge, a ceremony state, a signature or a public key.

#[cfg(not(all(feature = "inspector", debug_assertions)))]
mod absent;
#[cfg(all(feature = "inspector", debug_assertions))]
mod decoded;
#[cfg(all(feature = "inspector", debug_assertions))]
mod entry;
#[cfg(all(feature = "inspector", debug_assertions))]
mod present;
#[cfg(all(feature = "inspector", debug_assertions))]
mod ring;
#[cfg(all(feature = "inspector", debug_assertions))]
mod scope;
#[cfg(all(feature = "inspector", debug_assertions))]
mod text;

#[cfg(not(all(feature = "inspector", debug_assertions)))]
pub(crate) use absent::*;
#[cfg(all(feature = "inspector", debug_assertions))]
pub(crate) use {
    decoded::{AuthenticatorData, Challenge, ClientData, Part, Response},
    entry::{Begin, Entry, Finish, Purpose, Request, Stored},
    present::{Exchange, Recorder, mark},
    ring::Snapshot,
    scope::{InScope, inherited},
    text::shortened,
};
