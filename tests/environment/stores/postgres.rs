use std::{
    ops::Range,
    path::Path,
    process::Child,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use passkeys::store::{PostgresChallenges, PostgresRepository};
use passkeys_test_support::stores::{
    Backend, ChallengeBackend, DurableBackend, FILLED_COLUMNS, RepositoryBackend,
};
use sqlx::PgPool;

use crate::{
    Schema, left_out,
    servers::{self, Server},
};

/// `PostgresRepository`, each store in a table of its own.
pub struct Postgres {
    place: Place,
    table: Mutex<String>,
}

enum Place {
    /// In the server of all tests.
    Schema(Schema),
    /// A server that a test can kill.
    Server(Server),
}

impl Postgres {
    /// Returns the schema of the stores, if they are in the server of all tests.
    #[must_use]
    pub fn schema(&self) -> Option<&Schema> {
        match &self.place {
            Place::Schema(schema) => Some(schema),
            Place::Server(_) => None,
        }
    }

    /// Returns the table of the store that was opened last.
    #[must_use]
    pub fn table(&self) -> String {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.clone()
    }
}

impl Backend for Postgres {
    type Store = PostgresRepository;

    async fn start() -> Option<Self> {
        Some(Self {
            place: Place::Schema(Schema::create().await?),
            table: Mutex::default(),
        })
    }

    async fn open(&self) -> PostgresRepository {
        let schema = self.schema().expect("a schema");
        let table = schema.table();
        let repository = PostgresRepository::new(schema.pool())
            .table(&table)
            .unwrap();
        repository.migrate().await.unwrap();
        *self.table.lock().unwrap_or_else(PoisonError::into_inner) = table;
        repository
    }

    async fn stop(self) {
        if let Place::Schema(schema) = self.place {
            schema.drop().await;
        }
    }
}

impl RepositoryBackend for Postgres {
    async fn fill(&self, _: &PostgresRepository, numbers: Range<u32>) {
        fill(self.schema().expect("a schema"), &self.table(), numbers).await;
    }
}

impl DurableBackend for Postgres {
    fn install(directory: &Path) -> Option<Self> {
        let Some(server) = servers::postgres(&directory.join("data")) else {
            left_out("PostgreSQL's programs");
            return None;
        };
        Some(Self {
            place: Place::Server(server),
            table: Mutex::default(),
        })
    }

    fn location(&self) -> String {
        let Place::Server(server) = &self.place else {
            panic!("the server of all tests is not for crashes");
        };
        format!("postgres://passkeys@127.0.0.1:{}/postgres", server.port())
    }

    async fn open_at(location: &str) -> PostgresRepository {
        let repository = PostgresRepository::new(connect(location).await);
        repository.migrate().await.unwrap();
        repository
    }

    fn crash(&mut self, client: &mut Child) {
        if let Place::Server(server) = &mut self.place {
            server.kill_and_restart();
        }
        // Its pool reconnects, so it may have survived the crash of the server.
        client.kill().unwrap();
    }
}

/// Stores the credentials with these numbers in a table.
pub(super) async fn fill(schema: &Schema, table: &str, numbers: Range<u32>) {
    let Range { start, end } = numbers;
    let sql = format!(
        "INSERT INTO {table} ({FILLED_COLUMNS})
         SELECT lpad((n * 2654435761)::text, 32, '0')::bytea, 'user ' || (n / 10),
         repeat('k', 77)::bytea, 0, '[\"internal\"]', true, true, 'phone', true, 'none',
         '2026-01-01Z', true, repeat('h', 64)::bytea, 'example.com'
         FROM generate_series({start}::bigint, {end} - 1) AS n"
    );
    schema.run(&sql).await;
    schema.run(&format!("VACUUM ANALYZE {table}")).await;
}

/// Connects to a server that may still be recovering.
async fn connect(url: &str) -> PgPool {
    for _ in 0..300 {
        if let Ok(pool) = PgPool::connect(url).await {
            return pool;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("PostgreSQL does not accept connections");
}

/// `PostgresChallenges`, each store in a table of its own.
pub struct PostgresCeremonies(Schema);

impl Backend for PostgresCeremonies {
    type Store = PostgresChallenges;

    async fn start() -> Option<Self> {
        Schema::create().await.map(Self)
    }

    async fn open(&self) -> PostgresChallenges {
        let challenges = PostgresChallenges::new(self.0.pool());
        let challenges = challenges.table(&self.0.table()).unwrap();
        challenges.migrate().await.unwrap();
        challenges
    }

    async fn stop(self) {
        self.0.drop().await;
    }
}

impl ChallengeBackend for PostgresCeremonies {
    fn with_capacity(store: PostgresChallenges, capacity: usize) -> PostgresChallenges {
        store.with_capacity(capacity)
    }
}
