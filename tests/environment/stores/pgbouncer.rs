use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

use passkeys::store::{PostgresChallenges, PostgresRepository};
use passkeys_test_support::stores::{Backend, ChallengeBackend, RepositoryBackend};
use sqlx::{PgPool, postgres::PgPoolOptions};

use super::postgres::fill;
use crate::{Schema, pgbouncer_url};

/// Returns a pool of more connections to `PgBouncer` than it has to PostgreSQL.
async fn pool() -> Option<PgPool> {
    let url = pgbouncer_url()?;
    let pool = PgPoolOptions::new().max_connections(16);
    Some(pool.connect(&url).await.unwrap())
}

/// `PostgresRepository` behind `PgBouncer` in transaction mode, each store in a table of its own.
pub struct PgBouncer {
    schema: Schema,
    pool: PgPool,
    table: Mutex<String>,
}

impl Backend for PgBouncer {
    type Store = PostgresRepository;

    async fn start() -> Option<Self> {
        Some(Self {
            schema: Schema::create().await?,
            pool: pool().await?,
            table: Mutex::default(),
        })
    }

    async fn open(&self) -> PostgresRepository {
        let table = self.schema.table();
        let repository = PostgresRepository::new(self.pool.clone());
        let repository = repository.transaction_pooler(true).table(&table).unwrap();
        repository.migrate().await.unwrap();
        *self.table.lock().unwrap_or_else(PoisonError::into_inner) = table;
        repository
    }

    async fn stop(self) {
        self.schema.drop().await;
    }
}

impl RepositoryBackend for PgBouncer {
    /// The same statements as without `PgBouncer`, for which there are a million.
    const MANY: u32 = 100_000;

    async fn fill(&self, _: &PostgresRepository, numbers: Range<u32>) {
        let table = self
            .table
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        fill(&self.schema, &table, numbers).await;
    }
}

/// `PostgresChallenges` behind `PgBouncer` in transaction mode, each store in a table of its own.
pub struct PgBouncerCeremonies {
    schema: Schema,
    pool: PgPool,
}

impl Backend for PgBouncerCeremonies {
    type Store = PostgresChallenges;

    async fn start() -> Option<Self> {
        Some(Self {
            schema: Schema::create().await?,
            pool: pool().await?,
        })
    }

    async fn open(&self) -> PostgresChallenges {
        let challenges = PostgresChallenges::new(self.pool.clone());
        let challenges = challenges.transaction_pooler(true);
        let challenges = challenges.table(&self.schema.table()).unwrap();
        challenges.migrate().await.unwrap();
        challenges
    }

    async fn stop(self) {
        self.schema.drop().await;
    }
}

impl ChallengeBackend for PgBouncerCeremonies {
    fn with_capacity(store: PostgresChallenges, capacity: usize) -> PostgresChallenges {
        store.with_capacity(capacity)
    }
}
