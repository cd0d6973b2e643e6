//! Credentials that do not exist, for users that do not.
//!
//! `authenticate/begin` for a named user would tell who has an account, if it answered an
//! unknown name with an empty list. So it answers with made-up credentials, and always the same
//! for the same name: an HMAC of it, under a key that nobody outside knows, which also recognises
//! them when they come back
//! ([Level 3, §14.6.2](https://www.w3.org/TR/webauthn-3/#sctn-username-enumeration)).

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::options::CredentialDescriptor;
#[cfg(feature = "client")]
use crate::CredentialId;
use crate::Transport;

/// Keeps seals apart from what is derived of ids (0) and names (1).
const SEAL: u8 = 2;

#[derive(Clone)]
pub(crate) struct Decoys {
    key: [u8; 32],
}

/// How a peer named a user.
pub(super) enum Named<'a> {
    Id(&'a str),
    Name(&'a str),
}

impl Decoys {
    /// Decoys under a key of this process's own.
    pub(crate) fn random() -> Self {
        let mut key = [0; 32];
        // A system without random numbers cannot begin a ceremony either, and says so there.
        let _ = getrandom::fill(&mut key);
        Self { key }
    }

    /// One or two credentials, with ids and transports as common authenticators have them.
    pub(super) fn of(&self, user: &Named<'_>) -> Vec<CredentialDescriptor> {
        let shape = self.derive(user, 0);
        let count = if shape[0] < 64 { 2 } else { 1 };
        (1..=count)
            .map(|number| self.credential(user, number))
            .collect()
    }

    fn credential(&self, user: &Named<'_>, number: u8) -> CredentialDescriptor {
        let mut bytes = self.derive(user, number);
        let kind = self.derive(user, number | 0x80);
        // Apple and Google use 20 and 16 to 32 bytes, Windows Hello and security keys 32 and up.
        let (length, transports) = match kind[0] {
            0..128 => (20, vec![Transport::Hybrid, Transport::Internal]),
            128..208 => (16, vec![Transport::Hybrid, Transport::Internal]),
            208..240 => (32, vec![Transport::Internal]),
            _ => (32, vec![Transport::Usb]),
        };
        let (seed, seal) = bytes[..length].split_at_mut(length / 2);
        seal.copy_from_slice(&self.mac(SEAL, 0, seed)[..length / 2]);
        CredentialDescriptor::new(bytes[..length].into(), transports)
    }

    /// Whether the id is one of these, whoever it was made up for: its second half is the seal of
    /// its first.
    #[cfg(feature = "client")]
    pub(super) fn made(&self, id: &CredentialId) -> bool {
        let id = id.as_bytes();
        let (seed, seal) = id.split_at(id.len() / 2);
        // Whoever forged a seal, by how long this takes, would only be told less.
        matches!(id.len(), 16 | 20 | 32) && self.mac(SEAL, 0, seed)[..seal.len()] == *seal
    }

    fn derive(&self, user: &Named<'_>, number: u8) -> [u8; 32] {
        match user {
            Named::Id(id) => self.mac(0, number, id.as_bytes()),
            Named::Name(name) => self.mac(1, number, name.as_bytes()),
        }
    }

    fn mac(&self, space: u8, number: u8, data: &[u8]) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            // An HMAC takes a key of any length.
            return [0; 32];
        };
        mac.update(&[space, number]);
        mac.update(data);
        mac.finalize().into_bytes().into()
    }
}
