use std::{
    hash::{BuildHasher as _, RandomState},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// Most recently redeemed ceremony states, by which the audit trail tells a replay from a guess.
///
/// Only the audit trail depends on it: a challenge store alone makes states single-use, and need not
/// remember redeemed ones.
///
/// A fixed table of hashes: each state has one slot, and a later state with the same slot replaces
/// it. The hash is keyed with a random key, so that clients cannot cause collisions.
pub(crate) struct Recent {
    hasher: RandomState,
    slots: Box<[AtomicU64]>,
}

/// Number of slots, of 8 bytes each: 64 KiB.
const SLOTS: usize = 8192;

impl Recent {
    pub(super) fn insert(&self, state: &str) {
        let (slot, hash) = self.find(state);
        slot.store(hash, Relaxed);
    }

    pub(super) fn contains(&self, state: &str) -> bool {
        let (slot, hash) = self.find(state);
        slot.load(Relaxed) == hash
    }

    fn find(&self, state: &str) -> (&AtomicU64, u64) {
        // Never zero, which marks an empty slot.
        let hash = self.hasher.hash_one(state) | 1 << 63;
        let index = usize::try_from(hash % SLOTS as u64).unwrap_or(0);
        (&self.slots[index], hash)
    }
}

impl Default for Recent {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
        }
    }
}
