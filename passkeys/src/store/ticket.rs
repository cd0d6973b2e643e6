use sha2::{Digest, Sha256};

use super::StoreError;
use crate::domain::base64url;

/// Secret that redeems a ceremony in a shared store: 128 random bits. The client gets it as
/// `state`; the store keeps only its digest.
///
/// So nobody with read access to the store (a backup, a replica, a slow log) can redeem the
/// ceremonies in it, and the lookup time leaks nothing about a `state` (timing side channel).
pub(crate) struct Ticket([u8; 16]);

impl Ticket {
    pub(super) fn random() -> Result<Self, StoreError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(StoreError::new)?;
        Ok(Self(random))
    }

    pub(crate) fn from_state(state: &str) -> Option<Self> {
        // Clients can send any string: decode only what has a ticket's length.
        (state.len() == 22)
            .then(|| base64url::decode(state))??
            .try_into()
            .ok()
            .map(Self)
    }

    pub(crate) fn state(&self) -> String {
        base64url::encode(&self.0)
    }

    /// Returns the first 128 bits of the SHA-256 digest, as many as the ticket has: finding a
    /// ticket with a given digest is as hard as guessing one.
    pub(super) fn digest(&self) -> [u8; 16] {
        let digest: [u8; 32] = Sha256::digest(self.0).into();
        *digest.first_chunk().unwrap_or(&[0; 16])
    }
}
