use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, MySqlPool,
    mysql::{MySqlConnectOptions, MySqlPoolOptions},
};

use crate::mysql_url;

/// Options of pools on which a test may run thousands of operations at once.
fn pool() -> MySqlPoolOptions {
    MySqlPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(Duration::from_mins(3))
}

/// A database of one test in MySQL or MariaDB, so that tests share a server and nothing else.
pub struct MySqlDatabase {
    pool: MySqlPool,
    options: MySqlConnectOptions,
    name: String,
    tables: AtomicU32,
}

impl MySqlDatabase {
    /// Creates the database; prints `LEFT OUT` and returns `None` if there is no server.
    ///
    /// # Panics
    ///
    /// Panics if the server cannot be used.
    pub async fn create() -> Option<Self> {
        // The worst for IDs: neither case nor accents count.
        Self::create_with("CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci").await
    }

    /// The same, with clauses of `CREATE DATABASE`.
    ///
    /// # Panics
    ///
    /// Panics if the server cannot be used.
    pub async fn create_with(clauses: &str) -> Option<Self> {
        static DATABASES: AtomicU32 = AtomicU32::new(0);
        let url = mysql_url()?;
        let number = DATABASES.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", process::id());
        let options: MySqlConnectOptions = url.parse().unwrap();
        let server = MySqlPool::connect_with(options.clone()).await.unwrap();
        let create = format!("DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name} {clauses}");
        sqlx::raw_sql(AssertSqlSafe(create))
            .execute(&server)
            .await
            .unwrap();
        server.close().await;
        let options = options.database(&name);
        Some(Self {
            pool: pool().connect_with(options.clone()).await.unwrap(),
            options,
            name,
            tables: AtomicU32::new(0),
        })
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> MySqlPool {
        self.pool.clone()
    }

    /// The options of the pool's connections.
    #[must_use]
    pub fn options(&self) -> MySqlConnectOptions {
        self.options.clone()
    }

    /// Returns a pool whose connections run this statement first.
    ///
    /// # Panics
    ///
    /// Panics if the statement fails.
    pub async fn pool_after(&self, statement: &str) -> MySqlPool {
        let statement = statement.to_owned();
        let pool =
            MySqlPoolOptions::new()
                .max_connections(16)
                .after_connect(move |connection, _| {
                    let statement = AssertSqlSafe(statement.clone());
                    Box::pin(async move {
                        sqlx::raw_sql(statement).execute(connection).await?;
                        Ok(())
                    })
                });
        pool.connect_with(self.options()).await.unwrap()
    }

    /// Returns whether the server is MariaDB.
    ///
    /// # Panics
    ///
    /// Panics if the server does not say.
    pub async fn is_maria(&self) -> bool {
        let version = sqlx::query_scalar("SELECT version()").fetch_one(&self.pool);
        let version: String = version.await.unwrap();
        version.contains("MariaDB")
    }

    /// Returns the qualified name of a new table, a different one each time.
    #[must_use]
    pub fn table(&self) -> String {
        let number = self.tables.fetch_add(1, Ordering::Relaxed);
        format!("{}.t{number}", self.name)
    }

    /// Runs SQL.
    ///
    /// # Panics
    ///
    /// When it fails.
    pub async fn run(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&self.pool)
            .await
            .unwrap();
    }

    /// Drops the database and all that is in it.
    pub async fn drop(self) {
        self.run(&format!("DROP DATABASE {}", self.name)).await;
        self.pool.close().await;
    }
}
