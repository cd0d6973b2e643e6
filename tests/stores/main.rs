//! Stores: what they promise, and what is particular to each.

mod contract;
mod growth;
mod memory;
mod moving;
mod postgres;
mod redis;
mod sealed;
mod sqlite;
mod wrong;

use passkeys::{Credential, CredentialId};
use time::OffsetDateTime;

/// A credential of a user's, with an id made of a number.
fn credential(number: u32, user_id: &str) -> Credential {
    let id = CredentialId::from(&number.to_be_bytes()[..]);
    Credential::new(id, user_id, vec![0xa5; 77], OffsetDateTime::UNIX_EPOCH)
}
