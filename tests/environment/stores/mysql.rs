use std::{
    ops::Range,
    path::Path,
    process::Child,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use passkeys::store::{MySqlChallenges, MySqlRepository};
use passkeys_test_support::stores::{
    Backend, ChallengeBackend, DurableBackend, FILLED_COLUMNS, RepositoryBackend,
};
use sqlx::MySqlPool;

use crate::{
    MySqlDatabase, left_out,
    servers::{self, Server},
};

/// `MySqlRepository`, each store in tables of its own.
pub struct MySql {
    place: Place,
    table: Mutex<String>,
}

enum Place {
    /// In the server of all tests.
    Database(Box<MySqlDatabase>),
    /// A server that a test can kill.
    Server(Server),
}

impl MySql {
    /// Returns the database of the stores, if they are in the server of all tests.
    #[must_use]
    pub fn database(&self) -> Option<&MySqlDatabase> {
        match &self.place {
            Place::Database(database) => Some(database),
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

impl Backend for MySql {
    type Store = MySqlRepository;

    async fn start() -> Option<Self> {
        Some(Self {
            place: Place::Database(Box::new(MySqlDatabase::create().await?)),
            table: Mutex::default(),
        })
    }

    async fn open(&self) -> MySqlRepository {
        let database = self.database().expect("a database");
        let table = database.table();
        let repository = MySqlRepository::new(database.pool()).table(&table).unwrap();
        repository.migrate().await.unwrap();
        *self.table.lock().unwrap_or_else(PoisonError::into_inner) = table;
        repository
    }

    async fn stop(self) {
        if let Place::Database(database) = self.place {
            (*database).drop().await;
        }
    }
}

impl RepositoryBackend for MySql {
    async fn fill(&self, _: &MySqlRepository, numbers: Range<u32>) {
        let Range { start, end } = numbers;
        let (database, table) = (self.database().expect("a database"), self.table());
        let digits = "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
             UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
        let sql = format!(
            "INSERT INTO {table} ({FILLED_COLUMNS})
             SELECT LPAD(n * 2654435761, 32, '0'), CONCAT('user ', n DIV 10), REPEAT('k', 77), 0,
             '[\"internal\"]', TRUE, TRUE, 'phone', TRUE, 'none', '2026-01-01', TRUE, REPEAT('h', 64),
             'example.com'
             FROM (SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d + 100000 * f.d AS n
                   FROM {digits} a, {digits} b, {digits} c, {digits} d, {digits} e, {digits} f) AS numbers
             WHERE n >= {start} AND n < {end}"
        );
        database.run(&sql).await;
        database.run(&format!("ANALYZE TABLE {table}")).await;
    }
}

impl DurableBackend for MySql {
    fn install(directory: &Path) -> Option<Self> {
        let Some(server) = servers::mysql(&directory.join("mysql"), &[]) else {
            left_out("MariaDB's or MySQL's programs");
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
        format!("mysql://root@127.0.0.1:{}/mysql", server.port())
    }

    async fn open_at(location: &str) -> MySqlRepository {
        let repository = MySqlRepository::new(connect(location).await);
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

/// Connects to a server that may still be recovering.
async fn connect(url: &str) -> MySqlPool {
    for _ in 0..300 {
        if let Ok(pool) = MySqlPool::connect(url).await {
            return pool;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("MySQL does not accept connections");
}

/// `MySqlChallenges`, each store in tables of its own.
pub struct MySqlCeremonies(MySqlDatabase);

impl Backend for MySqlCeremonies {
    type Store = MySqlChallenges;

    async fn start() -> Option<Self> {
        MySqlDatabase::create().await.map(Self)
    }

    async fn open(&self) -> MySqlChallenges {
        let challenges = MySqlChallenges::new(self.0.pool());
        let challenges = challenges.table(&self.0.table()).unwrap();
        challenges.migrate().await.unwrap();
        challenges
    }

    async fn stop(self) {
        self.0.drop().await;
    }
}

impl ChallengeBackend for MySqlCeremonies {
    fn with_capacity(store: MySqlChallenges, capacity: usize) -> MySqlChallenges {
        store.with_capacity(capacity)
    }
}
