use sha2::{Digest, Sha256};

use super::StoreError;
use crate::domain::base64url;

/// What redeems a ceremony that waits in a shared store: 128 random bits, to the peer as
/// `state` and to the store as their digest.
///
/// So nobody who can read the store (a backup, a replica, a log of slow commands) can redeem
/// what waits in it, and how long a look-up takes tells nothing about a `state`.
pub(crate) struct Ticket([u8; 16]);

impl Ticket {
    pub(super) fn fresh() -> Result<Self, StoreError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(StoreError::new)?;
        Ok(Self(random))
    }

    pub(crate) fn from_state(state: &str) -> Option<Self> {
        // A peer sends what it likes; only what can be a ticket is worth decoding.
        (state.len() == 22)
            .then(|| base64url::decode(state))??
            .try_into()
            .ok()
            .map(Self)
    }

    pub(crate) fn state(&self) -> String {
        base64url::encode(&self.0)
    }

    /// As many bits as it takes: nobody finds a ticket with a given digest.
    pub(super) fn digest(&self) -> [u8; 16] {
        let digest: [u8; 32] = Sha256::digest(self.0).into();
        *digest.first_chunk().unwrap_or(&[0; 16])
    }
}
