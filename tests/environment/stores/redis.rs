use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use passkeys::store::RedisChallenges;
use passkeys_test_support::stores::{Backend, ChallengeBackend};

use crate::redis_url;

/// `RedisChallenges`, each store with a prefix of its own.
pub struct Redis {
    url: String,
}

impl Backend for Redis {
    type Store = RedisChallenges;

    async fn start() -> Option<Self> {
        redis_url().map(|url| Self { url })
    }

    async fn open(&self) -> RedisChallenges {
        static STORES: AtomicU32 = AtomicU32::new(0);
        let number = STORES.fetch_add(1, Ordering::Relaxed);
        let challenges = RedisChallenges::connect(&self.url).await.unwrap();
        challenges.prefix(format!("store:{}:{number}:", process::id()))
    }
}

impl ChallengeBackend for Redis {
    fn with_capacity(store: RedisChallenges, capacity: usize) -> RedisChallenges {
        store.with_capacity(capacity)
    }
}
