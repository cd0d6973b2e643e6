//! An application as its users write it, and what tests do with it. Needs no server and no
//! program.

pub mod app;
mod world;

use passkeys::{Credential, CredentialId};
use time::OffsetDateTime;

pub use app::{App, SignedIn};
pub use world::{Trail, World, ada, agree, answer, assert, bob, create};

/// A credential of a user's, with an id made of a number.
#[must_use]
pub fn credential(number: u32, user_id: &str) -> Credential {
    let id = CredentialId::from(&number.to_be_bytes()[..]);
    Credential::new(id, user_id, vec![0xa5; 77], OffsetDateTime::UNIX_EPOCH)
}
