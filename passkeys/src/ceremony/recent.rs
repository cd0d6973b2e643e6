use std::{
    hash::{BuildHasher as _, RandomState},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// The states that were redeemed last, so that the audit trail can tell a replay from a guess.
/// Stores need not remember what they gave out, and nothing but the trail depends on this.
///
/// Each leaves a hash in the slot that belongs to it, until another one comes there. The hash is
/// keyed, so nobody can choose what meets in a slot.
pub(crate) struct Recent {
    hasher: RandomState,
    slots: Box<[AtomicU64]>,
}

/// 64 KiB.
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
        // Zero is in no slot but an empty one.
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
