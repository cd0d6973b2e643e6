use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};

use crate::postgres_url;

/// A PostgreSQL schema of one test, so that tests share a server and nothing else.
pub struct Schema {
    pool: PgPool,
    name: String,
    tables: AtomicU32,
}

impl Schema {
    /// Creates the schema; prints `LEFT OUT` and returns `None` if there is no server.
    ///
    /// # Panics
    ///
    /// Panics if the server cannot be used.
    pub async fn create() -> Option<Self> {
        static SCHEMAS: AtomicU32 = AtomicU32::new(0);
        let url = postgres_url()?;
        let number = SCHEMAS.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", process::id());
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .connect(&url)
            .await
            .unwrap();
        let schema = Self {
            pool,
            name,
            tables: AtomicU32::new(0),
        };
        schema
            .run(&format!(
                "DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}",
                schema.name
            ))
            .await;
        Some(schema)
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> PgPool {
        self.pool.clone()
    }

    /// Returns the qualified name of a new table, a different one each time.
    #[must_use]
    pub fn table(&self) -> String {
        format!(
            "{}.t{}",
            self.name,
            self.tables.fetch_add(1, Ordering::Relaxed)
        )
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

    /// Drops the schema and all that is in it.
    pub async fn drop(self) {
        self.run(&format!("DROP SCHEMA {} CASCADE", self.name))
            .await;
    }
}
