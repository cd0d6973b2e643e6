use passkeys::store::SealedChallenges;

use super::{Backend, ChallengeBackend};

/// Backend of `SealedChallenges`.
pub struct Sealed;

impl Backend for Sealed {
    type Store = SealedChallenges;

    async fn start() -> Option<Self> {
        Some(Self)
    }

    async fn open(&self) -> SealedChallenges {
        SealedChallenges::new([7; 32]).unwrap()
    }
}

impl ChallengeBackend for Sealed {
    fn with_capacity(store: SealedChallenges, capacity: usize) -> SealedChallenges {
        store.with_capacity(capacity)
    }
}
